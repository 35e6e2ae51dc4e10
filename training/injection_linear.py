"""Trains the linear injection model: src/aiguardian/ml/weights/injection_linear.npz and .json.

    python -m training.injection_linear [--data FOLDER]

Leave-sources-out: each fold keeps whole sources (and whole families of our own texts) out, and
the scores of what was kept out calibrate what is shipped, with those of encoders that
`training/injection_left_out.py` keeps. Deterministic: the same data give the same bytes. Prints
the checksums that go into the package; `benchmarks/security_injection_unseen.py` makes the tables.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from aiguardian.ml.artifact import FOLDER
from aiguardian.ml.calibration import CALIBRATION
from aiguardian.ml.contrast import Contrast, contrast
from aiguardian.ml.encoder import load_encoder
from aiguardian.ml.injection import WEIGHTS
from aiguardian.ml.linear import (
    BUCKETS,
    WORD_BUCKETS,
    features,
    present,
    read_linear,
)
from aiguardian.ml.scan import VALUES, Scan, scan
from training.archive import archived
from training.injection_calibration import Unseen, digests, fitted
from training.injection_left_out import encoder_scores
from training.injection_units import HEADS, Unit, folds_of, language_folds, units, weights_of
from training.sources import Example, injection_examples

SCORES = Path("build/injection_scores.npz")
SMALLEST_IDF_COUNT = 2
STRENGTH = 3.0
"""C of the logistic regressions: 1 and 10 gave the same recall on sources left out, 2026-11."""


def matrix(texts: Sequence[str]) -> Any:
    """(len(texts), BUCKETS) of ones where a feature is present."""
    columns, ends = [], [0]
    for text in texts:
        _, buckets = present(features(text), [(0, len(text))])
        columns.append(buckets.astype(np.int32))
        ends.append(ends[-1] + len(buckets))
    joined = np.concatenate(columns)
    return csr_matrix(
        (np.ones(len(joined), dtype=np.float32), joined, np.array(ends)),
        shape=(len(texts), BUCKETS),
    )


def inverse_frequency(counts: Any, total: int) -> Any:
    """Smooth idf of each bucket; the unseen get the highest."""
    return (np.log((1 + total) / (1 + np.maximum(counts, SMALLEST_IDF_COUNT - 1))) + 1).astype(
        np.float32
    )


def normalised(ones: Any, idf: Any) -> Any:
    """The rows weighted by idf, each block brought to length 1 by itself."""
    size = np.diff(ones.indptr)
    values = idf[ones.indices]
    block = np.repeat(np.arange(len(size)) * 2, size) + (ones.indices >= WORD_BUCKETS)
    lengths = np.sqrt(np.bincount(block, weights=values**2, minlength=2 * len(size)))
    values = (values / lengths[block]).astype(np.float32)
    return csr_matrix((values, ones.indices, ones.indptr), shape=ones.shape)


def fit(rows: Any, labels: Any, weight: Any) -> tuple[Any, float]:
    """Weights and bias of a logistic regression."""
    model = LogisticRegression(
        C=STRENGTH, solver="liblinear", dual=True, tol=0.02, max_iter=60, random_state=0
    )
    model.fit(rows, labels, sample_weight=weight)
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])


@dataclass(frozen=True)
class Corpus:
    """The examples, the units made of them and the features of the units."""

    examples: list[Example]
    units: list[Unit]
    rows: Any  # (units, BUCKETS), each block of a row of length 1
    idf: Any  # (BUCKETS,)

    def owners(self) -> Any:
        """Index of the example of each unit."""
        return np.array([unit.example for unit in self.units])

    def labels(self, head: str) -> Any:
        """Label of each unit for a head, -1 where it has none."""
        found = [getattr(unit, head) for unit in self.units]
        return np.array([-1 if label is None else label for label in found])


def read_corpus(data: Path) -> Corpus:
    """Everything there is, made ready once for all fits. The idf knows no labels."""
    examples = injection_examples(data)
    made = units(examples)
    print(f"{len(examples)} examples, {len(made)} units", flush=True)
    ones = matrix([unit.text for unit in made])
    used = np.array([examples[unit.example].split == "train" for unit in made])
    idf = inverse_frequency(np.asarray(ones[used].sum(axis=0)).ravel(), int(used.sum()))
    return Corpus(examples, made, normalised(ones, idf), idf)


def train(corpus: Corpus, chosen: Any, heads: Sequence[str] = HEADS) -> bytes:
    """The file of a model from the units of the chosen examples (bool for each example)."""
    used = chosen[corpus.owners()]
    weights, bias = [], []
    for head in heads:
        labels = corpus.labels(head)
        rows = np.flatnonzero(used & (labels >= 0))
        made = [corpus.units[index] for index in rows]
        weight = weights_of(corpus.examples, made, labels[rows])
        found = fit(corpus.rows[rows], labels[rows], weight)
        weights.append(found[0])
        bias.append(found[1])
    return packed(heads, np.stack(weights), corpus.idf, np.array(bias, dtype=np.float32))


def packed(heads: Sequence[str], weights: Any, idf: Any, bias: Any) -> bytes:
    """An .npz with 8-bit weights and 8-bit idf; dates fixed, so the bytes are the same each time.

    Each block of each head has its own scale, and values are spread as cube roots of themselves:
    most weights are small.
    """
    scale = np.abs(weights).max(axis=1)
    small = np.cbrt(weights / scale[:, None])
    arrays = {
        "heads": np.array(heads),
        "weights": np.round(small * 127).astype(np.int8),
        "weight_scale": scale.astype(np.float32),
        "idf": np.round(idf / idf.max() * 255).astype(np.uint8),
        "idf_scale": np.float32(idf.max() / 255),
        "bias": bias.astype(np.float32),
    }
    return archived(arrays)


def leave_out(
    corpus: Corpus, fold: Any, wanted: Any, heads: Sequence[str] = HEADS
) -> tuple[Any, Any]:
    """What models say of examples when trained on the other folds: (examples, heads, VALUES) of
    what `Scan.values` gives, and (examples, 2) of the contrast of the worst piece of a document
    that an encoder was asked about. Nan where an example is not wanted or of no fold (-1)."""
    values = np.full((len(corpus.examples), len(heads), VALUES), np.nan)
    contrasts = np.full((len(corpus.examples), len(Contrast._fields)), np.nan)
    column = HEADS.index("document")
    asked = ~np.isnan(encoder_scores(corpus.examples)[:, column])
    for each in sorted(set(fold.tolist()) - {-1}):
        model = read_linear(train(corpus, fold != each, heads))
        for index in np.flatnonzero((fold == each) & wanted):
            example = corpus.examples[index]
            found = scan(model, example.text)
            values[index] = [found.values(place) for place in range(len(heads))]
            if asked[index] and example.origin == "document" and found.spans:
                contrasts[index] = contrast_of(example.text, found, column)
        print(f"fold {each} done", flush=True)
    return values, contrasts


def contrast_of(text: str, found: Scan, column: int) -> Contrast:
    """Of the piece that the linear model finds worst, as the shipped encoder sees meaning: what it
    learnt from the same texts hardly moves that (`meaning_kept` in `encoder_training.json`)."""
    texts = [text[start:end] for start, end in found.spans]
    worst = int(np.argmax(found.pieces[:, column]))
    return contrast(texts, worst, lambda piece: load_encoder().score([piece]).embeddings[0])


def main() -> None:
    options = parse()
    if options.stage != "calibrate":
        corpus = read_corpus(options.data)
        options.scores.parent.mkdir(parents=True, exist_ok=True)
        np.savez(options.scores, **unseen_scores(corpus))
        ship(WEIGHTS, train(corpus, np.array([each.split == "train" for each in corpus.examples])))
        examples = corpus.examples
    else:
        examples = injection_examples(options.data)
    unseen, _ = unseen_values(options.scores, examples)
    shipped = {head: fitted(examples, unseen, head) for head in HEADS}
    ship(CALIBRATION, (json.dumps(shipped, indent=1) + "\n").encode())


def unseen_values(path: Path, examples: Sequence[Example]) -> tuple[Unseen, Any]:
    """What `unseen_scores` gave: by source with what encoders said, and by language. Ends the
    program if other texts were scored."""
    with np.load(path) as scores:
        if not np.array_equal(scores["sha"], digests(examples)):
            raise SystemExit(f"{path} was made from other texts: run every stage again.")
        unseen = Unseen(scores["values"], encoder_scores(examples), scores["contrast"])
        return unseen, scores["foreign"]


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    data = Path(os.environ.get("AIGUARDIAN_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path, default=data)
    parser.add_argument("--scores", type=Path, default=SCORES)
    parser.add_argument("--stage", choices=("all", "calibrate"), default="all")
    given = parser.parse_args()
    os.environ["AIGUARDIAN_DATA"] = str(given.data)  # written texts stand in public prose of it
    return given


def ship(name: str, content: bytes) -> None:
    """Write a file of weights and print the checksum that the package must name."""
    (FOLDER / name).write_bytes(content)
    print(f"{name}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


def unseen_scores(corpus: Corpus) -> dict[str, Any]:
    """Scores by models that did not see the source, and by ones that did not see the language."""
    everything = np.ones(len(corpus.examples), dtype=bool)
    languages = language_folds(corpus.examples)
    is_user = np.array([example.origin == "user" for example in corpus.examples])
    values, contrasts = leave_out(corpus, folds_of(corpus.examples), everything)
    return {
        "sha": digests(corpus.examples),
        "values": values,
        "contrast": contrasts,
        "foreign": leave_out(corpus, languages, (languages >= 0) & is_user, ("user",))[0],
    }


if __name__ == "__main__":
    main()
