"""Probabilities and thresholds of the toxicity heads, from predictions on sources left out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from aiguardian.ml.encoder import HEADS
from aiguardian.ml.toxicity import CATEGORIES, TOXIC_TOO, WORDS_GATE
from benchmarks.curves import area_under_curve, reliability
from benchmarks.security_secrets import wilson
from training.encoder_examples import Labelled

FALSE_ALARMS = 0.01
"""Share of harmless texts that may reach a threshold, every source counting alike."""
LEAST = {"threat": 0.8}
"""Thresholds that are not undercut: short promises ("We'll get back to you") reach .74, plain
threats lie above .8 (read by hand, 2026-11)."""
FALSE_ALARMS_HARD = 0.05
"""And of the harmless texts of sources that hold offending ones too: forums, tweets, comments."""
MIXED = {"toxicity": ("toxicity", "hate", "stereotype"), "hate": ("toxicity", "hate")}
"""Categories judged by several heads. On sources left out these lead by .007 mean AUC over the one
head of the name for toxicity, and by .02 for hate on two of five sources; with insult, threat or
sexual beside them toxicity gains nothing (2026-11). Any other category has one head."""
SLUR = {"toxicity": 1.0}
"""What a slur's severity adds. On sources left out 1.0 lifts the mean AUC from .751 to .777; 2.5
lifts it to .782 and takes more of our harmless texts that hold slurs for toxic (2026-11)."""
SWEARING = {"toxicity": 1.0}
"""What the logarithm of one and the profane words adds: .003 mean AUC on sources left out, and
recall of comments at the threshold .29 to .39. Slurs counted among them add .004 more, and double
the false alarms of ours that quote or reclaim slurs (2026-11-22)."""
NO_WORDS = np.zeros((1, 2))
RIDGE = 1.0
FEW_POSITIVES = 200
"""Offending rows of others below which our own texts count too."""
FULL_SOURCE = 30
"""Harmless rows from which a source counts whole for a threshold."""
LEAST_ROWS = 10
"""Rows of either label below which a source has no figure of its own."""


def calibrate(rows: Sequence[Labelled], logits: Any) -> dict[str, dict[str, Any]]:
    """Weights of the heads, bias and threshold by category, from sources left out.

    The curves keep the odds of the sources: of toxicity one text in three, of insults one in 16.
    The threshold keeps to `FALSE_ALARMS` and `FALSE_ALARMS_HARD`, and is never below one half: what
    is more likely harmless than not is no alarm. It is chosen without slurs and oaths, so that
    these only add alarms: the harmless posts of one source are full of them and would raise it for
    all.
    """
    table: dict[str, dict[str, Any]] = {}
    for category in CATEGORIES:
        places, labels = _known(rows, category)
        heads = MIXED.get(category, (category,))
        values = logits[places][:, [HEADS.index(head) for head in heads]]
        shares = _source_weights([rows[at].source for at in places], labels)
        slopes, bias = fit_curve(values, labels, shares)
        kept = {head: round(float(each), 4) for head, each in zip(heads, slopes, strict=True)}
        table[category] = {"weights": kept, "bias": round(bias, 4)}
    for category, each in table.items():
        each["threshold"] = _threshold(category, table, rows, logits)
    for name, weights in (("slur", SLUR), ("swearing", SWEARING)):
        for category, added in weights.items():
            table[category][name] = added
    return table


def _threshold(
    category: str, table: dict[str, Any], rows: Sequence[Labelled], logits: Any
) -> float:
    places, labels = _known(rows, category)
    sources = np.array([rows[at].source for at in places])
    harmless = labels == 0
    quarrelsome = harmless & np.isin(sources, sources[labels == 1])
    risks = risks_of(category, table, logits[places])
    edges = [
        _weighted_quantile(risks[chosen], _alike(sources[chosen]), 1.0 - share)
        for chosen, share in ((harmless, FALSE_ALARMS), (quarrelsome, FALSE_ALARMS_HARD))
        if chosen.any()
    ]
    return round(max(LEAST.get(category, 0.5), *edges), 4)


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


def risks_of(category: str, table: dict[str, Any], logits: Any, words: Any = NO_WORDS) -> Any:
    """The product's probabilities of a category for rows of logits and of words (n, 2): severity
    of the worst slur, and count of profane words."""
    each = table[category]
    columns = [HEADS.index(head) for head in each["weights"]]
    total = logits[:, columns] @ np.array(list(each["weights"].values())) + each["bias"]
    added = each.get("slur", 0.0) * words[:, 0] + each.get("swearing", 0.0) * np.log1p(words[:, 1])
    risks = _sigmoid(total + added * _sigmoid(total + WORDS_GATE))
    if category == "toxicity":
        others = (risks_of(too, table, logits, words) for too in TOXIC_TOO)
        risks = np.maximum.reduce([risks, *others])
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


def judged_table(
    rows: Sequence[Labelled], logits: Any, table: dict[str, dict[str, Any]], words: Any
) -> dict[str, Any]:
    """What the product's probabilities and thresholds do on the sources left out, by category.

    For each source AUC with its interval, recall and false alarms at the threshold; `mean_auc` is
    that of the public sources, each counting alike. Three weights and a threshold were chosen on
    these rows, the network behind them was not. `words` are as in `risks_of`.
    """
    found: dict[str, Any] = {}
    for category in CATEGORIES:
        places, labels = _known(rows, category, authored=True)
        sources = np.array([rows[at].source for at in places])
        risks = risks_of(category, table, logits[places], words[places])
        edge = table[category]["threshold"]
        by_source = {
            str(source): _judged(labels[sources == source], risks[sources == source], edge)
            for source in sorted(set(sources))
        }
        areas = [
            row["auc"][0]
            for source, row in by_source.items()
            if row["auc"] and not source.startswith("authored:")
        ]
        mean = round(float(np.mean(areas)), 3) if areas else None
        found[category] = {"mean_auc": mean, "sources": by_source}
    return found


def _judged(labels: Any, risks: Any, edge: float) -> dict[str, Any]:
    bad, good = risks[labels == 1], risks[labels == 0]
    enough = min(len(bad), len(good)) >= LEAST_ROWS
    return {
        "auc": area_under_curve(list(map(int, labels)), list(map(float, risks)))
        if enough
        else None,
        "recall": wilson(int((bad >= edge).sum()), len(bad)),
        "fpr": wilson(int((good >= edge).sum()), len(good)),
    }


def curves(rows: Sequence[Labelled], logits: Any, words: Any) -> dict[str, list[list[float]]]:
    """Points of a reliability plot by category: mean risk, share of positives, texts."""
    table, made = calibrate(rows, logits), {}
    for category in CATEGORIES:
        places, labels = _known(rows, category)
        risks = risks_of(category, table, logits[places], words[places])
        made[category] = reliability(list(map(float, risks)), list(map(float, labels)))
    return made


def _figures(labels: Any, values: Any) -> dict[str, Any] | None:
    positives, negatives = int(labels.sum()), int((1 - labels).sum())
    if min(positives, negatives) < LEAST_ROWS:
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
    """Places and labels of the rows that this head has an answer for; BiasGuard's in English."""
    places = [
        at
        for at, row in enumerate(rows)
        if head in row.labels
        and (authored or not row.source.startswith("authored:"))
        and (row.lang == "en" or head not in CATEGORIES)
    ]
    if not authored and sum(rows[at].labels[head] for at in places) < FEW_POSITIVES:
        return _known(rows, head, authored=True)  # mostly we wrote texts for it
    return np.array(places), np.array([rows[at].labels[head] for at in places])


def _source_weights(sources: Sequence[str], labels: Any) -> Any:
    """Weights by which a source counts like another, but a small one no more than its rows."""
    counts: dict[tuple[str, float], int] = defaultdict(int)
    for key in zip(sources, labels, strict=True):
        counts[key] += 1
    return np.array([min(1.0, 300 / counts[key]) for key in zip(sources, labels, strict=True)])


def _alike(sources: Sequence[str]) -> Any:
    """Weights by which each source counts as one; of a few rows, as its share of `FULL_SOURCE`."""
    counts = Counter(sources)
    return np.array([1.0 / max(FULL_SOURCE, counts[source]) for source in sources])


def _weighted_quantile(values: Any, weights: Any, share: float) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][min(len(order) - 1, int(np.searchsorted(total, share)))])


def _sigmoid(values: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-values))
