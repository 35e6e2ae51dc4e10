"""Scores to probabilities: logistic curves fitted on sources that were kept out of training."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache

from aiguardian.ml.artifact import artifact_bytes

CALIBRATION = "injection_linear.json"
CALIBRATION_SHA256 = "5b0a78ba1b25d88c89fc2316db357f1b340edf7c580bb22476912efe6c948e99"


@dataclass(frozen=True, slots=True)
class Curve:
    """A logistic curve over a few scores, and the probability from which on it is an alarm."""

    weights: tuple[float, ...]
    bias: float
    threshold: float

    def logit(self, *values: float) -> float:
        """The weighted sum, bounded so that its exponential is."""
        total = sum(w * v for w, v in zip(self.weights, values, strict=True)) + self.bias
        return max(-30.0, min(30.0, total))


@dataclass(frozen=True, slots=True)
class Calibration:
    """The curves for text of one origin."""

    linear: Curve
    """Over what `Scan.values` gives."""
    both: Curve
    """Over the linear curve's logit, the encoder's logit as far as it is trusted, the log of the
    number of pieces, and the two numbers of `ml.contrast`."""
    low: float
    """A linear risk of user text below which the encoder is not asked."""
    high: float
    """And above which."""


def probability(logit: float) -> float:
    """The logistic function."""
    return 1.0 / (1.0 + math.exp(-logit))


@cache
def calibrations() -> dict[str, Calibration]:
    """The calibration of each origin, made by `training/injection_linear.py`."""
    read = json.loads(artifact_bytes(CALIBRATION, CALIBRATION_SHA256))
    return {
        origin: Calibration(
            linear=_curve(each["linear"]),
            both=_curve(each["both"]),
            low=each["low"],
            high=each["high"],
        )
        for origin, each in read.items()
    }


def _curve(read: dict[str, object]) -> Curve:
    weights, bias, threshold = read["weights"], read["bias"], read["threshold"]
    return Curve(tuple(weights), bias, threshold)  # type: ignore[arg-type]  # a file of our own
