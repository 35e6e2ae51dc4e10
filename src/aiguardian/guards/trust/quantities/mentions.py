"""The quantities of the evidence, each with the words around it, and how near a claim's are."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence

from aiguardian.guards.trust.judgement import Evidence
from aiguardian.guards.trust.quantities.finding import find_quantities
from aiguardian.guards.trust.quantities.quantity import Quantity
from aiguardian.guards.trust.quantities.words import WORD, content_stems, stem, telling_stem
from aiguardian.guards.trust.statements import statement_spans
from aiguardian.processor import Deadline

MAX_MENTIONS = 256
"""Quantities of claim and evidence that are compared; evidence is a few sentences long."""

_NEAR, _BESIDE = 35, 24
"""Code points on each side of a number: its neighbourhood, and the words right beside it."""
_LINE = re.compile(r"[^\n]+")

Span = tuple[int, int, int]
"""Where a sentence begins and ends in its source, and the marks of its words, or of more; 0 where
these are not known."""


class Mention:
    """A quantity of a source with the words around it, which are read when they are asked for:
    most mentions are of another kind than what a claim states."""

    __slots__ = ("_beside", "_counted", "_near", "_sentence", "_start", "quantity", "source")

    def __init__(self, quantity: Quantity, sentence: _Sentence, source: int, start: int) -> None:
        self.quantity = quantity
        """With offsets in its sentence."""
        self.source = source
        self._sentence = sentence
        self._start = start
        self._near: frozenset[str] | None = None
        self._beside: frozenset[str] | None = None
        self._counted: str | None = None

    @property
    def written(self) -> str:
        """The quantity as it stands there."""
        return self._sentence.text[self.quantity.start : self.quantity.end]

    @property
    def in_table(self) -> bool:
        """Whether its sentence is a row of a table."""
        return self._sentence.in_table

    @property
    def around(self) -> frozenset[str]:
        """The stems of its sentence."""
        return self._sentence.around()

    @property
    def near(self) -> frozenset[str]:
        """The stems of its neighbourhood."""
        if self._near is None:
            start, end = self.quantity.start, self.quantity.end
            self._near = self._sentence.within(start - _NEAR, end + _NEAR)
        return self._near

    @property
    def beside(self) -> frozenset[str]:
        """The stems of the words right before and after it."""
        if self._beside is None:
            start, end = self.quantity.start, self.quantity.end
            before = self._sentence.within(start - _BESIDE, start)
            self._beside = before | self._sentence.within(end, end + _BESIDE)
        return self._beside

    @property
    def counted(self) -> str:
        """The stem of what it counts, see `counted_after`."""
        if self._counted is None:
            self._counted = counted_after(self._sentence.text, self.quantity)
        return self._counted

    @property
    def evidence(self) -> Evidence:
        """Where it stands."""
        start, end = self._start + self.quantity.start, self._start + self.quantity.end
        return Evidence(self.source, start, end, self.written)


class Mentions:
    """The quantities of the sources of one request, read where claims look for them and kept for
    the next claim. `counting` gives the sentences of a piece of evidence that may hold a quantity;
    all of them unless it is handed in."""

    def __init__(self, counting: Callable[[Evidence], Iterable[Span]] | None = None) -> None:
        self._counting = counting or sentences_of
        self._known: dict[tuple[int, int, int], list[Mention]] = {}

    def of(self, evidence: Sequence[Evidence], deadline: Deadline) -> list[Mention]:
        """The quantities of pieces of evidence in order, at most `MAX_MENTIONS`."""
        found: list[Mention] = []
        for piece in evidence:
            for start, end, marks in self._counting(piece):
                key = (piece.source, start, end)
                known = self._known.get(key)
                if known is None:
                    text = piece.text[start - piece.start : end - piece.start]
                    known = self._known[key] = _read(text, marks, piece.source, start, deadline)
                found += known
            if len(found) >= MAX_MENTIONS:
                return found[:MAX_MENTIONS]
        return found


def _read(text: str, marks: int, source: int, start: int, deadline: Deadline) -> list[Mention]:
    quantities = find_quantities(text, deadline, marks=marks)
    if not quantities:
        return []
    sentence = _Sentence(text)
    return [Mention(each, sentence, source, start) for each in quantities[:MAX_MENTIONS]]


class _Sentence:
    """The words of a sentence by where they stand, read once, when first asked for."""

    __slots__ = ("_around", "_ends", "_starts", "_stems", "in_table", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.in_table = text.count("|") > 1 or "\t" in text
        self._stems: list[str] | None = None
        self._around: frozenset[str] | None = None

    def around(self) -> frozenset[str]:
        """The stems of all its words but stopwords."""
        if self._around is None:
            self._around = frozenset(self._read()) - {""}
        return self._around

    def _read(self) -> list[str]:
        """The stems of its words in order; empty for a stopword."""
        if self._stems is None:
            found = list(WORD.finditer(self.text))
            self._starts = [match.start() for match in found]
            self._ends = [match.end() for match in found]
            self._stems = [telling_stem(match[0]) for match in found]
        return self._stems

    def within(self, start: int, end: int) -> frozenset[str]:
        """The stems of what stands between two places; a word that one cuts counts by its part."""
        known = self._read()
        first, last = bisect_right(self._ends, start), bisect_left(self._starts, end)
        if first >= last:
            return frozenset()
        stems = known[first:last]
        if self._starts[first] < start or self._ends[last - 1] > end:
            stems = self._with_parts(stems, first, last, start, end)
        return frozenset(stems) - {""}

    def _with_parts(
        self, stems: list[str], first: int, last: int, start: int, end: int
    ) -> list[str]:
        parts: list[str] = []
        for number in {first, last - 1}:
            at, stop = self._starts[number], self._ends[number]
            if at < start or stop > end:
                stems[number - first] = ""
                parts += content_stems(self.text[max(at, start) : min(stop, end)])
        return stems + parts


def sentences_of(piece: Evidence) -> list[Span]:
    """Spans of the sentences of a passage, and of the lines in these."""
    spans = statement_spans(piece.text)
    if "\n" in piece.text:
        spans = [
            match.span() for start, end in spans for match in _LINE.finditer(piece.text, start, end)
        ]
    return [(piece.start + start, piece.start + end, 0) for start, end in spans]


def counted_after(text: str, quantity: Quantity) -> str:
    """The stem of the word right after a number, which mostly names what is counted."""
    match = WORD.search(text, quantity.end, quantity.end + 24)
    if match is None or not set(text[quantity.end : match.start()]) <= {" ", "-", "\u00a0"}:
        return ""
    return stem(match.group())


def stems_beside(text: str, quantity: Quantity) -> frozenset[str]:
    """Stems of the words right before and after a number."""
    before = text[max(0, quantity.start - _BESIDE) : quantity.start]
    return frozenset(
        content_stems(before) + content_stems(text[quantity.end : quantity.end + _BESIDE])
    )
