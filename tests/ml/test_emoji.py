from __future__ import annotations

import pytest

from aiguardian.ml.emoji import name_emoji


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("plain text, #1 and 2 * 3", "plain text, #1 and 2 * 3"),
        ("I ❤ it", "I heavy black heart it"),
        ("I ❤️ it", "I heavy black heart it"),  # with a variation selector
        ("🐒", "monkey"),
        ("👍🏿", "thumbs up sign dark skin"),
        ("👩‍🚀", "woman rocket"),  # one astronaut, joined by a zero-width joiner
        ("🇬🇧", "g b"),
        ("naïve Zoë, 東京, «да»", "naïve Zoë, 東京, «да»"),
        ("a—b … c", "a—b … c"),
    ],
)
def test_emoji_are_written_out_and_nothing_else_is_touched(text: str, words: str) -> None:
    assert name_emoji(text).split() == words.split()


def test_each_emoji_gets_words_of_its_own() -> None:
    assert name_emoji("a🔥b🔥c").split() == ["a", "fire", "b", "fire", "c"]


def test_a_long_row_of_emoji_grows_only_by_their_names() -> None:
    assert name_emoji("🔥" * 100_000) == " fire " * 100_000
