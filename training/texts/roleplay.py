"""English attacks: personas, games, stories and simulations that ask for a model without rules."""

from __future__ import annotations

from collections.abc import Iterator

from training.texts.grammar import drawn_rows, show
from training.texts.row import Row


def rows(seed: int) -> Iterator[Row]:
    """Rows with label 1, each text once; written for this project, nothing copied."""
    yield from drawn_rows("roleplay", seed, label=1, category="jailbreak")


if __name__ == "__main__":
    show(rows)
