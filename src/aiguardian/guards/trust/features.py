"""What a claim, its evidence and its checks look like in numbers: the input of the combiner.

Training and run time both come through here, so that they see the same. A name that is missing
was not looked at; 0.0 means looked at and not found.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

from aiguardian.guards.trust.entities import find_names
from aiguardian.guards.trust.evidence import SourceIndex
from aiguardian.guards.trust.judgement import Check, Claim, Evidence
from aiguardian.guards.trust.words import Word, words

MOST_NOVEL = 10
"""Words that stand in no source: more make a claim no worse."""


def overlap_features(
    claim: Claim, said: list[Word], evidence: Sequence[Evidence], index: SourceIndex
) -> dict[str, float]:
    """How much of a claim's words the evidence and the sources have, and of what size all is."""
    weights = index.weights(said)
    total = sum(weights.values()) or 1.0
    read = [index.words_of(piece) for piece in evidence[:2]]
    best = {word.stem for word in read[0]} if read else set()
    both = best | {word.stem for piece in read[1:] for word in piece}
    return {
        "overlap.idf": _share(weights, best, total),
        "overlap.second": _share(weights, both, total),
        "overlap.source": sum(w for stem, w in weights.items() if index.holds(stem)) / total,
        "overlap.bigram": _bigrams(said, read[0] if read else []),
        "overlap.run": _longest_run(said, read[0] if read else []),
        "overlap.novel": float(min(MOST_NOVEL, sum(not index.holds(stem) for stem in weights))),
        "overlap.evidence": evidence[0].score if evidence else 0.0,
        "claim.words": float(len(said)),
        "claim.answer": float(claim.kind == "answer"),
        "claim.row": float(claim.kind == "row"),
        "claim.numbers": float(sum(word.text[0].isdigit() for word in said)),
        "claim.entities": float(len(find_names(said))),
        "source.words_log": math.log1p(index.count),
        "source.passages_log": math.log1p(len(index.passages)),
    }


def _share(weights: dict[str, float], have: set[str], total: float) -> float:
    return sum(weight for stem, weight in weights.items() if stem in have) / total


def _bigrams(said: list[Word], read: list[Word]) -> float:
    """Share of the claim's pairs of neighbouring words that the evidence has in that order."""
    pairs = set(_pairs(said))
    return len(pairs & set(_pairs(read))) / len(pairs) if pairs else 0.0


def _pairs(found: list[Word]) -> Iterable[tuple[str, str]]:
    stems = [word.stem for word in found]
    return pairwise(stems)


def _longest_run(said: list[Word], read: list[Word]) -> float:
    """The longest row of words that both have, as a share of the claim."""
    if not said:
        return 0.0
    longest = 0
    ends: dict[int, int] = {}
    places: dict[str, list[int]] = {}
    for number, word in enumerate(read):
        places.setdefault(word.stem, []).append(number)
    for word in said:
        ends = {at: ends.get(at - 1, 0) + 1 for at in places.get(word.stem, ())}
        longest = max(longest, max(ends.values(), default=0))
    return longest / len(said)


def check_features(checks: Iterable[Check]) -> dict[str, float]:
    """For each family of checks that spoke: the highest score of each outcome."""
    found: dict[str, float] = {}
    for check in checks:
        family = check.name.partition(".")[0]
        for outcome in ("supported", "contradicted", "silent"):
            found.setdefault(f"{family}.{outcome}", 0.0)
        name = f"{family}.{check.outcome}"
        found[name] = max(found[name], check.score)
    return found


def claim_features(
    claim: Claim, evidence: Sequence[Evidence], checks: Iterable[Check], index: SourceIndex
) -> dict[str, float]:
    """All features that need no model."""
    said = words(claim.text, claim.start)
    return overlap_features(claim, said, evidence, index) | check_features(checks)
