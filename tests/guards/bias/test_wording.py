"""Listed words: found in the author's voice, and nowhere else."""

from __future__ import annotations

import pytest

from aiguardian.guards.bias.gender_coded import coding_score, is_job_advertisement
from aiguardian.guards.bias.lexicon import lexicon
from aiguardian.guards.bias.passages import passages
from aiguardian.guards.bias.phrases import words
from aiguardian.guards.bias.wording import find_wording
from aiguardian.processor import Deadline


def found(text: str, *dimensions: str) -> list[tuple[str, str]]:
    """Text found and suggestion."""
    parts = passages(text)
    hits, _ = find_wording(parts, words(parts.prose), dimensions or None, Deadline(60.0))
    return [(text[hit.start : hit.end], hit.suggestion) for hit in hits]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The chairman left.", [("chairman", "chair")]),
        ("Add it to the WHITELIST.", [("WHITELIST", "allowlist")]),
        ("the master/slave setup", [("master/slave", "primary/replica")]),
        ("merge into the master branch", [("master branch", "main branch")]),
        ("Hey guys!", [("Hey guys", "hey everyone")]),
        ("a crazy idea", [("crazy", "wild")]),
        ("we are blind to it", [("blind to", "unaware of")]),
        ("he was grandfathered in", [("grandfathered in", "exempted")]),
        ("wheelchair-bound people", [("wheelchair-bound", "wheelchair user")]),
        ("The blind need help.", [("The blind", "blind people")]),
        ("illegal aliens", [("illegal aliens", "undocumented immigrants")]),
        ("man-made", [("man-made", "artificial")]),
        ("each user changes his password", [("his", "their")]),
        ("If a student is late, he waits.", [("he", "they")]),
        ("Whoever wins, it is his.", [("his", "their")]),
        ("a flood of migrants", [("flood of migrants", "arrival of many migrants")]),
        ("The senator slams the bill.", [("slams", "criticises")]),
    ],
)
def test_a_listed_word_is_found_with_its_suggestion(
    text: str, expected: list[tuple[str, str]]
) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Pay with Mastercard for a master's degree.",
        "She mastered chess and became a chess master.",
        "We saw Death of a Salesman.",
        "Chairman Mao and Crazy Horse",
        'The word "manpower" is old.',
        "the word 'manpower' is old",
        "„manpower“ and «manpower» and “manpower”",
        "> The chairman left.\nI disagree.",
        "`whitelist = []` and https://example.org/whitelist",
        "```\nblacklist = whitelist\n```",
        "the blind man and the homeless shelter",
        "the deaf community",
        "a lame duck president",
        "human-made, mankini, chairmanship",
        "The doctor took off his coat.",
        "Each king wore his crown.",
        "slam poetry night",
        "hereditary spastic paraplegia",
        "guys and dolls",
        "Der Vorsitzende ging.",
        "主席要求更多人力。",
    ],
)
def test_a_near_miss_is_not_found(text: str) -> None:
    assert found(text) == []


def test_the_lists_hold_enough_and_suggest_nothing_that_they_list() -> None:
    for name, fewest in (("exclusionary", 120), ("loaded", 120)):
        listed = [
            term
            for phrases in lexicon(name).by_first.values()
            for _, term in phrases
            if term is not None
        ]
        assert len(listed) >= fewest
        for term in listed:
            assert 0.0 < term.score < 1.0
            if term.is_insertable:
                suggested = lexicon(name).find(term.suggestion, words(term.suggestion))
                assert [match.entry for match in suggested if match.entry] == [], term.phrase


def test_scores_add_up_within_a_sentence_and_not_beyond() -> None:
    def score(text: str) -> float:
        parts = passages(text)
        _, scores = find_wording(parts, words(parts.prose), None, Deadline(60.0))
        return scores["exclusionary_language"]

    one = score("The chairman left.")
    assert score("The chairman left. A fireman came.") == one
    assert score("The chairman met the chairman.") == one
    assert score("The chairman met a fireman.") > one


MASCULINE = (
    "We are looking for a fearless leader. The ideal candidate is ambitious, competitive and "
    "dominant. Requirements: five years of experience. Apply now."
)
NEUTRAL = (
    "We are looking for a nurse. Requirements: a licence. You will support patients, share shifts "
    "and cooperate with others. Salary by agreement. Apply now."
)


def test_a_masculine_coded_advertisement_is_told_without_being_asked() -> None:
    texts = [text for text, _ in found(MASCULINE)]
    assert "fearless" in texts
    assert "ambitious" in texts


def test_a_neutral_advertisement_and_ordinary_prose_are_not() -> None:
    assert found(NEUTRAL) == []
    assert found("The fearless, dominant and competitive leader led us into battle.") == []


def test_gender_coding_is_judged_anywhere_when_it_is_asked_for() -> None:
    text = "The fearless, dominant and competitive leader."
    assert len(found(text, "gender_coded")) == 4


@pytest.mark.parametrize(
    ("text", "score"),
    [("", 0.0), ("support and share", 0.0), ("compete", 0.35), ("lead battle compete fight", 0.55)],
)
def test_the_balance_of_coded_words_decides(text: str, score: float) -> None:
    assert coding_score(words(text)) == score


def test_an_advertisement_needs_three_signs() -> None:
    assert is_job_advertisement(MASCULINE)
    assert not is_job_advertisement("The position of the moon, and our benefits.")
