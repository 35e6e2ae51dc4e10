"""Groups, where they are named, and sentences with one exchanged for another."""

from __future__ import annotations

import pytest

from aiguardian.guards.bias.groups import AXES, group_named, groups, partner
from aiguardian.guards.bias.mentions import Mention, axes_of, find_mentions
from aiguardian.guards.bias.phrases import words
from aiguardian.guards.bias.swapping import swapped


def named(text: str) -> list[tuple[str, str, str]]:
    return [
        (text[each.start : each.end], each.group.name, each.form)
        for each in find_mentions(text, words(text))
    ]


def test_every_axis_has_groups_and_every_group_a_partner_of_its_axis() -> None:
    assert {group.axis for group in groups()} == set(AXES)
    assert len(groups()) >= 60
    for group in groups():
        assert partner(group).axis == group.axis
        assert partner(group) != group
        assert group.singular


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Muslims live here.", [("Muslims", "Muslims", "plural")]),
        ("MUSLIMS live here.", [("MUSLIMS", "Muslims", "plural")]),
        ("A Muslim lives here.", [("Muslim", "Muslims", "singular")]),
        ("Muslim students", [("Muslim", "Muslims", "adjective")]),
        ("people with Down syndrome", [("people with Down syndrome",) * 2 + ("plural",)]),
        ("the wheelchair-user", [("wheelchair-user", "wheelchair users", "singular")]),
        ("blind students", [("blind", "blind people", "adjective")]),
        ("gay couples", [("gay", "gay people", "adjective")]),
        ("Poles and Turks", [("Poles", "Poles", "plural"), ("Turks", "Turks", "plural")]),
        ("asylum\nseekers", [("asylum\nseekers", "refugees", "plural")]),
    ],
)
def test_a_name_of_people_is_found(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a blind spot in the data",
        "black coffee and white wine",
        "Chinese food with French fries",
        "tent poles and polish",
        "a straight line, an old house, a poor result",
        "the White House said so",
        "Christian Bale plays in it",
        "a gay melody",
        "the rich taste of the soup",
        "黒い猫がいます",
    ],
)
def test_what_only_looks_like_a_group_is_none(text: str) -> None:
    assert named(text) == []


def test_axes_are_told_once_and_in_order() -> None:
    text = "refugees and women and immigrants and men"
    assert axes_of(find_mentions(text, words(text))) == ["gender", "nationality"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Women are late.", "Men are late."),
        ("women are late", "men are late"),
        ("WOMEN ARE LATE", "MEN ARE LATE"),
        ("A woman lost her keys; she cried.", "A man lost his keys; he cried."),
        ("She is a woman.", "He is a man."),
        ("an immigrant came", "an american came"),
        ("A Muslim student came.", "A Christian student came."),
        ("I met a Jew.", "I met a Christian."),
        ("A gay man came.", "A straight man came."),
        ("Muslims and Christians argue.", "Christians and Muslims argue."),
        ("an old person", "a young person"),
    ],
)
def test_a_swap_keeps_the_sentence_grammatical(text: str, expected: str) -> None:
    mentions = find_mentions(text, words(text))
    result = swapped(text, mentions, mentions[0].group)
    assert result is not None
    assert result[0] == expected


def test_a_swap_back_gives_the_sentence_again() -> None:
    text = "Women who code and a woman who paints."
    mentions = find_mentions(text, words(text))
    once = swapped(text, mentions, mentions[0].group)
    assert once is not None
    back = find_mentions(once[0], words(once[0]))
    again = swapped(once[0], back, back[0].group)
    assert again is not None
    assert again[0] == text


def test_a_group_whose_partner_lacks_the_word_is_not_swapped() -> None:
    mothers = group_named("mothers")
    assert swapped("mothers", [Mention(0, 7, mothers, "adjective")], mothers) is None
