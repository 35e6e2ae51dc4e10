"""Long work of a background thread, with room between its pieces for the event loop.

A thread that computes in Python keeps the interpreter for a millisecond at a time, and whoever
answers a request meanwhile waits, at each of its turns. A short sleep gives it away at once.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")

PIECE = 64
"""Rows at a time: a fifth of a millisecond to half of one."""
PAUSE_S = 0.00005


def in_pieces(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """The items, so many at a time, with a pause between two pieces."""
    for start in range(0, len(items), PIECE):
        if start:
            time.sleep(PAUSE_S)
        yield items[start : start + PIECE]
