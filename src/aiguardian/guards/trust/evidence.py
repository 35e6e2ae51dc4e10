"""Where in the sources a claim could come from: passages that share its words.

The sources are read once into an inverted index; a claim then costs what its words' lists cost.
"""

from __future__ import annotations

import math
import re
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import nsmallest
from itertools import islice, pairwise
from operator import itemgetter

from aiguardian.guards.trust.judgement import Claim, Evidence, Source
from aiguardian.guards.trust.marks import COUNTS
from aiguardian.guards.trust.passages import Passage, find_passages
from aiguardian.guards.trust.quantities.mentions import Mentions, Span, sentences_of
from aiguardian.guards.trust.words import Word, Words, words
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
BATCH = 256
"""Passages that are read between two looks at the deadline."""
SHORT = 200
"""Passages that are sorted faster than the best few are sought."""
LENGTH_SHARE = 0.3
"""How much a long passage is held back, as BM25's b."""
_LINE = re.compile(r"[^\n]+")


class SourceIndex:
    """The words of all passages of all sources. Made once for a request, by `index_sources`."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.texts = {source.index: source.text for source in sources}
        self.passages: list[Passage] = []
        self.words = Words([], array("I"), array("I"))
        """Of all passages in a row, with offsets in the source of each: in arrays, which take a
        tenth of the room of lists where sources are long."""
        self.edges = [0]
        """The number of the first word of each passage, and of the word after the last."""
        self.stems: list[str] = []
        """Of each word."""
        self.owners = array("I")
        """Of each word its passage."""
        self.places: defaultdict[str, list[int]] = defaultdict(list)
        """The numbers of the words with a stem. To be asked by `get` and `in`."""
        self.marks: list[int] = []
        """Of each passage those of its words together."""
        self.lists = _Lists(self.places, self.owners)
        """The passages that hold a stem."""
        self.stem_sets = _StemSets(self)
        """The stems of a passage."""
        self.spreads = _Spreads(self)
        """How much a long passage is held back."""
        self.rarities = _Rarities(self.lists, self.passages)
        """How much a word tells passages apart; highest for one that stands nowhere. To be asked
        when all passages are in."""
        self.mentions = Mentions(self._counting)
        """The quantities of the sources, as far as claims asked for them."""
        self._sought: dict[str, Sought] = {}
        self._said: dict[str, Words] = {}
        self._ranges: dict[tuple[int, int, int], range] = {}
        self._folded: frozenset[str] | None = None
        self._reaches: dict[int, tuple[int, bool]] = {}

    def add(self, passages: Sequence[Passage]) -> None:
        """Take in the next passages, all of one source."""
        text = self.texts[passages[0].source]
        for run in _runs(text, passages):
            first, base = run[0], len(self.stems)
            found = words(text[first.start : run[-1].end], first.start)
            stops = [base + bisect_left(found.starts, each.start) for each in run[1:]]
            stops.append(base + len(found))
            number = len(self.passages)
            for at, stop in enumerate(stops, number):
                self.owners.extend([at] * (stop - self.edges[-1]))
                self.edges.append(stop)
            self.passages += run
            self.words.add(found)
            self._note(found.listed, base)

    def _note(self, listed: Sequence[Word], base: int) -> None:
        """Where each of the next words stands, and what it tells of its passage."""
        stems = [word.stem for word in listed]
        self.stems += stems
        places, owners, marks = self.places, self.owners, self.marks
        for place, stem in enumerate(stems, base):
            places[stem].append(place)
        marks += [0] * (len(self.passages) - len(marks))
        for place, word in enumerate(listed, base):
            if word.marks:
                marks[owners[place]] |= word.marks

    def holds(self, stem: str) -> bool:
        """Whether any source has a form of the word."""
        return stem in self.places

    @property
    def folded(self) -> frozenset[str]:
        """The folded forms of all words."""
        if self._folded is None:
            self._folded = frozenset([word.folded for word in self.words.listed])
        return self._folded

    def words_of(self, window: range) -> range:
        """The numbers of the words in passages in a row."""
        return range(self.edges[window.start], self.edges[window.stop])

    def marks_of(self, window: range) -> int:
        """The marks of the words in passages in a row."""
        marks = 0
        for each in self.marks[window.start : window.stop]:
            marks |= each
        return marks

    def window(self, evidence: Evidence) -> range:
        """The passages of a piece of evidence that `best` gave."""
        return self._ranges[evidence.source, evidence.start, evidence.end]

    def _counting(self, evidence: Evidence) -> Iterable[Span]:
        """The lines and sentences of a piece of evidence that may hold a quantity."""
        window = self.window(evidence)
        passages = self.passages[window.start : window.stop]
        if any(one.end == other.start for one, other in pairwise(passages)):
            return sentences_of(evidence)  # passages that are parts of one
        text = self.texts[evidence.source]
        found: list[Span] = []
        for (_, start, end, _), marks in zip(passages, self.marks[window.start :], strict=False):
            if marks & COUNTS:
                has_lines = text.find("\n", start, end) >= 0
                lines = _LINE.finditer(text, start, end) if has_lines else ()
                found += [(*line.span(), marks) for line in lines] or [(start, end, marks)]
        return found

    def said(self, text: str) -> Words:
        """The words of a claim, with offsets in it. Kept for who asks next."""
        known = self._said.get(text)
        if known is None:
            known = self._said[text] = words(text)
        return known

    def best(self, claim: Claim, deadline: Deadline, most: int = 3) -> list[Evidence]:
        """The pieces of evidence that share most with a claim, best first, none overlapping.

        Empty where no source shares a content word.
        """
        deadline.check()
        sought = self.sought(claim.statement)
        found: list[range] = []
        for _, before, later in sorted(self._rated(sought, SEEDS + most), reverse=True):
            start, stop = -before, -later
            for each in found:
                if each.start < stop and start < each.stop:
                    break
            else:
                found.append(range(start, stop))
                if len(found) == most:
                    break
        return [self._evidence(window, sought) for window in found]

    def sought(self, statement: str) -> Sought:
        """The words of a claim, looked up. Kept for who asks next: three do."""
        known = self._sought.get(statement)
        if known is None:
            stems = [word.stem for word in self.said(statement).listed if word.is_content]
            known = self._sought[statement] = Sought(self, stems)
        return known

    def _rated(self, sought: Sought, seeds: int) -> list[tuple[float, int, int]]:
        """Each window of up to `MOST_PASSAGES` neighbours of one source that holds one of the
        passages which share most: how likely it is the evidence, by what it covers of the claim
        and how densely, its start and its stop (both less than 0, to be sorted by)."""
        chosen = {number for _, number in _first(seeds, sought.ranks(self.spreads))}
        starts = {number - back for number in chosen for back in range(MOST_PASSAGES)}
        reaches, masks, weights = self._reaches, sought.masks, sought.sums
        found: list[tuple[float, int, int]] = []
        for start in starts:
            if start < 0:
                continue
            stop, is_heading = reaches[start] if start in reaches else self._reach(start)
            factor = HEADING_SHARE / sought.total if is_heading else sought.per_weight
            mask, most, dense, holds = 0, 0.0, 0.0, False
            for number in range(start, stop):
                own = masks[number] if number in masks else sought.mask(number)
                if own:
                    share = weights[own]
                    mask |= own
                    dense += share
                    if share > most:
                        most = share
                if holds or number in chosen:
                    holds = True
                    worth = (weights[mask] + DENSE_SHARE * (most + dense)) * factor
                    found.append((worth + WIDER * (number + 1 - start), -start, -number - 1))
        return found

    def _reach(self, start: int) -> tuple[int, bool]:
        """The number after the last passage that one window may hold with the passage `start`, and
        whether that is a heading."""
        source, begin, _, is_heading = self.passages[start]
        stop = start + 1
        for other, _, end, _ in self.passages[stop : start + MOST_PASSAGES]:
            if other != source or end - begin > LONGEST_EVIDENCE:
                break
            stop += 1
        self._reaches[start] = stop, is_heading
        return stop, is_heading

    def _evidence(self, span: range, sought: Sought) -> Evidence:
        first, last = self.passages[span.start], self.passages[span.stop - 1]
        self._ranges[first.source, first.start, last.end] = span
        text = self.texts[first.source][first.start : last.end]
        return Evidence(first.source, first.start, last.end, text, sought.share(span))


class _Lists(dict[str, list[int]]):
    """The passages that hold each stem, in order, worked out when they are first asked for."""

    def __init__(self, places: Mapping[str, list[int]], owners: Sequence[int]) -> None:
        self._places, self._owners = places, owners

    def __missing__(self, stem: str) -> list[int]:
        owners, places = self._owners, self._places.get(stem, [])
        if len(places) == 1:
            found = [owners[places[0]]]
        else:
            found = list(dict.fromkeys([owners[place] for place in places]))
        self[stem] = found
        return found


class _Spreads(dict[int, float]):
    """For each passage by what its score is divided, worked out when it is first asked for. To be
    asked when all passages are in."""

    def __init__(self, index: SourceIndex) -> None:
        self._index = index

    def __missing__(self, number: int) -> float:
        index = self._index
        mean = max(1.0, len(index.stems) / max(1, len(index.passages)))
        length = len(index.stem_sets[number])
        found = self[number] = 1.0 - LENGTH_SHARE + LENGTH_SHARE * (length / mean)
        return found


class _StemSets(dict[int, frozenset[str]]):
    """The stems of each passage, by its number, worked out when they are first asked for."""

    def __init__(self, index: SourceIndex) -> None:
        self._stems, self._edges = index.stems, index.edges

    def __missing__(self, number: int) -> frozenset[str]:
        found = self[number] = frozenset(self._stems[self._edges[number] : self._edges[number + 1]])
        return found


class _Rarities(dict[str, float]):
    """The rarity of each stem, worked out when it is first asked for."""

    def __init__(self, lists: _Lists, passages: Sequence[Passage]) -> None:
        self._lists, self._passages = lists, passages

    def __missing__(self, stem: str) -> float:
        having = len(self._lists[stem])
        rarity = math.log(1.0 + (len(self._passages) + 1.0) / (having + 0.5))
        self[stem] = rarity
        return rarity


class Sought:
    """The content words of one claim, looked up in the sources: sets of them are bits, so that the
    windows around a passage share what was added up."""

    def __init__(self, index: SourceIndex, said: Iterable[str]) -> None:
        rarities = index.rarities
        weights = {stem: rarities[stem] for stem in said}
        self.total = sum(weights.values()) or 1.0
        self.per_weight = 1.0 / self.total
        self.sums = _Sums(weights)
        """What a set of the words weighs together."""
        self.scores: dict[int, float] = {}
        """Of the passages that were looked up: the weight of the words they have."""
        self.masks: dict[int, int] = {}
        """The words of passages as bits; `mask` tells those of the others."""
        self._partial: dict[int, int] = {}
        self._rest: dict[str, int] = {}
        """Words that were not looked up everywhere: each passage is asked when it is needed."""
        self._stem_sets = index.stem_sets
        known = [
            (weight, 1 << number, stem)
            for number, (stem, weight) in enumerate(weights.items())
            if index.holds(stem)
        ]
        self.held = sum([weight for weight, _, _ in known])
        """The weight of the words that any source has."""
        known.sort(key=itemgetter(0), reverse=True)
        self._look_up(known, index)

    def _look_up(self, known: Sequence[tuple[float, int, str]], index: SourceIndex) -> None:
        """Note which passages have the rarest of the words `known`, each given by its weight, its
        bit and its stem."""
        self._rest = {stem: bit for _, bit, stem in known[MOST_TERMS:]}
        scores: dict[int, float] = {}
        masks: dict[int, int] = {}
        for weight, bit, stem in known[:MOST_TERMS]:
            listed = index.lists[stem]
            if len(listed) > MOST_LISTED:
                self._rest[stem], listed, bit = bit, listed[:MOST_LISTED], 0
            for number in listed:
                if number in scores:
                    scores[number] += weight
                    masks[number] |= bit
                else:
                    scores[number] = weight
                    masks[number] = bit
        self.scores = scores
        if self._rest:
            self._partial = masks
        else:
            self.masks = masks

    def mask(self, number: int) -> int:
        """The words that a passage has, as bits."""
        if number in self.masks:
            return self.masks[number]
        found = self._partial.get(number, 0)
        if self._rest:
            stems = self._stem_sets[number]
            found |= sum([bit for stem, bit in self._rest.items() if stem in stems])
        self.masks[number] = found
        return found

    def share(self, window: range) -> float:
        """How much of the words passages in a row have, 0.0 to 1.0."""
        mask = 0
        for number in window:
            mask |= self.mask(number)
        return self.sums[mask] / self.total

    def ranks(self, spreads: _Spreads) -> list[tuple[float, int]]:
        """The passages that share words, each with its share, less than 0 to be sorted by: long
        ones are held back."""
        return [(-score / spreads[number], number) for number, score in self.scores.items()]


def _first(count: int, rated: list[tuple[float, int]]) -> list[tuple[float, int]]:
    """The lowest of some; a short list is sorted faster than it is searched."""
    return sorted(rated)[:count] if len(rated) < SHORT else nsmallest(count, rated)


class _Sums(dict[int, float]):
    """The weight of each set of a claim's words, added up in their order."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = [(1 << number, weight) for number, weight in enumerate(weights.values())]

    def __missing__(self, mask: int) -> float:
        total = self[mask] = sum([weight for bit, weight in self._weights if mask & bit])
        return total


def _runs(text: str, passages: Sequence[Passage]) -> Iterator[list[Passage]]:
    """Passages that are cut into words at once: neighbours, all ASCII, or one alone. Between those
    that touch a word may have been cut."""
    run: list[Passage] = []
    was_plain = False
    for passage in passages:
        is_plain = text[passage.start : passage.end].isascii()
        if run and not (is_plain and was_plain and passage.start > run[-1].end):
            yield run
            run = []
        run.append(passage)
        was_plain = is_plain
    if run:
        yield run


def index_sources(sources: Sequence[Source], deadline: Deadline) -> SourceIndex:
    """The index of all sources, in linear time."""
    index = SourceIndex(sources)
    for source in sources:
        found = find_passages(source.index, source.text)
        while True:
            deadline.check()
            batch = list(islice(found, BATCH))
            if not batch:
                break
            index.add(batch)
    return index
