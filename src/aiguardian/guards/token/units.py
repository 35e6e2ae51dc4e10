"""A text as a row of units, each kept or dropped as a whole.

A unit is a sentence, a line of a list, table or transcript, an entry of a JSON object, or a
whole block of code. It starts with the white space before it, so that kept units can be put
together as they stood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from aiguardian.guards.token.counting import Checkpoint
from aiguardian.guards.token.cutting import clause_ends, word_ends
from aiguardian.text.fences import fences
from aiguardian.text.sentences import sentence_spans

WRAPPED_AT = 60
"""Lines of at least this length, without a stop at their end, are one wrapped paragraph."""

MAX_CHARS = 800
"""A longer sentence is cut up: it would be an all-or-nothing choice over a page."""
MAX_ENTRIES = 20_000
"""Entries of a longer array are taken several at a time."""
MIN_CHARS = 3
"""A shorter one ("OK", "...") goes with the one before it."""

_SPACE = re.compile(r"\s")
_HEADER = re.compile(
    r"\s*(?:(?:Document|Passage|Source|Context)\s*\[?\d+\]?\s*(?:\([^()\n]{0,300}\)|:)"
    r"|#{1,6}\s[^\n]*)"
)
_STOPPED = re.compile(r"[.!?:;…。！？؟।,\"”)\]}|]\s*$")
_BLANK = re.compile(r"\n[ \t\r]*+\n\s*+")
_ENTRY = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*"|[{}\[\],]')


@dataclass(frozen=True, slots=True)
class Unit:
    """`text[start:end]`; `group` numbers the paragraph or document it belongs to."""

    start: int
    end: int
    group: int
    is_whole: bool = False
    """Code, or a part that must stay: never cut inside."""
    is_locked: bool = False
    """Stays in any case: a message that is not to be shortened, the brackets of an object."""


def split_units(text: str, checkpoint: Checkpoint) -> list[Unit]:
    """Units that cover the text without gap or overlap."""
    if (entries := _json_entries(text)) is not None:
        return entries
    units: list[Unit] = []
    group = start = 0
    for fence_start, fence_end in [*_fenced_lines(text), (len(text), len(text))]:
        checkpoint()
        group = _add_prose(units, text, start, fence_start, group)
        if fence_end > fence_start:
            units.append(Unit(fence_start, fence_end, group, is_whole=True))
            group += 1
        start = fence_end
    return units


def _fenced_lines(text: str) -> list[tuple[int, int]]:
    """Fenced blocks, each from the start of its first line."""
    return [(text.rfind("\n", 0, fence.start) + 1, fence.end) for fence in fences(text)]


def _json_entries(text: str) -> list[Unit] | None:
    """The entries of an object or array that is the whole text; None for any other text."""
    body = text.strip()
    if len(body) < 2 or body[0] + body[-1] not in ("{}", "[]"):
        return None
    cuts, depth = [], 0
    for piece in _ENTRY.finditer(text):
        mark = piece.group()
        if mark in "{[":
            depth += 1
            if depth == 1:
                cuts.append(piece.end())
        elif mark in "}]":
            depth -= 1
        elif mark == "," and depth == 1:
            cuts.append(piece.end())
    if depth != 0 or len(cuts) < 3:
        return None
    opening, *rest = cuts
    cuts = [opening, *rest[:: 1 + len(rest) // MAX_ENTRIES]]
    close = len(text.rstrip()) - 1
    edges = [0, *cuts, close, len(text)]
    last = len(edges) - 2
    return [
        Unit(a, b, number, is_whole=True, is_locked=number in (0, last))
        for number, (a, b) in enumerate(pairwise(edges))
        if b > a
    ]


def _add_prose(units: list[Unit], text: str, start: int, end: int, group: int) -> int:
    """Add the units of a stretch between code; returns the next free group number."""
    edges = [start, *(m.start() for m in _BLANK.finditer(text, start, end)), end]
    for block_start, block_end in pairwise(edges):
        if block_end <= block_start:
            continue
        header = _HEADER.match(text, block_start, block_end)
        at = block_start
        if header and header.end() < block_end:
            units.append(Unit(at, header.end(), group))
            at = header.end()
        for line_start, line_end in _lines(text, at, block_end):
            _add_sentences(units, text, line_start, line_end, group)
        group += not (header and header.end() == block_end)
    return group


def _lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Lines, with wrapped ones joined."""
    spans: list[tuple[int, int]] = []
    at = start
    while at < end:
        feed = text.find("\n", at + 1, end)
        stop = feed if feed >= 0 else end
        if spans and _is_wrapped(text[spans[-1][0] : spans[-1][1]][-200:], text[at : at + 3]):
            spans[-1] = (spans[-1][0], stop)
        else:
            spans.append((at, stop))
        at = stop
    return spans


def _is_wrapped(line: str, follows: str) -> bool:
    tail = line.rsplit("\n", 1)[-1]
    begins = follows.strip()[:1]
    return len(tail) >= WRAPPED_AT and not _STOPPED.search(tail) and begins.islower()


def _add_sentences(units: list[Unit], text: str, start: int, end: int, group: int) -> None:
    at = start
    for _, stop in sentence_spans(text[start:end]):
        if start + stop - at <= MIN_CHARS and at > start:
            units[-1] = Unit(units[-1].start, start + stop, group)
        else:
            _add_pieces(units, text, at, start + stop, group)
        at = start + stop
    if at == end:
        return
    if at > start:  # white space at the end of the line goes with its last sentence
        units[-1] = Unit(units[-1].start, end, group)
    else:
        units.append(Unit(at, end, group))


def _add_pieces(units: list[Unit], text: str, start: int, end: int, group: int) -> None:
    """A sentence; one that goes on and on (no stops at all) in pieces, cut between clauses or
    words."""
    while end - start > MAX_CHARS:
        body = text[start : min(end, start + MAX_CHARS)]
        ends = clause_ends(body) or word_ends(body)
        if not ends:  # one unbroken run of signs: as far as it goes
            gap = _SPACE.search(text, start + MAX_CHARS, end)
            stop = gap.start() if gap else end
        else:
            stop = start + ends[-1]
        units.append(Unit(start, stop, group, is_whole=not ends))
        start = stop
    if end > start:
        units.append(Unit(start, end, group))
