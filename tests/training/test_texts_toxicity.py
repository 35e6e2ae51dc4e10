"""The written toxicity texts: labelled, the same each time, and fair to every group."""

from __future__ import annotations

from collections import Counter

import pytest

from training.texts import toxicity_english, toxicity_languages, toxicity_more, toxicity_slurs
from training.texts.toxic_row import HEADS, ToxicRow
from training.texts.toxicity_grammar import written_groups

ENGLISH = [*toxicity_english.rows(0), *toxicity_more.rows(0)]
OTHERS = list(toxicity_languages.rows(0))


def test_there_are_fifteen_thousand_rows_in_four_hundred_families() -> None:
    assert len(ENGLISH) + len(OTHERS) >= 15_000
    assert len({row.family for row in ENGLISH + OTHERS}) >= 400


def test_the_same_seed_gives_the_same_rows_and_another_seed_others() -> None:
    first = list(toxicity_english.rows(0))
    assert ENGLISH[: len(first)] == first
    assert {row.text for row in toxicity_english.rows(1)} != {row.text for row in first}


@pytest.mark.parametrize("row", (ENGLISH + OTHERS)[::97], ids=lambda row: row.family)
def test_a_row_has_known_heads_and_no_slot_left(row: ToxicRow) -> None:
    assert row.labels
    assert set(row.labels) <= set(HEADS)
    assert set(row.labels.values()) <= {0, 1}
    assert "{" not in row.text
    assert row.text.strip()


def test_no_text_has_two_labels() -> None:
    labels: dict[str, dict[str, int]] = {}
    for row in ENGLISH + OTHERS:
        assert labels.setdefault(row.text.casefold(), row.labels) == row.labels


def test_a_family_has_one_labelling() -> None:
    labels: dict[str, dict[str, int]] = {}
    for row in ENGLISH + OTHERS:
        assert labels.setdefault(row.family, row.labels) == row.labels


def test_no_group_stands_in_hate_more_often_than_another() -> None:
    counts = {(group.name, hate): 0 for group in written_groups() for hate in (0, 1)}
    for row in ENGLISH:
        text = row.text.casefold()
        named = Counter(
            group.name for group in written_groups() if f"{group.name.casefold()} " in text
        )
        for name in named:
            if "hate" in row.labels:
                counts[name, row.labels["hate"]] += 1
    shares = {
        group.name: counts[group.name, 1] / (counts[group.name, 0] + counts[group.name, 1])
        for group in written_groups()
        if group.name not in ("men", "women")  # they stand inside other groups' names
    }
    assert max(shares.values()) - min(shares.values()) < 0.25, shares


def test_without_the_lexicon_there_are_no_slur_rows(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("AIGUARDIAN_DATA", str(tmp_path))
    assert list(toxicity_slurs.rows(0)) == []
