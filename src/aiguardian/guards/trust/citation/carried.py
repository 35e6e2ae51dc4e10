"""The claim that a citation stands behind: the clause or sentence before the mark."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from aiguardian.guards.trust.citation.marks import Mark
from aiguardian.text.sentences import sentence_spans

_LINE_OF_ITS_OWN = re.compile(r"\n[ \t]*(?:[-*•+|]|\d{1,3}[.)]\s|#{1,6}\s)")
_MARKS_ONLY = re.compile(r"[\s\[\](){}【】,;.:^*_|–—-]*")
_SPEAKS_ON = re.compile(r"[^\S\n]*(?:[a-zß-ÿ]|['’]s\b)")
LONGEST_PASSAGE = 1_200
_POINTS = re.compile(
    r"(?:see|see also|sources?|via|read more(?: at)?|more(?: at)?|links?|reference|quelle|from)"
    r"[:,]?",
    re.IGNORECASE,
)
"""Words that only lead to a citation: what it carries stands before them."""
SHORTEST_CLAUSE = 25
"""Characters: between two marks of one sentence, less is no claim of its own."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A claim at `start` to `end` and the marks that stand behind it, all at one place."""

    start: int
    end: int
    text: str
    """The claim without the marks in it."""
    passage: str
    """All that was said since the mark before, in this paragraph, at most `LONGEST_PASSAGE`: a
    mark may stand for several sentences."""
    marks: tuple[Mark, ...]


def carried(text: str, marks: Sequence[Mark]) -> list[Carried]:
    """Each cluster of adjoining marks with its claim, in order of the text. n log n."""
    spans = _lines(text, sentence_spans(text))
    starts = [start for start, _ in spans]
    found: list[Carried] = []
    place = 0
    for cluster in _clusters(text, marks):
        first, last = cluster[0].start, cluster[-1].end
        at = max(0, bisect_right(starts, first) - 1)
        start, end = spans[at] if spans else (0, len(text))
        start, end = _claim(text, spans, at, (start, end), first, last, place)
        claim = _without_marks(text, start, end, marks)
        passage = _passage(text, place, first)
        place = last
        is_behind = start >= last or not passage
        found.append(Carried(start, end, claim, claim if is_behind else passage, tuple(cluster)))
    return found


def _lines(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sentences, cut where a list item, a table row or a heading begins."""
    cut: list[tuple[int, int]] = []
    for start, end in spans:
        for match in _LINE_OF_ITS_OWN.finditer(text, start, end):
            if match.start() > start:
                cut.append((start, match.start()))
            start = match.start() + 1
        cut.append((start, end))
    return cut


def _clusters(text: str, marks: Sequence[Mark]) -> list[list[Mark]]:
    clusters: list[list[Mark]] = []
    for mark in marks:
        gap = text[clusters[-1][-1].end : mark.start] if clusters else "x"
        if len(gap) <= 8 and "\n" not in gap and _MARKS_ONLY.fullmatch(gap) and "." not in gap:
            clusters[-1].append(mark)
        else:
            clusters.append([mark])
    return clusters


def _claim(
    text: str,
    spans: list[tuple[int, int]],
    at: int,
    span: tuple[int, int],
    first: int,
    last: int,
    place: int,
) -> tuple[int, int]:
    start, end = span
    before = text[start:first].strip(" \t\n[]()*_•-|【】'\"“”")
    if len(before) < 3 or _POINTS.fullmatch(before):  # the mark opens its sentence
        if _SPEAKS_ON.match(text, last) or at == 0 or "\n\n" in text[spans[at - 1][1] : first]:
            return last, end  # "[1] shows that ..."
        return spans[at - 1]  # "... as measured. [1] Next"
    clause = max(start, place)
    rest = text[last:end]
    if clause > start and first - clause >= SHORTEST_CLAUSE:
        return clause, first  # "X [1], while Y [2]": Y
    return start, end if len(rest.strip()) < SHORTEST_CLAUSE or place > start else _end(
        text, last, end
    )


def _passage(text: str, place: int, first: int) -> str:
    start = max(place, first - LONGEST_PASSAGE, text.rfind("\n\n", place, first) + 1)
    return " ".join(text[start:first].strip(" .[(").split())


def _end(text: str, last: int, end: int) -> int:
    """The end of the claim: the sentence's, or the mark's where another clause follows it."""
    follows = re.match(r"\s?(?:,\s(?:while|whereas|but|and|although|though)\b|;)", text[last:end])
    return last if follows else end


def _without_marks(text: str, start: int, end: int, marks: Sequence[Mark]) -> str:
    parts: list[str] = []
    place = start
    for mark in marks[bisect_left(marks, start, key=lambda mark: mark.start) :]:
        if mark.start >= end:
            break
        if mark.start >= place:
            parts.append(text[place : mark.start])
            place = mark.end
    parts.append(text[place:end])
    return " ".join(" ".join(parts).split())
