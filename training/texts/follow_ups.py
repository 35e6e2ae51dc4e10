"""English benign texts that a detector takes for attacks: follow-ups, personas, talk to a voice
assistant, documents of test tools. Chosen by the false alarms on sources left out, 2026-11."""

from __future__ import annotations

from collections.abc import Iterator

from training.texts.grammar import drawn_rows, show
from training.texts.row import Row


def rows(seed: int) -> Iterator[Row]:
    """Rows with label 0, each text once; written for this project, nothing copied."""
    yield from drawn_rows("follow_ups", seed, label=0, category="benign_hard")


if __name__ == "__main__":
    show(rows)
