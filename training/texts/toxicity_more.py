"""More English hate and its harmless twins: other topics, registers and lengths than the first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from training.texts.toxic_row import ToxicRow
from training.texts.toxicity_grammar import drawn_rows, show
from training.texts.toxicity_slurs import FILES as WITH_SLURS

FILES = sorted(
    path.stem
    for path in Path(__file__).parent.glob("toxicity_more_*.txt")
    if path.stem not in WITH_SLURS
)


def rows(seed: int) -> Iterator[ToxicRow]:
    """Rows of all families; written for this project, nothing copied."""
    for stem in FILES:
        yield from drawn_rows(stem, seed)


if __name__ == "__main__":
    show(rows(0))
