"""English benign: short everyday requests that share their words with attacks."""

from __future__ import annotations

from collections.abc import Iterator

from training.texts.grammar import drawn_rows, show
from training.texts.row import Row


def rows(seed: int) -> Iterator[Row]:
    """Rows with label 0, each text once; written for this project, nothing copied."""
    yield from drawn_rows("short_requests", seed, label=0, category="benign_everyday")


if __name__ == "__main__":
    show(rows)
