"""The search for what follows from numbers: the same as trying everything."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import numpy as np
import pytest

from aiguardian.guards.trust.quantities.finding import find_quantities
from aiguardian.guards.trust.quantities.quantity import agrees
from aiguardian.guards.trust.quantities.results import OPERATIONS, Results


def results(*values: float) -> Results:
    return Results(values, [range(len(values))])


def derived(value: float, operation: str, given: tuple[float, ...]) -> bool:
    """Whether the operation on these numbers gives the value, worked out once more."""
    first, *_, last = given
    match operation:
        case "difference":
            return value == (first - last) / (len(given) - 1)
        case "sum":
            return value == sum(given)
        case "average":
            return value == sum(given) / len(given)
        case "growth":
            return value == 100 * (first - last) / abs(last)
        case "share":
            return value == 100 * first / last
        case "ratio":
            return value == first / last
        case _:
            steps = [100 * (a - b) / abs(b) for a, b in pairwise(given)]
            return value == math.fsum(steps) / len(steps)


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ((), 0),
        ((1.0,), 0),
        ((1.0, 2.0), 10),
        ((0.0, 2.0), 7),
        ((0.0, 0.0), 4),
        ((1.0, 2.0, 3.0), 36),
        ((0.0, 2.0, 3.0), 28),
        ((4.0, 4.0, 1.0, 9.0), 72),
    ],
)
def test_all_results_are_counted_but_those_by_zero(values: tuple[float, ...], count: int) -> None:
    found = results(*values)
    assert found.count == count
    assert len(found.near(0.0, math.inf)) == count


def test_each_result_is_that_of_its_numbers() -> None:
    values = (3.0, 8.0, 2.0, 40.0, 5.0)
    found = results(*values)
    every = found.near(0.0, math.inf)
    rows = zip(every, found.values(every), found.operations(every), strict=True)
    for number, value, operation in rows:
        given = tuple(values[at] for at in found.places(int(number)))
        assert derived(value, OPERATIONS[operation], given)


def test_a_window_holds_just_what_lies_in_it() -> None:
    draw = random.Random(0)
    for _ in range(50):
        found = results(*(draw.choice((0.0, 1.0, 2.5, 10.0, 40.0, 100.0)) for _ in range(5)))
        every = found.near(0.0, math.inf)
        target, slack = draw.choice((1.0, 20.0, 50.0)), 0.5
        sizes = abs(found.values(every))
        inside = every[(sizes >= target - slack) & (sizes <= target + slack)]
        assert found.near(target - slack, target + slack).tolist() == inside.tolist()


def test_lines_do_not_mix_and_the_earlier_comes_first_of_equals() -> None:
    found = Results((1.0, 3.0, 1.0, 3.0), [(0, 1), (2, 3)])
    near = found.near(4.0, 4.0)
    assert [found.places(int(number)) for number in near] == [(0, 1), (2, 3)]
    assert found.ranked(near, np.zeros(2)) == [0, 1]
    assert found.ranked(near, np.array([0.1, 0.2])) == [1, 0]


def test_a_result_is_as_relevant_as_its_least_relevant_number() -> None:
    found = results(1.0, 10.0, 100.0)
    near = found.near(111.0, 111.0)
    assert found.least(near, np.array([0.9, 0.2, 0.5])).tolist() == [0.2]


@pytest.mark.parametrize(
    ("claimed", "found", "expected"),
    [
        ("3.2 million people", "3.2 billion people", False),
        ("3.2 million people", "3,200,000 people", True),
        ("3.2 people", "3.2 million people", True),
        ("3.2 million", "3.2 million euros", True),
    ],
)
def test_two_magnitudes_must_agree(claimed: str, found: str, expected: bool) -> None:
    assert agrees(find_quantities(claimed)[0], find_quantities(found)[0]) == expected
