"""Words: their offsets, and which forms count as one word."""

from __future__ import annotations

import pytest

from aiguardian.guards.trust.words import MOST_KNOWN, content_stems, forms, stem, words


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
    assert forms(text)[0] == folded
    assert forms(text)[1] == [word.stem for word in words(text)]
    assert content_stems(text) == [word.stem for word in words(text) if word.is_content]


def test_offsets_point_at_the_words() -> None:
    text = "Ärzte in 東京 didn’t say 1,200."
    for word in words(text, 100):
        assert text[word.start - 100 : word.end - 100] == word.text


def test_a_very_long_word_stays_as_it_is() -> None:
    assert stem("a" * 100_000) == "a" * 100_000


@pytest.mark.parametrize(
    "text", ["It's 1,200.5 o'clock", "don''t", "a_b x9's", "It’s 1,200.5 o’clock", "Ärzte’s Öl"]
)
def test_words_beside_another_script_are_the_same(text: str) -> None:
    alone = [(word.text, word.folded, word.stem, word.start) for word in words(text)]
    beside = words(f"{text} 東京")
    assert [(word.text, word.folded, word.stem, word.start) for word in beside[:-1]] == alone


def test_more_words_than_are_kept_are_all_told() -> None:
    many = " ".join(f"w{number}x" for number in range(MOST_KNOWN + 100))
    found = words(many)
    assert len(found) == MOST_KNOWN + 100
    assert found[-1].folded == f"w{MOST_KNOWN + 99}x"
