"""The generated documents: balanced, varied, reproducible, with the attack where the span says."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from training.texts.carriers import CARRIERS, mixed_topic
from training.texts.documents import rows
from training.texts.embedded import goal_families, harmless_inserts, whole_attacks
from training.texts.filling import CLOSE, OPEN, Carrier, fill
from training.texts.lent import lent_attacks
from training.texts.phrase_files import sections
from training.texts.phrases import expand
from training.texts.row import Row
from training.texts.slot_values import SLOTS

NO_DATA = Path("no-such-folder")
INSERT = "First line of it.\nSecond line of it."


@pytest.fixture(scope="module")
def made() -> list[Row]:
    return list(rows(0, NO_DATA))


def test_there_are_as_many_rows_and_families_as_promised(made: list[Row]) -> None:
    counts = Counter((row.origin, row.label) for row in made)
    assert counts["document", 1] >= 3_400
    assert counts["document", 0] >= 4_900
    assert counts["user", 0] + counts["user", 1] >= 800
    assert len({row.family for row in made if row.label}) >= 150
    assert len({row.family for row in made if not row.label}) >= 200
    assert len(CARRIERS) >= 60
    assert len(goal_families()) >= 120
    assert sum(len(styles) for styles in sections("styles").values()) >= 40


def test_the_same_seed_makes_the_same_rows_and_another_makes_others(made: list[Row]) -> None:
    assert list(islice(rows(0, NO_DATA), 300)) == made[:300]
    assert [row.text for row in islice(rows(1, NO_DATA), 300)] != [row.text for row in made[:300]]


def test_no_text_comes_twice_and_no_slot_stays_open(made: list[Row]) -> None:
    assert len({row.text for row in made}) == len(made)
    for row in made:
        assert not any(f"{{{slot}}}" in row.text for slot in (*SLOTS, "goal", "Goal", "insert"))
        assert OPEN not in row.text
        assert CLOSE not in row.text


def test_documents_with_a_lent_attack_keep_its_family(made: list[Row]) -> None:
    lent = {row.family for row in lent_attacks(0)}
    assert lent
    assert lent <= {row.family for row in made if row.label and row.origin == "document"}


def test_a_family_has_one_label(made: list[Row]) -> None:
    attacks = {row.family for row in made if row.label}
    assert not attacks & {row.family for row in made if not row.label}


def test_the_span_of_each_attack_lies_in_the_text_and_no_harmless_row_has_one(
    made: list[Row],
) -> None:
    for row in made:
        if not row.label:
            assert row.span is None
            continue
        assert row.span is not None
        start, end = row.span
        assert 0 <= start < end <= len(row.text)
        assert row.text[start:end] == row.text[start:end].strip()


def test_both_labels_have_the_same_spread_of_lengths(made: list[Row]) -> None:
    words = [
        sorted(len(row.text.split()) for row in made if row.label == label) for label in (0, 1)
    ]
    for share in (0.1, 0.25, 0.5, 0.75, 0.9):
        harmless, attack = (lengths[int(share * len(lengths))] for lengths in words)
        assert 0.7 < harmless / attack < 1.4


def test_places_are_spread_over_the_text(made: list[Row]) -> None:
    at = Counter(
        3 * row.span[0] // len(row.text) for row in made if row.span and row.origin == "document"
    )
    assert min(at[third] for third in range(3)) > 500


@pytest.mark.parametrize("carrier", CARRIERS, ids=lambda carrier: carrier.__name__)
def test_every_carrier_holds_the_insert_once_at_each_place(carrier: Carrier) -> None:
    topic = mixed_topic(Random(5))
    for place in ("start", "middle", "end", "aside"):
        filled = fill(carrier, topic, seed="7", insert=INSERT, place=place)
        assert filled.span is not None
        held = filled.text[slice(*filled.span)]
        assert held.startswith("First line of it.")
        assert held.endswith("Second line of it.")
        assert filled.text.count("Second line of it.") == 1
        assert "Second line" not in fill(carrier, topic, seed="7").text


def test_json_carriers_stay_valid_with_an_attack_full_of_quotes() -> None:
    attack = '"}], "x": [{"y": "\\ and\na tab\t'
    for carrier in CARRIERS:
        if carrier.__name__.endswith("_json"):
            json.loads(fill(carrier, mixed_topic(Random(1)), seed="1", insert=attack).text)


@pytest.mark.parametrize("at", range(0, 40, 4))
def test_a_phrase_expands_without_braces_left(at: int) -> None:
    kind, number = goal_families()[at]
    made = expand(sections("goals")[kind][number], Random(at))
    assert "|" not in made.replace("| sh", "")
    assert not re.search(r"\{\w+\}", made)


def test_braces_that_are_no_slot_stay() -> None:
    assert expand('{"a": 1} {nothing} {x|x}', Random(0)) == '{"a": 1} {nothing} x'


def test_no_phrase_stands_twice() -> None:
    for name in ("goals", "styles", "whole_attacks", "benign_inserts", "topics"):
        lines = [line for part in sections(name).values() for line in part]
        assert len(set(lines)) == len(lines)
    assert len(whole_attacks()) >= 60
    assert len(harmless_inserts()) >= 150
