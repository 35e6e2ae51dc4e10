"""Where in the sources a claim could come from: passages that share its words.

The sources are read once into an inverted index; a claim then costs what its words' lists cost.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from heapq import nsmallest
from operator import itemgetter, or_

from aiguardian.guards.trust.judgement import Claim, Evidence, Source
from aiguardian.guards.trust.passages import Passage, find_passages
from aiguardian.guards.trust.words import Word, forms, words
from aiguardian.processor import Deadline

MOST_PASSAGES = 3
"""Neighbouring passages in one piece of evidence."""
LONGEST_EVIDENCE = 800
"""Code points of several passages together: about what the entailment model reads at once."""
DENSE_SHARE, HEADING_SHARE, WIDER = 0.5, 0.7, 0.05
"""Weight of what single passages of a window share with the claim, of windows that begin with a
heading, and worth of one more passage. By the rationales of scientific abstracts in
benchmarks/trust_grounding.py: of these the window holds .61, the best sentence alone .37."""
SEEDS = 5
"""Best passages around which windows are laid, besides one for each piece wanted."""
MOST_TERMS = 32
"""Of a claim's words, the rarest that are looked up: keeps a claim's cost bounded."""
MOST_LISTED = 250
"""Passages of one word that are looked at, the first ones; a word of more tells few apart."""
LENGTH_SHARE = 0.3
"""How much a long passage is held back, as BM25's b."""


class SourceIndex:
    """The words of all passages of all sources. Made once for a request, by `index_sources`."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.texts = {source.index: source.text for source in sources}
        self.passages: list[Passage] = []
        self.stems: list[frozenset[str]] = []
        self.lists: dict[str, list[int]] = defaultdict(list)
        self.folded: set[str] = set()
        self.count = 0
        """Words in all sources."""
        self._ranges: dict[tuple[int, int, int], range] = {}
        self._words: dict[int, list[Word]] = {}

    def add(self, passage: Passage) -> None:
        """Take in the next passage."""
        number = len(self.passages)
        found = forms(self.texts[passage.source][passage.start : passage.end])
        stems = frozenset([stem for _, stem in found])
        for stem in stems:
            self.lists[stem].append(number)
        self.folded.update([folded for folded, _ in found])
        self.count += len(found)
        self.passages.append(passage)
        self.stems.append(stems)

    def rarity(self, stem: str) -> float:
        """How much a word tells passages apart; highest for one that stands nowhere."""
        return math.log(1.0 + (len(self.passages) + 1.0) / (len(self.lists.get(stem, ())) + 0.5))

    def holds(self, stem: str) -> bool:
        """Whether any source has a form of the word."""
        return stem in self.lists

    def words_of(self, evidence: Evidence) -> list[Word]:
        """The words of a piece of evidence that `best` gave, with offsets in its source."""
        numbers = self._ranges[evidence.source, evidence.start, evidence.end]
        return [word for number in numbers for word in self._words_in(number)]

    def _words_in(self, number: int) -> list[Word]:
        if number not in self._words:
            source, start, end, _ = self.passages[number]
            self._words[number] = words(self.texts[source][start:end], start)
        return self._words[number]

    def best(self, claim: Claim, deadline: Deadline, most: int = 3) -> list[Evidence]:
        """The pieces of evidence that share most with a claim, best first, none overlapping.

        Empty where no source shares a content word.
        """
        deadline.check()
        weights = self.weights(words(claim.statement))
        scores = self._scores(weights)
        ranked = nsmallest(SEEDS + most, scores, key=lambda number: (-scores[number], number))
        windows = {each for number in ranked for each in self._windows_around(number)}
        cover = _Cover(weights)
        shared = {
            number: cover.of(self.stems[number])
            for number in {number for window in windows for number in window}
        }
        shares = {number: cover.weight(mask) for number, mask in shared.items()}
        rated = sorted(
            [
                (self._worth(window, cover, shared, shares), -window.start, window)
                for window in windows
            ],
            key=itemgetter(0, 1),
            reverse=True,
        )
        found: list[range] = []
        for _, _, window in rated:
            if len(found) == most:
                break
            if all(window.stop <= each.start or each.stop <= window.start for each in found):
                found.append(window)
        return [self._evidence(window, cover, shared) for window in found]

    def weights(self, said: Iterable[Word]) -> dict[str, float]:
        """The content stems of a claim with their rarity."""
        stems = dict.fromkeys(word.stem for word in said if word.is_content)
        return {stem: self.rarity(stem) for stem in stems}

    def _scores(self, weights: dict[str, float]) -> dict[int, float]:
        scores: dict[int, float] = defaultdict(float)
        mean = self.count / max(1, len(self.passages))
        rarest = sorted(weights.items(), key=lambda item: -item[1])
        known = [(stem, weight) for stem, weight in rarest if stem in self.lists]
        for stem, weight in known[:MOST_TERMS]:
            for number in self.lists[stem][:MOST_LISTED]:
                scores[number] += weight
        for number in scores:
            length = len(self.stems[number]) / max(1.0, mean)
            scores[number] /= 1.0 - LENGTH_SHARE + LENGTH_SHARE * length
        return scores

    def _windows_around(self, number: int) -> Iterator[range]:
        """The windows of up to `MOST_PASSAGES` neighbours of one source that hold a passage."""
        source = self.passages[number].source
        for size in range(1, MOST_PASSAGES + 1):
            for start in range(number - size + 1, number + 1):
                stop = start + size
                if start < 0 or stop > len(self.passages):
                    continue
                first, last = self.passages[start], self.passages[stop - 1]
                is_short = size == 1 or last.end - first.start <= LONGEST_EVIDENCE
                if first.source == last.source == source and is_short:
                    yield range(start, stop)

    def _worth(
        self, window: range, cover: _Cover, shared: dict[int, int], shares: dict[int, float]
    ) -> float:
        """How likely a window is the evidence: what it covers of the claim, how densely.
        `shared` has the words of the claim in each passage, `shares` what they weigh."""
        mask, most, dense = 0, 0.0, 0.0
        for number in window:
            share = shares[number]
            mask |= shared[number]
            dense += share
            if share > most:
                most = share
        worth = (cover.weight(mask) + DENSE_SHARE * (most + dense)) / cover.total
        if self.passages[window.start].is_heading:
            worth *= HEADING_SHARE
        return worth + WIDER * len(window)

    def _evidence(self, span: range, cover: _Cover, shared: dict[int, int]) -> Evidence:
        first, last = self.passages[span.start], self.passages[span.stop - 1]
        self._ranges[first.source, first.start, last.end] = span
        mask = reduce(or_, [shared[number] for number in span])
        return Evidence(
            source=first.source,
            start=first.start,
            end=last.end,
            text=self.texts[first.source][first.start : last.end],
            score=cover.weight(mask) / cover.total,
        )


class _Cover:
    """Sets of a claim's words as bits, with what they weigh together: the windows around a passage
    share theirs."""

    def __init__(self, weights: dict[str, float]) -> None:
        self._weights = list(weights.values())
        self._bits = {stem: 1 << number for number, stem in enumerate(weights)}
        self.total = sum(self._weights) or 1.0
        self._known = {0: 0.0}

    def of(self, stems: frozenset[str]) -> int:
        """The claim's words among these."""
        return sum([self._bits[stem] for stem in self._bits.keys() & stems])

    def weight(self, mask: int) -> float:
        """The weight of a set, added up in the order of the claim."""
        weight = self._known.get(mask)
        if weight is None:
            weight = sum([w for number, w in enumerate(self._weights) if mask >> number & 1])
            self._known[mask] = weight
        return weight


def index_sources(sources: Sequence[Source], deadline: Deadline) -> SourceIndex:
    """The index of all sources, in linear time."""
    index = SourceIndex(sources)
    for source in sources:
        deadline.check()
        for passage in find_passages(source.index, source.text):
            if len(index.passages) % 256 == 255:
                deadline.check()
            index.add(passage)
    return index
