"""What was answered under an Idempotency-Key, so that a repeated request does nothing twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

KEPT_S = 86_400.0
"""For so long a repetition is answered as the first time (Stripe's span as well)."""
RUNNING_S = 60.0
"""After that, a request that never ended (its process died) no longer holds its key."""
MOST_IN_MEMORY = 10_000


class KeyTaken(Exception):
    """The key stands for another request, or for one that still runs."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The first answer."""

    status: int
    body: bytes


class IdempotencyStore(Protocol):
    """Keeps first answers. Safe from several threads."""

    def begin(self, key: bytes, request: bytes) -> Answered | None:
        """Take the key for the request with this digest, or return what it was answered with.
        Raises `KeyTaken`."""
        ...

    def end(self, key: bytes, answered: Answered) -> None:
        """Keep the answer."""
        ...

    def give_up(self, key: bytes) -> None:
        """The request failed: the key is free again."""
        ...


@dataclass(slots=True)
class _Entry:
    request: bytes
    at: float
    answered: Answered | None = None


class MemoryIdempotency:
    """An `IdempotencyStore` that ends with the process."""

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._entries: dict[bytes, _Entry] = {}
        self._lock = threading.Lock()

    def begin(self, key: bytes, request: bytes) -> Answered | None:
        """As the protocol says."""
        with self._lock:
            now = self._clock()
            entry = self._entries.get(key)
            if entry is None or now - entry.at > (KEPT_S if entry.answered else RUNNING_S):
                self._entries.pop(key, None)
                self._entries[key] = _Entry(request, now)
                while len(self._entries) > MOST_IN_MEMORY:
                    del self._entries[next(iter(self._entries))]
                return None
            if entry.request != request or entry.answered is None:
                raise KeyTaken
            return entry.answered

    def end(self, key: bytes, answered: Answered) -> None:
        """As the protocol says."""
        with self._lock:
            if key in self._entries:
                self._entries[key].answered = answered

    def give_up(self, key: bytes) -> None:
        """As the protocol says."""
        with self._lock:
            self._entries.pop(key, None)
