"""One thing that a detector found, in the text that was sent."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from aiguardian.guards.security.schemas import Check


@dataclass(frozen=True, slots=True)
class Hit:
    """What was found and where; half-open code-point offsets into the text that was sent."""

    check: Check
    type: str
    """What it is within its check: `EMAIL_ADDRESS`, `github_personal_access_token`, `direct`."""
    start: int
    end: int
    score: float
    detector: str
    message: str
    suggestion: str = ""
    validated: bool = False
    blocks: bool = False
    """Whether this alone stops the text: an attack, or a link that carries data away."""
    flags: bool = True
    """Whether this alone is worth a flag: a place by itself is nobody's personal data."""
    yields: bool = False
    """Whether it gives way to any other hit of its check: a name inside an address, say."""
    value: str = ""
    """What stands there once decoded, for redaction and the allow-list. Never leaves the guard."""


def without_repeats(hits: Iterable[Hit]) -> list[Hit]:
    """The hits in the order of the text; of two of one check that overlap, the better scored.

    Of two that score alike the longer stays, and of two alike in that the first given: readings
    come plain first. A hit that `yields` gives way to any other. n log n.
    """
    kept: dict[Check, list[Hit]] = {}
    for hit in sorted(hits, key=lambda hit: (hit.yields, -hit.score, hit.start - hit.end)):
        others = kept.setdefault(hit.check, [])
        place = bisect_right(others, hit.start, key=lambda other: other.start)
        is_free_before = place == 0 or others[place - 1].end <= hit.start
        is_free_after = place == len(others) or others[place].start >= hit.end
        if is_free_before and is_free_after:
            others.insert(place, hit)
    return sorted((hit for hits in kept.values() for hit in hits), key=lambda hit: hit.start)
