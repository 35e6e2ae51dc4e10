from __future__ import annotations

import numpy as np
import pytest

from aiguardian.ml.vocabulary import DIMENSIONS, legible, load_vocabulary, packed


def test_a_text_has_a_vector_for_each_piece() -> None:
    vocabulary = load_vocabulary()
    ids = vocabulary.ids("Good morning.", most=128)
    assert vocabulary.vectors(ids).shape == (5, DIMENSIONS)  # with the two marks
    assert vocabulary.bare_ids("Good morning.") == ids[1:-1]


def test_a_long_text_is_cut_and_keeps_its_end_mark() -> None:
    ids = load_vocabulary().ids("word " * 500, most=128)
    assert len(ids) == 128
    assert ids[-1] == load_vocabulary().ids("word", most=128)[-1]


def test_packed_vectors_are_near_the_exact_ones() -> None:
    exact = np.random.default_rng(0).normal(size=(50, DIMENSIONS)).astype(np.float32)
    rows = packed(exact)
    near = rows["levels"] * rows["scale"][:, np.newaxis]
    cosine = (near * exact).sum(1) / np.linalg.norm(near, axis=1) / np.linalg.norm(exact, axis=1)
    assert cosine.min() > 0.999


@pytest.mark.parametrize("text", ["lone \ud83d surrogate", "nul \0 and \u202e marks", ""])
def test_odd_text_has_pieces_like_any_other(text: str) -> None:
    assert len(load_vocabulary().ids(text, most=128)) >= 2


def test_legible_text_of_plain_words_is_left_as_it_is() -> None:
    assert legible("Plain text, naïve and 東京.") == "Plain text, naïve and 東京."
