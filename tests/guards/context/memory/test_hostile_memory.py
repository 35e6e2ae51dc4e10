"""Hostile turns and questions come to an end: a quadratic step would run into the time limit."""

from __future__ import annotations

import pytest

from aiguardian.guards.context.memory.facts import find_facts
from aiguardian.guards.context.memory.marks import marks, wanted
from aiguardian.guards.context.memory.words import asked, terms
from benchmarks.hostile import HOSTILE

SIZE = 131_072


@pytest.mark.parametrize("name", HOSTILE, ids=map(repr, HOSTILE))
def test_a_hostile_text_is_read_to_its_end(name: str) -> None:
    text = HOSTILE[name](SIZE)
    assert all(terms(text))
    assert len(set(marks(text[:64], text))) == len(marks(text[:64], text))
    assert all(weight > 0 for weight in asked(text).values())
    assert isinstance(wanted(text), dict)
    assert find_facts("user", text) == find_facts("user", text)


@pytest.mark.parametrize(
    "piece",
    [
        "my a ",
        "I moved from a ",
        "you ",
        "I have one ",
        "the a a a ",
        "A: ",
        "I like ",
        "Aa lives in ",
    ],
)
def test_a_rule_that_almost_fits_over_and_over_comes_to_an_end(piece: str) -> None:
    text = piece * (SIZE // len(piece))
    find_facts("user", text)
    wanted(text)
    marks("user", text)
