"""English attacks: commands to drop the rules, force an answer or switch a safeguard off."""

from __future__ import annotations

from collections.abc import Iterator

from training.texts.grammar import drawn_rows, show
from training.texts.row import Row


def rows(seed: int) -> Iterator[Row]:
    """Rows with label 1, each text once; written for this project, nothing copied."""
    yield from drawn_rows("direct", seed, label=1, category="direct_injection")


if __name__ == "__main__":
    show(rows)
