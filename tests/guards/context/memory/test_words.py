"""Which words of a turn find it, and what a question asks for."""

from __future__ import annotations

import pytest

from aiguardian.guards.context.memory.marks import marks, wanted
from aiguardian.guards.context.memory.words import MOST_ASKED, MOST_TERMS, asked, terms, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("On May 2nd, café!", ["on", "may", "2", "cafe"]),
        ("日本語", ["日本", "本語"]),
        ("don't", ["don", "t"]),
        ("a_b", ["a", "b"]),
        ("\ud800", []),
    ],
)
def test_words_are_in_lower_case_without_accents(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("We booked two flights", "Which flight did I book?"),
        ("She paints landscapes", "who painted the landscape"),
        ("an invention of mine", "what did I invent"),
        ("the 3rd of June", "3 June"),
        ("my naïve plan", "naive"),
        ("我喜欢北京", "北京"),
    ],
)
def test_a_question_meets_the_turn_that_answers_it(said: str, question: str) -> None:
    assert set(terms(said)) & set(asked(question))


def test_question_words_ask_for_nothing() -> None:
    assert asked("What did you say to me before?") == {}


def test_long_texts_and_questions_are_cut() -> None:
    assert len(terms("word " * 10_000)) <= 2 * MOST_TERMS
    assert len(asked(" ".join(f"w{n}" for n in range(1_000)))) == MOST_ASKED


@pytest.mark.parametrize(
    ("role", "text", "mark"),
    [
        ("user", "hello", "@user"),
        ("Jane Doe", "hello", "@jan"),
        ("user", "Caroline: hello", "@carolin"),
        ("user", "Are you there? ", "#asks"),
        ("user", "we meet at 5", "#number"),
        ("user", "we met Anna", "#name"),
        ("user", "one two three four five", "#over3"),
    ],
)
def test_a_turn_is_marked(role: str, text: str, mark: str) -> None:
    assert mark in {one if mark != "@jan" else one[:4] for one in marks(role, text)}


@pytest.mark.parametrize(
    ("query", "mark"),
    [
        ("When did we meet?", "#number"),
        ("How many dogs do I have?", "#number"),
        ("Who came?", "#name"),
        ("What did Caroline say?", "@carolin"),
        ("What did I eat?", "@user"),
        ("Which books did you recommend to me?", "@assistant"),
    ],
)
def test_a_question_wants_marks(query: str, mark: str) -> None:
    assert wanted(query)[mark] > 0


def test_a_question_about_nothing_wants_no_speaker() -> None:
    assert not [mark for mark in wanted("") if mark.startswith("@")]
