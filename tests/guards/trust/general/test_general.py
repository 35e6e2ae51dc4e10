"""What a text says against itself, arithmetic or the calendar."""

from __future__ import annotations

import pytest

from aiguardian.guards.trust.claims import find_claims
from aiguardian.guards.trust.general.check import check_general
from aiguardian.guards.trust.general.sums import evaluated
from aiguardian.guards.trust.judgement import Check
from aiguardian.processor import Deadline
from benchmarks.hostile import HOSTILE


def checks(text: str) -> list[Check]:
    return check_general(text, find_claims(text), Deadline(60))


TABLE = "| Item | Cost |\n|---|---|\n| Oak | 10 |\n| Elm | 20 |\n| Ash | 12 |\n| Total | {} |\n"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("They met on February 30, 2021.", "dates"),
        ("They met on 29 February 2023.", "dates"),
        ("Due 2023-13-05 at noon.", "dates"),
        ("They met on Monday, 5 March 2024.", "dates"),
        ("It ran from 1990 to 1985.", "dates"),
        ("The war (1918–1914) was long.", "dates"),
        ("Ada Berg (1912–1954) was a chemist. She died at the age of 50.", "dates"),
        ("He was born in 1950 in Rome. He died in 1940.", "dates"),
        ("So 12 + 15 = 28.", "sum"),
        ("That makes 3 × 4 = 13 rows.", "sum"),
        ("The price is $1,200 - $150 = $1,150 in all.", "sum"),
        ("The club has 50 members (20 women and 25 men).", "sum"),
        ("We sold 10 apples, 20 pears and 5 plums, for a total of 45.", "sum"),
        (TABLE.format(45), "sum"),
        ("That is 20% of 50 is 12.", "percent"),
        ("Of these, 120 % of the respondents agreed.", "percent"),
        ("Here are three reasons:\n1. a\n2. b\n3. c\n4. d\n", "count"),
        (
            "The Elm bridge is 300 metres long. It rains. The Elm bridge is 350 metres long.",
            "contradiction",
        ),
        (
            "The drug is not approved in Norway. It sells. The drug is approved in Norway.",
            "contradiction",
        ),
        (
            "The old town hall was built in 1912. The old town hall was built in 1921.",
            "contradiction",
        ),
    ],
)
def test_what_cannot_be_is_found(text: str, name: str) -> None:
    (check,) = checks(text)
    assert (check.name, check.outcome) == (f"general.{name}", "contradicted")
    assert 0 <= check.start < check.end <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "They met on February 29, 2024, a Thursday.",
        "They met on Tuesday, 5 March 2024.",
        "It ran from 1985 to 1990 and between 300 and 200 BC.",
        "It ran from 300 to 200 BC, (1200–1100 BC) at most.",
        "Ada Berg (1912–1954) was a chemist. She died at the age of 41.",
        "He may 12 times fail. In May 2024 31 people came.",
        "So 12 + 15 = 27, 1/3 = 0.33 and 100 / 3 = 33.33.",
        "Solve x + 2 = 5 or 2x + 3 = 8 for x.",
        "1/2 + 1/4 = 3/4 and 2 + 3 × 4 = 14.",
        "`12 + 15 = 28` is wrong.",
        "Sales rose by 120 % of the plan. Sales grew 250 %.",
        "The club has 50 members (30 women and 20 men).",
        "The trip is 300 km (2 trains and 1 bus).",
        "There are 36 outcomes (6 for the first die and 6 for the second).",
        "We sold 10 apples, 20 pears and 5 plums, for a total of 35.",
        TABLE.format(42),
        TABLE.format(42).replace("Ash | 12", "Net | 30"),
        "Here are three reasons:\n1. a\n   - x\n   - y\n2. b\n3. c\n",
        "The Elm bridge is 300 metres long. The Oder bridge is 350 metres long.",
        "In 2010 the town had 300 shops and bars. In 2020 the town had 350 shops and bars.",
        "The drug is approved in Norway for babies. The drug is not approved in Norway for men.",
        "Total: 10:30. 2024-05-01 and 1.2.2024, 30.2 km.",
    ],
)
def test_what_can_be_is_left_alone(text: str) -> None:
    assert checks(text) == []


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3", 7.0),
        ("10 - 2 - 3", 5.0),
        ("1,000 / 4", 250.0),
        ("1 / 0", None),
        ("5 × 20%", 1),
    ],
)
def test_expressions_are_evaluated_products_first(expression: str, value: float | None) -> None:
    assert evaluated(expression) == value


@pytest.mark.parametrize("name", HOSTILE, ids=map(repr, HOSTILE))
def test_a_hostile_text_is_read_to_its_end(name: str) -> None:
    checks(HOSTILE[name](30_000))


@pytest.mark.parametrize(
    "unit",
    [
        "1 + ",
        "1 a, ",
        "1 a and ",
        "3 steps:\n- a\n",
        "from 1990 to ",
        "born 1990 ",
        "May 1, 1990 ",
        "- a\n",
        "1% of ",
        "| 1 ",
        "(1990 - ",
        "died aged ",
        "The red house is 5 m high. ",
    ],
)
def test_many_figures_are_read_to_their_end(unit: str) -> None:
    checks(unit * (30_000 // len(unit)))
