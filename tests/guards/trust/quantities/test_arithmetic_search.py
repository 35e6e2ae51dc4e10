"""The search for what follows from numbers: the same as trying everything."""

from __future__ import annotations

import math
import random

import pytest

from aiguardian.guards.trust.quantities.arithmetic import (
    Figure,
    count_derivations,
    derivations,
)
from aiguardian.guards.trust.quantities.finding import find_quantities
from aiguardian.guards.trust.quantities.quantity import agrees


def line(*values: float) -> list[Figure]:
    return [Figure(value, 0.5, str(number)) for number, value in enumerate(values)]


@pytest.mark.parametrize(
    "values",
    [(), (1,), (1, 2), (0, 2), (0, 0), (1, 2, 3), (0, 2, 3), (4, 4, 1, 9), (5, 0, 0, 7, 2)],
)
def test_a_window_without_bounds_finds_as_many_as_are_counted(values: tuple[float, ...]) -> None:
    figures = line(*values)
    assert len(derivations(figures, 0.0, math.inf)) == count_derivations(figures)


def test_a_window_holds_just_what_lies_in_it() -> None:
    draw = random.Random(0)
    for _ in range(50):
        figures = line(*(draw.choice((0, 1, 2.5, 10, 40, 100, 120)) for _ in range(5)))
        every = derivations(figures, 0.0, math.inf)
        target, slack = draw.choice((1.0, 20.0, 50.0)), 0.5
        inside = [each for each in every if abs(abs(each.value) - target) <= slack]
        assert derivations(figures, target, slack) == inside


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
