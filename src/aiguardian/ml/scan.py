"""What a linear model says about a text of any length: about its pieces, and about the whole."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from aiguardian.ml.hashing import BLOCK
from aiguardian.ml.linear import LinearModel, Span
from aiguardian.ml.pieces import pieces
from aiguardian.processor import Deadline

WHOLE = 2_000
"""Code points judged as one text, besides its pieces; a longer text is several of these."""
RESERVE_S = 0.05
"""What is left to the caller when the deadline comes near."""
VALUES = 5
"""Numbers that `Scan.values` gives."""
MOST_COUNTED = 100
"""Pieces from which on their number says no more: the longest texts that the curves know."""
LOWEST = -30.0
"""The logit of a text without any word."""


@dataclass(frozen=True, slots=True)
class Scan:
    """Logits of every head for the pieces of a text, and for the worst stretch of it."""

    spans: list[Span]
    pieces: Any  # (len(spans), heads)
    whole: Any  # (heads,), the highest logit of a stretch of up to `WHOLE` code points
    unjudged: Span | None = None
    """From where on nothing was looked at, for want of time."""

    def values(self, column: int) -> tuple[float, ...]:
        """For one head: worst whole, worst piece, second worst, mean of the others, log of their
        number. An attack in a document stands out of it; a manual is all instructions."""
        if not self.spans:
            return (LOWEST,) * 4 + (0.0,)
        logits = np.sort(self.pieces[:, column])[::-1]
        others = logits[1:] if len(logits) > 1 else logits
        return (
            float(self.whole[column]),
            float(logits[0]),
            float(others[0]),
            float(others.mean()),
            math.log(min(len(logits), MOST_COUNTED)),
        )


def scan(model: LinearModel, text: str, *, deadline: Deadline | None = None) -> Scan:
    """The model's logits for a text; what it did not reach in time is `unjudged`. Linear."""
    spans = pieces(text)
    scores = np.zeros((len(spans), len(model.heads)), dtype=np.float32)
    whole = np.full(len(model.heads), LOWEST, dtype=np.float32)
    done = 0
    for first, last in groups(spans, BLOCK):
        if done and is_late(deadline):
            break
        found = model.features(text[spans[first][0] : spans[last - 1][1]])
        local = [(a - spans[first][0], b - spans[first][0]) for a, b in spans[first:last]]
        scores[first:last] = model.logits(found, local)
        stretches = [(local[a][0], local[b - 1][1]) for a, b in groups(local, WHOLE)]
        wholes = scores[first:last] if stretches == local else model.logits(found, stretches)
        whole = np.maximum(whole, wholes.max(axis=0))
        done = last
    unjudged = (spans[done][0], len(text)) if done < len(spans) else None
    return Scan(spans[:done], scores[:done], whole, unjudged)


def groups(spans: Sequence[Span], most: int) -> list[tuple[int, int]]:
    """Runs of spans, as half-open index pairs, that cover at most so many code points each."""
    found, first = [], 0
    for index in range(1, len(spans) + 1):
        if index == len(spans) or spans[index][1] - spans[first][0] > most:
            found.append((first, index))
            first = index
    return found


def is_late(deadline: Deadline | None) -> bool:
    """Whether so little time is left that the caller needs it to answer."""
    return deadline is not None and deadline.remaining_s() < RESERVE_S
