"""What every decoder yields: a stretch of text, what it says once decoded, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aiguardian.text.offsets import Edit, Offsets, apply_edits

CONTEXT = 160
"""Code points kept on either side of what is rewritten in place, so that it reads in context."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """`source[start:end]` read in an encoding; `offsets` maps the reading into the source."""

    encoding: str
    start: int
    end: int
    text: str
    offsets: Offsets


def rewritten(source: str, edits: list[Edit], encoding: str) -> Iterator[Decoding]:
    """Readings of the regions around edits, edits made. Edits in order and apart; linear."""
    group: list[Edit] = []
    for edit in edits:
        if group and edit.start - group[-1].end > CONTEXT:
            yield _region(source, group, encoding)
            group = []
        group.append(edit)
    if group:
        yield _region(source, group, encoding)


def _region(source: str, edits: list[Edit], encoding: str) -> Decoding:
    start = max(0, edits[0].start - CONTEXT)
    end = min(len(source), edits[-1].end + CONTEXT)
    if start:  # not from the middle of a word
        space = source.find(" ", start, edits[0].start)
        start = space + 1 if space >= 0 else start
    if end < len(source):
        space = source.rfind(" ", edits[-1].end, end)
        end = space if space >= 0 else end
    text, offsets = apply_edits(source, edits, start=start, end=end)
    return Decoding(encoding, edits[0].start, edits[-1].end, text, offsets)
