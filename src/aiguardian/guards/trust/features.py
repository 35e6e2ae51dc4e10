"""What a claim, its evidence and its checks look like in numbers: the input of the combiner.

Training and run time both come through here, so that they see the same. A name that is missing
was not looked at; 0.0 means looked at and not found.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import get_args

from aiguardian.guards.trust.evidence import SourceIndex
from aiguardian.guards.trust.judgement import Check, Claim, Outcome
from aiguardian.guards.trust.reading import Reading

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

_SPOKEN = re.compile(r"\b(?:I|my)\b", re.IGNORECASE)
"""Where who answers speaks of himself, part of what he says is in no source."""


def overlap_features(claim: Claim, reading: Reading | None, index: SourceIndex) -> dict[str, float]:
    """How much of the claim's words the best evidence has, how much the sources have, and the
    longest row of words that claim and evidence share; 0.0 to 1.0."""
    sought = index.sought(claim.text)
    return {
        "overlap.idf": sought.share(index.window(reading.evidence[0])) if reading else 0.0,
        "overlap.source": sought.held / sought.total,
        "overlap.run": _longest_run(reading) if reading else 0.0,
    }


def _longest_run(reading: Reading) -> float:
    """The longest row of words that claim and best evidence have, as a share of the claim."""
    stop, longest, places = reading.first_length, 0, reading.places
    ends: dict[int, int] = {}
    for word in reading.said.listed:
        if word.stem not in places:
            ends = {}
            continue
        before, ends = ends, {}
        for at in places[word.stem]:
            if at < stop:
                run = ends[at] = before[at - 1] + 1 if at - 1 in before else 1
                if run > longest:
                    longest = run
    return longest / max(1, len(reading.said))


def check_features(checks: Iterable[Check]) -> dict[str, float]:
    """For each family of checks that spoke: the highest score of each outcome."""
    found: dict[str, float] = {}
    for check in checks:
        family = check.name.partition(".")[0]
        name = f"{family}.{check.outcome}"
        if name not in found:
            found |= {f"{family}.{outcome}": 0.0 for outcome in OUTCOMES}
        if check.score > found[name]:
            found[name] = check.score
    return found


def claim_features(
    claim: Claim, reading: Reading | None, checks: Iterable[Check], index: SourceIndex
) -> dict[str, float]:
    """All features that need no model. `reading` is None where nothing was found to read."""
    return (
        overlap_features(claim, reading, index)
        | check_features(checks)
        | {
            "source.length": math.log1p(len(index.stems)),
            "claim.spoken": float(_SPOKEN.search(claim.text) is not None),
        }
    )
