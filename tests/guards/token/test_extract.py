"""Lossy shortening: the budget, the order, what is kept, what is never cut inside."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiguardian.guards.token.cutting import clause_ends, names_in, word_ends
from aiguardian.guards.token.extract import Extract, extract
from aiguardian.guards.token.units import split_units
from aiguardian.text.bpe import count_tokens

FACTS = [
    "The lighthouse at Cape Grey was built in 1874 by the engineer Ada Lindqvist.",
    "Its lamp burned colza oil, and two keepers lived beside it with their families.",
    "In winter the road was closed, so supplies came by boat once in three weeks.",
    "The harbour below was dredged twice, which pleased the fishermen of the village.",
    "A storm took the first jetty, but nobody was hurt because the warning came early.",
    "Today the tower is a museum, and its garden grows 14 kinds of roses.",
    "Visitors do not need a ticket on Sundays, except in August.",
    "The café sells waffles, soup and a dark bread that is baked on the island.",
]
TEXT = " ".join(FACTS)


def count(text: str) -> int:
    return count_tokens(text, "o200k_base")


def cut(text: str, ratio: float, query: str | None = None) -> Extract:
    return extract(
        text, round(count(text) * ratio), query=query, count=count, checkpoint=lambda: None
    )


ASKED = [
    ("Who built the lighthouse?", "Ada Lindqvist"),
    ("When was it built?", "1874"),
    ("Do visitors need a ticket?", "do not need a ticket"),
    ("How many kinds of roses are there?", "14 kinds of roses"),
    ("What did the lamp burn?", "colza oil"),
]


@pytest.mark.parametrize(("query", "answer"), ASKED)
def test_what_answers_the_question_is_kept(query: str, answer: str) -> None:
    assert answer in cut(TEXT, 0.4, query).text(TEXT)


@pytest.mark.parametrize("ratio", [0.2, 0.33, 0.5, 0.7, 0.9])
@pytest.mark.parametrize("query", [None, "Who built the lighthouse?"])
def test_the_target_is_reached_within_five_percent(ratio: float, query: str | None) -> None:
    text = "\n\n".join(
        " ".join(sentence.replace("the", f"the {n}th") for sentence in FACTS) for n in range(12)
    )
    reached = count(cut(text, ratio, query).text(text)) / count(text)
    assert ratio * 0.95 <= reached <= ratio * 1.05


def test_the_order_is_kept_and_spans_are_apart() -> None:
    kept = cut(TEXT, 0.5).kept
    assert kept == sorted(kept)
    assert all(one[1] < two[0] for one, two in pairwise(kept))


def test_the_entry_of_a_json_object_that_is_asked_for_is_kept_whole() -> None:
    text = json.dumps({f"key-{n:04}": f"value-{n * 7919:06}" for n in range(200)}, indent=1)
    short = cut(text, 0.1, "What is the value of key-0123?").text(text)
    assert '"key-0123": "value-974037"' in short
    assert short[0] + short[-1] == "{}"
    assert all(
        re.fullmatch(r'\s*"key-\d{4}": "value-\d+",?', line) for line in short.split("\n")[1:-1]
    )


def test_code_is_kept_or_dropped_as_a_whole() -> None:
    code = "```python\ndef area(radius):\n    return 3.14 * radius ** 2\n```"
    text = f"{TEXT}\n\n{code}\n\n{TEXT}"
    short = cut(text, 0.3, "def area radius").text(text)
    assert code in short
    assert "```" not in cut(text, 0.3, "waffles").text(text)


NEVER_INSIDE = [
    (
        'He called it "the best thing, really, that I saw" and left',
        '"the best thing, really, that I saw"',
    ),
    ("It weighs about 3.5 kg and is red", "3.5 kg"),
    ("You must not open the valve and then go", "not open the valve and then go"),
    ("We can't leave before noon, she said", "can't leave before noon"),
    ("Run `make all, then test` and wait", "`make all, then test`"),
    ("A trip to New York City and back again", "New York City"),
    ("Das ist nicht erlaubt und gilt immer", "nicht erlaubt und gilt immer"),
]


@pytest.mark.parametrize(("text", "protected"), NEVER_INSIDE)
def test_no_cut_falls_inside_a_protected_span(text: str, protected: str) -> None:
    start = text.index(protected)
    names = names_in("How far is New York City?")
    for end in clause_ends(text, names) + word_ends(text, names):
        assert not start < end < start + len(protected)


def test_locked_spans_stay_whatever_is_asked() -> None:
    start = TEXT.index("The café")
    found = extract(
        TEXT, 40, query="lamp", locked=[(start, len(TEXT))], count=count, checkpoint=lambda: None
    )
    assert FACTS[-1] in found.text(TEXT)


TEXTS = st.lists(
    st.sampled_from(
        [
            *FACTS,
            "\n\n",
            "\n",
            "- item",
            "A: hello",
            "```\ncode\n```\n",
            "日本語です。",
            "مرحبا بكم.",
            '{"a": [1, 2]}',
            "x" * 900,
            "no stop " * 150,
            " ",
            "# Head\n",
            "Document [1] (Title: Cape Grey) ",
        ]
    ),
    max_size=30,
).map(" ".join)


@given(TEXTS)
def test_units_cover_the_text_without_gap_or_overlap(text: str) -> None:
    units = split_units(text, lambda: None)
    assert "".join(text[unit.start : unit.end] for unit in units) == text


@given(TEXTS, st.floats(0.05, 0.95), st.sampled_from([None, "", "Who?", "lamp oil", "日本", "."]))
def test_an_extract_is_made_of_stretches_of_the_text(
    text: str, ratio: float, query: str | None
) -> None:
    budget = round(count(text) * ratio)
    found = extract(text, budget, query=query, count=count, checkpoint=lambda: None)
    assert count(found.text(text)) <= max(budget * 1.05, budget + 3)
    position = 0
    for start, end in found.kept:
        assert position <= start < end <= len(text)
        position = end
