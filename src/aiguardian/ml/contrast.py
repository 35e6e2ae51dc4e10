"""How far the worst piece of a text lies from the others in meaning.

An order that somebody hid in a document is mostly about something else than the document: a sales
report that asks for a limerick. In a manual every sentence commands, and each lies near the next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

MOST_NEIGHBOURS = 12
"""Pieces that the worst one is compared with, spread evenly over the text: 1 to 2 ms each. With 60
the recall on sources left out is the same (2026-11)."""


MOST_EXCESS = 0.75
"""What is above counts as this: one document in a hundred. The bound tells without a reading that
a document stays harmless whatever its pieces mean."""


class Contrast(NamedTuple):
    """`distance`, at most 1, is one minus the cosine between the piece and the mean of its
    neighbours, `excess` what that is above the middle of the neighbours' own distances, at most
    `MOST_EXCESS`."""

    distance: float
    excess: float


ALONE = Contrast(0.6, 0.0)
"""For a text of one piece: between what attacks and harmless documents have in the middle."""
LARGEST = Contrast(1.0, MOST_EXCESS)


def neighbours(count: int, worst: int) -> list[int]:
    """The places of up to `MOST_NEIGHBOURS` of the other pieces."""
    others = [place for place in range(count) if place != worst]
    if len(others) <= MOST_NEIGHBOURS:
        return others
    return [others[int(at)] for at in np.linspace(0, len(others) - 1, MOST_NEIGHBOURS)]


def contrast(texts: Sequence[str], worst: int, embedded: Callable[[str], Any]) -> Contrast:
    """How much the piece at `worst` stands out of the others; `embedded` gives unit vectors."""
    places = neighbours(len(texts), worst)
    if not places:
        return ALONE
    vectors = np.stack([embedded(texts[place]) for place in (worst, *places)]).astype(float)
    return standing_out(vectors)


def standing_out(vectors: Any) -> Contrast:
    """Of the first of these vectors (n, dimensions), of which there are two at least."""
    others = (vectors.sum(axis=0) - vectors) / (len(vectors) - 1)  # to each the mean of the rest
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(others, axis=1)
    distances = 1.0 - (vectors * others).sum(axis=1) / np.maximum(lengths, 1e-6)
    distance = float(distances[0])
    excess = distance - float(np.median(distances[1:])) if len(vectors) > 2 else 0.0
    return Contrast(min(1.0, distance), min(MOST_EXCESS, excess))
