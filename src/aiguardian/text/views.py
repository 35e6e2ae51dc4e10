"""Every reading of a text besides the plain one: what is encoded in it, decoded, to a depth of 3.

    views, unread = decoded_views(normalize(text).mapped)

Each decoder is linear and answers only with what reads like text. Decoded text is normalised and
looked through in turn, breadth first, within a budget; what the budget or the clock left out is
named in `unread`, never dropped in silence.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from aiguardian.text.decoding import Decoding
from aiguardian.text.disguised_words import leet, rotated_or_reversed, upside_down
from aiguardian.text.encoded_runs import character_codes, encoded_runs
from aiguardian.text.escapes import backslashes, html_references, percent, quoted_printable
from aiguardian.text.invisible import Hidden
from aiguardian.text.normalize import normalize
from aiguardian.text.obfuscated_addresses import obfuscated_addresses
from aiguardian.text.offsets import Mapped, RunOffsets, ShiftedOffsets
from aiguardian.text.spelled_out import morse, spelled_out

BLOCK = 32_768
"""Code points between two looks at the clock: about 8 ms of work (2 cores, 2026-11)."""
CUT_BACK = 1_024
"""A block ends at the last white space in so many code points."""

DECODERS: tuple[Callable[[str], Iterator[Decoding]], ...] = (
    percent,
    html_references,
    backslashes,
    quoted_printable,
    character_codes,
    obfuscated_addresses,
    rotated_or_reversed,
    upside_down,
    leet,
    spelled_out,
    morse,
)
"""Those that work on blocks. Runs of base64 and the like may be longer than one."""

_OWN_INVERSE = frozenset({"rot13", "reversed", "reversed_words", "upside_down"})


@dataclass(frozen=True, slots=True)
class Budget:
    """How much may be decoded. The defaults hold 1 MiB of hostile text to some seconds."""

    depth: int = 3
    characters: int = 4 * 1_048_576
    """Code points looked through, over all depths."""
    views: int = 256


@dataclass(frozen=True, slots=True)
class View:
    """A reading: normalised text mapped to the original, and the encodings undone, in order."""

    encodings: tuple[str, ...]
    mapped: Mapped
    start: int
    end: int
    """`original[start:end]` is what was encoded; the text may hold context around it."""

    @property
    def text(self) -> str:
        """The normalised reading."""
        return self.mapped.text


@dataclass(frozen=True, slots=True)
class Unread:
    """A part of the original in which encoded text was not looked for, and why."""

    start: int
    end: int
    reason: str


@dataclass(slots=True)
class _Search:
    """What is found and what is left of the budget while one text is looked through."""

    budget: Budget
    is_late: Callable[[], bool]
    queue: deque[tuple[Mapped, tuple[str, ...]]] = field(default_factory=deque)
    views: list[View] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    looked_through: int = 0

    def refusal(self, characters: int) -> str:
        """Why so many code points more are not looked through, empty when they are."""
        if self.is_late():
            return "The time was up before encoded text had been looked for."
        if self.looked_through + characters > self.budget.characters:
            return "The budget for encoded text was spent."
        if len(self.views) >= self.budget.views:
            return "The text has more encoded parts than are read."
        return ""


def decoded_views(
    source: Mapped,
    hidden: Sequence[Hidden] = (),
    *,
    budget: Budget | None = None,
    is_late: Callable[[], bool] = lambda: False,
) -> tuple[list[View], list[Unread]]:
    """All readings of encoded parts of a normalised text, and what was not looked through.

    Texts that hidden characters spell are readings too. `is_late` is asked before every block.
    """
    search = _Search(budget or Budget(), is_late)
    search.queue.append((source, ()))
    search.seen.add(source.text)
    for found in hidden:
        if found.text:
            step = RunOffsets(len(found.text), found.start, found.end)
            _add(search, Mapped(found.text, (step,)), (found.kind,), found.start, found.end)
    while search.queue:
        mapped, encodings = search.queue.popleft()
        _look_through(search, mapped, encodings)
    return search.views, search.unread


def _look_through(search: _Search, mapped: Mapped, encodings: tuple[str, ...]) -> None:
    text = mapped.text
    for start, end in _blocks(text):
        if reason := search.refusal(end - start):
            search.unread.append(Unread(*mapped.original_span(start, len(text)), reason))
            return
        search.looked_through += end - start
        if start == 0:
            _take(search, mapped, encodings, encoded_runs(text), 0)
        block = text[start:end]
        for decoder in DECODERS:
            _take(search, mapped, encodings, decoder(block), start)


def _take(
    search: _Search,
    mapped: Mapped,
    encodings: tuple[str, ...],
    readings: Iterator[Decoding],
    shift: int,
) -> None:
    for reading in readings:
        if encodings and reading.encoding == encodings[-1] in _OWN_INVERSE:
            continue
        start, end = mapped.original_span(reading.start + shift, reading.end + shift)
        steps = (ShiftedOffsets(shift), *mapped.steps) if shift else mapped.steps
        decoded = Mapped(reading.text, (reading.offsets, *steps))
        _add(search, decoded, (*encodings, reading.encoding), start, end)


def _add(
    search: _Search, decoded: Mapped, encodings: tuple[str, ...], start: int, end: int
) -> None:
    """One reading more, to be looked through in turn while the depth allows."""
    plain = normalize(decoded.text)
    mapped = Mapped(plain.mapped.text, (*plain.mapped.steps, *decoded.steps))
    if mapped.text in search.seen:
        return
    if reason := search.refusal(0):
        search.unread.append(Unread(start, end, reason))
        return
    search.seen.add(mapped.text)
    search.views.append(View(encodings, mapped, start, end))
    if len(encodings) < search.budget.depth:
        search.queue.append((mapped, encodings))


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Half-open spans of at most `BLOCK` code points, cut at white space where there is some."""
    start = 0
    while start < len(text):
        end = min(len(text), start + BLOCK)
        if end < len(text):
            tail = text[end - CUT_BACK : end]
            kept = len(tail.rstrip()) if tail[-1].isspace() else len(tail) - len(tail.split()[-1])
            end = end - CUT_BACK + kept if kept else end
        yield start, end
        start = end
