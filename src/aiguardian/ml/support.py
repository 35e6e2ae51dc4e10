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
SUPPORT_SHA256 = "2d07f9db30919e650cba1e0029b3c4e2b08a88a947561940156c4e972e5ad0ab"

LARGEST_LOGIT = 6.0
"""A probability of the entailment model enters as its log-odds, bounded by this."""
READ = "nli.supported"
"""What only the entailment model gives: with it the curve `read` is meant, else `exact`."""
LENGTH, SPOKEN = "source.length", "claim.spoken"
"""What calibration reads besides: the logarithm of the words in the sources, and whether a claim
says "I"."""
SHORTEST, MIDDLE, LONGEST = 3.0, 5.0, 7.5
"""Of the sources that calibration was fitted to: 20, 150 and 1,800 words. Beyond, it stays as it is
there."""
DOUBT = "nli.doubt"
"""What the curve weighs of the model's two probabilities, see `doubt`."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A weighted sum of features and what makes probabilities of it."""

    weights: Mapping[str, float]
    bias: float
    scale: float
    """The sum is divided by this before the logistic function: the calibration."""
    length: float
    """Added for sources e times as long: a summary shares fewer words with a long source."""
    steeper: float
    """By how much more the sum says there, as a share."""
    spoken: float
    """Added where who answers speaks of himself."""

    def logit(self, features: Mapping[str, float]) -> float:
        """Calibrated log-odds that the claim is grounded, within ±20."""
        total = self.bias
        for name, weight in self.weights.items():
            value = doubt(features) if name == DOUBT else features.get(name, 0.0)
            if not math.isnan(value):
                total += weight * value
        long = min(LONGEST, max(SHORTEST, features.get(LENGTH, MIDDLE))) - MIDDLE
        logit = total / self.scale * (1.0 + self.steeper * long) + self.length * long
        logit += self.spoken * features.get(SPOKEN, 0.0)
        return max(-20.0, min(20.0, logit))


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
    """The probability that some claim of a text is not grounded: that of the weakest one. How many
    there are beside it tells nothing more. 0.0 for no claims.
    """
    return _probability(-log_odds(min(supports))) if supports else 0.0


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
