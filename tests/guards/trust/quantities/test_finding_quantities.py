from __future__ import annotations

from itertools import pairwise

import pytest

from aiguardian.guards.trust.quantities.finding import find_quantities

# text, then what is found: written, low, high, dimension, relation
FOUND = [
    ("1,200 people", "1,200", 1200, 1200, "", "equal"),
    ("1 200 000 people", "1 200 000", 1_200_000, 1_200_000, "", "equal"),
    ("1.234,5 Punkte und 3,5 mehr", "1.234,5", 1234.5, 1234.5, "", "equal"),
    ("1,20,000 voters", "1,20,000", 120_000, 120_000, "", "equal"),
    ("about 1.2 million people", "1.2 million", 1_200_000, 1_200_000, "", "about"),
    ("$1.2 bn", "$1.2 bn", 1.2e9, 1.2e9, "money", "equal"),
    ("USD500 million", "USD500 million", 5e8, 5e8, "money", "equal"),
    ("₹ 3 crore", "₹ 3 crore", 3e7, 3e7, "money", "equal"),
    ("twelve hundred men", "twelve hundred", 1200, 1200, "", "equal"),
    ("a dozen eggs", "a dozen", 12, 12, "", "equal"),
    ("two and a half hours", "two and a half hours", 9000, 9000, "time", "equal"),
    ("half of the voters", "half", 50, 50, "percent", "equal"),
    ("at least 45 %", "45 %", 45, 45, "percent", "at_least"),
    ("55 bps", "55 bps", 0.55, 0.55, "percent", "equal"),
    ("3–5 km", "3–5 km", 3000, 5000, "length", "equal"),
    ("between 3 and 5 kg", "3 and 5 kg", 3000, 5000, "mass", "equal"),
    ("−5 °C outside", "5 °C", -5, -5, "temperature", "equal"),
    ("the twenty-first time", "twenty-first", 21, 21, "ordinal", "equal"),
    ("3rd place", "3rd", 3, 3, "ordinal", "equal"),
    ("aged 16 or older", "16", 16, 16, "", "at_least"),
    ("more than 50 cars", "50", 50, 50, "", "over"),
    ("at 4:00 pm", "4:00 pm", 57600, 57600, "clock", "equal"),
    ("٣٤٥ kg", "٣٤٥ kg", 345_000, 345_000, "mass", "equal"),
    ("2½ cups", "2½", 2.5, 2.5, "", "equal"),
]


@pytest.mark.parametrize(("text", "written", "low", "high", "dimension", "relation"), FOUND)
def test_a_quantity_is_read_with_its_unit_and_bound(
    text: str, written: str, low: float, high: float, dimension: str, relation: str
) -> None:
    first = find_quantities(text)[0]
    assert text[first.start : first.end] == written
    assert (first.low, first.high) == pytest.approx((low, high))
    assert (first.dimension, first.relation) == (dimension, relation)


@pytest.mark.parametrize(
    "text",
    ["", "no number here", "version 1.2.3", "the MC2000-2 model", "bus 16G", "1" * 40, "millions"],
)
def test_codes_and_plain_words_are_no_quantities(text: str) -> None:
    assert find_quantities(text) == ()


@pytest.mark.parametrize(
    ("text", "same_day"),
    [
        ("March 3, 1990", "3 March 1990"),
        ("3rd of March 1990", "1990-03-03"),
        ("3. März 1990", "03.03.1990"),
        ("3 de marzo de 1990", "1990/03/03"),
    ],
)
def test_a_date_is_the_same_day_in_each_way_of_writing_it(text: str, same_day: str) -> None:
    one, other = find_quantities(text)[0], find_quantities(same_day)[0]
    assert one.dimension == other.dimension == "date"
    assert (one.low, one.high) == (other.low, other.high)


def test_a_decade_holds_its_years_and_a_century_its_decades() -> None:
    century, decade, year = (find_quantities(t)[0] for t in ("20th century", "the 1990s", "1994"))
    assert century.low < decade.low <= year.low < year.high <= decade.high < century.high


def test_years_before_christ_come_first() -> None:
    early, late = find_quantities("782 BC and AD 79")
    assert early.low < 0 < late.low


def test_a_year_before_a_unit_is_a_measure() -> None:
    assert find_quantities("she ran 1500 metres")[0].dimension == "length"


@pytest.mark.parametrize(
    "unit",
    ["1", "1,", "1 111 ", "1990-", "one and ", "1:11:", "a half of ", "3/4/", "$", "May 3 "],
)
def test_a_hostile_text_is_read_to_its_end(unit: str) -> None:
    text = unit * (16_384 // len(unit))
    assert all(0 <= q.start < q.end <= len(text) for q in find_quantities(text))


def test_quantities_never_overlap() -> None:
    text = (
        "From 3 April 1693 to 5 May 1700, 12 of 30 men (40 %) got £5 to £7.50 each at 5 pm. " * 20
    )
    found = find_quantities(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
