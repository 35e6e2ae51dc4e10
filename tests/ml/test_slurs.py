from __future__ import annotations

import pytest

from aiguardian.guards.bias.groups import groups
from aiguardian.ml.artifact import FOLDER
from aiguardian.ml.slurs import TABLE, severity


@pytest.mark.parametrize(
    "text",
    [
        "You absolute dumbass.",
        "YOU ABSOLUTE DUMBASS",
        "what a dumbass!!",
        "“dumbass”",
        "a\ndumbass",
    ],
)
def test_a_slur_is_found_in_any_case_and_between_any_signs(text: str) -> None:
    assert 1.0 <= severity(text) <= 3.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n",
        "A fire retardant coat.",
        "Scunthorpe is in Lincolnshire.",
        "A plate of nuggets with buttermilk, and crows in the tree.",
        "The Jim Crow laws were repealed.",
        "Er fährt nach Köln. 東京は晴れです。 🙂",
        "\ud800 lone",
    ],
)
def test_words_that_only_look_like_one_are_none(text: str) -> None:
    assert severity(text) == 0.0


def test_no_name_of_a_group_is_a_slur() -> None:
    for group in groups():
        for name in (*group.plural, *group.singular, *group.adjective):
            assert severity(f"Two {name} waited.") == 0.0, name


def test_of_several_the_worst_counts_and_a_phrase_is_looked_up_whole() -> None:
    mild, worse = severity("dumbass"), severity("retard")
    assert 0.0 < mild < worse
    assert severity("dumbass or retard or dumbass") == worse
    assert severity("that son of a bitch") == severity("bitch") > 0.0


def test_a_slur_at_the_end_of_a_long_text_is_found() -> None:
    assert severity("word " * 100_000 + "dumbass") == severity("dumbass")


def test_the_table_cannot_be_read_as_words() -> None:
    assert b"dumbass" not in (FOLDER / TABLE).read_bytes()
