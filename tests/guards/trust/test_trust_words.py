"""Words: their offsets, and which forms count as one word."""

from __future__ import annotations

import pytest

from aiguardian.guards.trust.marks import (
    COUNTS,
    DENIES,
    HEDGES,
    NAMES,
    OF_KIND,
    OPPOSED,
    QUANTIFIES,
)
from aiguardian.guards.trust.spelling import stem
from aiguardian.guards.trust.words import LONGEST_KNOWN, MOST_KNOWN, content_stems, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("acquired", "acquires"),
        ("study", "studied"),
        ("increasing", "increase"),
        ("stopped", "stop"),
        ("went", "going"),
        ("was", "is"),
        ("children", "child"),
        ("won", "win"),
        ("buses", "bus"),
        ("died", "dies"),
    ],
)
def test_forms_of_one_word_have_one_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    ("one", "other"), [("series", "serious"), ("new", "news"), ("bed", "be"), ("king", "kin")]
)
def test_other_words_have_other_stems(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", []),
        ("...", []),
        ("Café's 1,200.5 items", ["cafe", "1200.5", "items"]),
        ("It didn’t stop", ["it", "didn't", "stop"]),
        ("real-time", ["real", "time"]),
        ("東京タワー", ["東京", "京タ", "タワ", "ワー"]),
        ("人", ["人"]),
    ],
)
def test_words_are_folded(text: str, folded: list[str]) -> None:
    assert [word.folded for word in words(text)] == folded
    assert content_stems(text) == [word.stem for word in words(text) if word.is_content]


def test_offsets_point_at_the_words() -> None:
    text = "Ärzte in 東京 didn’t say 1,200."
    found = words(text, 100)
    assert len(found) == 6
    for word, start, end in zip(found, found.starts, found.ends, strict=True):
        assert text[start - 100 : end - 100] == word.text


def test_a_very_long_word_stays_as_it_is() -> None:
    assert stem("a" * 100_000) == "a" * 100_000


@pytest.mark.parametrize(
    "text", ["It's 1,200.5 o'clock", "don''t", "a_b x9's", "It’s 1,200.5 o’clock", "Ärzte’s Öl"]
)
def test_words_beside_another_script_are_the_same(text: str) -> None:
    alone, beside = words(text), words(f"{text} 東京")
    assert beside.listed[:-1] == alone.listed
    assert (beside.starts[:-1], beside.ends[:-1]) == (alone.starts, alone.ends)


def test_more_words_than_are_kept_are_all_told() -> None:
    many = " ".join(f"w{number}x" for number in range(MOST_KNOWN + 100))
    found = words(many)
    assert len(found) == MOST_KNOWN + 100
    assert found[-1].folded == f"w{MOST_KNOWN + 99}x"


def test_a_word_that_no_language_has_is_not_kept() -> None:
    (long,) = words("x" * (LONGEST_KNOWN + 1))
    assert words(long.text)[0] is not long
    assert words("bridge")[0] is words("the bridge")[1]


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("no", DENIES), ("didn't", DENIES), ("didn’t", DENIES), ("failed", DENIES),
        ("Every", QUANTIFIES), ("rising", OPPOSED), ("blue", OF_KIND), ("might", HEDGES),
        ("45", COUNTS), ("½", COUNTS), ("Seven", COUNTS), ("3rd", COUNTS), ("l'one", COUNTS),
        ("Larkhill", NAMES), ("NF1", NAMES), ("WHO", NAMES),
    ],
)  # fmt: skip
def test_words_bear_the_mark_of_what_they_tell(text: str, mark: int) -> None:
    assert words(text)[0].marks & mark


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("note", DENIES), ("May", HEDGES), ("stone", COUNTS), ("who", NAMES), ("20kg", NAMES),
        ("Monday", NAMES), ("larkhill", QUANTIFIES | OPPOSED | OF_KIND | HEDGES),
    ],
)  # fmt: skip
def test_words_that_tell_nothing_bear_no_mark(text: str, mark: int) -> None:
    assert not words(text)[0].marks & mark


def test_parts_of_a_row_keep_their_places() -> None:
    found = words("One two, three.", 10)
    part = found.part(1, 3)
    assert [word.text for word in part] == ["two", "three"]
    assert (part.starts, part.ends, part.gap(0)) == ([14, 19], [17, 24], 2)
