"""How likely a claim on a table is true, from what its readings gave.

A logistic model over the outcomes of the programs. Its weights were learned from claims on
tables (`training/table_claims.py`); `weights.md` says on which, and how well it does on tables
that it has not seen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import msgspec

from aiguardian.guards.trust.tables.linking import Linked
from aiguardian.guards.trust.tables.reading import Outcome, is_negated

_PLAIN = frozenset({"row", "row_misplaced", "pairs", "neighbours", "clauses", "roles", "value"})
"""Programs of a claim that only says what stands where; with others in play it says more."""


class Weights(msgspec.Struct, frozen=True):
    """A logistic model: `bias` plus the sum of `weights` times features is the log-odds."""

    bias: float
    weights: dict[str, float]


def features(linked: Linked, outcomes: Sequence[Outcome]) -> dict[str, float]:
    """For each program the best fit of a reading that holds ("count+") and of one that fails
    ("count-"), in [0, 1]; rows and pairs apart by whether the claim also ranks, counts or adds."""
    given: dict[str, float] = {}
    does_more = any(outcome.program not in _PLAIN | {"count_any"} for outcome in outcomes)
    for outcome in outcomes:
        name = f"{outcome.program}{'+' if outcome.holds else '-'}"
        given[name] = max(given.get(name, 0.0), outcome.fit)
        if outcome.program in ("row", "pairs"):
            name += " with more" if does_more else " alone"
            given[name] = max(given.get(name, 0.0), outcome.fit)
    given["linked"] = min(6, len(linked.stretches)) / 6
    given["none"] = float(not outcomes)
    given["negated"] = float(is_negated(linked))
    return given


def probability(given: Mapping[str, float]) -> float:
    """How likely a claim with these features is true, in (0, 1)."""
    model = load_weights()
    logit = model.bias + sum(model.weights.get(name, 0.0) * x for name, x in given.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def explanation(outcomes: Sequence[Outcome], *, holds: bool) -> Outcome | None:
    """The outcome that speaks most for (or against) the claim, or None."""
    weights = load_weights().weights
    sign = "+" if holds else "-"

    def force(outcome: Outcome) -> float:
        weight = weights.get(f"{outcome.program}{sign}", 0.0)
        return outcome.fit * (weight if holds else -weight)

    fitting = [outcome for outcome in outcomes if outcome.holds == holds]
    return max(fitting, key=force, default=None)


@cache
def load_weights() -> Weights:
    """The shipped model."""
    raw = files("aiguardian.guards.trust.tables").joinpath("weights.json").read_bytes()
    return msgspec.json.decode(raw, type=Weights)
