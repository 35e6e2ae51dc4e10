"""Values that follow from the numbers of a source: differences, growth, shares, sums, averages."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from msgspec import Struct

from aiguardian.guards.trust.quantities.quantity import Quantity
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


class Figure(Struct, frozen=True, gc=False):
    """A number of a source, in a cell of a table or in prose."""

    value: float
    relevance: float
    """How much the words around it are those of the claim, in [0, 1]."""
    name: str
    """What it is, for people."""
    row: int = -1
    column: int = -1
    is_percent: bool = False
    decimals: int = 0


class Derivation(NamedTuple):
    """A value and how it was got."""

    value: float
    operation: str
    figures: tuple[Figure, ...]

    @property
    def relevance(self) -> float:
        """That of its least relevant figure."""
        return min(figure.relevance for figure in self.figures)

    @property
    def words(self) -> str:
        """ "sum of A and B"."""
        names = " and ".join(figure.name for figure in self.figures[:3])
        more = f" and {len(self.figures) - 3} more" if len(self.figures) > 3 else ""
        return f"{_OPERATION_WORDS[self.operation]} {names}{more}"


def asked_operations(words: str) -> frozenset[str]:
    """The operations that the words of a claim or question name."""
    low = f" {words.lower()} "
    asked = {name for name, cues in _CUES_TEXT for cue in cues.split("|") if cue in low}
    if "difference" in asked and ("percent" in low or "per cent" in low or "%" in low):
        asked.add("growth")
    return frozenset(asked)


def derivations(line: Sequence[Figure], target: float, slack: float) -> list[Derivation]:
    """What is derived within a line (a row, a column, the numbers of a passage) and lies, without
    its sign, within `slack` of `target`.

    Quadratic in the line's length, so the caller hands in short ones.
    """
    low, high = target - slack, target + slack
    found: list[Derivation] = []
    for one, other in _near_pairs([figure.value for figure in line], low, high):
        found += _of_pair(line[one], line[other], low, high)
    found += _of_runs(line, low, high)
    found += _average_growth(line, low, high)
    return found


def count_derivations(line: Sequence[Figure]) -> int:
    """How many values are derived within a line, near the target or not."""
    length = len(line)
    if length < 2:
        return 0
    zeros = sum(not figure.value for figure in line)
    pairs = length * (length - 1) // 2
    with_zero = zeros * (length - 1)  # of its three quotients a pair lacks those by the zero
    runs = (length - 1) * (length - 2) // 2
    growths = 2 if length >= 3 and not zeros else 0
    return 10 * pairs - 3 * with_zero + 2 * runs + 2 * max(0, length - 2) + growths


def _near_pairs(values: Sequence[float], low: float, high: float) -> Iterator[tuple[int, int]]:
    """The places of two values of which some operation gives something near the target: of nearly
    all pairs none does, so this is all that is worked out for them."""
    for one, a in enumerate(values):
        for other in range(one + 1, len(values)):
            b = values[other]
            gap, total = abs(a - b), abs(a + b)
            if (
                low <= gap <= high
                or low <= total <= high
                or low <= total / 2 <= high
                or (b and _is_near_part(gap, abs(a), abs(b), low, high))
                or (a and _is_near_part(gap, abs(b), abs(a), low, high))
            ):
                yield one, other


def _is_near_part(gap: float, top: float, bottom: float, low: float, high: float) -> bool:
    """Whether growth, share or ratio is near the target."""
    if low <= top / bottom <= high:
        return True
    return low <= 100 * gap / bottom <= high or low <= 100 * top / bottom <= high


def _of_pair(one: Figure, other: Figure, low: float, high: float) -> Iterator[Derivation]:
    """What two figures give near the target."""
    a, b = one.value, other.value
    if low <= abs(a - b) <= high:
        yield Derivation(a - b, "difference", (one, other))
        yield Derivation(b - a, "difference", (other, one))
    if low <= abs(a + b) <= high:
        yield Derivation(a + b, "sum", (one, other))
    if low <= abs((a + b) / 2) <= high:
        yield Derivation((a + b) / 2, "average", (one, other))
    for top, bottom, pair in ((a, b, (one, other)), (b, a, (other, one))):
        if not bottom:
            continue
        if low <= abs(100 * (top - bottom) / abs(bottom)) <= high:
            yield Derivation(100 * (top - bottom) / abs(bottom), "growth", pair)
        if low <= abs(100 * top / bottom) <= high:
            yield Derivation(100 * top / bottom, "share", pair)
        if low <= abs(top / bottom) <= high:
            yield Derivation(top / bottom, "ratio", pair)


def _of_runs(line: Sequence[Figure], low: float, high: float) -> Iterator[Derivation]:
    """Sums and averages of three and more neighbours, and the change between two averages of
    neighbours."""
    values = [figure.value for figure in line]
    for first, total in enumerate(values):
        for last in range(first + 1, len(values)):
            total += values[last]
            count = last - first + 1
            if count < 3:
                continue
            if low <= abs(total) <= high:
                yield Derivation(total, "sum", tuple(line[first : last + 1]))
            if low <= abs(total / count) <= high:
                yield Derivation(total / count, "average", tuple(line[first : last + 1]))
    for one, two, three in zip(line, line[1:], line[2:], strict=False):
        change = (one.value - three.value) / 2
        if low <= abs(change) <= high:
            yield Derivation(change, "difference", (one, two, three))
            yield Derivation(-change, "difference", (three, two, one))


def _average_growth(line: Sequence[Figure], low: float, high: float) -> Iterator[Derivation]:
    """Average growth over three figures or more, in percent, forwards and backwards."""
    values = [figure.value for figure in line]
    if len(line) < 3 or 0 in values:
        return
    for way, ordered in ((line, values), (line[::-1], values[::-1])):
        steps = [100 * (a - b) / abs(b) for a, b in pairwise(ordered)]
        mean = math.fsum(steps) / len(steps)
        if low <= abs(mean) <= high:
            yield Derivation(mean, "average growth", tuple(way))


def best_derivation(
    quantity: Quantity,
    lines: Sequence[Sequence[Figure]],
    asked: frozenset[str],
    deadline: Deadline,
) -> tuple[Derivation, float] | None:
    """The derivation that gives the stated number and is most likely meant, with how sure that is
    in (0, 1); None when nothing gives it."""
    half = half_step(quantity)
    target = abs(quantity.bare)
    best: tuple[Derivation, float] | None = None
    tried = 0
    for line in lines:
        deadline.check()
        tried += count_derivations(line)
        for derivation in derivations(line, target, half + 1e-9 * target):
            gap = abs(abs(derivation.value) - target)
            if gap > half or not _is_meant(derivation, quantity, gap):
                continue
            score = _score(derivation, quantity, asked)
            if best is None or score > best[1]:
                best = (derivation, score)
    if best is None:
        return None
    # The more was tried and the fewer digits must fit, the likelier is a hit by chance.
    spread = max(target, 1.0) / (2 * half)
    by_chance = 1 - math.exp(-tried / (40.0 * spread))
    return best[0], max(0.05, min(0.97, best[1] * (1 - 0.7 * by_chance)))


def half_step(quantity: Quantity) -> float:
    """Half a unit of the last digit written, in the number as written (1.2 of "1.2 million")."""
    scale = abs(quantity.low / quantity.bare) if quantity.bare and quantity.low else 1.0
    written = quantity.step / scale if scale else quantity.step
    return max(written, 1e-9) * 1.02


def _is_meant(derivation: Derivation, quantity: Quantity, gap: float) -> bool:
    """Whether the operation may give a number of this unit: no percentage is in millions, and the
    sum of whole numbers is not rounded."""
    has_unit = quantity.dimension not in ("", "percent") or _has_magnitude(quantity)
    if derivation.operation in PERCENT_OPERATIONS:
        return not has_unit
    if derivation.operation == "ratio":
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


def _score(derivation: Derivation, quantity: Quantity, asked: frozenset[str]) -> float:
    is_asked = any(name in asked for name in derivation.operation.split())
    is_percent = derivation.operation in PERCENT_OPERATIONS
    unit_fits = is_percent == (quantity.dimension == "percent")
    score = 0.3 + 0.3 * is_asked + 0.15 * unit_fits + 0.25 * derivation.relevance
    return score if derivation.value * quantity.bare >= 0 else score - 0.1
