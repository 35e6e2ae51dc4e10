"""F1 by type on documents of locales and templates that were kept out, and the calibration."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from aiguardian.ml import tagger
from aiguardian.ml.tagger import TYPES
from training.names.writer import Document


def use(path: Path, digest: str) -> None:
    """Let `aiguardian.ml.tagger` work with another file."""
    tagger.WEIGHTS, tagger.WEIGHTS_SHA256 = path, digest
    tagger.load_model.cache_clear()
    tagger.word.cache_clear()


def f1_by_type(documents: list[Document]) -> dict[str, dict[str, float]]:
    """Precision, recall and F1 by type: of spans to the letter, and of any overlap."""
    counts: Counter[tuple[str, str]] = Counter()
    for document in documents:
        found = [(span.start, span.end, span.type) for span in tagger.tag(document.text)]
        gold = document.spans
        for kind in TYPES:
            ours = [each for each in found if each[2] == kind]
            theirs = [each for each in gold if each[2] == kind]
            counts[kind, "ours"] += len(ours)
            counts[kind, "theirs"] += len(theirs)
            counts[kind, "exact"] += len(set(ours) & set(theirs))
            counts[kind, "right"] += sum(_meets(each, theirs) for each in ours)
            counts[kind, "found"] += sum(_meets(each, ours) for each in theirs)
    table = {}
    for kind in TYPES:
        ours, theirs = counts[kind, "ours"] or 1, counts[kind, "theirs"] or 1
        exact = counts[kind, "exact"]
        table[kind] = {
            "exact F1": round(2 * exact / (ours + theirs), 3),
            "precision": round(counts[kind, "right"] / ours, 3),
            "recall": round(counts[kind, "found"] / theirs, 3),
            "of": theirs,
        }
    return table


def _meets(span: tuple[int, int, str], others: list[tuple[int, int, str]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end, _ in others)


def calibration(documents: list[Document]) -> np.ndarray:
    """(n_types, 3): logistic regression of "overlaps a name of its type" on the logits of the
    mean and the least probability of a span's tokens."""
    model = tagger.load_model()
    cases: dict[int, list[tuple[float, float, float]]] = {kind: [] for kind in range(len(TYPES))}
    for document in documents:
        tokens = tagger.tokenize(document.text)
        for first, judged in tagger.judged_stretches(model, tokens, None):
            for kind, begin, end in tagger.labelled_spans(judged):
                mean, least = tagger.evidence(kind, judged[begin:end])
                start, stop = tokens.starts[first + begin], tokens.ends[first + end - 1]
                gold = [each for each in document.spans if each[2] == TYPES[kind]]
                cases[kind].append((mean, least, float(_meets((start, stop, ""), gold))))
    return np.array([_logistic(np.array(cases[kind])) for kind in cases], dtype=np.float32)


def _logistic(cases: np.ndarray) -> np.ndarray:
    """Newton's method with a little shrinkage."""
    inputs = np.c_[cases[:, :2], np.ones(len(cases))]
    weights = np.zeros(3)
    for _ in range(25):
        chance = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (cases[:, 2] - chance) - 0.1 * weights
        curve = (inputs * (chance * (1 - chance))[:, None]).T @ inputs + 0.1 * np.eye(3)
        weights += np.linalg.solve(curve, slope)
    return weights


def reliability(documents: list[Document]) -> list[tuple[float, float, int]]:
    """(mean score, share that was right, spans) in ten bins from the threshold on."""
    scores, right = [], []
    for document in documents:
        for span in tagger.tag(document.text):
            gold = [each for each in document.spans if each[2] == span.type]
            scores.append(span.score)
            right.append(_meets((span.start, span.end, ""), gold))
    bins = np.minimum(9, ((np.array(scores) - 0.5) * 20).astype(int))
    return [
        (
            round(float(np.mean(np.array(scores)[bins == each])), 3),
            round(float(np.mean(np.array(right)[bins == each])), 3),
            int((bins == each).sum()),
        )
        for each in range(10)
        if (bins == each).any()
    ]
