"""Curves, thresholds and tables from scores of examples that no model had seen.

All scores here are leave-sources-out: each example was scored by a model whose training had
neither its source nor, for our own texts, its family.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from aiguardian.ml.contrast import ALONE
from aiguardian.ml.injection import trust, trusted
from benchmarks.curves import reliability
from benchmarks.security_secrets import wilson
from training.injection_units import HEADS
from training.sources import AUTHORED, Example, Origin

FALSE_ALARMS = 0.01
"""Share of benign rows of unseen public sources above a threshold of the linear model alone."""
FALSE_ALARMS_HARD = 0.04
"""And of our own benign families, which are full of trigger words."""
BOUNDS = {"user": (0.01, 0.0225), "document": (0.0175, 1.0)}
"""The same for both stages: of public rows, and of hard benign rows (`HARD`). In documents the hard
rows are tool descriptions and technical pages written as twins of attacks; to hold them to .03 as
well would cost a third of the recall."""
MISSED_BELOW_LOW = 0.08
"""Share of attacks that the linear model may wave through before the encoder."""
MIX = {"user": (0.8, 0.2, -0.8, 0.0, 0.0), "document": (0.6, 0.4, -0.6, 2.0, 7.5)}
"""What the linear logit, the encoder's, the log of the number of pieces and the two numbers of
`ml.contrast` count in both stages. Chosen by the recall within `BOUNDS` on sources left out,
2026-11. A curve fitted to all rows trusts the encoder more than twice as much; but what is hard to
tell apart, only the linear model has learnt. For documents less contrast finds more orders that
stand alone (.60 of our poisoned twins instead of .54) and alarms on a third more hard texts."""
HARD = "benign_hard"
ALARMING = "benign_alarming"


def digests(examples: Sequence[Example]) -> Any:
    """SHA-256 of each text, (n,): how scores of two programs are brought together."""
    return np.array([hashlib.sha256(example.text.encode()).hexdigest() for example in examples])


def is_own(examples: Sequence[Example]) -> Any:
    """Whether each example was written for this project, (n,) bool."""
    return np.array([example.source.startswith(AUTHORED + ":") for example in examples])


def of_head(examples: Sequence[Example], head: str) -> Any:
    """Whether each example's origin is the head's, (n,) bool."""
    return np.array([example.origin == head for example in examples])


def labels_of(examples: Sequence[Example]) -> Any:
    """(n,) of 0 and 1."""
    return np.array([example.label for example in examples])


def even_weights(examples: Sequence[Example]) -> Any:
    """Each class weighs the same, and within it each source by the root of its size."""
    names = [(example.source, example.label) for example in examples]
    sizes = {name: names.count(name) for name in set(names)}
    weight = np.array([sizes[name] ** -0.5 for name in names])
    labels = labels_of(examples)
    for label in (0, 1):
        weight[labels == label] *= len(names) / 2 / weight[labels == label].sum()
    return weight


def curve(values: Any, examples: Sequence[Example]) -> dict[str, Any]:
    """A logistic curve over scores (n, k), its threshold, and the risk of each example."""
    model = LogisticRegression(C=10.0, max_iter=2000)
    model.fit(values, labels_of(examples), sample_weight=even_weights(examples))
    risks = model.predict_proba(values)[:, 1]
    return {
        "weights": [round(float(each), 5) for each in model.coef_[0]],
        "bias": round(float(model.intercept_[0]), 5),
        "threshold": round(threshold(risks, examples), 5),
        "risks": risks,
    }


def mixed(scores: Any, examples: Sequence[Example], head: str) -> dict[str, Any]:
    """As `curve` over (linear, encoder, count, contrast), their weights given by `MIX`, and scaled
    so that the result is a probability."""
    sums = (scores @ np.array(MIX[head]))[:, None]
    found = curve(sums, examples)
    found["weights"] = [round(found["weights"][0] * part, 5) for part in MIX[head]]
    return found


def threshold(risks: Any, examples: Sequence[Example]) -> float:
    """The risk that keeps both bounds on false alarms, and is no certainty."""
    benign, own = labels_of(examples) == 0, is_own(examples)
    public = float(np.quantile(risks[benign & ~own], 1 - FALSE_ALARMS))
    if not (benign & own).any():
        return public
    return max(public, float(np.quantile(risks[benign & own], 1 - FALSE_ALARMS_HARD)))


def logits(risks: Any) -> Any:
    """The inverse of the logistic function."""
    bounded = np.clip(risks, 1e-9, 1 - 1e-9)
    return np.log(bounded / (1 - bounded))


@dataclass(frozen=True, slots=True)
class Unseen:
    """What models said of examples that they had not seen; nan where they were not asked."""

    values: Any  # (examples, heads, VALUES), what `Scan.values` gives
    encoder: Any  # (examples, heads), logits
    contrast: Any  # (examples, 2), of documents that the encoder was asked about

    def stacked(self, examples: Sequence[Example], head: Origin, rows: Any, first: Any) -> Any:
        """(rows, 5): the linear logit, the encoder's as far as it is trusted, the log of the count,
        and the contrast."""
        column = HEADS.index(head)
        linear = logits(first)
        encoded = [
            trusted(float(self.encoder[index, column]), own, trust(examples[index].text), head)
            for index, own in zip(rows, linear.tolist(), strict=True)
        ]
        found = self.contrast[rows]
        asked = np.where(np.isnan(found), np.array(ALONE), found)
        return np.column_stack([linear, encoded, self.values[rows, column, -1], asked])


def fitted(examples: Sequence[Example], unseen: Unseen, head: str) -> dict[str, Any]:
    """What the package needs of one head: its curves, thresholds and the band between."""
    values, encoder = unseen.values, unseen.encoder
    column = HEADS.index(head)
    rows = np.flatnonzero(of_head(examples, head) & ~np.isnan(values[:, column, 0]))
    chosen = [examples[index] for index in rows]
    linear = curve(values[rows, column], chosen)
    first = linear.pop("risks")
    low = float(np.quantile(first[labels_of(chosen) == 1], MISSED_BELOW_LOW))
    benign = first[labels_of(chosen) == 0]
    high = max(linear["threshold"], float(np.quantile(benign, 0.998)))
    shipped = {"linear": linear, "both": None, "low": round(low, 5), "high": round(high, 5)}
    read = ~np.isnan(encoder[rows, column])
    if not read.any():
        alone = [1.0, 0.0, 0.0, 0.0, 0.0]
        both = {"weights": alone, "bias": 0.0, "threshold": linear["threshold"]}
        return shipped | {"both": both}
    final = rows[read]
    scored = [examples[index] for index in final]
    both = mixed(unseen.stacked(examples, head, final, first[read]), scored, head)
    risks, sure = both.pop("risks"), is_user(scored)
    risks[sure & (first[read] < low)] = 0.0
    risks[sure & (first[read] > high)] = 1.0
    both["threshold"] = round(bounded(risks, scored, *BOUNDS[head]), 5)
    return shipped | {"both": both}


def judged(
    examples: Sequence[Example], unseen: Unseen, head: str, shipped: dict[str, Any]
) -> dict[str, Any]:
    """The risk of each example of a head by the linear model alone and by both stages, as this
    calibration gives it; nan where there is none."""
    values, encoder = unseen.values, unseen.encoder
    column = HEADS.index(head)
    rows = np.flatnonzero(of_head(examples, head) & ~np.isnan(values[:, column, 0]))
    linear, both = shipped["linear"], shipped["both"]
    risks = {"linear": np.full(len(examples), np.nan), "both": np.full(len(examples), np.nan)}
    first = _logistic(values[rows, column] @ np.array(linear["weights"]) + linear["bias"])
    risks["linear"][rows] = first
    read = ~np.isnan(encoder[rows, column])
    final = rows[read]
    scores = unseen.stacked(examples, head, final, first[read])
    found = _logistic(scores @ np.array(both["weights"]) + both["bias"])
    sure = is_user([examples[index] for index in final])
    edges = shipped["low"], shipped["high"]
    risks["both"][final] = cascaded(found, first[read], sure, both["threshold"], *edges)
    return risks


def is_user(examples: Sequence[Example]) -> Any:
    """Whether a user typed each example, (n,) bool: there the linear model may decide alone."""
    return of_head(examples, "user")


def bounded(risks: Any, examples: Sequence[Example], public: float, hard: float) -> float:
    """The risk that at most this share of public and of hard benign rows reach."""
    benign, own = labels_of(examples) == 0, is_own(examples)
    hardest = np.array([example.category == HARD for example in examples])
    edges = [np.quantile(risks[benign & ~own], 1 - public)]
    if hardest.any():
        edges.append(np.quantile(risks[hardest], 1 - hard))
    return float(max(edges))


def _logistic(total: Any) -> Any:
    return 1 / (1 + np.exp(-np.clip(total, -30, 30)))


def cascaded(both: Any, linear: Any, sure: Any, at: float, low: float, high: float) -> Any:
    """The risks of both stages, kept on the side of the threshold that the linear model has
    decided for where it is sure."""
    risks = np.where(sure & (linear < low), np.minimum(both, 0.999 * at), both)
    return np.where(sure & (linear > high), np.maximum(risks, at), risks)


def rates(risks: Any, examples: Sequence[Example], at: float) -> dict[str, Any]:
    """Recall and false-positive rate at a threshold by source, with 95 % Wilson intervals."""
    table: dict[str, Any] = {}
    for source in sorted({example.source for example in examples}):
        inside = np.array([example.source == source for example in examples])
        table[source] = _rate(risks[inside], labels_of(examples)[inside], at)
    return table


def _rate(risks: Any, labels: Any, at: float) -> dict[str, Any]:
    hits = risks >= at
    return {
        "attacks": int((labels == 1).sum()),
        "benign": int((labels == 0).sum()),
        "recall": wilson(int(hits[labels == 1].sum()), int((labels == 1).sum())),
        "fpr": wilson(int(hits[labels == 0].sum()), int((labels == 0).sum())),
    }


def summary(risks: Any, examples: Sequence[Example], at: float) -> dict[str, Any]:
    """AUC with a bootstrap interval, recall at pooled false-positive rates, rates at `at`."""
    labels = labels_of(examples)
    return {
        "auc": auc(risks, labels),
        "recall_at_fpr": {
            str(rate): wilson(
                int((risks[labels == 1] > np.quantile(risks[labels == 0], 1 - rate)).sum()),
                int((labels == 1).sum()),
            )
            for rate in (0.01, 0.02)
        },
        "at_threshold": _rate(risks, labels, at),
    }


def auc(risks: Any, labels: Any, rounds: int = 200) -> list[float]:
    """Area under the curve, and the 95 % interval over bootstrap samples (seed 0)."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(rounds):
        sample = rng.integers(0, len(labels), len(labels))
        if 0 < labels[sample].sum() < len(sample):
            found.append(roc_auc_score(labels[sample], risks[sample]))
    low, high = np.quantile(found, [0.025, 0.975])
    return [round(float(each), 3) for each in (roc_auc_score(labels, risks), low, high)]


def report(
    examples: Sequence[Example],
    parts: dict[str, tuple[dict[str, Any], dict[str, Any]]],
    languages: Any,
) -> dict[str, Any]:
    """The stored result: tables by source, and what the bar names, at the shipped thresholds.

    `parts` has of each head its calibration and what `judged` gave; `languages` (examples,) are
    risks of the user head by linear models that never saw the language, nan elsewhere.
    """
    return {
        "heads": {
            head: {
                "shipped": shipped,
                **{
                    stage: stage_report(examples, found, shipped[stage]["threshold"])
                    for stage, found in risks.items()
                    if not np.isnan(found).all()
                },
            }
            for head, (shipped, risks) in parts.items()
        },
        "unseen_languages": unseen_languages(examples, languages),
    }


def stage_report(examples: Sequence[Example], risks: Any, at: float) -> dict[str, Any]:
    """Everything about the risks of one head and stage, from the examples that have one."""
    rows = np.flatnonzero(~np.isnan(risks))
    chosen, found = [examples[index] for index in rows], risks[rows]
    public = ~is_own(chosen)
    kinds = np.array([example.category for example in chosen])
    direct = np.isin(kinds, ("direct_injection", "prompt_extraction")) & public
    seen = [each for each, is_public in zip(chosen, public, strict=True) if is_public]
    return {
        "public_sources": summary(found[public], seen, at),
        "with_our_own_families": summary(found, chosen, at),
        "direct_attacks": _share(found, direct & (labels_of(chosen) == 1), at),
        "hard_benign": _share(found, kinds == HARD, at),
        "alarming_benign": _share(found, kinds == ALARMING, at),
        "by_source": rates(found, chosen, at),
        "reliability": reliability(found.tolist(), labels_of(chosen).tolist()),
    }


def unseen_languages(examples: Sequence[Example], risks: Any) -> dict[str, Any]:
    """Rates in languages out of training, at 1 % of the benign rows of all of them."""
    foreign = ~np.isnan(risks)
    lang = np.array([example.lang for example in examples])
    found = {"all": _foreign(examples, risks, foreign)}
    for each in sorted(set(lang) - {"en"}):
        found[str(each)] = _foreign(examples, risks, foreign & (lang == each), whole=foreign)
    return {name: rate for name, rate in found.items() if rate}


def _share(risks: Any, chosen: Any, at: float) -> list[float] | None:
    return wilson(int((risks[chosen] >= at).sum()), int(chosen.sum()))


def _foreign(
    examples: Sequence[Example], risks: Any, chosen: Any, *, whole: Any | None = None
) -> dict[str, Any] | None:
    """Recall and false alarms in languages that were not in training, at one threshold for all."""
    labels = labels_of(examples)
    benign = (labels == 0) & (chosen if whole is None else whole)
    if not (chosen & (labels == 1)).any() or not benign.any():
        return None
    at = float(np.quantile(risks[benign], 1 - FALSE_ALARMS))
    return _rate(risks[chosen], labels[chosen], at)
