"""Which statements are kept as facts, and which later ones take their place."""

from __future__ import annotations

import pytest

from aiguardian.guards.context.memory.facts import MOST_FACTS, find_facts


def found(text: str, role: str = "user") -> list[tuple[str, str, str]]:
    return [(fact.slot, fact.value, text[fact.start : fact.end]) for fact in find_facts(role, text)]


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("Hi! My name is Ana Lopez.", "user|name", "ana lopez"),
        ("I live in Oslo, you know.", "user|home", "oslo"),
        ("We talked. I moved from Oslo to Lima last year.", "user|home", "lima"),
        ("I've just moved to New York City.", "user|home", "new york city"),
        ("I work as a nurse.", "user|job", "nurs"),
        ("I'm working for Acme now.", "user|employer", "acme"),
        ("I'm 34 years old.", "user|age", "34"),
        ("I turned 35!", "user|age", "35"),
        ("I am vegan", "user|diet", "vegan"),
        ("I'm allergic to peanuts", "user|allergy|peanut", "yes"),
        ("I really love spicy food", "user|likes|spicy food", "yes"),
        ("I can't stand olives", "user|likes|oliv", "no"),
        ("I have two dogs and a cat", "user|has|dog", "two"),
        ("The budget meeting was moved to Tuesday", "time|budget meet", "tuesday"),
        ("my favourite colour is green now", "user|favourit colour", "green"),
        ("Tom lives in Paris.", "tom|home", "paris"),
    ],
)
def test_a_statement_is_a_fact_with_its_span(text: str, slot: str, value: str) -> None:
    facts = found(text)
    assert [(one, says) for one, says, _ in facts if one == slot] == [(slot, value)]
    assert facts[0][2] in text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Do you think I live in Rome?",
        "I like it.",
        "She lives in Paris.",
        "I live for the weekend.",
        "I am tired.",
        "日本に住んでいます。",
        "I have a",
        "x" * 10_000,
    ],
)
def test_what_states_nothing_of_its_own_is_no_fact(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("I live in Oslo.", "I moved to Lima."),
        ("I like jazz.", "I don't like jazz anymore."),
        ("I'm 34.", "I turned 35."),
        ("My favourite colour is red.", "my favourite colour is now blue"),
        ("Our flight is on 5 May.", "Our flight was moved to 6 May."),
        ("I have two dogs.", "I have three dogs."),
    ],
)
def test_a_later_value_has_the_slot_of_the_one_before(before: str, after: str) -> None:
    (first,), (second,) = found(before), found(after)
    assert first[0] == second[0]
    assert first[1] != second[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I like jazz.", "I like tea."),
        ("My dog is 5.", "My cat is 5."),
        ("Tom lives in Paris.", "Anna lives in Rome."),
        ("I am allergic to nuts.", "I'm allergic to milk."),
    ],
)
def test_two_things_have_two_slots(one: str, other: str) -> None:
    assert found(one)[0][0] != found(other)[0][0]


def test_the_same_said_otherwise_is_the_same_value() -> None:
    assert found("I live in the Red Houses.")[0][1] == found("I'm living in red house")[0][1]


def test_what_no_longer_holds_ends_its_fact() -> None:
    (fact,) = find_facts("user", "I no longer live in Lima.")
    assert (fact.slot, fact.value, fact.ends) == ("user|home", "lima", True)


def test_facts_are_of_who_speaks() -> None:
    assert found("I live in Oslo.", role="Ana")[0][0] == "ana|home"


def test_offsets_count_code_points() -> None:
    text = "🎉 Héllo. I live in Oslo."
    assert found(text)[0][2] == "I live in Oslo"


def test_a_turn_holds_no_more_facts_than_it_may() -> None:
    assert len(find_facts("user", "I live in Oslo. " * 100)) == MOST_FACTS
