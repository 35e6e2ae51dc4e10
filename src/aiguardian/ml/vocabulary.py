"""Word pieces and their vectors: what every transformer here reads, kept once for all of them.

The tokenizer and the word vectors of all-MiniLM-L6-v2, which no training of ours changes. A vector
is 384 numbers of 8 bits with a scale of its own (cosine to 32 bits .9999 at least). The table lies
in a file that is mapped, not read: only the words that occur take memory.
"""

from __future__ import annotations

import re
import threading
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from aiguardian.ml.artifact import artifact_path
from aiguardian.ml.emoji import name_emoji

DIMENSIONS = 384

TOKENIZER = "tokenizer.json"
TOKENIZER_SHA256 = "5fd1c882abbd30517dced455a2c9768945ec726b96727927e4959348d9de550b"
VECTORS = "word_vectors.npy"
VECTORS_SHA256 = "220508091a96134e0a6b7e1f15156b71039cc370f745f884533a5409f5505d91"

ROW = np.dtype([("scale", "<f4"), ("levels", "i1", (DIMENSIONS,))])
"""A word's vector is `scale * levels`."""

LONGEST_WORD = 64
"""Longer words are parted: the vocabulary takes a word over 100 letters for one unknown token."""
_LONG_WORD = re.compile(rf"\S{{{LONGEST_WORD}}}(?=\S)")

_loading = threading.Lock()


class Vocabulary:
    """The tokenizer and the vectors. Safe to use from several threads at once."""

    def __init__(self, tokenizer: Path, vectors: Path) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._rows = np.load(vectors, mmap_mode="r")  # (words,), ROW

    def ids(self, text: str, *, most: int) -> list[int]:
        """Numbers of a text's pieces between the two marks, the last pieces cut off past `most`."""
        ids: list[int] = self._tokenizer.encode(legible(text)).ids
        return ids if len(ids) <= most else [*ids[: most - 1], ids[-1]]

    def bare_ids(self, text: str) -> list[int]:
        """Numbers of a text's pieces without the two marks."""
        ids: list[int] = self._tokenizer.encode(legible(text), add_special_tokens=False).ids
        return ids

    def vectors(self, ids: list[int]) -> Any:
        """The pieces' vectors, (len(ids), DIMENSIONS), float32."""
        rows = self._rows[ids]
        return rows["levels"].astype(np.float32) * rows["scale"][:, np.newaxis]


def packed(vectors: Any) -> Any:
    """Rows of `ROW` for vectors (words, DIMENSIONS) of 32 bits."""
    scales = np.abs(vectors).max(axis=1) / 127.0
    rows = np.empty(len(vectors), dtype=ROW)
    rows["scale"] = scales
    rows["levels"] = np.rint(vectors / np.maximum(scales, 1e-12)[:, np.newaxis])
    return rows


def legible(text: str) -> str:
    """The text as the models get it: emoji named, overlong words parted, lone surrogates gone."""
    named = name_emoji(text)
    if not named.isascii():
        named = named.encode("utf-8", "replace").decode("utf-8")
    return _LONG_WORD.sub(r"\g<0> ", named)


def load_vocabulary() -> Vocabulary:
    """The shipped vocabulary, loaded once; `DamagedArtifact` if a file is not ours."""
    with _loading:
        return _load()


@cache
def _load() -> Vocabulary:
    return Vocabulary(
        artifact_path(TOKENIZER, TOKENIZER_SHA256), artifact_path(VECTORS, VECTORS_SHA256)
    )
