"""Taking secrets and personal data out of a text: for good, or for placeholders."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from aiguardian.guards.security.hits import Hit

LENGTH_CLASSES = (4, 8, 16, 32)
"""A mask has so many asterisks: it tells about how long the value was and nothing else."""


def private_parts(hits: Iterable[Hit]) -> list[Hit]:
    """The secrets and personal data apart from each other, in order; the wider span wins."""
    kept: list[Hit] = []
    private = (hit for hit in hits if hit.check in ("secrets", "pii"))
    for hit in sorted(private, key=lambda hit: (hit.start, -hit.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
        elif hit.end > kept[-1].end:  # they overlap: one span over both, so that nothing shows
            kept[-1] = _over_both(kept[-1], hit)
    return kept


def redacted(text: str, parts: list[Hit], written: Callable[[Hit], str]) -> str:
    """The text with each part replaced by what `written` says. Linear."""
    pieces: list[str] = []
    position = 0
    for part in parts:
        pieces += (text[position : part.start], written(part))
        position = part.end
    pieces.append(text[position:])
    return "".join(pieces)


def mask(part: Hit) -> str:
    """`[EMAIL_ADDRESS:****************]`: the type, and the class of its length."""
    length = part.end - part.start
    stars = next((size for size in LENGTH_CLASSES if length <= size), LENGTH_CLASSES[-1])
    return f"[{label(part)}:{'*' * stars}]"


def label(part: Hit) -> str:
    """The type in capitals: what a mask and a placeholder call it."""
    return part.type.upper()


def _over_both(one: Hit, other: Hit) -> Hit:
    better = max(one, other, key=lambda hit: hit.score)
    return Hit(
        check=better.check,
        type=better.type,
        start=one.start,
        end=other.end,
        score=better.score,
        detector=better.detector,
        message=better.message,
    )
