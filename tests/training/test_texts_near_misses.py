"""Harmless texts nearest to attacks, and attacks nearest to those."""

from __future__ import annotations

from collections import Counter

from training.texts.grammar import families
from training.texts.near_misses import ATTACKS, BENIGN, DOCUMENTS, PLANTED, rows
from training.texts.row import Row

MADE: list[Row] = list(rows(0))


def test_the_same_seed_gives_the_same_rows_and_another_seed_others() -> None:
    assert list(rows(0)) == MADE
    assert list(rows(1)) != MADE


def test_harmless_texts_outnumber_the_attacks_and_both_come_from_both_sides() -> None:
    kinds = Counter((row.label, row.origin) for row in MADE)
    for origin in ("user", "document"):
        assert kinds[0, origin] > kinds[1, origin] > 50
    assert kinds[0, "user"] > 700


def test_a_family_has_one_label_and_no_name_stands_on_both_sides() -> None:
    labels: dict[str, set[int]] = {}
    for row in MADE:
        labels.setdefault(row.family.rpartition("/")[2], set()).add(row.label)
    assert all(len(each) == 1 for each in labels.values())
    assert len(labels) >= 50


def test_each_family_named_for_documents_is_there() -> None:
    for stem, chosen in ((BENIGN, DOCUMENTS), (ATTACKS, PLANTED)):
        written = {family.name.rpartition("/")[2] for family in families(stem)}
        inside = {
            row.family.rpartition("/")[2]
            for row in MADE
            if row.origin == "document" and row.family.startswith(stem)
        }
        assert chosen <= written
        assert inside == chosen


def test_no_text_has_two_labels() -> None:
    labels: dict[str, set[int]] = {}
    for row in MADE:
        labels.setdefault(row.text.casefold(), set()).add(row.label)
    assert all(len(each) == 1 for each in labels.values())


def test_no_slot_is_left_open() -> None:
    for row in MADE:
        for name in ("{num}", "{word}", "{company}", "{language}", "{person}"):
            assert name not in row.text


def test_the_span_of_a_planted_order_is_the_order() -> None:
    planted = [row for row in MADE if row.label and row.span]
    assert len(planted) > 30
    for row in planted:
        assert row.span is not None
        start, end = row.span
        assert 0 <= start < end <= len(row.text)
        assert row.text[start:end].strip() == row.text[start:end]
