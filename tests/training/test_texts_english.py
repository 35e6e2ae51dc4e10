"""The English training texts: sizes, balance, families, repeatability, and the small grammar."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from training.texts import (
    alarming_benign,
    direct,
    everyday,
    extraction,
    grammar,
    hard_benign,
    prompts_about_prompts,
    roleplay,
    splitting,
)
from training.texts.row import Row

ATTACKS = (direct, extraction, roleplay, splitting)
BENIGN = (hard_benign, alarming_benign, prompts_about_prompts, everyday)

Rows = Callable[[int], Iterator[Row]]


@pytest.fixture(scope="module")
def attacks() -> list[Row]:
    return [row for module in ATTACKS for row in module.rows(0)]


@pytest.fixture(scope="module")
def benign() -> list[Row]:
    return [row for module in BENIGN for row in module.rows(0)]


def test_there_are_six_thousand_attacks_in_two_hundred_families(attacks: list[Row]) -> None:
    assert len(attacks) >= 6_000
    assert len({row.family for row in attacks}) >= 200


def test_there_are_benign_twins_in_two_hundred_and_fifty_families(benign: list[Row]) -> None:
    assert len(benign) >= 7_000
    assert len({row.family for row in benign}) >= 250


@pytest.mark.parametrize(
    ("rows", "fewest", "families"),
    [(alarming_benign.rows, 700, 55), (everyday.rows, 2_500, 60), (hard_benign.rows, 2_500, 90)],
)
def test_each_kind_of_benign_text_is_there(rows: Rows, fewest: int, families: int) -> None:
    made = list(rows(0))
    assert len(made) >= fewest
    assert len({row.family for row in made}) >= families


def test_labels_follow_the_module(attacks: list[Row], benign: list[Row]) -> None:
    assert {row.label for row in attacks} == {1}
    assert {row.label for row in benign} == {0}
    assert {row.category for row in benign} == {
        "benign_hard",
        "benign_alarming",
        "benign_everyday",
    }


def test_no_family_is_larger_than_the_cap(attacks: list[Row], benign: list[Row]) -> None:
    sizes = Counter(row.family for row in attacks + benign)
    assert max(sizes.values()) <= grammar.ROWS_A_FAMILY


def test_no_text_has_two_labels_and_none_stands_twice(
    attacks: list[Row], benign: list[Row]
) -> None:
    texts = [row.text for row in attacks + benign]
    assert len(set(texts)) == len(texts)


def test_no_slot_is_left_unfilled(attacks: list[Row], benign: list[Row]) -> None:
    names = "|".join(grammar.slots())
    unfilled = re.compile(r"\{(" + names + r")\}|\{[^{}]*\|[^{}]*\}|¤", re.IGNORECASE)
    left = [row.text for row in attacks + benign if unfilled.search(row.text)]
    assert left == []


def test_the_same_seed_gives_the_same_rows_and_another_seed_others() -> None:
    assert list(extraction.rows(3)) == list(extraction.rows(3))
    assert list(extraction.rows(3)) != list(extraction.rows(4))


@pytest.mark.parametrize("mark", ["```", "{", "<", "\n", "!", "😊", "User:", '"'])
def test_markup_stands_on_both_sides(mark: str, attacks: list[Row], benign: list[Row]) -> None:
    shares = [sum(mark in row.text for row in rows) / len(rows) for rows in (attacks, benign)]
    assert min(shares) > 0
    assert max(shares) < 5 * min(shares)


def test_length_tells_little_about_the_label(attacks: list[Row], benign: list[Row]) -> None:
    def middle(rows: list[Row]) -> int:
        return sorted(len(row.text) for row in rows)[len(rows) // 2]

    assert middle(attacks) < 1.6 * middle(benign)


def test_a_role_has_one_name_throughout_a_text() -> None:
    text = grammar.expand("{persona} meets {persona}", random.Random(0))
    first, second = text.split(" meets ")
    assert first == second


def test_braces_that_are_no_slot_stand_for_themselves() -> None:
    assert grammar.expand('{"role": "system"} {}', random.Random(0)) == '{"role": "system"} {}'


def test_an_article_fits_the_word_behind_it() -> None:
    assert grammar.expand("{a|a} owl, a user, a one", random.Random(0)) == "an owl, a user, a one"


def test_a_slot_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError, match="nowhere"):
        grammar.expand("{nowhere}", random.Random(0))


@pytest.mark.parametrize("text", ["", "a", "Straße und Öl", "長い文", "word " * 2000])
def test_any_text_can_be_styled(text: str) -> None:
    for seed in range(40):
        styled = grammar.styled(text, random.Random(seed))
        assert isinstance(styled, str)
        assert len(styled) >= 0.8 * len(text)
