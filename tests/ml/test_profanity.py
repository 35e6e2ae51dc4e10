from __future__ import annotations

import pytest

from aiguardian.guards.bias.groups import groups
from aiguardian.ml.artifact import FOLDER
from aiguardian.ml.profanity import TABLE, spellings, swearing
from aiguardian.ml.slurs import severity


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("   \n", 0),
        ("Thank you for the lovely dinner!", 0),
        ("what a bullshit", 1),
        ("WHAT A BULLSHIT!!", 1),
        ("fuck, fuck and fuck", 3),
        ("fuuuuck", 1),
        ("f**k this", 1),
        ("sh1t", 1),
        ("a$$hole", 1),
        ("$5 for 2 * 3", 0),
        ("Scunthorpe, a cocktail and a shitake mushroom", 0),
        ("Arsenal played Essex in Sussex.", 0),
        ("a grasshopper and a bass guitar", 0),
        ("Er fährt nach Köln. 東京は晴れです。 🙂", 0),
        ("\ud800 lone", 0),
    ],
)
def test_profane_words_are_counted_in_the_spellings_that_hide_them(text: str, count: int) -> None:
    assert swearing(text) == count


def test_a_phrase_counts_once_and_the_longest_one_wins() -> None:
    assert swearing("shut the fuck up") == swearing("fuck") == 1


def test_slurs_are_left_to_the_table_of_slurs() -> None:
    assert severity("retard") > 0.0
    assert swearing("retard") == 0


def test_no_name_of_a_group_is_profane() -> None:
    for group in groups():
        for name in (*group.plural, *group.singular, *group.adjective):
            assert swearing(f"Two {name} waited.") == 0, name


def test_the_last_word_of_a_long_text_is_found() -> None:
    assert swearing("word " * 100_000 + "bullshit") == 1


def test_a_long_row_of_signs_is_one_word_with_few_spellings() -> None:
    assert len(spellings("a" + "*$" * 50_000)) <= 4
    assert swearing("*$" * 50_000) == 0


def test_the_table_cannot_be_read_as_words() -> None:
    assert b"bullshit" not in (FOLDER / TABLE).read_bytes()
