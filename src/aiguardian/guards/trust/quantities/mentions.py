"""The quantities of the evidence, each with the words around it, and how near a claim's are."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from aiguardian.guards.trust.judgement import Evidence
from aiguardian.guards.trust.quantities.finding import find_quantities
from aiguardian.guards.trust.quantities.quantity import Quantity
from aiguardian.guards.trust.quantities.words import STOPWORDS, WORD, content_stems, stem
from aiguardian.guards.trust.statements import statement_spans
from aiguardian.processor import Deadline

MAX_MENTIONS = 256
"""Quantities of claim and evidence that are compared; evidence is a few sentences long."""
MOST_KEPT = 300
"""Code points of a sentence whose quantities are kept for the next claim: 128 of them that are
nothing but numbers and words take 14 MB (measured)."""

_NEAR, _BESIDE = 35, 24
"""Code points on each side of a number: its neighbourhood, and the words right beside it."""
_LINE = re.compile(r"[^\n]+")


class Told(NamedTuple):
    """A quantity of a sentence with the words around it, wherever that sentence stands."""

    quantity: Quantity
    written: str
    beside: frozenset[str]
    near: frozenset[str]
    around: frozenset[str]
    counted: str
    in_table: bool


class Mention(NamedTuple):
    """A quantity of the evidence. Tuples, since a claim has hundreds."""

    told: Told
    passage: Evidence
    start: int
    """Of its sentence, in the source."""

    @property
    def quantity(self) -> Quantity:
        """The quantity, with offsets in its sentence."""
        return self.told.quantity

    @property
    def evidence(self) -> Evidence:
        """Where it stands."""
        told = self.told
        start, end = self.start + told.quantity.start, self.start + told.quantity.end
        return Evidence(self.passage.source, start, end, told.written)


def find_mentions(evidence: Sequence[Evidence], deadline: Deadline) -> list[Mention]:
    """The quantities of the evidence in order, at most `MAX_MENTIONS`."""
    found: list[Mention] = []
    for passage in evidence:
        for start, end in _sentences(passage.text):
            at = passage.start + start
            sentence = passage.text[start:end]
            found += [Mention(told, passage, at) for told in _told(sentence, deadline)]
            if len(found) >= MAX_MENTIONS:
                return found[:MAX_MENTIONS]
    return found


def _told(sentence: str, deadline: Deadline) -> tuple[Told, ...]:
    """The quantities of a sentence. Claims of a text share their evidence: what is short enough
    is kept for the next."""
    if len(sentence) <= MOST_KEPT:
        return _told_before(sentence)
    return _read_told(sentence, find_quantities(sentence, deadline))


@lru_cache(maxsize=128)
def _told_before(sentence: str) -> tuple[Told, ...]:
    return _read_told(sentence, find_quantities(sentence))


def _read_told(sentence: str, quantities: Sequence[Quantity]) -> tuple[Told, ...]:
    if not quantities:
        return ()
    words = _Words(sentence)
    around = words.all
    in_table = sentence.count("|") > 1 or "\t" in sentence
    return tuple(
        Told(
            quantity,
            sentence[quantity.start : quantity.end],
            words.within(quantity.start - _BESIDE, quantity.start)
            | words.within(quantity.end, quantity.end + _BESIDE),
            words.within(quantity.start - _NEAR, quantity.end + _NEAR),
            around,
            counted_after(sentence, quantity),
            in_table,
        )
        for quantity in quantities[:MAX_MENTIONS]
    )


class _Words:
    """The words of a sentence, read once, by where they stand."""

    def __init__(self, text: str) -> None:
        self._text = text
        found = list(WORD.finditer(text))
        self._starts = [match.start() for match in found]
        self._ends = [match.end() for match in found]
        self._stems = ["" if m[0].lower() in STOPWORDS else stem(m[0]) for m in found]
        self.all = frozenset(self._stems) - {""}

    def within(self, start: int, end: int) -> frozenset[str]:
        """The stems of what stands between two places; a word that one cuts counts by its part."""
        stems = []
        for number in range(bisect_right(self._ends, start), len(self._starts)):
            first, last = self._starts[number], self._ends[number]
            if first >= end:
                break
            if start <= first and last <= end:
                stems.append(self._stems[number])
            else:
                stems += content_stems(self._text[max(first, start) : min(last, end)])
        return frozenset(stems) - {""}


@lru_cache(maxsize=128)
def _sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Spans of the sentences of a passage, and of the lines in these."""
    spans: list[tuple[int, int]] = []
    for start, end in statement_spans(text):
        spans += [(start + m.start(), start + m.end()) for m in _LINE.finditer(text[start:end])]
    return tuple(spans)


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
