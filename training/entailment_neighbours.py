"""Words that stand where another stands: its neighbours among the pretrained word vectors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from aiguardian.ml.vocabulary import DIMENSIONS, Vocabulary
from training.entailment_edits import Neighbours
from training.entailment_words import CLOSED

NEAREST, FARTHEST = 2, 14
"""Ranks taken: the very nearest are spellings and forms of the same word."""
LEAST_COSINE = 0.25
ROWS = 512


def neighbours_of(vocabulary: Vocabulary, words: Sequence[str]) -> Neighbours:
    """A function from a word to others of its surroundings, none for a word in several pieces.

    `words` are the vocabulary's pieces in order. Such words are alike ("red", "blue") and seldom
    mean the same; where they do, the label is wrong.
    """
    whole = [
        at
        for at, word in enumerate(words)
        if word.isascii() and word.isalpha() and len(word) >= 4 and word not in CLOSED
    ]
    table = np.concatenate(
        [vocabulary.vectors(whole[at : at + 4_096]) for at in range(0, len(whole), 4_096)]
    )
    table = table.reshape(-1, DIMENSIONS) - table.mean(axis=0)
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    place = {words[number]: row for row, number in enumerate(whole)}
    nearest = np.concatenate(
        [_nearest(table[at : at + ROWS], table) for at in range(0, len(table), ROWS)]
    )

    @cache
    def near(word: str) -> tuple[str, ...]:
        if word not in place:
            return ()
        found = [words[whole[row]] for row in nearest[place[word]] if row >= 0]
        others = [other for other in found if other[:4] != word[:4] and other[-4:] != word[-4:]]
        return tuple(others[NEAREST:FARTHEST])

    return near


def _nearest(rows: Any, table: Any) -> Any:
    """For each of the rows the places of the likest words, the likest first, -1 for too far."""
    cosines = rows @ table.T
    order = np.argsort(-cosines, axis=1)[:, : 3 * FARTHEST]
    likest = np.take_along_axis(cosines, order, axis=1)
    return np.where(likest > LEAST_COSINE, order, -1)
