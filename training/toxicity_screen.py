"""Trains the screen before BiasGuard's encoder: src/aiguardian/ml/weights/toxicity_screen.npz.

    python -m training.toxicity_screen [--data FOLDER]

One linear head: does any head of BiasGuard call this text bad? Ordinary texts of every kind stand
against the toxic ones, so that it learns what is plainly about something else: long ones as some
of their sentences, for sentences are what it judges. Each fold keeps
whole sources (and families of our own texts) out; from these come the figures in
benchmarks/results/toxicity_screen.json. Deterministic; five minutes on one core.
"""

from __future__ import annotations

import argparse
import os
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import vstack

from aiguardian.ml.pieces import pieces
from aiguardian.ml.toxicity_screen import CLEAR, SHORT, WEIGHTS
from benchmarks.data import checksums
from benchmarks.security_secrets import wilson
from benchmarks.store import save
from training.encoder_examples import (
    CIVIL,
    SPOKEN,
    authored_toxic_rows,
    digest,
    toxic_rows,
)
from training.injection_linear import fit, inverse_frequency, matrix, normalised, packed, ship
from training.sources import FILES, injection_examples

HEADS = (*SPOKEN, "stereotype")
FOLDS = 5
MOST_OF_A_SOURCE = 1_500
"""Rows of one source and label that count in full: a large source weighs as many, no more."""
LONG_TEXT = 4_000
SENTENCES = 4
"""Drawn from a long harmless text, and learnt beside it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A text, whether any head calls it bad, and in which turn it is left out."""

    text: str
    label: int
    source: str
    fold: int
    is_trained: bool


def rows_of(data: Path) -> list[Row]:
    """Toxic and harmless texts, and ordinary ones from the injection data."""
    made: list[Row] = []
    social = [*toxic_rows(data), *(row for row in authored_toxic_rows() if row.lang == "en")]
    names = sorted({row.source for row in social if not row.source.startswith("authored:")})
    turns = {name: at % FOLDS for at, name in enumerate(names)}
    for row in social:
        known = [row.labels[head] for head in HEADS if head in row.labels]
        if known:
            turn = turns.get(row.source, row.fold)
            made.append(
                Row(row.text, int(max(known) > 0.5), row.source, turn, row.split == "train")
            )
    for example in injection_examples(data):
        if not example.label and example.lang == "en" and example.source.startswith(CIVIL):
            source, text = f"ordinary: {example.source}", example.text[:LONG_TEXT]
            turn = digest(example.source) % FOLDS
            made.append(Row(text, 0, source, turn, example.split == "train"))
    return made + [
        replace(row, text=sentence)
        for row in made
        if not row.label and len(row.text) > SHORT
        for sentence in _sentences(row.text)
    ]


def _sentences(text: str) -> list[str]:
    spans = pieces(text)
    drawn = random.Random(digest(text)).sample(spans, min(SENTENCES, len(spans)))
    return [text[start:end] for start, end in drawn]


def weights_of(rows: Sequence[Row]) -> Any:
    """A weight for each row: sources and labels count alike from `MOST_OF_A_SOURCE` rows on."""
    counts = Counter((row.source, row.label) for row in rows)
    return np.array([min(1.0, MOST_OF_A_SOURCE / counts[row.source, row.label]) for row in rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    data = Path(os.environ.get("AIGUARDIAN_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path, default=data)
    given = parser.parse_args()
    rows = rows_of(given.data)
    ones = matrix([row.text for row in rows])
    idf = inverse_frequency(np.asarray(ones.sum(axis=0)).ravel(), len(rows))
    values, labels = normalised(ones, idf), np.array([row.label for row in rows])
    weights, fold = weights_of(rows), np.array([row.fold for row in rows])
    table = left_out(rows, values, labels, weights, fold, idf)
    used = np.flatnonzero([row.is_trained for row in rows])
    coefficients, bias = fit(values[used], labels[used], weights[used])
    ship(WEIGHTS, packed(["offence"], coefficients[None], idf, np.array([bias], np.float32)))
    result = {
        "command": "python -m training.toxicity_screen",
        "data_sha256": checksums(given.data, list(FILES)),
        "clear_below": CLEAR,
        **table,
    }
    print("written:", save("toxicity_screen", result))


def left_out(
    rows: Sequence[Row], values: Any, labels: Any, weights: Any, fold: Any, idf: Any
) -> dict[str, Any]:
    """By source, judged by a model that never saw it. `toxic_lost`: texts without a sentence in
    doubt, which the encoder would never see. `harmless_saved`: sentences that it need not read."""
    lost: dict[str, list[int]] = {}
    saved: dict[str, list[int]] = {}
    for turn in range(FOLDS):
        learning, judged = np.flatnonzero(fold != turn), np.flatnonzero(fold == turn)
        coefficients, bias = fit(values[learning], labels[learning], weights[learning])
        for at in judged:
            if not labels[at] and len(rows[at].text) > SHORT:
                continue  # its sentences are rows of their own
            table = lost if labels[at] else saved
            is_clear = _highest(rows[at].text, values[at], coefficients, bias, idf) < CLEAR
            count = table.setdefault(rows[at].source, [0, 0])
            count[0] += int(is_clear)
            count[1] += 1
    return {"toxic_lost": _shares(lost), "harmless_saved": _shares(saved)}


def _shares(counts: dict[str, list[int]]) -> dict[str, Any]:
    """Texts, share and its interval by source, and over all of them."""
    total = [sum(column) for column in zip(*counts.values(), strict=True)]
    return {
        source: [of, *wilson(clear, of)]
        for source, (clear, of) in [*sorted(counts.items()), ("together", total)]
    }


def _highest(text: str, whole: Any, coefficients: Any, bias: float, idf: Any) -> float:
    """The highest log-odds of the text's sentences."""
    spans = pieces(text)
    if len(spans) < 2:
        return float((whole @ coefficients)[0] + bias)
    parts = normalised(vstack([matrix([text[start:end]]) for start, end in spans]).tocsr(), idf)
    return float((parts @ coefficients).max() + bias)


if __name__ == "__main__":
    main()
