"""How much of a claim's words stand in each source: in all of it, and close together.

Words are lower case and cut to six letters, which joins most inflections in most languages; Han,
Kana, Thai and the like are read in pairs of characters. Numbers are words too. A word counts by
how few sentences have it, so that what all sources share decides nothing.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from aiguardian.guards.trust.judgement import Evidence, Source
from aiguardian.processor import Deadline
from aiguardian.text.sentences import sentence_spans

WORD = re.compile(r"\d[\d.,]{0,30}\d|\d|[^\W\d_]+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
STEM = 6
WINDOW = 3
"""Sentences that count as close together."""
LONGEST_SENTENCE = 600
"""Characters; a longer one is cut, or a text without full stops would be one sentence."""
MOST_POSTINGS = 20_000
"""Sentences with a word: a word in more says nothing."""
_FUNCTION_WORDS_TEXT = (
    "the a an of to in on at for and or but nor is are was were be been being has have had do does "
    "did it its this that these those as by with from which who whom whose what when where how "
    "there their they them he she his her him we our us you your i my me not no so than then "
    "also can could may might will would shall should must about into over under between such "
    "more most some any all each other one if because while during after before up out only "
    "said says per via"
)
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS_TEXT.split())


@dataclass(frozen=True, slots=True)
class Fit:
    """How well one source fits a claim; shares in [0, 1], weighted by how rare the words are."""

    source: int
    anywhere: float
    together: float
    """In the best `WINDOW` sentences in a row."""
    pairs: float = 0.0
    """Of the claim's pairs of neighbouring words, how many stand side by side in the source."""
    start: int = 0
    end: int = 0
    """Of those sentences in the source."""


def words(text: str) -> list[str]:
    """The content words of a text, cut to their stems, in order."""
    found: list[str] = []
    for match in WORD.finditer(unicodedata.normalize("NFKC", text).casefold()):
        word = match[0]
        if _UNSPACED.match(word):
            found.extend(word[place : place + 2] for place in range(max(1, len(word) - 1)))
        elif word not in FUNCTION_WORDS and (len(word) > 1 or word.isdigit()):
            found.append(word[:STEM] if word.isalpha() else word.replace(",", ""))
    return found


@dataclass(slots=True)
class Overlap:
    """The words of all sources by sentence. Built once for a request, then read."""

    spans: list[tuple[int, int, int]] = field(default_factory=list)
    """Of every sentence: its source, start and end."""
    first: list[int] = field(default_factory=list)
    """Of every source: the number of its first sentence; one more at the end."""
    pairs: list[frozenset[int]] = field(default_factory=list)
    """Of every source: the hashes of its pairs of neighbouring words."""
    places: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Of every word: the numbers of the sentences that have it, ascending."""

    def fits(self, claim: str) -> list[Fit]:
        """The sources that share a word with the claim, best first, and how well each fits."""
        listed = words(claim)
        weights = {word: self._weight(word) for word in dict.fromkeys(listed)}
        total = sum(weights.values())
        if not total:
            return []
        anywhere: dict[int, float] = defaultdict(float)
        near: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for number, (word, weight) in enumerate(weights.items()):
            for sentence in self._sentences(word):
                near[sentence].append((number, weight))
            for source in {self.spans[sentence][0] for sentence in self._sentences(word)}:
                anywhere[source] += weight
        best = self._best_windows(near)
        pairs = _pairs(listed)
        found = [
            self._fit(source, share / total, best[source], total, pairs)
            for source, share in anywhere.items()
        ]
        return sorted(found, key=lambda fit: (-fit.together - fit.anywhere, fit.source))

    def _weight(self, word: str) -> float:
        return math.log(1 + (1 + len(self.spans)) / (1 + len(self.places.get(word, ()))))

    def _sentences(self, word: str) -> Sequence[int]:
        found = self.places.get(word, ())
        return found if len(found) <= MOST_POSTINGS else ()

    def _best_windows(
        self, near: dict[int, list[tuple[int, float]]]
    ) -> dict[int, tuple[float, int]]:
        """Of every source: the weight of the words in its best window, and the window's start."""
        best: dict[int, tuple[float, int]] = {}
        for sentence in near:
            source = self.spans[sentence][0]
            seen = {
                number: weight
                for place in range(sentence, min(sentence + WINDOW, self.first[source + 1]))
                for number, weight in near.get(place, ())
            }
            share = sum(seen.values())
            if share > best.get(source, (0.0, 0))[0]:
                best[source] = (share, sentence)
        return best

    def _fit(
        self,
        source: int,
        anywhere: float,
        best: tuple[float, int],
        total: float,
        pairs: frozenset[int],
    ) -> Fit:
        share, sentence = best
        last = min(sentence + WINDOW, self.first[source + 1]) - 1
        start, end = self.spans[sentence][1], self.spans[last][2]
        shared = len(pairs & self.pairs[source]) / max(1, len(pairs))
        return Fit(source, anywhere, share / total, shared, start, end)


def overlap(sources: Sequence[Source], deadline: Deadline) -> Overlap:
    """The words of the sources by sentence. Linear; the deadline is looked at for every source."""
    built = Overlap()
    for number, source in enumerate(sources):
        deadline.check()
        built.first.append(len(built.spans))
        pairs: set[int] = set()
        for start, end in _pieces(sentence_spans(source.text)):
            listed = words(source.text[start:end])
            pairs.update(_pairs(listed))
            for word in set(listed):
                built.places[word].append(len(built.spans))
            built.spans.append((number, start, end))
        built.pairs.append(frozenset(pairs))
    built.first.append(len(built.spans))
    return built


def _pairs(listed: Sequence[str]) -> frozenset[int]:
    return frozenset(map(hash, pairwise(listed)))


def _pieces(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [
        (place, min(place + LONGEST_SENTENCE, end))
        for start, end in spans
        for place in range(start, end, LONGEST_SENTENCE)
    ]


def evidence(fit: Fit, source: Source) -> Evidence:
    """The sentences of a source that fit best."""
    quoted = source.text[fit.start : fit.end]
    return Evidence(source.index, fit.start, fit.end, quoted, round(fit.together, 3))
