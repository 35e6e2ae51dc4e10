"""What the guard needs of a model of toxicity; `aiguardian.ml.toxicity` is one.

The module itself is the model, so nothing is loaded before the first text is judged.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from aiguardian.processor import Deadline


class Judged(Protocol):
    """What a model says of one text."""

    @property
    def scores(self) -> Mapping[str, float]:
        """Calibrated probability by category."""
        ...

    @property
    def sentences(self) -> Sequence[tuple[int, int, Mapping[str, float]]]:
        """Sentences that reach a threshold: half-open spans with their probabilities."""
        ...

    @property
    def unjudged(self) -> Sequence[tuple[int, int]]:
        """Spans that the deadline left out."""
        ...


class ToxicityModel(Protocol):
    """Judges English, or whatever its `LANGUAGES` are, normalised."""

    @property
    def LANGUAGES(self) -> Collection[str]:  # noqa: N802 - the name of the module's constant
        """ISO 639-1 codes of the languages it reads."""
        ...

    def judge(self, text: str, deadline: Deadline | None = None) -> Judged:
        """Probabilities for a text of any length, up to the deadline."""
        ...

    def over_threshold(self, scores: Mapping[str, float]) -> Collection[str]:
        """The categories whose probability counts as an alarm."""
        ...


CORROBORATED_AT = 0.5
"""Probability of toxicity from which on a narrower category alarms too. On the dev rows of
bias_toxicity it spares a quarter of the false alarms and costs 0.4 of 44 points of recall."""
ALARM_ALONE = frozenset({"toxicity", "threat", "sexual"})
"""A calm threat and an explicit story may be no toxic language."""


@dataclass(frozen=True, slots=True)
class Corroborated:
    """A model whose narrower categories alarm only in texts that it also takes for toxic."""

    model: ToxicityModel

    @property
    def LANGUAGES(self) -> Collection[str]:  # noqa: N802 - as in `ToxicityModel`
        """Those of the model."""
        return self.model.LANGUAGES

    def judge(self, text: str, deadline: Deadline | None = None) -> Judged:
        """What the model says."""
        return self.model.judge(text, deadline)

    def over_threshold(self, scores: Mapping[str, float]) -> Collection[str]:
        """The categories that alarm and are corroborated."""
        over = self.model.over_threshold(scores)
        if scores["toxicity"] >= CORROBORATED_AT:
            return over
        return [category for category in over if category in ALARM_ALONE]


def shipped_model() -> ToxicityModel:
    """The model in `aiguardian.ml`. Its weights are read when it first judges."""
    from aiguardian.ml import toxicity

    return cast(ToxicityModel, toxicity)
