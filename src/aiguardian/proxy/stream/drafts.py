"""A text while it is judged: pieces of what was sent and of what a rewrite put in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiguardian.proxy.carriers.carrier import Restore
from aiguardian.proxy.carriers.edits import Edit


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that stands for `raw[start:end]` of what was sent."""

    text: str
    start: int
    end: int
    is_ours: bool = False
    """Put in by a rewrite: never restored, so that what was taken out does not come back."""


Draft = tuple[Piece, ...]


def draft_text(draft: Draft) -> str:
    """The text as it stands."""
    return "".join(piece.text for piece in draft)


def released_text(draft: Draft, restore: Restore | None) -> str:
    """The text to let go, with values put back for the placeholders that were sent."""
    if restore is None:
        return draft_text(draft)
    return "".join(piece.text if piece.is_ours else restore(piece.text) for piece in draft)


def raw_edits(draft: Draft) -> tuple[Edit, ...]:
    """The rewrites as edits of what was sent."""
    return tuple(Edit(each.start, each.end, each.text) for each in draft if each.is_ours)


def split(draft: Draft, at: int) -> tuple[Draft, Draft]:
    """The draft up to a position of its text, and from there."""
    before: list[Piece] = []
    after: list[Piece] = []
    position = 0
    for piece in draft:
        cut = at - position
        position += len(piece.text)
        if cut <= 0:
            after.append(piece)
        elif cut >= len(piece.text):
            before.append(piece)
        else:
            # Of a piece of ours, the first half stands for what was replaced, the second for none.
            middle = piece.end if piece.is_ours else piece.start + cut
            before.append(Piece(piece.text[:cut], piece.start, middle, piece.is_ours))
            after.append(Piece(piece.text[cut:], middle, piece.end, piece.is_ours))
    return tuple(before), tuple(after)


def edited(draft: Draft, edits: Sequence[Edit]) -> Draft:
    """The draft with edits of its text made; they are in order and apart."""
    done: list[Piece] = []
    rest = draft
    position = 0
    for edit in edits:
        kept, rest = split(rest, edit.start - position)
        cut, rest = split(rest, edit.end - edit.start)
        at = kept[-1].end if kept else done[-1].end if done else rest[0].start if rest else 0
        start, end = (cut[0].start, cut[-1].end) if cut else (at, at)
        done += (*kept, Piece(edit.new, start, end, is_ours=True))
        position = edit.end
    return (*done, *rest)
