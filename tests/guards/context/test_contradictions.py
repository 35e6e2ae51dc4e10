"""Contradictions between turns, and updates that are none."""

from __future__ import annotations

import pytest

from aiguardian.guards.context.contradictions import find_contradictions
from aiguardian.guards.context.memories import Turn
from aiguardian.guards.context.statements import quantity


def user(*texts: str) -> list[Turn]:
    return [Turn("user", text) for text in texts]


@pytest.mark.parametrize(
    ("earlier", "newest", "kind"),
    [
        ("I live in Oslo.", "I live in Lima.", "fact"),
        ("I have two cats.", "I have three cats.", "number"),
        ("I have two cats.", "I don't have any cats.", "number"),
        ("The rent is $900 a month.", "The rent is 1,200 a month.", "number"),
        ("I love cheese.", "I hate cheese.", "preference"),
        ("I'm vegan.", "I'm not vegan.", "negation"),
        ("The door is locked.", "The door is not locked.", "negation"),
        ("My favourite colour is blue.", "My favourite colour is green.", "fact"),
    ],
)
def test_what_cannot_both_hold_is_found(earlier: str, newest: str, kind: str) -> None:
    found = find_contradictions(user(earlier, "Something else.", newest))
    assert [(one.earlier_turn, one.newest.kind) for one in found] == [(0, kind)]


@pytest.mark.parametrize(
    ("earlier", "newest"),
    [
        ("I live in Oslo.", "I moved from Oslo to Lima."),
        ("I live in Oslo.", "I live in Lima now."),
        ("I lived in Oslo when I was a child.", "I live in Lima."),
        ("I live in Oslo.", "I live in Oslo, near the harbour."),
        ("I live in Oslo.", "Do I live in Lima?"),
        ("I live in Oslo.", "If I live in Lima, what do I pay?"),
        ("I have two cats.", "I have 2 cats."),
        ("I have two cats.", "I have three dogs."),
        ("I love cheese.", "I hate wine."),
        ("My dog is hungry.", "My dog is brown."),
        ("I love it.", "I hate it."),
        ("The rent is $1,200.00.", "The rent is 1200."),
        ("", ""),
        ("住在东京", "住在大阪"),
    ],
)
def test_updates_and_other_matters_are_no_contradiction(earlier: str, newest: str) -> None:
    assert find_contradictions(user(earlier, newest)) == []


def test_the_other_speaker_may_say_otherwise() -> None:
    turns = [Turn("assistant", "I live in Oslo."), Turn("user", "I live in Lima.")]
    assert find_contradictions(turns) == []


def test_the_latest_word_on_a_matter_counts() -> None:
    turns = user("I live in Oslo.", "We talked.", "I live in Lima.", "I live in Lima.")
    assert find_contradictions(turns) == []


@pytest.mark.parametrize(
    ("first", "update", "newest"),
    [
        ("I live in Oslo.", "I moved to Lima last month.", "I live in Lima."),
        ("I am 34 years old.", "I just turned 35.", "I am 35 years old."),
        (
            "The budget is 5,000 euros.",
            "The budget was raised to 6,000 euros.",
            "The budget is 6,000 euros.",
        ),
    ],
)
def test_what_an_update_said_is_not_held_against_what_was_before(
    first: str, update: str, newest: str
) -> None:
    assert find_contradictions(user(first, update, newest)) == []
    assert find_contradictions(user(first, "Well.", newest)) != []


def test_spans_point_into_the_turns() -> None:
    turns = user("Hi! I live in Oslo.", "Well. I live in Lima.")
    (clash,) = find_contradictions(turns)
    assert turns[0].text[clash.earlier.start : clash.earlier.end] == "I live in Oslo"
    assert turns[1].text[clash.newest.start : clash.newest.end] == "I live in Lima"


def test_nothing_contradicts_nothing() -> None:
    assert find_contradictions([]) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("three", "3"), ("$1,200.00", "1200"), ("any", "0"), ("1.50", "1.5"), ("10", "10")],
)
def test_quantities_are_compared_by_value(text: str, wanted: str) -> None:
    assert quantity(text) == wanted


@pytest.mark.parametrize(
    "unit", ["my a ", "I have ", "the a a ", "1,", "I love ", "is not ", "a. ", "\n", "n't "]
)
def test_hostile_turns_are_read_to_a_bound(unit: str) -> None:
    turns = user(*[unit * 50_000] * 3)
    assert len(find_contradictions(turns)) < 100
