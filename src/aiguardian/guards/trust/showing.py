"""Which passage a reader is shown for a claim: sentences in a row that likely hold what decides.

The exact checks read the windows that share most words with the claim. People who mark evidence
choose otherwise: they pass over what a study asks and how it was done, and mark what it found. So
what is shown is chosen by a curve of its own, fitted by `training/entailment_evidence.py` to
sentences that people marked. No verdict depends on it.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter, mul

from aiguardian.guards.trust.evidence import SourceIndex
from aiguardian.guards.trust.judgement import Claim, Evidence
from aiguardian.guards.trust.words import stem, words

WEIGHTS = (1.736, 1.57, 0.586, -1.283, 0.498, 1.277, -1.125)
"""Of `features`, in their order."""
BIAS = -1.42
HEADING = -3.0
"""Log-odds of a title against those of a sentence: it says what a text is about, and no evidence
is marked in titles. By judgement."""
MOST_PASSAGES, LONGEST = 5, 1_000
"""Passages and code points of what is shown."""
COST_PER_1000 = 0.15
"""What a thousand code points more must add to the probability that what decides is among them.
By the trade between how often it is and how much of a source is shown: see the page."""
AROUND = 4
"""Passages on each side of the best evidence that may be shown, too."""
MOST_CROWD = 30
"""Passages of all sources, from which on more make no difference."""

_ASKS_TEXT = (
    "aim objective purpose background design setting method participant hypothesis hypothesize "
    "hypothesized investigate investigated investigation examine examined whether determine "
    "unknown unclear sought"
)
_TELLS_TEXT = (
    "result show shows showed shown demonstrate demonstrated reveal revealed found find observe "
    "observed observation indicate indicated significant significantly"
)
_ASKS = frozenset(map(stem, _ASKS_TEXT.split()))
"""Of sentences that say what was asked, how it was done, or what nobody knew."""
_TELLS = frozenset(map(stem, _TELLS_TEXT.split()))
"""Of sentences that say what came out."""
_MEASURES = ("%", "=", "<", "±")


Rated = tuple[float, int, range]
"""What a window is worth, its start (less than 0, to be sorted by), and the window."""


class Showing:
    """Chooses passages of the sources of one request."""

    def __init__(self, index: SourceIndex) -> None:
        self._index = index
        self._known: dict[int, tuple[float, ...]] = {}

    def choose(
        self, claim: Claim, evidence: Sequence[Evidence], told: Evidence | None = None
    ) -> Evidence | None:
        """The passage to show for a claim with this evidence, best first; around `told`, the place
        that a check names, if there is one. None without evidence."""
        if told is not None:
            number = self._at(told)
            windows = [range(number, number + 1)]
        else:
            windows = [self._index.window(piece) for piece in evidence]
        candidates = sorted({n for window in windows for n in self._beside(window)})
        if not candidates:
            return None
        odds = self._probabilities(claim, candidates)
        rated = self._rated(odds) if told is None else self._rated(odds, number)
        return self._evidence(max(rated, key=itemgetter(0, 1))[2])

    def _at(self, place: Evidence) -> int:
        """The passage that holds the beginning of a place."""
        return bisect_right(self._index.passages, (place.source, place.start, math.inf)) - 1

    def _beside(self, window: range) -> range:
        """The passages from `AROUND` before a window to as many after it, of one source."""
        passages = self._index.passages
        source = passages[window.start].source
        start, stop = window.start, window.stop
        while start > max(0, window.start - AROUND) and passages[start - 1].source == source:
            start -= 1
        last = min(len(passages), window.stop + AROUND)
        while stop < last and passages[stop].source == source:
            stop += 1
        return range(start, stop)

    def _rated(self, odds: Mapping[int, float], must: int = -1) -> Iterator[Rated]:
        """The windows of passages that may be shown, those with `must` in them if it is one: how
        likely what decides is among them, less what their length costs; the earlier of equals."""
        passages = self._index.passages
        for start in odds:
            first = passages[start]
            missed = 1.0
            for number in range(start, start + MOST_PASSAGES):
                chance = odds.get(number)
                if chance is None or passages[number].source != first.source:
                    break
                length = passages[number].end - first.start
                if number > start and length > LONGEST:
                    break
                missed *= 1.0 - chance
                if must < 0 or start <= must <= number:
                    worth = 1.0 - missed - COST_PER_1000 * length / 1_000
                    yield worth, -start, range(start, number + 1)

    def _probabilities(self, claim: Claim, candidates: Sequence[int]) -> dict[int, float]:
        """For each passage how likely people would mark it."""
        rows = self.features(claim, candidates)
        found = {}
        for number, row in zip(candidates, rows, strict=True):
            logit = BIAS + sum(map(mul, WEIGHTS, row))
            logit += HEADING * self._index.passages[number].is_heading
            found[number] = 1.0 / (1.0 + math.exp(-logit))
        return found

    def features(self, claim: Claim, candidates: Sequence[int]) -> list[tuple[float, ...]]:
        """What the curve reads of each passage: how much of what the sources have of the claim's
        words stands in it, how much less than in the best, its length, and what it speaks of."""
        index = self._index
        weights = index.weights(words(claim.statement))
        held = {stem: weight for stem, weight in weights.items() if index.holds(stem)}
        total = sum(held.values()) or 1.0
        shares = [
            sum(held[stem] for stem in held.keys() & index.stems[number]) / total
            for number in candidates
        ]
        crowd = math.log(min(MOST_CROWD, len(index.passages)))
        best = max(shares)
        return [
            (share, share - best, *self._of_passage(number), crowd)
            for share, number in zip(shares, candidates, strict=True)
        ]

    def _of_passage(self, number: int) -> tuple[float, ...]:
        """What no claim changes. Kept for the next claim."""
        known = self._known.get(number)
        if known is None:
            index = self._index
            source, start, end, _ = index.passages[number]
            text, stems = index.texts[source][start:end], index.stems[number]
            known = self._known[number] = (
                math.log1p(len(stems)),
                float(not stems.isdisjoint(_ASKS)),
                float(not stems.isdisjoint(_TELLS)),
                float(any(sign in text for sign in _MEASURES)),
            )
        return known

    def _evidence(self, window: range) -> Evidence:
        first, last = self._index.passages[window.start], self._index.passages[window.stop - 1]
        text = self._index.texts[first.source][first.start : last.end]
        return Evidence(first.source, first.start, last.end, text)
