"""Kept answers by key: for a while, in bounded memory, the least lately used going first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from aiguardian.proxy.answers import Origin

LARGEST_SHARE = 16
"""No answer takes more than this fraction of all room."""
ENTRY_BYTES = 1_024
"""What an entry takes beside its body: key, vector, objects (measured generously)."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as the upstream gave it: it is judged again whenever it is given."""

    content_type: str
    body: bytes
    origin: Origin
    expires_at: float

    @property
    def size_bytes(self) -> int:
        """What it takes."""
        return len(self.body) + ENTRY_BYTES


class KeptAnswers:
    """The answers. Used from the event loop only."""

    def __init__(
        self,
        *,
        ttl_s: float,
        size_bytes: int,
        clock: Callable[[], float],
        on_drop: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        """`on_drop` is told the key of each answer that goes."""
        self._ttl_s = ttl_s
        self._most_bytes = size_bytes
        self._clock = clock
        self._on_drop = on_drop
        self._kept: OrderedDict[bytes, Kept] = OrderedDict()
        self.size_bytes = 0

    @property
    def largest_bytes(self) -> int:
        """The largest body that is kept."""
        return self._most_bytes // LARGEST_SHARE

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: bytes) -> Kept | None:
        """The answer, if it is there and not too old."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        if kept.expires_at <= self._clock():
            self._drop(key)
            return None
        self._kept.move_to_end(key)
        return kept

    def put(self, key: bytes, *, content_type: str, body: bytes, origin: Origin) -> None:
        """Keep an answer in the place of the one before."""
        if key in self._kept:
            self._drop(key)
        kept = Kept(content_type, body, origin, self._clock() + self._ttl_s)
        self._kept[key] = kept
        self.size_bytes += kept.size_bytes
        while self.size_bytes > self._most_bytes and len(self._kept) > 1:
            self._drop(next(iter(self._kept)))

    def clear(self) -> int:
        """Drop all of them, and tell how many there were: whose they are is not known here."""
        keys = list(self._kept)
        for key in keys:
            self._drop(key)
        return len(keys)

    def _drop(self, key: bytes) -> None:
        self.size_bytes -= self._kept.pop(key).size_bytes
        self._on_drop(key)
