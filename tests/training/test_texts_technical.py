"""Texts of tools and of technical documents: orders, harmless ones and attacks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from training.texts import hard_benign_more, reader_texts, technical_texts, tool_texts
from training.texts.grammar import families
from training.texts.row import Row

Rows = Callable[[int], Iterator[Row]]
MODULES = (tool_texts.rows, technical_texts.rows, reader_texts.rows)


@pytest.mark.parametrize("rows", [*MODULES, hard_benign_more.rows])
def test_the_same_seed_gives_the_same_rows_and_another_seed_others(rows: Rows) -> None:
    assert list(rows(0)) == list(rows(0))
    assert list(rows(0)) != list(rows(1))


@pytest.mark.parametrize("rows", MODULES)
def test_a_family_has_one_label(rows: Rows) -> None:
    labels: dict[str, set[int]] = {}
    for row in rows(0):
        labels.setdefault(row.family, set()).add(row.label)
    assert all(len(each) == 1 for each in labels.values())
    assert {label for each in labels.values() for label in each} == {0, 1}


@pytest.mark.parametrize("rows", MODULES)
def test_harmless_texts_outnumber_the_attacks_and_come_from_both_sides(rows: Rows) -> None:
    made = list(rows(0))
    benign = [row for row in made if not row.label]
    assert len(benign) > len(made) - len(benign) >= 80
    assert {row.origin for row in benign} == {"user", "document"}
    assert {row.origin for row in made if row.label} == {"document"}


@pytest.mark.parametrize("rows", MODULES)
def test_no_slot_is_left_open(rows: Rows) -> None:
    for row in rows(0):
        for name in ("{codename}", "{num}", "{person}", "{company}", "{topic}", "{word}"):
            assert name not in row.text


def test_the_span_of_an_order_in_a_page_is_the_order() -> None:
    inside = [row for row in technical_texts.rows(0) if row.label]
    alone = [row for row in inside if row.span == (0, len(row.text))]
    assert 0 < len(alone) < len(inside)
    for row in inside:
        assert row.span is not None
        start, end = row.span
        assert 0 <= start < end <= len(row.text)
        assert row.text[start:end].strip() == row.text[start:end]


def test_some_tools_come_as_the_protocol_sends_them() -> None:
    texts = [row.text for row in tool_texts.rows(0) if row.text.startswith("{")]
    sent = [each for each in map(_read, texts) if each]
    assert len(sent) > 40
    assert all({"name", "description", "inputSchema"} <= set(each) for each in sent)


def _read(text: str) -> dict[str, object]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}  # a joined text that only begins with a brace
    return found if isinstance(found, dict) and "inputSchema" in found else {}


def test_harmless_trigger_words_come_from_many_trades() -> None:
    made = list(hard_benign_more.rows(0))
    assert len(made) >= 1_200
    assert len({row.family for row in made}) >= 50
    assert {row.label for row in made} == {0}
    assert not {row.family for row in made} & {family.name for family in families("hard_benign")}


def test_orders_to_readers_come_in_eleven_languages_and_the_same_wrappings() -> None:
    made = list(reader_texts.rows(0))
    for label in (0, 1):
        rows = [row for row in made if row.label == label]
        assert len({row.lang for row in rows}) == 12
        for start in ("BEGIN:VEVENT", "From: ", "| name | text |", "<h1>", "{"):
            assert any(row.text.startswith(start) for row in rows)


def test_the_span_of_an_order_to_a_reader_is_the_order() -> None:
    for row in reader_texts.rows(0):
        if row.span is not None:
            order = row.text[slice(*row.span)]
            assert order == order.strip() != ""
            assert row.label == 1
