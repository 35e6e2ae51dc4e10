"""English benign: harmless texts in the words of an attack, from more trades and situations."""

from __future__ import annotations

from collections.abc import Iterator

from training.texts.grammar import drawn_rows, show
from training.texts.row import Row


def rows(seed: int) -> Iterator[Row]:
    """Rows with label 0, each text once; written for this project, nothing copied."""
    yield from drawn_rows("hard_benign_more", seed, label=0, category="benign_hard")


if __name__ == "__main__":
    show(rows)
