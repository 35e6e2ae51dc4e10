"""A word of a list that was found in a text, before it becomes a finding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aiguardian.guards.bias.passages import Passages


@dataclass(frozen=True, slots=True)
class Hit:
    """Half-open span, what was found there and how bad it is, what to write instead."""

    start: int
    end: int
    category: str
    kind: str
    score: float
    message: str
    suggestion: str
    is_insertable: bool


MOST = 0.7
"""The highest score that wording alone can have: style is not as bad as hate."""


def category_score(hits: Iterable[Hit], parts: Passages) -> float:
    """The worst sentence's score, at most `MOST`: 1 - prod(1 - score) over its different findings.

    By sentence, so that a long text does not add up to a verdict that none of its sentences
    deserves; by different findings, so that repeating a word says nothing new.
    """
    doubts: dict[tuple[int, int], dict[str, float]] = {}
    for hit in hits:
        sentence = doubts.setdefault(parts.sentence_at(hit.start), {})
        sentence[hit.message] = min(sentence.get(hit.message, 1.0), 1.0 - hit.score)
    worst = 0.0
    for sentence in doubts.values():
        doubt = 1.0
        for each in sentence.values():
            doubt *= each
        worst = max(worst, 1.0 - doubt)
    return min(MOST, worst)
