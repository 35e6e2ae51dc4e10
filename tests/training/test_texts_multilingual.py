"""The texts in many languages: whole, balanced, and one family an idea."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from aiguardian import ml
from training.texts.multilingual import CATEGORY_OF, languages, patterns, rows, variants

ROWS = list(rows(0))
LEXICON: dict[str, dict[str, list[str]]] = json.loads(
    (Path(ml.__file__).parent / "concepts.json").read_text(encoding="utf-8")
)


def test_there_are_texts_in_more_than_thirty_languages() -> None:
    assert len(languages()) > 30


def test_the_same_seed_gives_the_same_rows() -> None:
    assert list(rows(0)) == ROWS


@pytest.mark.parametrize("lang", languages())
def test_each_language_has_enough_attacks_and_more_harmless_texts(lang: str) -> None:
    labels = Counter(row.label for row in ROWS if row.lang == lang)
    assert labels[1] >= 60
    assert labels[0] >= max(90, labels[1])


@pytest.mark.parametrize("lang", languages())
def test_each_pattern_is_whole_and_its_idea_is_known(lang: str) -> None:
    for idea, pattern in patterns(lang):
        assert idea in CATEGORY_OF
        assert pattern.count("{") == pattern.count("}")
        for text in variants(pattern, 1000, random.Random(0)):
            assert text == text.strip()
            assert not set("{}|") & set(text)
            assert "  " not in text


def test_no_text_comes_twice_in_a_language() -> None:
    assert len({(row.lang, row.text) for row in ROWS}) == len(ROWS)


def test_a_family_is_attack_or_harmless_in_all_languages_alike() -> None:
    labels: dict[str, set[int]] = {}
    for row in ROWS:
        labels.setdefault(row.family, set()).add(row.label)
    assert all(len(each) == 1 for each in labels.values())


def test_the_span_of_an_attack_in_a_document_is_the_attack() -> None:
    inside = [row for row in ROWS if row.label and row.origin == "document"]
    assert inside
    for row in inside:
        assert row.span is not None
        start, end = row.span
        assert 0 <= start < end <= len(row.text)
        assert row.text[start:end] == row.text[start:end].strip()


def test_the_lexicon_names_every_concept_in_every_language() -> None:
    assert len(LEXICON) >= 50
    every = {lang for stems in LEXICON.values() for lang in stems}
    assert len(every) >= 40
    assert set(languages()) <= every
    for stems in LEXICON.values():
        assert set(stems) == every
        assert all(stem.strip() for each in stems.values() for stem in each)
