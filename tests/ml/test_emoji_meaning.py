from __future__ import annotations

import unicodedata

import pytest

from aiguardian.ml.emoji_meaning import TABLE, mean_emoji


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("plain text, #1 and 2 * 3", "plain text, #1 and 2 * 3"),
        ("👩🏿", "black woman"),
        ("👩", "woman"),
        ("👍🏿", "good"),  # a tone on a hand says nothing about anybody
        ("👳🏽‍♂️", "brown man in a turban"),
        ("🤷‍♀️", "woman who does not care"),
        ("🏳️‍🌈 and 🏳️‍⚧️", "gay pride and transgender pride"),
        ("🇵🇰", "pakistan"),
        ("🇽🇽", "xx"),  # no country
        ("🔪 🐒", "knife stab monkey"),
        ("m🅰️gg0️⃣t", "maggot"),
        ("le💲💲", "less"),
        ("💲5 and 1️⃣0️⃣", "💲 5 and 10"),  # money and numbers spell nothing
        ("🛸", "🛸"),  # not in the table: its name comes later
        ("naïve Zoë, 東京, «да»", "naïve Zoë, 東京, «да»"),
        ("a—b … c", "a—b … c"),
        ("☺️", "☺"),
        ("\ud83d lone", "\ud83d lone"),
    ],
)
def test_emoji_become_what_posts_mean_by_them(text: str, words: str) -> None:
    assert mean_emoji(text).split() == words.split()


def test_a_long_row_of_emoji_grows_only_by_their_words() -> None:
    assert mean_emoji("🔥" * 100_000) == " fire " * 100_000
    assert len(mean_emoji("🏿" * 100_000)) <= 500_000


def test_the_table_holds_signs_and_plain_words() -> None:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line[0] not in "#="]
    signs = [line.split(" ", 1)[0] for line in lines]
    assert len(set(signs)) == len(signs) > 300
    for sign, line in zip(signs, lines, strict=True):
        assert sign.isalpha() or unicodedata.category(sign)[0] in "SP", sign
        assert line.isprintable(), line
