"""Claims: what an answer states, where, and what of it can't be checked."""

from __future__ import annotations

import pytest

from aiguardian.guards.trust.claims import LONGEST, find_claims


def kinds(text: str) -> list[tuple[str, str, str]]:
    return [(claim.kind, claim.text, claim.not_checkable) for claim in find_claims(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" \n\n ", []),
        ("It rains. It pours.", [("sentence", "It rains.", ""), ("sentence", "It pours.", "")]),
        ("Is it red?", [("sentence", "Is it red?", "question")]),
        ("Hello there!", [("sentence", "Hello there!", "greeting or small talk")]),
        ("I love this song.", [("sentence", "I love this song.", "opinion")]),
        ("Open the file.", [("sentence", "Open the file.", "instruction")]),
        ("Hope this helps!", [("sentence", "Hope this helps!", "about the answer itself")]),
        ("# Results", [("sentence", "# Results", "heading")]),
        ("...", [("sentence", "...", "no words")]),
        ("١٩٨٧ افتتح الجسر.", [("sentence", "١٩٨٧ افتتح الجسر.", "")]),
    ],
)
def test_a_sentence_is_a_claim_or_says_why_not(
    text: str, found: list[tuple[str, str, str]]
) -> None:
    assert kinds(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "I think it opened in 1901.",
        "Yes, the bridge has four lanes of traffic in each direction today.",
        "Take That are a band from Manchester.",
        "I believe Anna Berg built it.",
    ],
)
def test_what_states_a_fact_beside_an_opinion_is_a_claim(text: str) -> None:
    assert find_claims(text)[0].is_checkable


def test_list_items_lean_on_the_sentence_that_announces_them() -> None:
    claims = find_claims("The bridge carries:\n\n- four lanes\n- It carries trains.\n")
    assert [(c.kind, c.text, c.subject) for c in claims[1:]] == [
        ("item", "four lanes", "The bridge carries"),
        ("item", "It carries trains.", ""),
    ]


def test_table_rows_know_their_header() -> None:
    rows = find_claims("| year | sales |\n|---|---|\n| 2019 | 5 |\n\n| a | b |\n| 1 | 2 |")
    assert [(c.text, c.subject, c.not_checkable) for c in rows] == [
        ("| year | sales |", "", "table header"),
        ("| 2019 | 5 |", "| year | sales |", ""),
        ("| a | b |", "", "table header"),
        ("| 1 | 2 |", "| a | b |", ""),
    ]


def test_code_is_no_claim() -> None:
    claims = find_claims("It runs.\n```python\nx = 1\n```\nIt stops.")
    assert [(c.not_checkable, c.is_checkable) for c in claims] == [
        ("", True),
        ("code", False),
        ("", True),
    ]


def test_a_repeated_question_is_what_the_answer_answers() -> None:
    asked, answer = find_claims("Q: How long is it? A: 412 m")
    assert asked.not_checkable == "question"
    assert (answer.kind, answer.text, answer.question) == ("answer", "412 m", "How long is it?")
    assert answer.statement == "How long is it? 412 m"


def test_a_full_sentence_needs_no_question() -> None:
    (claim,) = find_claims("The bridge was opened by Anna Berg.", "Who opened it?")
    assert (claim.kind, claim.statement) == ("sentence", claim.text)


def test_offsets_point_at_the_claims() -> None:
    text = "  A 🐀 ran. \n\n* one item\n1) two. Three?\n|a|b|\n|1|2|\n```\nx\n``` end"
    for claim in find_claims(text):
        assert text[claim.start : claim.end] == claim.text


def test_a_giant_sentence_is_cut() -> None:
    text = "word " * 100_000
    claims = find_claims(text)
    assert all(len(claim.text) <= LONGEST for claim in claims)
    assert sum(claim.text.count("word") for claim in claims) == 100_000
