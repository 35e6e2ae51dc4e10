"""How much each unit of a text is worth to a reader, with a question or without one.

With a question: BM25 of the unit (Robertson and Zaragoza 2009, k1 1.2, b 0.75 on units as
documents) over its words and their roots, plus a share of its paragraph's, its neighbours' and
of what kind of thing the question asks for. Without: how much of what the text keeps
coming back to a unit says, less at each repetition (SumBasic, Nenkova and Vanderwende 2005).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate

from aiguardian.guards.token.counting import Checkpoint
from aiguardian.guards.token.terms import QUESTION_WORDS, terms
from aiguardian.guards.token.units import Unit
from aiguardian.text.stems import root

K1, B = 1.2, 0.75
ROOT_SHARE = 0.4
GROUP_SHARE = 0.5
NEIGHBOUR_SHARE = 0.15
KIND_SHARE = 0.1
AROUND, AROUND_SHARE = 10, 3.0
FEEDBACK_SHARE = 0.15
FEEDBACK_UNITS, FEEDBACK_TERMS = 5, 8
"""Shares chosen on three sources (natural questions over ten documents, multi-hop questions over
joined snippets, evidence lines of meetings), benchmarks/token_compression.py, 2026-11. Only the
share of what stands around matters much: without it the meetings keep .40 instead of .49 of
their evidence at a third of the length."""

_NUMBER = re.compile(r"\d")
_NAME = re.compile(r"(?<=[\w,;] )[A-Z\u00c0-\u00de][\w'’-]+")
_DATE = re.compile(
    r"\b(?:1[0-9]{3}|20[0-9]{2}|jan|feb|march|april|may|june|july|aug|sept|oct|nov|dec|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|century)\w*",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"\b(?:because|since|due|so that|therefore|result|caus\w+|reason\w*|order to)\b",
    re.IGNORECASE,
)
_KINDS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (re.compile(r"\b(?:when|what year|what date|which year|how old)\b", re.IGNORECASE), _DATE),
    (re.compile(r"\bhow (?:many|much|long|far|tall|big|large|often)\b", re.IGNORECASE), _NUMBER),
    (re.compile(r"\b(?:who|whom|whose|where)\b", re.IGNORECASE), _NAME),
    (re.compile(r"\bwhy\b", re.IGNORECASE), _REASON),
)


class Statistics:
    """The terms of every unit and how rare each one is in this text."""

    def __init__(self, text: str, units: Sequence[Unit], checkpoint: Checkpoint) -> None:
        self.counts: list[Counter[str]] = []
        self.lengths: list[int] = []
        spread: Counter[str] = Counter()
        for number, unit in enumerate(units):
            if number % 256 == 0:
                checkpoint()
            words = terms(text[unit.start : unit.end])
            counts = Counter(words)
            self.lengths.append(len(words))
            for shared, times in Counter(map(root, words)).items():
                if shared not in counts:
                    counts[shared] = times
            self.counts.append(counts)
            spread.update(counts.keys())
        total = len(units)
        self.rarity = {t: math.log(1 + (total - n + 0.5) / (n + 0.5)) for t, n in spread.items()}
        self.mean_length = sum(self.lengths) / max(total, 1) or 1.0

    def bm25(self, number: int, weights: dict[str, float]) -> float:
        """The score of one unit for weighted terms."""
        counts = self.counts[number]
        norm = K1 * (1 - B + B * self.lengths[number] / self.mean_length)
        score = 0.0
        for term, weight in weights.items():
            if times := counts.get(term):
                score += weight * self.rarity[term] * times * (K1 + 1) / (times + norm)
        return score


def query_weights(query: str) -> dict[str, float]:
    """The terms of a question: the words, and their roots with less weight."""
    words = [term for term in terms(query) if term not in QUESTION_WORDS] or terms(query)
    weights = dict.fromkeys(words, 1.0)
    for word in words:
        weights.setdefault(root(word), ROOT_SHARE)
    return weights


def by_query(
    text: str, units: Sequence[Unit], query: str, statistics: Statistics, checkpoint: Checkpoint
) -> list[float]:
    """A score for each unit; none of them negative."""
    weights = query_weights(query)
    own = _scores(statistics, weights, checkpoint)
    groups = _group_scores(units, statistics, weights)
    mixed = _mix(own, units, groups)
    expanded = _feedback(mixed, statistics, weights)
    if expanded:
        extra = _scores(statistics, expanded, checkpoint)
        own = [a + FEEDBACK_SHARE * b for a, b in zip(own, extra, strict=True)]
        mixed = _mix(own, units, groups)
    return _favour_kind(text, units, query, mixed)


def _scores(
    statistics: Statistics, weights: dict[str, float], checkpoint: Checkpoint
) -> list[float]:
    scores = []
    for number in range(len(statistics.counts)):
        if number % 1024 == 0:
            checkpoint()
        scores.append(statistics.bm25(number, weights))
    return scores


def _group_scores(
    units: Sequence[Unit], statistics: Statistics, weights: dict[str, float]
) -> dict[int, float]:
    """How much of the question a whole paragraph covers: rarity of the terms found in it."""
    found: dict[int, set[str]] = {}
    for unit, counts in zip(units, statistics.counts, strict=True):
        found.setdefault(unit.group, set()).update(counts.keys() & weights.keys())
    return {
        group: sum(weights[t] * statistics.rarity[t] for t in sorted(present))
        for group, present in found.items()
    }


def _mix(own: list[float], units: Sequence[Unit], groups: dict[int, float]) -> list[float]:
    """Each unit's score with its paragraph's and the mean around it: transcripts and lists
    have no paragraphs, but what belongs together stands together there too."""
    sums = [0.0, *accumulate(own)]
    mixed = []
    for number, unit in enumerate(units):
        first, last = max(0, number - AROUND), min(len(own), number + AROUND + 1)
        around = (sums[last] - sums[first]) / (last - first)
        near = [
            own[n]
            for n in (number - 1, number + 1)
            if 0 <= n < len(units) and units[n].group == unit.group
        ]
        mixed.append(
            own[number]
            + GROUP_SHARE * groups[unit.group]
            + NEIGHBOUR_SHARE * sum(near)
            + AROUND_SHARE * around
        )
    return mixed


def _feedback(
    scores: list[float], statistics: Statistics, weights: dict[str, float]
) -> dict[str, float]:
    """Rare words of the best units: what the answer's surroundings speak of."""
    best = sorted(range(len(scores)), key=lambda n: -scores[n])[:FEEDBACK_UNITS]
    gathered: Counter[str] = Counter()
    for number in best:
        if scores[number] > 0:
            gathered.update({t: 1 for t in statistics.counts[number] if t[0] != "~"})
    ranked = sorted(
        (t for t in gathered if t not in weights and t not in QUESTION_WORDS),
        key=lambda t: (-gathered[t] * statistics.rarity[t], t),
    )
    return dict.fromkeys(ranked[:FEEDBACK_TERMS], 1.0)


def _favour_kind(text: str, units: Sequence[Unit], query: str, scores: list[float]) -> list[float]:
    wanted = [answer for asks, answer in _KINDS if asks.search(query)]
    if not wanted:
        return scores
    bonus = KIND_SHARE * max(scores, default=0.0)
    return [
        score + bonus * any(kind.search(text, unit.start, unit.end) for kind in wanted)
        for score, unit in zip(scores, units, strict=True)
    ]


def by_weight(units: Sequence[Unit], statistics: Statistics, checkpoint: Checkpoint) -> list[float]:
    """Scores without a question: central units first, later ones that repeat them last."""
    total: Counter[str] = Counter()
    for counts in statistics.counts:
        total.update({t: n for t, n in counts.items() if t[0] != "~"})
    size = sum(total.values()) or 1
    seen: Counter[str] = Counter()
    scores = []
    for number, (unit, counts) in enumerate(zip(units, statistics.counts, strict=True)):
        if number % 1024 == 0:
            checkpoint()
        words = [t for t in counts if t[0] != "~" and t not in QUESTION_WORDS]
        worth = sum(
            math.sqrt(total[t] / size) * statistics.rarity[t] / (1 + seen[t]) for t in words
        )
        opens = number == 0 or units[number - 1].group != unit.group
        scores.append(worth / math.sqrt(len(words) + 4) * (1.3 if opens else 1.0))
        seen.update(words)
    return scores
