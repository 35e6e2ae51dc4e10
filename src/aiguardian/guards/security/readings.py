"""All readings of a text: as a reader sees it, and what is encoded in it, decoded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aiguardian.processor import Deadline, Unjudged
from aiguardian.text.invisible import Hidden
from aiguardian.text.normalize import normalize
from aiguardian.text.offsets import Mapped
from aiguardian.text.views import decoded_views

RESERVE_S = 0.05
"""Decoding stops so long before the deadline: what was found until then is worth telling."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One text to judge, mapped to the text that was sent."""

    mapped: Mapped
    encodings: tuple[str, ...] = ()
    start: int = 0
    end: int = 0
    """`original[start:end]` is what was decoded; nothing for the plain reading."""

    @property
    def text(self) -> str:
        """What is judged."""
        return self.mapped.text

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The part of the text sent that `text[start:end]` comes from."""
        return self.mapped.original_span(start, end)

    def told(self) -> str:
        """How it was hidden, for a message: " (base64, then rot13)"; empty for the plain one."""
        return f" (in {', then '.join(self.encodings)})" if self.encodings else ""


@dataclass(frozen=True, slots=True)
class Readings:
    """The text as sent, its readings (the plain one first), and what was not read."""

    original: str
    plain: Reading
    decoded: tuple[Reading, ...]
    hidden: tuple[Hidden, ...]
    unread: tuple[Unjudged, ...]

    def without_spelled_out(self) -> Iterator[Reading]:
        """All readings, with what is spelled out letter by letter left blank in the plain one.

        A model takes `p-l-e-a-s-e` for a trick, whatever it says; what it says is a reading.
        """
        spelled = [one for one in self.decoded if one.encodings == ("spelled_out",)]
        text = self.plain.text
        if spelled and text == self.original:  # else the spans are not those of the plain text
            for one in spelled:
                text = text[: one.start] + " " * (one.end - one.start) + text[one.end :]
        yield Reading(Mapped(text)) if text != self.plain.text else self.plain
        yield from self.decoded

    def __iter__(self) -> Iterator[Reading]:
        yield self.plain
        yield from self.decoded


def read(text: str, deadline: Deadline) -> Readings:
    """Every reading of a text. Linear; at the deadline the rest is named in `unread`."""
    normalized = normalize(text)
    deadline.check()
    views, unread = decoded_views(
        normalized.mapped,
        normalized.hidden,
        is_late=lambda: deadline.remaining_s() < RESERVE_S,
    )
    return Readings(
        original=text,
        plain=Reading(normalized.mapped),
        decoded=tuple(Reading(view.mapped, view.encodings, view.start, view.end) for view in views),
        hidden=normalized.hidden,
        unread=tuple(Unjudged(start=one.start, end=one.end, reason=one.reason) for one in unread),
    )
