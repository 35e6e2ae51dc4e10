"""Probabilities and thresholds of the toxicity heads, from predictions on sources left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from aiguardian.ml.encoder import HEADS
from aiguardian.ml.toxicity import CATEGORIES, TOXIC_TOO
from benchmarks.curves import reliability
from training.encoder_examples import Labelled

FALSE_ALARMS = 0.01
"""Share of harmless texts that may reach a threshold."""
MIXED = ("toxicity", "hate")
"""Categories judged by both of these heads: together they lead on most unseen sources, by .01 to
.02 AUC (2026-11). The other heads add nothing there, and their weights would be chance."""
RIDGE = 1.0


def calibrate(rows: Sequence[Labelled], logits: Any) -> dict[str, dict[str, Any]]:
    """Weights of the heads and bias by category, from predictions on sources left out.

    Sources weigh alike. The threshold is that of 1 % of these harmless rows; the shipped model
    gets its own by `with_thresholds`.
    """
    table = {}
    for category in CATEGORIES:
        places, labels = _known(rows, category)
        heads = MIXED if category in MIXED else (category,)
        values = logits[places][:, [HEADS.index(head) for head in heads]]
        shares = _source_weights([rows[at].source for at in places], labels)
        slopes, bias = fit_curve(values, labels, shares)
        kept = {head: round(float(each), 4) for head, each in zip(heads, slopes, strict=True)}
        table[category] = {"weights": kept, "bias": round(bias, 4), "threshold": 0.5}
    return with_thresholds(table, rows, logits)


def with_thresholds(
    table: dict[str, dict[str, Any]], rows: Sequence[Labelled], logits: Any
) -> dict[str, dict[str, Any]]:
    """The table with the thresholds that `FALSE_ALARMS` of these harmless rows reach, none below
    one half: what is more likely harmless than not is never flagged."""
    return {
        category: each | {"threshold": _threshold(category, table, rows, logits)}
        for category, each in table.items()
    }


def _threshold(
    category: str, table: dict[str, Any], rows: Sequence[Labelled], logits: Any
) -> float:
    places, labels = _known(rows, category)
    harmless = places[labels == 0]
    shares = _source_weights([rows[at].source for at in harmless], labels[labels == 0])
    risks = risks_of(category, table, logits[harmless])
    return round(max(0.5, _weighted_quantile(risks, shares, 1.0 - FALSE_ALARMS)), 4)


def fit_curve(values: Any, labels: Any, shares: Any) -> tuple[Any, float]:
    """Weights, none negative, and bias of a logistic curve over columns of logits.

    A negative weight would let a text look harmless because another head finds it bad.
    """
    from scipy.optimize import minimize

    def loss(point: Any) -> tuple[float, Any]:
        logit = values @ point[:-1] + point[-1]
        error = (_sigmoid(logit) - labels) * shares
        entropy = np.logaddexp(0.0, logit) - labels * logit
        slope = np.append(values.T @ error, error.sum())
        return float((entropy * shares).sum()) + RIDGE * float(
            point @ point
        ), slope + 2 * RIDGE * point

    size = values.shape[1]
    start = np.append(np.full(size, 1.0 / size), 0.0)
    found = minimize(loss, start, jac=True, bounds=[(0.0, None)] * size + [(None, None)])
    return found.x[:-1], float(found.x[-1])


def risks_of(category: str, table: dict[str, Any], logits: Any) -> Any:
    """The product's probabilities of a category for rows of logits."""
    each = table[category]
    columns = [HEADS.index(head) for head in each["weights"]]
    risks = _sigmoid(logits[:, columns] @ np.array(list(each["weights"].values())) + each["bias"])
    if category == "toxicity":
        risks = np.maximum.reduce([risks, *(risks_of(too, table, logits) for too in TOXIC_TOO)])
    return risks


def left_out_table(rows: Sequence[Labelled], logits: Any) -> dict[str, Any]:
    """AUC, and recall where 1 % of the source's own harmless rows alarm, by source and head."""
    table: dict[str, Any] = {}
    for head in HEADS:
        places, labels = _known(rows, head, authored=True)
        sources = np.array([rows[at].source for at in places])
        values = logits[places, HEADS.index(head)]
        for source in [*sorted(set(sources)), "all"]:
            chosen = (sources == source) | (source == "all")
            figures = _figures(labels[chosen], values[chosen])
            if figures:
                table.setdefault(head, {})[str(source)] = figures
    return table


def curves(rows: Sequence[Labelled], logits: Any) -> dict[str, list[list[float]]]:
    """Points of a reliability plot by category: mean risk, share of positives, texts."""
    table, made = calibrate(rows, logits), {}
    for category in CATEGORIES:
        places, labels = _known(rows, category)
        risks = risks_of(category, table, logits[places])
        made[category] = reliability(list(map(float, risks)), list(map(float, labels)))
    return made


def _figures(labels: Any, values: Any) -> dict[str, Any] | None:
    positives, negatives = int(labels.sum()), int((1 - labels).sum())
    if positives < 10 or negatives < 10:
        return None
    from sklearn.metrics import roc_auc_score

    edge = np.quantile(values[labels == 0], 1.0 - FALSE_ALARMS)
    return {
        "positives": positives,
        "negatives": negatives,
        "auc": round(float(roc_auc_score(labels, values)), 3),
        "recall_at_1pct": round(float((values[labels == 1] > edge).mean()), 3),
    }


def _known(rows: Sequence[Labelled], head: str, *, authored: bool = False) -> tuple[Any, Any]:
    """Places and labels of the rows that this head has an answer for."""
    places = [
        at
        for at, row in enumerate(rows)
        if head in row.labels and (authored or not row.source.startswith("authored:"))
    ]
    if not authored and sum(rows[at].labels[head] for at in places) < 20:
        return _known(rows, head, authored=True)  # only we wrote texts for it
    return np.array(places), np.array([rows[at].labels[head] for at in places])


def _source_weights(sources: Sequence[str], labels: Any) -> Any:
    """Weights by which a source counts like another, but a small one no more than its rows."""
    counts: dict[tuple[str, float], int] = defaultdict(int)
    for key in zip(sources, labels, strict=True):
        counts[key] += 1
    return np.array([min(1.0, 300 / counts[key]) for key in zip(sources, labels, strict=True)])


def _weighted_quantile(values: Any, weights: Any, share: float) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][min(len(order) - 1, int(np.searchsorted(total, share)))])


def _sigmoid(values: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-values))
