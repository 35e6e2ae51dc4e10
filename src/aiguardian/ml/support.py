"""How likely a claim is grounded: exact checks, overlap and the entailment model in one figure.

A logistic curve over named features, fitted by `training/entailment_support.py` on answers of
sources that it was then not judged by. Two curves: with what the entailment model says, and
without it (level `basic`, other languages). A feature that is missing was not looked at.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from aiguardian.ml.artifact import artifact_bytes

SUPPORT = "support.json"
SUPPORT_SHA256 = "3fa33f3317ce199cb3077c74fc538a791ea6c59e1493c01f0e47ac71aaa1e580"

LARGEST_LOGIT = 6.0
"""A probability of the entailment model enters as its log-odds, bounded by this."""
READ = "nli.supported"
"""What only the entailment model gives: with it the curve `read` is meant, else `exact`."""
DOUBT = "nli.doubt"
"""What the curve weighs of the model's two probabilities, see `doubt`."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A weighted sum of features and what makes probabilities of it."""

    weights: Mapping[str, float]
    bias: float
    scale: float
    """The sum is divided by this before the logistic function: the calibration."""
    several: float
    """Added to the log-odds of risk for each doubling of the number of claims."""

    def logit(self, features: Mapping[str, float]) -> float:
        """Calibrated log-odds that the claim is grounded, within ±20."""
        total = self.bias
        for name, weight in self.weights.items():
            value = doubt(features) if name == DOUBT else features.get(name, 0.0)
            if not math.isnan(value):
                total += weight * value
        return max(-20.0, min(20.0, total / self.scale))


def doubt(features: Mapping[str, float]) -> float:
    """How much more likely the entailment model finds it that the claim is wrong than right, in
    log-odds; 0.0 where it agrees or was not asked.

    Its doubt tells something on each source it never saw; its assent did not (AUC .94 fell to .89
    on answers to questions, where a wrong name in the right sentence convinces it).
    """
    agreed = log_odds(features.get("nli.supported", 0.5))
    denied = log_odds(features.get("nli.contradicted", 0.5))
    return max(0.0, (denied - agreed) / 2.0)


def log_odds(probability: float) -> float:
    """Of a probability, within ± `LARGEST_LOGIT`; 0.0 for nan."""
    if math.isnan(probability):
        return 0.0
    bounded = min(1.0 - 1e-6, max(1e-6, probability))
    return max(-LARGEST_LOGIT, min(LARGEST_LOGIT, math.log(bounded / (1.0 - bounded))))


def support(features: Mapping[str, float]) -> float:
    """The probability that the claim with these features is grounded, 0.0 when nothing is known.

    Calibrated on sources left out of the fit; see the model card for how far it holds on others.
    """
    if not features:
        return 0.0
    return _probability(curve_for(features).logit(features))


def risk(supports: Sequence[float]) -> float:
    """The probability that some claim of a text is not grounded, from the support of each.

    The weakest claim decides; the more claims there are, the likelier one of them is wrong.
    0.0 for no claims.
    """
    if not supports:
        return 0.0
    weakest = log_odds(min(supports))
    return _probability(curves()["read"].several * math.log2(len(supports)) - weakest)


def curve_for(features: Mapping[str, float]) -> Curve:
    """The curve for what was looked at: with the entailment model, or without."""
    value = features.get(READ, math.nan)
    return curves()["exact" if math.isnan(value) else "read"]


def _probability(logit: float) -> float:
    return 1.0 / (1.0 + math.exp(-logit))


@cache
def curves() -> dict[str, Curve]:
    """The shipped curves; `DamagedArtifact` if the file is not ours."""
    read = json.loads(artifact_bytes(SUPPORT, SUPPORT_SHA256))
    return {name: Curve(**each) for name, each in read.items()}
