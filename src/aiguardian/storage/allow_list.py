"""The allow-list: exact strings that are no finding, by key, kept as digests only."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

MOST_ENTRIES = 10_000
"""Of one key."""


class ListFull(Exception):
    """The key's list holds as many entries as it may."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One allowed value, known by its digest only."""

    digest: bytes
    note: str
    added_at: float


class AllowList(Protocol):
    """Which values a key's owner has declared harmless. Safe from several threads."""

    def digests(self, tenant: str) -> frozenset[bytes]:
        """The digests (`digest`) of all values on this key's list."""
        ...

    def entries(self, tenant: str) -> list[Entry]:
        """The list, oldest first."""
        ...

    def add(self, tenant: str, digests: Iterable[bytes], *, note: str) -> None:
        """Put values on the list; one that is there keeps its place. Raises `ListFull`."""
        ...

    def remove(self, tenant: str, digest: bytes) -> bool:
        """Take a value off the list, and tell whether it was there."""
        ...


def digest(value: str, key: bytes) -> bytes:
    """The keyed digest (HMAC-SHA256, 32 bytes) of a value without white space around it.

    Composed and decomposed letters are alike (NFC); case is not: the list is exact.
    """
    written = unicodedata.normalize("NFC", value).strip()
    return hmac.new(key, written.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


class MemoryAllowList:
    """An `AllowList` that ends with the process."""

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lists: dict[str, dict[bytes, Entry]] = {}
        self._lock = threading.Lock()

    def digests(self, tenant: str) -> frozenset[bytes]:
        """As the protocol says."""
        return frozenset(self._lists.get(tenant, ()))

    def entries(self, tenant: str) -> list[Entry]:
        """As the protocol says."""
        return sorted(self._lists.get(tenant, {}).values(), key=lambda entry: entry.added_at)

    def add(self, tenant: str, digests: Iterable[bytes], *, note: str) -> None:
        """As the protocol says."""
        with self._lock:
            held = dict(self._lists.get(tenant, {}))
            for one in digests:
                held.setdefault(one, Entry(one, note, self._clock()))
            if len(held) > MOST_ENTRIES:
                raise ListFull
            self._lists[tenant] = held

    def remove(self, tenant: str, digest: bytes) -> bool:
        """As the protocol says."""
        with self._lock:
            held = dict(self._lists.get(tenant, {}))
            was_there = held.pop(digest, None) is not None
            self._lists[tenant] = held
            return was_there
