"""The tagger finds names where people write them, and little else."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import numpy as np
import pytest

from aiguardian.ml import tagger
from aiguardian.ml.tagger import TYPES, Tagged, load_model, tag
from aiguardian.ml.tagger_features import BITS, FIRST, ROWS, feature_rows, tokenize, word_shape
from benchmarks.hostile import HOSTILE

FOUND = [
    ("My name is Maria Gonzalez and I live in Berlin.", "Maria Gonzalez", "PERSON"),
    ("My name is Maria Gonzalez and I live in Berlin.", "Berlin", "LOCATION"),
    ("my name is john smith", "john smith", "PERSON"),
    ("Dear Mr. Johnson, thank you for your letter.", "Johnson", "PERSON"),
    ("She works for Siemens AG in Munich.", "Siemens AG", "ORGANIZATION"),
    ("Our office is at 742 Maple Street, Springfield, IL 62704.", "742 Maple Street", "ADDRESS"),
    ("Anschrift: Lindenstraße 12, 10969 Berlin", "Lindenstraße 12, 10969 Berlin", "ADDRESS"),
    ("Je m'appelle Camille Durand et j'habite à Lyon.", "Camille Durand", "PERSON"),
    ("Меня зовут Иван Петров, город Москва.", "Иван Петров", "PERSON"),
    ("Nombre: Lucía Fernández\nCiudad: Madrid", "Lucía Fernández", "PERSON"),
    ("私の名前は山田太郎です。", "山田太郎", "PERSON"),
    ("我叫王伟，我住在北京。", "北京", "LOCATION"),
    ("Nazywam się Anna Kowalska i piszę w sprawie faktury.", "Anna Kowalska", "PERSON"),
    ("Ik ben Pieter de Vries, bel me morgen.", "Pieter de Vries", "PERSON"),
    ("Mi chiamo Giulia Ferrari.", "Giulia Ferrari", "PERSON"),
    ("Vriddhima lives in Leeds.", "Leeds", "LOCATION"),
    ("Please call Vriddhima back.", "Vriddhima", "PERSON"),
    ("Anna-Lena O'Brien called from Dublin.", "Anna-Lena O'Brien", "PERSON"),
    ('{"first_name": "Emily", "city": "Toronto"}', "Emily", "PERSON"),
]

NOT_FOUND = [
    "",
    " \n\t ",
    "...",
    "12 345 678",
    "Please reset my password because I can't log in anymore.",
    "The meeting is on Monday, 3 March, in the afternoon.",
    "How do I sort a list of numbers in Python?",
    "The German economy grew faster than the French one.",
    "Terms and Conditions",
    "Der Vertrag und die Rechnung liegen auf dem Tisch.",
    "def main() -> None:\n    return sum(values)",
    "请核对发票，并在本周末之前付款。",
    "Nur einer ist da. Wann kommt der zweite?",
    "Buongiorno, il negozio è aperto anche la domenica?",
    "Ik heb per ongeluk twee keer hetzelfde besteld.",
    "Zamówiłem buty w zeszłym tygodniu. Kiedy dostanę zwrot?",
    "Le bouton « mot de passe oublié » ne réagit pas.",
    "هل يمكنني تغيير موعد التسليم؟",
    "この文を説明してください。",
]


@pytest.mark.parametrize(("text", "name", "kind"), FOUND)
def test_a_name_is_found_with_its_type(text: str, name: str, kind: str) -> None:
    start = text.index(name)
    assert any(
        span.type == kind and span.start < start + len(name) and start < span.end
        for span in tag(text)
    ), tag(text)


@pytest.mark.parametrize("text", NOT_FOUND)
def test_ordinary_text_holds_no_name(text: str) -> None:
    assert tag(text) == []


def test_spans_are_in_order_and_do_not_overlap_and_have_no_signs_around_them() -> None:
    text = "Attn.: Peter Meier (IBM), Hauptstraße 5, 80331 München. " * 60
    spans = tag(text)
    assert len(spans) > 60
    for before, after in itertools.pairwise(spans):
        assert before.end <= after.start
    for span in spans:
        assert text[span.start].isalnum()
        assert text[span.end - 1].isalnum() or text[span.end - 1] == "."
        assert 0.5 <= span.score <= 1.0
        assert span.type in TYPES


def test_offsets_are_code_points_of_the_text_as_given() -> None:
    text = "🙂\u200b 𝒳 My name is Anna Schmidt. 🙂"
    (span,) = [span for span in tag(text) if span.type == "PERSON"]
    assert text[span.start : span.end] == "Anna Schmidt"


def test_a_name_is_found_far_inside_a_long_text_as_in_a_short_one() -> None:
    filler = "Nothing of interest happens in this sentence at all. "
    sentence = "My name is Maria Gonzalez. "
    text = filler * 2_000 + sentence + filler * 2_000
    assert [text[span.start : span.end] for span in tag(text)] == ["Maria Gonzalez"]


def test_cutting_into_chunks_changes_no_span(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["my", "name", "is", "Maria", "Gonzalez", ",", "from", "Berlin", "and", "to", "."]
    text = " ".join(random.Random(5).choices(words, k=6_000))
    whole = tag(text)
    monkeypatch.setattr(tagger, "CHUNK", 1 << 20)
    spans = tag(text)
    assert len(set(whole) ^ set(spans)) <= 6  # only at the five cuts


def test_a_higher_threshold_keeps_the_surer_spans() -> None:
    text = "Maria Gonzalez and Hollow Reed met at Blue Fern."
    sure = tag(text, threshold=0.9)
    assert set(sure) <= set(tag(text))
    assert all(span.score >= 0.9 for span in sure)


def test_check_is_called_while_a_long_text_is_read() -> None:
    calls = []
    tag("Maria went home. " * 5_000, check=lambda: calls.append(1))
    assert len(calls) > 5


def test_what_check_raises_ends_the_work() -> None:
    def stop() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        tag("Maria went home.", check=stop)


@pytest.mark.parametrize("name", HOSTILE, ids=map(repr, HOSTILE))
def test_a_hostile_text_is_read_to_its_end(name: str) -> None:
    text = HOSTILE[name](32_768)
    for span in tag(text):
        assert 0 <= span.start < span.end <= len(text)


def test_lone_surrogates_and_odd_scripts_are_no_error() -> None:
    assert isinstance(tag("\ud800 Anna \udfff ꦲꦏ꧀ꦱꦫ 𓀀𓀁 ʻOkina ǅ İ ß ﬁ"), list)


def test_every_character_but_white_space_is_in_a_token() -> None:
    text = "Don't pay l'Oréal 12,50€ — 山田さん, ok?\n\n  سلام_x"
    tokens = tokenize(text)
    covered = {
        at
        for start, end in zip(tokens.starts, tokens.ends, strict=True)
        for at in range(start, end)
    }
    assert covered >= {at for at, char in enumerate(text) if not char.isspace()}


@pytest.mark.parametrize(
    ("word", "shape"),
    [("and", "x"), ("A", "X"), ("Anna", "Xx"), ("IBM", "XX"), ("McKay", "XxX"), ("iPad", "xX")],
)
def test_a_shape_tells_how_capitals_are_used(word: str, shape: str) -> None:
    assert word_shape(word) == shape


def test_features_are_rows_of_the_table_and_hidden_bits_are_left_out() -> None:
    lists = load_model().gazetteer
    assert lists.bits("maria") & FIRST
    assert lists.bits("xqzzyv") == 0
    rows = feature_rows("Maria", lists)
    assert all(0 <= row < ROWS for row in rows)
    assert ROWS - BITS in rows
    assert ROWS - BITS not in feature_rows("Maria", lists, hidden=FIRST)


def test_probabilities_of_a_token_sum_to_one() -> None:
    model = load_model()
    vectors = np.zeros((5, model.scale.shape[0]), dtype=np.float32)
    assert np.allclose(tagger.probabilities(model, vectors).sum(axis=1), 1.0, atol=1e-5)


def test_what_goes_on_never_begins_a_span() -> None:
    judged = np.full((3, tagger.LABELS), 0.01)
    judged[:, 2] = 0.92  # "goes on in a person" wherever one looks
    assert tagger.labelled_spans(judged) == [(0, 0, 3)]


def test_weights_with_another_checksum_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    changed = tmp_path / "tagger.npz"
    changed.write_bytes(tagger.WEIGHTS.read_bytes() + b"\0")
    monkeypatch.setattr(tagger, "WEIGHTS", changed)
    load_model.cache_clear()
    try:
        with pytest.raises(ValueError, match="checksum"):
            load_model()
    finally:
        monkeypatch.undo()
        load_model.cache_clear()


def test_a_span_is_a_value() -> None:
    assert Tagged("PERSON", 0, 4, 0.9) == Tagged("PERSON", 0, 4, 0.9)
