"""Where each part of a changed text was in the text it was made from.

All offsets are half-open code-point positions. A change is a list of edits; what lies between two
edits maps one to one, what an edit wrote stands for the whole of what it replaced.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Offsets(Protocol):
    """Maps spans of a made text to spans of its source."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The smallest span of the source that covers `[start, end)`; all of it for all."""
        ...


class Edit(NamedTuple):
    """`source[start:end]` becomes `new`; letter by letter when `one_to_one`."""

    start: int
    end: int
    new: str
    one_to_one: bool = False


@dataclass(frozen=True, slots=True)
class EditOffsets:
    """Pieces in the order of the text, found by bisection: 13 bytes for each."""

    made_starts: array[int]  # (pieces,), first position in the made text
    source_starts: array[int]  # (pieces,)
    source_ends: array[int]  # (pieces,)
    one_to_one: bytearray  # (pieces,), 0 or 1
    made_length: int
    source_start: int
    source_end: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The smallest span of the source that covers `[start, end)`; all of it for all."""
        _check(start, end, self.made_length)
        if start == 0 and end == self.made_length:
            return self.source_start, self.source_end
        first = self._start(start)
        return first, first if start == end else self._end(end - 1)

    def _start(self, position: int) -> int:
        if position == self.made_length:
            return self.source_end
        piece = bisect_right(self.made_starts, position) - 1
        inside = position - self.made_starts[piece] if self.one_to_one[piece] else 0
        return self.source_starts[piece] + inside

    def _end(self, position: int) -> int:
        piece = bisect_right(self.made_starts, position) - 1
        if not self.one_to_one[piece]:
            return self.source_ends[piece]
        return self.source_starts[piece] + position - self.made_starts[piece] + 1


@dataclass(frozen=True, slots=True)
class RunOffsets:
    """Every part of the made text stands for the whole run `[source_start, source_end)`."""

    made_length: int
    source_start: int
    source_end: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The whole run, or its start for an empty span."""
        _check(start, end, self.made_length)
        whole = start < end or self.made_length == 0
        return self.source_start, self.source_end if whole else self.source_start


@dataclass(frozen=True, slots=True)
class ShiftedOffsets:
    """The made text is a part of the source that begins at `shift`."""

    shift: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The same span, counted from the start of the source."""
        return start + self.shift, end + self.shift


@dataclass(frozen=True, slots=True)
class ReversedOffsets:
    """The made text is `source[source_start:source_end]` backwards."""

    source_start: int
    source_end: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The mirrored span."""
        _check(start, end, self.source_end - self.source_start)
        return self.source_end - end, self.source_end - start


@dataclass(frozen=True, slots=True)
class Mapped:
    """A text made from an original in steps, each of which knows where its parts came from."""

    text: str
    steps: tuple[Offsets, ...] = ()
    """The last step first."""

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The smallest span of the original that covers `text[start:end]`.

        Of the whole text, the whole that it was made from. Raises `IndexError` out of range.
        """
        _check(start, end, len(self.text))
        for step in self.steps:
            start, end = step.span(start, end)
        return start, end

    def then(self, text: str, step: Offsets) -> Mapped:
        """`text`, made from this one by a further step."""
        return Mapped(text, (step, *self.steps))


def apply_edits(
    source: str, edits: Iterable[Edit], *, start: int = 0, end: int | None = None
) -> tuple[str, EditOffsets]:
    """`source[start:end]` with edits made, which must be in order, apart and inside. Linear."""
    end = len(source) if end is None else end
    made, starts, sources = [], array("I"), array("I")
    ends, kinds = array("I"), bytearray()
    length, at = 0, start
    for edit in edits:
        if at < edit.start:
            starts.append(length)
            sources.append(at)
            ends.append(edit.start)
            kinds.append(1)
            made.append(source[at : edit.start])
            length += edit.start - at
        if edit.new:
            starts.append(length)
            sources.append(edit.start)
            ends.append(edit.end)
            kinds.append(edit.one_to_one)
            made.append(edit.new)
            length += len(edit.new)
        at = edit.end
    if at < end or not starts:
        starts.append(length)
        sources.append(at)
        ends.append(end)
        kinds.append(1)
        made.append(source[at:end])
        length += end - at
    return "".join(made), EditOffsets(starts, sources, ends, kinds, length, start, end)


def positions(text: str, char: str) -> Iterator[int]:
    """Where a character stands in the text, in order."""
    at = text.find(char)
    while at >= 0:
        yield at
        at = text.find(char, at + 1)


def _check(start: int, end: int, length: int) -> None:
    if not 0 <= start <= end <= length:
        raise IndexError(f"The span {start}:{end} is not inside a text of {length} code points.")
