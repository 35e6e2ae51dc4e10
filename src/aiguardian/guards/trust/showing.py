"""Which passage a reader is shown for a claim: sentences in a row that likely hold what decides.

The exact checks read the windows that share most words with the claim. People who mark evidence
choose otherwise: they pass over what a study asks and how it was done, and mark what it found. So
what is shown is chosen by a curve of its own, fitted by `training/entailment_evidence.py` to
sentences that people marked. No verdict depends on it.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from operator import mul

from aiguardian.guards.trust.evidence import Sought, SourceIndex
from aiguardian.guards.trust.judgement import Claim, Evidence
from aiguardian.guards.trust.spelling import stem

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
_MEASURE = re.compile("[%=<±]")


class Showing:
    """Chooses passages of the sources of one request."""

    def __init__(self, index: SourceIndex) -> None:
        self._index = index
        self._crowd = math.log(min(MOST_CROWD, len(index.passages)) or 1)
        self._logits: dict[int, float] = {}
        self._costs: dict[int, list[float]] = {}

    def choose(
        self, claim: Claim, evidence: Sequence[Evidence], told: Evidence | None = None
    ) -> Evidence | None:
        """The passage to show for a claim with this evidence, best first; around `told`, the place
        that a check names, if there is one. None without evidence."""
        must = -1
        if told is not None:
            must = self._at(told)
            windows = [range(must, must + 1)]
        else:
            windows = [self._index.window(piece) for piece in evidence]
        candidates = sorted({n for window in windows for n in self._beside(window)})
        if not candidates:
            return None
        chances = self._chances(self._index.sought(claim.statement), candidates)
        return self._evidence(self._likeliest(chances, must))

    def _at(self, place: Evidence) -> int:
        """The passage that holds the beginning of a place."""
        return bisect_right(self._index.passages, (place.source, place.start, math.inf)) - 1

    def _beside(self, window: range) -> range:
        """The passages from `AROUND` before a window to as many after it, of one source."""
        passages = self._index.passages
        source = passages[window.start].source
        start, stop = max(0, window.start - AROUND), min(len(passages), window.stop + AROUND)
        while passages[start].source != source:
            start += 1
        while passages[stop - 1].source != source:
            stop -= 1
        return range(start, stop)

    def _likeliest(self, chances: Mapping[int, float], must: int) -> range:
        """The window of passages, the one with `must` in it if that is one, that is worth most: how
        likely what decides is among them, less what their length costs; the earlier of equals.
        `chances` are in the order of the passages."""
        costs = self._costs
        best, first, stop = -math.inf, 0, 0
        for start in chances:
            missed = 1.0
            known = costs[start] if start in costs else self._cost(start)
            for number, cost in enumerate(known, start):
                if number not in chances:
                    break
                missed *= 1.0 - chances[number]
                worth = 1.0 - missed - cost
                if worth > best and (must < 0 or start <= must <= number):
                    best, first, stop = worth, start, number + 1
        return range(first, stop)

    def _cost(self, start: int) -> list[float]:
        """What windows from a passage on cost by their length, from one passage to the most that
        may be shown together. Kept for the next claim."""
        source, begin, end, _ = self._index.passages[start]
        known = self._costs[start] = [COST_PER_1000 * (end - begin) / 1_000]
        for other, _, end, _ in self._index.passages[start + 1 : start + MOST_PASSAGES]:
            if other != source or end - begin > LONGEST:
                break
            known.append(COST_PER_1000 * (end - begin) / 1_000)
        return known

    def _chances(self, sought: Sought, candidates: Sequence[int]) -> dict[int, float]:
        """For each passage how likely people would mark it."""
        shares = self._shares(sought, candidates)
        best, logits = max(shares), self._logits
        of_share, of_lead = WEIGHTS[:2]
        found = {}
        for number, share in zip(candidates, shares, strict=True):
            fixed = logits[number] if number in logits else self._logit(number)
            logit = fixed + of_share * share + of_lead * (share - best)
            found[number] = 1.0 / (1.0 + math.exp(-logit))
        return found

    def features(self, claim: Claim, candidates: Sequence[int]) -> list[tuple[float, ...]]:
        """What the curve reads of each passage: how much of what the sources have of the claim's
        words stands in it, how much less than in the best, its length, and what it speaks of."""
        shares = self._shares(self._index.sought(claim.statement), candidates)
        best = max(shares)
        return [
            (share, share - best, *self._of_passage(number))
            for share, number in zip(shares, candidates, strict=True)
        ]

    def _shares(self, sought: Sought, candidates: Sequence[int]) -> list[float]:
        masks, sums, held = sought.masks, sought.sums, sought.held or 1.0
        return [
            sums[masks[number] if number in masks else sought.mask(number)] / held
            for number in candidates
        ]

    def _logit(self, number: int) -> float:
        """What speaks for a passage whatever the claim. Kept for the next one."""
        known = self._of_passage(number)
        logit: float = BIAS + sum(map(mul, WEIGHTS[2:], known))
        logit += HEADING * self._index.passages[number].is_heading
        self._logits[number] = logit
        return logit

    def _of_passage(self, number: int) -> tuple[float, ...]:
        """What no claim changes."""
        index = self._index
        source, start, end, _ = index.passages[number]
        text, stems = index.texts[source][start:end], index.stem_sets[number]
        return (
            math.log1p(len(stems)),
            float(not stems.isdisjoint(_ASKS)),
            float(not stems.isdisjoint(_TELLS)),
            float(_MEASURE.search(text) is not None),
            self._crowd,
        )

    def _evidence(self, window: range) -> Evidence:
        first, last = self._index.passages[window.start], self._index.passages[window.stop - 1]
        text = self._index.texts[first.source][first.start : last.end]
        return Evidence(first.source, first.start, last.end, text)
