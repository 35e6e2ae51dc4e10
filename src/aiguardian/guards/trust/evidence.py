"""Where in the sources a claim could come from: passages that share its words.

The sources are read once into an inverted index; a claim then costs what its words' lists cost.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from heapq import nsmallest
from operator import itemgetter

from aiguardian.guards.trust.judgement import Claim, Evidence, Source
from aiguardian.guards.trust.passages import Passage, find_passages
from aiguardian.guards.trust.quantities.mentions import Mentions
from aiguardian.guards.trust.words import Word, content_stems, forms, words
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
        self.lists: dict[str, list[int]] = {}
        self.folded: set[str] = set()
        self.count = 0
        """Words in all sources."""
        self.rarities = _Rarities(self.lists, self.passages)
        """How much a word tells passages apart; highest for one that stands nowhere. To be asked
        when all passages are in."""
        self.mentions = Mentions()
        """The quantities of the sources, as far as claims asked for them."""
        self._sought: dict[str, Sought] = {}
        self._ranges: dict[tuple[int, int, int], range] = {}
        self._words: dict[int, list[Word]] = {}

    def add(self, passage: Passage) -> None:
        """Take in the next passage."""
        number = len(self.passages)
        source, start, end, _ = passage
        folded, found = forms(self.texts[source][start:end])
        stems = frozenset(found)
        lists = self.lists
        for stem in stems:
            if stem in lists:
                lists[stem].append(number)
            else:
                lists[stem] = [number]
        self.folded.update(folded)
        self.count += len(found)
        self.passages.append(passage)
        self.stems.append(stems)

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
        known = self._words.get(number)
        if known is None:
            source, start, end, _ = self.passages[number]
            known = self._words[number] = words(self.texts[source][start:end], start)
        return known

    def best(self, claim: Claim, deadline: Deadline, most: int = 3) -> list[Evidence]:
        """The pieces of evidence that share most with a claim, best first, none overlapping.

        Empty where no source shares a content word.
        """
        deadline.check()
        sought = self.sought(claim.statement)
        found: list[range] = []
        for _, before, later in sorted(self._rated(sought, SEEDS + most), reverse=True):
            if len(found) == most:
                break
            start, stop = -before, -later
            if all(stop <= each.start or each.stop <= start for each in found):
                found.append(range(start, stop))
        return [self._evidence(window, sought) for window in found]

    def sought(self, statement: str) -> Sought:
        """The words of a claim, looked up. Kept for who asks next: three do."""
        known = self._sought.get(statement)
        if known is None:
            known = self._sought[statement] = Sought(self, content_stems(statement))
        return known

    def _rated(self, sought: Sought, seeds: int) -> list[tuple[float, int, int]]:
        """Each window of up to `MOST_PASSAGES` neighbours of one source that holds one of the
        passages which share most: how likely it is the evidence, by what it covers of the claim
        and how densely, its start and its stop (both less than 0, to be sorted by)."""
        ranked = [number for _, number in nsmallest(seeds, sought.ranks(self.stems, self.count))]
        chosen = set(ranked)
        starts = {number - back for number in ranked for back in range(MOST_PASSAGES)}
        passages, masks, weights, total = self.passages, sought.masks, sought.sums, sought.total
        found: list[tuple[float, int, int]] = []
        for start in starts:
            if start < 0:
                continue
            source, begin, _, is_heading = passages[start]
            mask, most, dense, holds = 0, 0.0, 0.0, False
            factor = HEADING_SHARE / total if is_heading else 1.0 / total
            for number in range(start, min(len(passages), start + MOST_PASSAGES)):
                last = passages[number]
                if last[0] != source or (number > start and last[2] - begin > LONGEST_EVIDENCE):
                    break
                own = masks[number]
                share = weights[own]
                mask |= own
                dense += share
                if share > most:
                    most = share
                holds = holds or number in chosen
                if holds:
                    worth = (weights[mask] + DENSE_SHARE * (most + dense)) * factor
                    length = number + 1 - start
                    found.append((worth + WIDER * length, -start, -number - 1))
        return found

    def _evidence(self, span: range, sought: Sought) -> Evidence:
        first, last = self.passages[span.start], self.passages[span.stop - 1]
        self._ranges[first.source, first.start, last.end] = span
        text = self.texts[first.source][first.start : last.end]
        return Evidence(first.source, first.start, last.end, text, sought.share(span))


class _Rarities(dict[str, float]):
    """The rarity of each stem, worked out when it is first asked for."""

    def __init__(self, lists: Mapping[str, list[int]], passages: Sequence[Passage]) -> None:
        self._lists, self._passages = lists, passages

    def __missing__(self, stem: str) -> float:
        having = len(self._lists.get(stem, ()))
        rarity = math.log(1.0 + (len(self._passages) + 1.0) / (having + 0.5))
        self[stem] = rarity
        return rarity


class Sought:
    """The content words of one claim, looked up in the sources: sets of them are bits, so that the
    windows around a passage share what was added up."""

    def __init__(self, index: SourceIndex, said: Iterable[str]) -> None:
        stems = dict.fromkeys(said)
        self.weights = dict(zip(stems, map(index.rarities.__getitem__, stems), strict=True))
        """The stems in order, with their rarity."""
        self.total = sum(self.weights.values()) or 1.0
        self.sums = _Sums(self.weights)
        """What a set of the words weighs together."""
        self.masks = _Masks(self.weights, index)
        """The words that a passage has, by its number."""
        held = [weight for stem, weight in self.weights.items() if index.holds(stem)]
        self.held = sum(held)
        """The weight of the words that any source has."""

    def share(self, window: range) -> float:
        """How much of the words passages in a row have, 0.0 to 1.0."""
        mask = 0
        for number in window:
            mask |= self.masks[number]
        return self.sums[mask] / self.total

    def ranks(self, stems: Sequence[frozenset[str]], count: int) -> list[tuple[float, int]]:
        """The passages that share words, each with its share, less than 0 to be sorted by: long
        ones are held back."""
        mean = max(1.0, count / max(1, len(stems)))
        return [
            (-score / (1.0 - LENGTH_SHARE + LENGTH_SHARE * (len(stems[number]) / mean)), number)
            for number, score in self.masks.scores.items()
        ]


class _Sums(dict[int, float]):
    """The weight of each set of a claim's words, added up in their order."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = [(1 << number, weight) for number, weight in enumerate(weights.values())]

    def __missing__(self, mask: int) -> float:
        total = self[mask] = sum([weight for bit, weight in self._weights if mask & bit])
        return total


class _Masks(dict[int, int]):
    """Of the passages those that share words, and which. The rarest words are looked up; of those
    that are left out, or stand in too many passages, each passage is asked when it is needed."""

    def __init__(self, weights: Mapping[str, float], index: SourceIndex) -> None:
        lists = index.lists
        self.scores: dict[int, float] = {}
        """Of the passages that were looked up: the weight of the words."""
        self._stems = index.stems
        self._found: dict[int, int] = {}
        bits = {stem: 1 << number for number, stem in enumerate(weights)}
        known = [(weight, stem) for stem, weight in weights.items() if stem in lists]
        known.sort(key=itemgetter(0), reverse=True)
        self._rest = {stem: bits[stem] for _, stem in known[MOST_TERMS:]}
        scores, found = self.scores, self._found
        for weight, stem in known[:MOST_TERMS]:
            listed, bit = lists[stem], bits[stem]
            if len(listed) > MOST_LISTED:
                self._rest[stem], listed, bit = bit, listed[:MOST_LISTED], 0
            for number in listed:
                if number in scores:
                    scores[number] += weight
                    found[number] |= bit
                else:
                    scores[number] = weight
                    found[number] = bit
        if not self._rest:
            self.update(found)

    def __missing__(self, number: int) -> int:
        mask = self._found.get(number, 0)
        if self._rest:
            mask |= sum([bit for stem, bit in self._rest.items() if stem in self._stems[number]])
        self[number] = mask
        return mask


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
