"""Learn the weights of `guards/trust/tables/weighing.py` from claims on tables.

`python -m training.table_claims [--data FOLDER]` fits a logistic model with a ridge penalty by
Newton's method (numpy only, no randomness but the seeded folds), prints the AUC by folds that
keep each table on one side, and writes `weights.json`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
from pathlib import Path

import numpy as np

from aiguardian.guards.trust.judgement import Source
from aiguardian.guards.trust.tables.find import find_tables
from aiguardian.guards.trust.tables.linking import link
from aiguardian.guards.trust.tables.programs import run_programs
from aiguardian.guards.trust.tables.weighing import features
from aiguardian.processor import Deadline

SOURCE = "tabfact_val"
RIDGE = 3.0
"""Chosen of 1, 3 and 10 by the folds, 2026-11; all three are within .003 AUC."""
MIN_ROWS = 6
"""A feature that fewer claims have is left out."""
FOLDS = 10
TARGET = Path("src/aiguardian/guards/trust/tables/weights.json")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(os.environ.get("AIGUARDIAN_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path, default=default)
    rows = read_rows(parser.parse_args().data / "trust_grounding.jsonl.gz")
    given = [row_features(row) for row in rows]
    labels = np.array([row["label"] for row in rows], dtype=float)
    names = kept_names(given)
    x = np.array([[one.get(name, 0.0) for name in names] for one in given])  # (claims, features)
    scores = np.zeros(len(rows))
    fold_of = folds([str(row["context"]) for row in rows])
    for fold in range(FOLDS):
        inside = fold_of != fold
        weights = fit(x[inside], labels[inside])
        scores[~inside] = x[~inside] @ weights[:-1] + weights[-1]
    print(
        f"{len(rows)} claims, {len(names)} features, AUC on unseen tables {auc(labels, scores):.3f}"
    )
    weights = fit(x, labels)
    model = {"bias": round(float(weights[-1]), 4)} | {
        "weights": {n: round(float(w), 4) for n, w in zip(names, weights[:-1], strict=True)}
    }
    TARGET.write_text(json.dumps(model, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def read_rows(path: Path) -> list[dict[str, object]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [row for row in map(json.loads, lines) if row["source"] == SOURCE]


def row_features(row: dict[str, object]) -> dict[str, float]:
    deadline = Deadline(60.0)
    tables = find_tables(Source(0, "", str(row["context"])), deadline)
    linked = link(str(row["claim_or_response"]), tables[0], deadline)
    return features(linked, run_programs(linked, deadline))


def kept_names(given: list[dict[str, float]]) -> list[str]:
    counts: dict[str, int] = {}
    for one in given:
        for name, value in one.items():
            counts[name] = counts.get(name, 0) + (value != 0)
    return sorted(name for name, count in counts.items() if count >= MIN_ROWS)


def folds(groups: list[str]) -> np.ndarray:
    """A fold for each claim; claims of one table share it."""
    order = np.random.default_rng(0).permutation(sorted(set(groups)))
    fold = {group: place % FOLDS for place, group in enumerate(order)}
    return np.array([fold[group] for group in groups])


def fit(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Weights and, last, the bias."""
    x = np.c_[x, np.ones(len(x))]
    weights = np.zeros(x.shape[1])
    penalty = np.eye(x.shape[1]) * RIDGE
    penalty[-1, -1] = 1e-6
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (p - y) + penalty @ weights
        hessian = (x * (p * (1 - p))[:, None]).T @ x + penalty
        step = np.linalg.solve(hessian, gradient)
        weights -= step
        if np.abs(step).max() < 1e-7:
            break
    return weights


def auc(labels: np.ndarray, scores: np.ndarray) -> float:
    """Chance that a true claim scores above a false one; ties count half."""
    true, false = scores[labels == 1], scores[labels == 0]
    above = (true[:, None] > false[None, :]).mean()
    return float(above + (true[:, None] == false[None, :]).mean() / 2)


if __name__ == "__main__":
    main()
