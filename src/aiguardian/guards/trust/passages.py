"""The passages of the sources: sentences and table rows, where evidence begins and ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from aiguardian.guards.trust.statements import statement_spans

LONGEST = 600
"""Code points of one passage; a longer sentence is cut at white space."""

LONGEST_TITLE = 200
"""Code points of a title."""

_LINE = re.compile(r"[^\n]+")
_GLUED = re.compile(r"[.!?](?=[A-Z][a-z]{1,20} )(?<=[a-z0-9)\"”]{2}[.!?])")
"""A full stop with no space after it, as scraped text has it: "in 1846.First came"."""


class Passage(NamedTuple):
    """One passage: `sources[source].text[start:end]`."""

    source: int
    start: int
    end: int
    is_heading: bool = False
    """Whether it is the first line of its source or block and no sentence: a title."""


def find_passages(source: int, text: str) -> Iterator[Passage]:
    """The passages of one source in order, without the white space around them. Linear."""
    opens, is_glued = True, _GLUED.search(text) is not None
    for first, last in _blocks(text):
        is_heading = opens and _is_title(text, first, last)
        opens = text.startswith("\n\n", last)
        for start, end in statement_spans(text[first:last]):
            begin, stop = first + start, first + end
            if stop - begin <= LONGEST and not is_glued:
                yield Passage(source, begin, stop, is_heading)
                continue
            for part in _unglued(text, begin, stop):
                yield from _cut(source, text, *part, is_heading=is_heading)


def _is_title(text: str, start: int, end: int) -> bool:
    if end - start > LONGEST_TITLE or end == len(text):
        return False
    return text[start] == "#" or not ("|" in text[start:end] or text[end - 1] in ",;:|\t")


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Lines, joined where a sentence goes on in the next: it begins with a small letter."""
    start = end = -1
    for line in _LINE.finditer(text):
        goes_on = start >= 0 and line.start() - end == 1 and _goes_on(line[0])
        if start >= 0 and not (goes_on and "|" not in text[start:end][-LONGEST:]):
            yield start, end
            start = -1
        start = line.start() if start < 0 else start
        end = line.end()
    if start >= 0:
        yield start, end


def _goes_on(line: str) -> bool:
    return line[:1].islower() and "|" not in line and "\t" not in line


def _unglued(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for stop in _GLUED.finditer(text, start, end):
        yield start, stop.end()
        start = stop.end()
    if start < end:
        yield start, end


def _cut(source: int, text: str, start: int, end: int, *, is_heading: bool) -> Iterator[Passage]:
    while end - start > LONGEST:
        gap = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
        stop = start + LONGEST if gap < 0 else gap
        yield Passage(source, start, stop, is_heading)
        start = stop + (gap >= 0)
    if start < end:
        yield Passage(source, start, end, is_heading)
