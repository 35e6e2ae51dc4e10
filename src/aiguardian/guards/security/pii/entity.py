"""One piece of personal data found in a text, and which of two that overlap stays."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Entity:
    """Where personal data stands and what it is. Never carries the data itself."""

    type: str
    """What was found, in capitals: `EMAIL`, `IBAN`, `US_SSN`, `PERSON`."""
    start: int
    """First code point, in the text as given."""
    end: int
    """One past the last code point."""
    score: float
    """0 to 1, roughly the chance that this is such data; see docs/guards/security-pii.md."""
    validated: bool = field(kw_only=True)
    """A check digit, checksum or the issuer's register of numbers held."""
    detector: str
    """Which module found it: `email`, `phone`, `ids`, `cards`, `tagger`."""


TAGGER = "tagger"
"""The detector of names: what it finds has no form of its own."""


def without_overlaps(found: Iterable[Entity]) -> list[Entity]:
    """The entities in order; of two that overlap the better scored stays, then the longer.

    A name always gives way to what has a form of its own: `Jane` in `jane@example.org`.
    """
    kept: list[Entity] = []
    for entity in sorted(
        found,
        key=lambda e: (e.detector == TAGGER, -e.score, e.start - e.end, e.start, e.type),
    ):
        place = bisect_right(kept, entity.start, key=lambda e: e.start)
        free_before = place == 0 or kept[place - 1].end <= entity.start
        free_behind = place == len(kept) or kept[place].start >= entity.end
        if free_before and free_behind:
            kept.insert(place, entity)
    return kept
