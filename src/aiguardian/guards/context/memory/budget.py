"""Which of the turns that answer fit into a budget of tokens, counted exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aiguardian.storage.turns import KeptTurn
from aiguardian.text.bpe import Encoding, count_tokens

ENCODING: Encoding = "o200k_base"
MOST_CHARS = 128
"""Of one token of the vocabulary (a run of blanks): a longer text cannot fit: it is not counted."""

FULL = 0.95
"""Of the tokens. Opening all that is left for the last of them took three times as long as all
else (benchmarks/context_memory_scale.py, 2026-11)."""


class Budget:
    """Turns taken best first. One that does not fit is passed over for the next that does; the
    same words of the same speaker are taken once."""

    def __init__(self, max_tokens: int, *, checkpoint: Callable[[], None]) -> None:
        self.chosen: list[KeptTurn] = []
        self.tokens = 0
        self._max_tokens = max_tokens
        self._checkpoint = checkpoint
        self._said: set[tuple[str, str]] = set()

    @property
    def is_spent(self) -> bool:
        """Whether next to nothing more can fit: not worth opening further turns for."""
        return self.tokens >= FULL * self._max_tokens

    def fill(self, turns: Sequence[KeptTurn]) -> None:
        """Take what fits of the turns, best first as given."""
        for turn in turns:
            left = self._max_tokens - self.tokens
            if (turn.role, turn.text) in self._said or len(turn.text) > left * MOST_CHARS:
                continue
            self._checkpoint()
            tokens = count_tokens(turn.text, ENCODING, checkpoint=self._checkpoint)
            if tokens <= left:
                self.chosen.append(turn)
                self.tokens += tokens
                self._said.add((turn.role, turn.text))
