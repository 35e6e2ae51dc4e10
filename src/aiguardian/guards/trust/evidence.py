"""Where in the sources a claim could come from: passages that share its words.

The sources are read once into an inverted index; a claim then costs what its words' lists cost.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
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
        self._rarities: dict[str, float] = {}
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
        """How much a word tells passages apart; highest for one that stands nowhere. To be asked
        when all passages are in."""
        known = self._rarities.get(stem)
        if known is None:
            having = len(self.lists.get(stem, ()))
            known = math.log(1.0 + (len(self.passages) + 1.0) / (having + 0.5))
            self._rarities[stem] = known
        return known

    def holds(self, stem: str) -> bool:
        """Whether any source has a form of the word."""
        return stem in self.lists

    def words_of(self, evidence: Evidence) -> list[Word]:
        """The words of a piece of evidence that `best` gave, with offsets in its source."""
        return [word for number in self.window(evidence) for word in self._words_in(number)]

    def window(self, evidence: Evidence) -> range:
        """The passages of a piece of evidence that `best` gave."""
        return self._ranges[evidence.source, evidence.start, evidence.end]

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
        cover = _Cover(weights)
        rated = sorted(self._rated(ranked, cover), key=itemgetter(0, 1), reverse=True)
        found: list[range] = []
        for _, before, stop in rated:
            if len(found) == most:
                break
            if all(stop <= each.start or each.stop <= -before for each in found):
                found.append(range(-before, stop))
        return [self._evidence(window, cover) for window in found]

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

    def _rated(self, ranked: Sequence[int], cover: _Cover) -> list[tuple[float, int, int]]:
        """Each window of up to `MOST_PASSAGES` neighbours of one source that holds a passage of
        `ranked`: what it is worth, its start (less than 0, to be sorted by) and its stop."""
        chosen = set(ranked)
        starts = {number - back for number in ranked for back in range(MOST_PASSAGES)}
        found: list[tuple[float, int, int]] = []
        for start in starts:
            if start >= 0:
                self._rate_from(start, chosen, cover, found)
        return found

    def _rate_from(
        self, start: int, chosen: set[int], cover: _Cover, found: list[tuple[float, int, int]]
    ) -> None:
        """Add the windows that begin at a passage. Their worth is how likely they are the
        evidence: what they cover of the claim, and how densely."""
        first = self.passages[start]
        mask, most, dense, holds = 0, 0.0, 0.0, False
        for number in range(start, min(len(self.passages), start + MOST_PASSAGES)):
            last = self.passages[number]
            if last.source != first.source:
                return
            if number > start and last.end - first.start > LONGEST_EVIDENCE:
                return
            own = cover.of(number, self.stems[number])
            share = cover.weight(own)
            mask |= own
            dense += share
            most = max(most, share)
            holds = holds or number in chosen
            if holds:
                worth = (cover.weight(mask) + DENSE_SHARE * (most + dense)) / cover.total
                if first.is_heading:
                    worth *= HEADING_SHARE
                found.append((worth + WIDER * (number + 1 - start), -start, number + 1))

    def _evidence(self, span: range, cover: _Cover) -> Evidence:
        first, last = self.passages[span.start], self.passages[span.stop - 1]
        self._ranges[first.source, first.start, last.end] = span
        mask = reduce(or_, [cover.of(number, self.stems[number]) for number in span])
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
        self._weights = [(1 << number, weight) for number, weight in enumerate(weights.values())]
        self._bits = {stem: 1 << number for number, stem in enumerate(weights)}
        self.total = sum(weights.values()) or 1.0
        self._known = {0: 0.0}
        self._masks: dict[int, int] = {}

    def of(self, number: int, stems: frozenset[str]) -> int:
        """The claim's words among those of a passage."""
        mask = self._masks.get(number)
        if mask is None:
            bits = self._bits
            mask = self._masks[number] = sum([bits[stem] for stem in bits.keys() & stems])
        return mask

    def weight(self, mask: int) -> float:
        """The weight of a set, added up in the order of the claim."""
        weight = self._known.get(mask)
        if weight is None:
            weight = sum([weight for bit, weight in self._weights if mask & bit])
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
