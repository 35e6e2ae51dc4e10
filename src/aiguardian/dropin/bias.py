"""What BiasGuard said of a text, for vendors whose answer is a score for each category."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec import UnsetType

from aiguardian.errors import GuardFailed, NotAvailable
from aiguardian.gateway.reading import heard, language
from aiguardian.gateway.screened import ScreenReport

GUARD = "biasguard"


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores by BiasGuard's categories, and how much of the text they speak of."""

    scores: Mapping[str, float]
    alarms: frozenset[str]
    """The categories at or over the guard's own threshold."""
    unread: int
    """Code points that were not judged."""
    reasons: tuple[str, ...]
    """Why they were not."""
    language: str

    def highest(self, *categories: str) -> float:
        """The highest score of some categories."""
        return max((self.scores.get(one, 0.0) for one in categories), default=0.0)

    def knows(self, *categories: str) -> bool:
        """Whether one of these categories was looked for."""
        return any(one in self.scores for one in categories)


def scores_of(report: ScreenReport) -> Scores:
    """The scores. Raises `NotAvailable` where there are none: 0 would be a verdict."""
    said = heard(report, GUARD)
    if said is None:
        for gap in report.unjudged:
            if gap.guard == GUARD:
                raise GuardFailed(gap.message, retry_after_s=1)
        raise NotAvailable(
            "The policy has no rules for biasguard, whose scores are asked for here: name another "
            "policy for this path in AIGUARDIAN_POLICY_ROUTES."
        )
    parts = [] if isinstance(said.unjudged, UnsetType) else said.unjudged
    return Scores(
        scores=said.categories,
        alarms=frozenset(said.alarms),
        unread=sum(part.end - part.start for part in parts),
        reasons=tuple(dict.fromkeys(part.reason for part in parts)),
        language=language(report),
    )
