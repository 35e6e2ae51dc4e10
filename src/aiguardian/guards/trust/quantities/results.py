"""What lines of numbers give by arithmetic, worked out at once, to be looked up by size.

Lines are rows and columns of a table, or the numbers of a passage. All claims on a table ask for
the same results, each for those of another size.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Any, NamedTuple

import numpy as np

OPERATIONS = ("difference", "sum", "average", "growth", "share", "ratio", "average growth")
_DIFFERENCE, _SUM, _AVERAGE, _GROWTH, _SHARE, _RATIO, _AVERAGE_GROWTH = range(len(OPERATIONS))
_OF_PAIR = np.array(
    (
        *(_DIFFERENCE, _DIFFERENCE, _SUM, _AVERAGE),
        *(_GROWTH, _SHARE, _RATIO, _GROWTH, _SHARE, _RATIO),
    )
)
"""What two numbers give, in order."""
_TURNED = frozenset((1, 7, 8, 9))
"""Of these the ones that take the second number first."""


class _Plan(NamedTuple):
    """What is worked out for more than two numbers of a line of one length, in order: of each
    result its operation and the places in the line of its first and its last number."""

    operations: Any
    firsts: Any
    lasts: Any
    begins: Any
    ends: Any
    """Of the runs of which there is a sum and an average, which stand at the beginning: the places
    of their first and their last number."""
    after: Any
    """For each place a row: 1.0 from there on, 0.0 before."""


class Results:
    """Differences, growth, shares, ratios, sums and averages within lines of numbers.

    `lines` are places among `values`. Quadratic in the length of a line: hand in short ones.
    """

    def __init__(self, values: Sequence[float], lines: Sequence[Sequence[int]]) -> None:
        given = np.array(values, dtype=float)
        self._lines = [np.array(line, dtype=np.intp) for line in lines]
        pairs = [line[_pairs(len(line))] for line in self._lines]
        plans = [_plan(len(line)) for line in lines]
        self._pairs = _joined(pairs, _pairs(0))
        self._operations = _joined([plan.operations for plan in plans], _plan(0).operations)
        """Of the results of more than two numbers."""
        self._begins = np.cumsum([0, *(len(plan.operations) for plan in plans)])
        """Where those of each line begin."""
        of_pairs = _of_pairs(given, self._pairs)
        longer = [_longer(given[line]) for line in self._lines if len(line) > 2]
        self._first = of_pairs.size
        """The number of the first of them."""
        self._values = np.concatenate((of_pairs.ravel(), *longer))
        self._sizes = np.abs(self._values)
        self.count = int(np.count_nonzero(self._sizes >= 0.0))
        """How many there are: nothing is divided by zero."""

    def near(self, low: float, high: float) -> Any:
        """The numbers of the results that lie, without their sign, from `low` to `high`."""
        return np.flatnonzero((self._sizes >= low) & (self._sizes <= high))

    def values(self, numbers: Any) -> Any:
        """The results of these numbers, with their signs."""
        return self._values[numbers]

    def operations(self, numbers: Any) -> Any:
        """Of each its place in `OPERATIONS`; the numbers ascend."""
        of_two = np.searchsorted(numbers, self._first)
        pairs, longer = numbers[:of_two], numbers[of_two:]
        return np.concatenate(
            (_OF_PAIR[pairs % len(_OF_PAIR)], self._operations[longer - self._first])
        )

    def places(self, number: int) -> tuple[int, ...]:
        """The numbers that a result was got of, in order."""
        if number >= self._first:
            return tuple(self._run(number).tolist())
        pair, part = divmod(number, len(_OF_PAIR))
        one, other = self._pairs[pair].tolist()
        return (other, one) if part in _TURNED else (one, other)

    def _run(self, number: int) -> Any:
        """The neighbours that a result of more than two was got of."""
        at = number - self._first
        of_line = int(np.searchsorted(self._begins, at, side="right")) - 1
        line, at = self._lines[of_line], at - self._begins[of_line]
        plan = _plan(len(line))
        first, last = plan.firsts[at], plan.lasts[at]
        return line[first : last + 1] if first < last else line[last : first + 1][::-1]

    def least(self, numbers: Any, relevance: Any) -> Any:
        """Of each the relevance of the least relevant number in it; the numbers ascend."""
        of_two = np.searchsorted(numbers, self._first)
        pairs = self._pairs[numbers[:of_two] // len(_OF_PAIR)]
        found = np.minimum(relevance[pairs[:, 0]], relevance[pairs[:, 1]])
        longer = [relevance[self._run(number)].min() for number in numbers[of_two:].tolist()]
        return np.concatenate((found, longer))

    def ranked(self, numbers: Any, scores: Any) -> list[int]:
        """Places among `numbers` in the order of their scores, best first; of equals that of an
        earlier line, and of two numbers before that of more."""
        of_two = np.searchsorted(numbers, self._first)
        lengths = [len(line) * (len(line) - 1) // 2 for line in self._lines]
        ends = np.cumsum(lengths) * len(_OF_PAIR)
        lines = np.concatenate(
            (
                np.searchsorted(ends, numbers[:of_two], side="right"),
                np.searchsorted(self._begins, numbers[of_two:] - self._first, side="right") - 1,
            )
        )
        order: list[int] = np.lexsort((numbers, lines, -scores)).tolist()
        return order


def _joined(arrays: Sequence[Any], empty: Any) -> Any:
    """The rows of all arrays; of a single one itself."""
    if len(arrays) == 1:
        return arrays[0]
    return np.concatenate(arrays) if arrays else empty


@lru_cache(maxsize=64)
def _pairs(length: int) -> Any:
    """The pairs of places in a line."""
    return np.array(list(combinations(range(length), 2)), dtype=np.intp).reshape(-1, 2)


def _of_pairs(values: Any, pairs: Any) -> Any:
    """For each pair its results, in the order of `_OF_PAIR`; nan where one is zero."""
    given = values[pairs]  # (pairs, 2)
    turned = given[:, ::-1]
    below = np.where(turned == 0, np.nan, turned)
    results = np.empty((len(pairs), len(_OF_PAIR)))
    gaps = results[:, :2]
    np.subtract(given, turned, out=gaps)
    results[:, 2] = given[:, 0] + given[:, 1]
    results[:, 3] = results[:, 2] / 2
    with np.errstate(all="ignore"):
        results[:, 4::3] = 100 * gaps / np.abs(below)
        results[:, 5::3] = 100 * given / below
        results[:, 6::3] = given / below
    return results


@lru_cache(maxsize=64)
def _plan(length: int) -> _Plan:
    """Sums and averages of three and more neighbours, half the change from one to the next but
    one, and average growth over the line, forwards and backwards."""
    runs = [(first, last) for first in range(length) for last in range(first + 2, length)]
    found = [(name, *run) for run in runs for name in (_SUM, _AVERAGE)]
    for first in range(length - 2):
        found += [(_DIFFERENCE, first, first + 2), (_DIFFERENCE, first + 2, first)]
    if length > 2:
        found += [(_AVERAGE_GROWTH, 0, length - 1), (_AVERAGE_GROWTH, length - 1, 0)]
    operations, firsts, lasts = np.array(found, dtype=np.intp).reshape(-1, 3).T
    ends = np.array(runs, dtype=np.intp).reshape(-1, 2)
    after = np.triu(np.ones((length, length)))
    return _Plan(operations, firsts, lasts, ends[:, 0], ends[:, 1], after)


def _longer(values: Any) -> Any:
    """The results of the plan for a line; nan for growth from zero."""
    plan = _plan(len(values))
    results = np.empty(len(plan.operations))
    edge = 2 * len(plan.begins)
    totals = (plan.after * values).cumsum(axis=1)[plan.begins, plan.ends]
    results[:edge:2] = totals
    results[1:edge:2] = totals / (plan.ends - plan.begins + 1)
    halves = (values[:-2] - values[2:]) / 2
    results[edge:-2:2] = halves
    results[edge + 1 : -2 : 2] = -halves
    listed = values.tolist()
    growths = (_average_growth(listed), _average_growth(listed[::-1])) if all(listed) else np.nan
    results[-2:] = growths
    return results


def _average_growth(values: Sequence[float]) -> float:
    steps = [100 * (a - b) / abs(b) for a, b in pairwise(values)]
    return math.fsum(steps) / len(steps)
