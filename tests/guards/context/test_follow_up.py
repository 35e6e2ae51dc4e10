"""Follow-up questions, written out."""

from __future__ import annotations

import pytest

from aiguardian.guards.context.follow_up import resolve
from aiguardian.guards.context.phrases import phrases


@pytest.mark.parametrize(
    ("before", "newest", "wanted"),
    [
        (["What is a heat pump?"], "How does it work?", "How does a heat pump work?"),
        (
            ["Tell me about the Marsh Arabs."],
            "Where do they live?",
            "Where do the Marsh Arabs live?",
        ),
        (
            ["Who was Ada Lovelace?"],
            "What are her best known works?",
            "What are Ada Lovelace's best known works?",
        ),
        (
            ["Tell me about tidal power."],
            "What are the advantages?",
            "What are the advantages of tidal power?",
        ),
        (
            ["What is the Antwerp Protocol?"],
            "Who signed the protocol?",
            "Who signed the Antwerp Protocol?",
        ),
        (
            ["What is a heat pump?", "How does it work?"],
            "Is it loud?",
            "Is a heat pump loud?",
        ),
        (["Who wrote Dune?"], "When was it published?", "When was Dune published?"),
        (["I'm Bob. What is a heat pump?"], "Is it loud?", "Is a heat pump loud?"),
    ],
)
def test_what_is_left_out_is_put_in(before: list[str], newest: str, wanted: str) -> None:
    assert resolve(before, newest) == wanted


@pytest.mark.parametrize(
    ("before", "newest"),
    [
        ([], "How does it work?"),
        (["What is a heat pump?"], "What is a gas boiler and how does it work?"),
        (["What is a heat pump?"], "Is it possible to rent a car in Oslo?"),
        (["What is a heat pump?"], "Recommend me a novel by Ursula Le Guin."),
        (["What is a heat pump?"], ""),
        (["", "   "], "And it?"),
        (["My name is Ana."], "How long should I stay there?"),
        (["I'm planning a trip to Japan."], "Is Kyoto worth it?"),
        (["What about the sequel?"], "Why?"),
        (["Was ist eine Wärmepumpe?"], "Wie laut ist sie?"),
        (["热泵是什么?"], "它怎么工作?"),
    ],
)
def test_what_stands_by_itself_stays(before: list[str], newest: str) -> None:
    assert resolve(before, newest) == newest


def test_a_long_turn_stays_and_is_not_looked_through() -> None:
    newest = "Is it true? " * 100_000
    assert resolve(["What is a heat pump?"], newest) == newest


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("What are the causes of the Thirty Years War?", ["causes", "Thirty Years War"]),
        ("Don't you know?", []),
        ("", []),
        ("?!…", []),
    ],
)
def test_noun_phrases(text: str, wanted: list[str]) -> None:
    assert [one.text for one in phrases(text)] == wanted


@pytest.mark.parametrize("unit", ["a.", "it ", "the ", "A ", "and ", "'", "? ", "of A of "])
def test_hostile_turns_are_read_to_a_bound(unit: str) -> None:
    resolve([unit * 100_000] * 12, (unit * 300)[:299])
