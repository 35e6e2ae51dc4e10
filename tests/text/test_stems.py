"""What a stem leaves of a word."""

from __future__ import annotations

import pytest

from aiguardian.text.stems import root, stem


@pytest.mark.parametrize(
    ("word", "left"),
    [
        ("flights", "flight"),
        ("studies", "study"),
        ("boxes", "box"),
        ("hopping", "hop"),
        ("calling", "call"),
        ("invited", "invit"),
        ("invite", "invit"),
        ("glass", "glass"),
        ("bus", "bus"),
        ("king", "king"),
        ("red", "red"),
        ("s", "s"),
        ("", ""),
        ("日本", "日本"),
    ],
)
def test_endings_of_number_and_tense_come_off(word: str, left: str) -> None:
    assert stem(word) == left


def test_how_long_a_word_must_be_to_lose_its_e_is_for_the_search_to_say() -> None:
    assert [stem("place"), stem("place", keeps_e=5)] == ["plac", "place"]


@pytest.mark.parametrize(
    ("term", "shared"), [("invention", "~inven"), ("inven", "inven"), ("123456", "123456")]
)
def test_relatives_share_a_root_and_numbers_have_none(term: str, shared: str) -> None:
    assert root(term) == shared
