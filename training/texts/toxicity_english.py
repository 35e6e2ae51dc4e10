"""English hate, stereotypes, insults, threats and harassment, and as much harmless text."""

from __future__ import annotations

from collections.abc import Iterator

from training.texts.toxic_row import ToxicRow
from training.texts.toxicity_grammar import drawn_rows, show

FILES = (
    "toxicity_hate",
    "toxicity_identity",
    "toxicity_stereotype",
    "toxicity_personal",
    "toxicity_everyday",
)


def rows(seed: int) -> Iterator[ToxicRow]:
    """Rows of all families; written for this project, nothing copied."""
    for stem in FILES:
        yield from drawn_rows(stem, seed)


if __name__ == "__main__":
    show(rows(0))
