"""Curves turn scores into probabilities and never overflow."""

from __future__ import annotations

import pytest

from aiguardian.ml.calibration import Curve, calibrations, probability
from aiguardian.ml.contrast import Contrast
from aiguardian.ml.scan import VALUES


def test_a_curve_is_the_weighted_sum() -> None:
    assert Curve((2.0, -1.0), 0.5, 0.9).logit(1.0, 3.0) == -0.5


@pytest.mark.parametrize("score", [1e9, -1e9])
def test_an_extreme_score_stays_a_probability(score: float) -> None:
    assert 0.0 < probability(Curve((1.0,), 0.0, 0.5).logit(score)) < 1.0


@pytest.mark.parametrize("origin", ["user", "document"])
def test_the_shipped_curves_fit_together(origin: str) -> None:
    shipped = calibrations()[origin]
    assert len(shipped.linear.weights) == VALUES
    assert len(shipped.both.weights) == 3 + len(Contrast._fields)
    assert 0.0 < shipped.low < shipped.linear.threshold <= shipped.high <= 1.0
    assert 0.0 < shipped.both.threshold < 1.0
