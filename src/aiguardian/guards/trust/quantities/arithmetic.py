"""Values that follow from the numbers of a source: differences, growth, shares, sums, averages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from msgspec import Struct

from aiguardian.guards.trust.quantities.quantity import Quantity
from aiguardian.guards.trust.quantities.results import OPERATIONS, Results
from aiguardian.processor import Deadline

PERCENT_OPERATIONS = frozenset({"growth", "share", "average growth"})
"""Operations whose result is a percentage of numbers that need be none."""

MIN_ROUNDED = 20
"""From here on a whole number may be a rounded average. By judgement."""

_OPERATION_WORDS = {
    "difference": "difference of",
    "growth": "growth, in percent, of",
    "average growth": "average growth, in percent, of",
    "share": "percentage of",
    "ratio": "ratio of",
    "sum": "sum of",
    "average": "average of",
}
_CUES_TEXT: tuple[tuple[str, str], ...] = (
    ("growth", "percent increase|percent decrease|percent change|percentage change"),
    ("growth", "percentage increase|percentage decrease|percentage growth|growth|grew|grow"),
    ("growth", "rate of change|% increase|% decrease|% change|% rise|% drop|% growth"),
    ("share", "percentage of|proportion|share|constitut|as a percent|out of|accounted for"),
    ("share", "percent of|per cent of|% of|make up|made up"),
    ("average", "average|mean|averaged"),
    ("sum", "total|sum|altogether|together|combined|aggregate|in all|overall|cumulative"),
    ("difference", "change|difference|differ|increas|decreas|decline|rose|fell|drop|gap|grew"),
    ("difference", "reduc|more than|less than|higher than|lower than|exceed|net|years after"),
    ("difference", "years before|years later|margin|lead of| by "),
    ("ratio", "ratio|times|divided by|twice|double|triple|half"),
)


_CUES = [(name, cue) for name, cues in _CUES_TEXT for cue in cues.split("|")]


class Figure(Struct, frozen=True, gc=False):
    """A number of a source, in a cell of a table or in prose."""

    value: float
    name: str
    """What it is, for people."""
    row: int = -1
    column: int = -1
    is_percent: bool = False
    decimals: int = 0


class Figures(NamedTuple):
    """Numbers of a source that a claim may speak of."""

    figures: Sequence[Figure]
    relevance: Any
    """An array: of each, how much the words around it are those of the claim, in [0, 1]."""
    results: Results
    """What follows from them."""


def passage(figures: Sequence[Figure], relevance: Sequence[float]) -> Figures:
    """Numbers that stand in one line."""
    values = [figure.value for figure in figures]
    return Figures(figures, np.array(relevance), Results(values, [range(len(values))]))


class Derivation(NamedTuple):
    """A value and how it was got."""

    value: float
    operation: str
    figures: tuple[Figure, ...]

    @property
    def words(self) -> str:
        """ "sum of A and B"."""
        names = " and ".join(figure.name for figure in self.figures[:3])
        more = f" and {len(self.figures) - 3} more" if len(self.figures) > 3 else ""
        return f"{_OPERATION_WORDS[self.operation]} {names}{more}"


def asked_operations(words: str) -> frozenset[str]:
    """The operations that the words of a claim or question name."""
    low = f" {words.lower()} "
    asked = {name for name, cue in _CUES if cue in low}
    if "difference" in asked and ("percent" in low or "per cent" in low or "%" in low):
        asked.add("growth")
    return frozenset(asked)


def best_derivation(
    quantity: Quantity, among: Sequence[Figures], asked: frozenset[str], deadline: Deadline
) -> tuple[Derivation, float] | None:
    """The derivation that gives the stated number and is most likely meant, with how sure that is
    in (0, 1); None when nothing gives it."""
    half = half_step(quantity)
    best: tuple[Derivation, float] | None = None
    for given in among:
        deadline.check()
        found = _best_of(quantity, half, given, asked)
        if found is not None and (best is None or found[1] > best[1]):
            best = found
    if best is None:
        return None
    # The more was tried and the fewer digits must fit, the likelier is a hit by chance.
    tried = sum(given.results.count for given in among)
    spread = max(abs(quantity.bare), 1.0) / (2 * half)
    by_chance = 1 - math.exp(-tried / (40.0 * spread))
    return best[0], max(0.05, min(0.97, best[1] * (1 - 0.7 * by_chance)))


def _best_of(
    quantity: Quantity, half: float, given: Figures, asked: frozenset[str]
) -> tuple[Derivation, float] | None:
    results, target = given.results, abs(quantity.bare)
    slack = half + 1e-9 * target
    near = results.near(target - slack, target + slack)
    worth = _worth(quantity, asked)[results.operations(near)]
    near, worth = near[worth > 0], worth[worth > 0]
    if not near.size:
        return None
    scores = worth + 0.25 * results.least(near, given.relevance)
    values = results.values(near)
    operations = results.operations(near)
    scores = np.where(values * quantity.bare >= 0, scores, scores - 0.1)
    for place in results.ranked(near, scores):
        number, value = int(near[place]), float(values[place])
        figures = tuple([given.figures[at] for at in results.places(number)])
        derivation = Derivation(value, OPERATIONS[operations[place]], figures)
        gap = abs(abs(value) - target)
        if gap <= half and _is_meant(derivation, quantity, gap):
            return derivation, float(scores[place])
    return None


def _worth(quantity: Quantity, asked: frozenset[str]) -> Any:
    """For each operation how likely it is meant, before it is known what it is done to; 0.0 where
    it gives no number of this unit: no percentage is in millions."""
    is_percent = quantity.dimension == "percent"
    has_unit = quantity.dimension not in ("", "percent") or _has_magnitude(quantity)
    worth = []
    for name in OPERATIONS:
        gives_percent = name in PERCENT_OPERATIONS
        is_asked = any(each in asked for each in name.split())
        score = 0.3 + 0.3 * is_asked + 0.15 * (gives_percent == is_percent)
        worth.append(0.0 if gives_percent and has_unit else score)
    return np.array(worth)


def half_step(quantity: Quantity) -> float:
    """Half a unit of the last digit written, in the number as written (1.2 of "1.2 million")."""
    scale = abs(quantity.low / quantity.bare) if quantity.bare and quantity.low else 1.0
    written = quantity.step / scale if scale else quantity.step
    return max(written, 1e-9) * 1.02


def _is_meant(derivation: Derivation, quantity: Quantity, gap: float) -> bool:
    """Whether the operation on these may give such a number: the sum of whole numbers is not
    rounded, and no percentage."""
    if derivation.operation in PERCENT_OPERATIONS or derivation.operation == "ratio":
        return True
    if quantity.dimension == "percent" and not all(f.is_percent for f in derivation.figures):
        return False
    decimals = max(figure.decimals for figure in derivation.figures)
    is_exact = gap < 0.02 * 10.0**-decimals
    if derivation.operation == "average":
        return is_exact or abs(quantity.bare) >= MIN_ROUNDED or _decimals(quantity) > 0
    return is_exact or _decimals(quantity) < decimals


def _has_magnitude(quantity: Quantity) -> bool:
    return quantity.dimension in ("", "money") and abs(quantity.low) > 1.5 * abs(quantity.bare)


def _decimals(quantity: Quantity) -> int:
    return max(0, round(-math.log10(2 * half_step(quantity) / 1.02)))
