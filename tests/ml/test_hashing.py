"""Folding keeps every place; n-grams say where they were read."""

from __future__ import annotations

import numpy as np
import pytest

from aiguardian.ml.hashing import BLOCK, fold, folded_text, is_unspaced, ngrams


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ignore ALL", "ignore all"),
        ("don't, stop!", "don t  stop "),
        ("Ça été Ünïté", "ca ete unite"),
        ("Żółć İzmir ılık Straße", "zolc izmir ilik strase"),
        ("Ώρα Привет", "ωρα привет"),
        ("2026-11", "0000 00"),
        ("你好，世界", "你好 世界"),
        ("สวัสดี", "สวัสดี"),
        ("a😀b", "a b"),
        ("", ""),
        ("\ud800x", " x"),
    ],
)
def test_a_text_is_folded_place_by_place(text: str, folded: str) -> None:
    assert folded_text(fold(text)) == folded
    assert len(fold(text)) == len(text)


def read_at(text: str) -> set[str]:
    grams = ngrams(fold(text))
    return {text[start:end] for start, end in zip(grams.starts, grams.ends, strict=True)}


def test_words_pairs_and_letters_lie_where_they_were_read() -> None:
    assert {"old", "rule", "old rule", "ul"} <= read_at("old rule")


def test_scripts_without_spaces_give_single_signs_and_pairs() -> None:
    assert {"你", "你好"} <= read_at("你好吗")


def test_the_same_word_has_the_same_hash_wherever_it_stands() -> None:
    alone = ngrams(fold("password")).hashes
    later = ngrams(fold("…" * 9_000 + " the PASSWORD, please")).hashes
    assert set(alone.tolist()) <= set(later.tolist())


def test_different_words_hardly_share_hashes() -> None:
    one = set(ngrams(fold("forget everything")).hashes.tolist())
    other = set(ngrams(fold("lovely sunshine")).hashes.tolist())
    assert len(one & other) == 1  # "ing" and its end


@pytest.mark.parametrize("text", ["", " ", ".", "a", "\n\n"])
def test_text_without_words_has_no_n_grams_or_few(text: str) -> None:
    assert len(ngrams(fold(text)).hashes) <= 2


def test_a_whole_block_is_hashed() -> None:
    grams = ngrams(fold("word " * (BLOCK // 5)))
    assert grams.ends.max() <= BLOCK
    assert grams.starts.min() == 0


def test_unspaced_scripts_are_known() -> None:
    codes = np.array([ord(sign) for sign in "a你あไяन"])
    assert is_unspaced(codes).tolist() == [False, True, True, True, False, False]
