"""The allow-list: exact strings that are no finding, by key, kept as digests only."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import threading
import time
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from aiguardian.errors import NotAvailable
from aiguardian.storage.database import Database

MOST_ENTRIES = 10_000
"""Of one key."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS allow_list (
    key_id TEXT NOT NULL,
    digest BLOB NOT NULL,
    note TEXT NOT NULL,
    added_at REAL NOT NULL,     -- seconds since 1970
    PRIMARY KEY (key_id, digest)
) WITHOUT ROWID;
"""


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

    def digests(self, key_id: str) -> frozenset[bytes]:
        """The digests (`digest`) of all values on this key's list."""
        ...

    def entries(self, key_id: str) -> list[Entry]:
        """The list, oldest first."""
        ...

    def add(self, key_id: str, digests: Iterable[bytes], *, note: str) -> None:
        """Put values on the list; one that is there keeps its place. Raises `ListFull`."""
        ...

    def remove(self, key_id: str, digest: bytes) -> bool:
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

    def digests(self, key_id: str) -> frozenset[bytes]:
        """As the protocol says."""
        return frozenset(self._lists.get(key_id, ()))

    def entries(self, key_id: str) -> list[Entry]:
        """As the protocol says."""
        return sorted(self._lists.get(key_id, {}).values(), key=lambda entry: entry.added_at)

    def add(self, key_id: str, digests: Iterable[bytes], *, note: str) -> None:
        """As the protocol says."""
        with self._lock:
            held = dict(self._lists.get(key_id, {}))
            for one in digests:
                held.setdefault(one, Entry(one, note, self._clock()))
            if len(held) > MOST_ENTRIES:
                raise ListFull
            self._lists[key_id] = held

    def remove(self, key_id: str, digest: bytes) -> bool:
        """As the protocol says."""
        with self._lock:
            held = dict(self._lists.get(key_id, {}))
            was_there = held.pop(digest, None) is not None
            self._lists[key_id] = held
            return was_there


class AllowListTable:
    """The `AllowList` in the embedded database, held in memory too: each request asks for it.

    Another process's changes are seen after `refresh_s`.
    """

    def __init__(
        self, database: Database, *, refresh_s: float = 5.0, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._refresh_s = refresh_s
        self._clock = clock
        self._held: dict[str, tuple[float, frozenset[bytes]]] = {}

    def digests(self, key_id: str) -> frozenset[bytes]:
        """As the protocol says; as last read while the database is out of reach."""
        read_at, held = self._held.get(key_id, (-self._refresh_s, frozenset()))
        now = self._clock()
        if now - read_at >= self._refresh_s:
            with contextlib.suppress(NotAvailable):  # what was allowed before still is
                held = frozenset(entry.digest for entry in self.entries(key_id))
            self._held[key_id] = (now, held)
        return held

    def entries(self, key_id: str) -> list[Entry]:
        """As the protocol says. Raises `NotAvailable` when the database is out of reach."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT digest, note, added_at FROM allow_list WHERE key_id = ? ORDER BY added_at",
                (key_id,),
            )
            return [Entry(*row) for row in rows]

    def add(self, key_id: str, digests: Iterable[bytes], *, note: str) -> None:
        """As the protocol says. Raises `NotAvailable` when the database is out of reach."""
        now = self._clock()
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO allow_list (key_id, digest, note, added_at) "
                "VALUES (?, ?, ?, ?)",
                [(key_id, one, note, now) for one in digests],
            )
            count = connection.execute(
                "SELECT count(*) FROM allow_list WHERE key_id = ?", (key_id,)
            ).fetchone()[0]
            if count > MOST_ENTRIES:
                raise ListFull
        self._held.pop(key_id, None)

    def remove(self, key_id: str, digest: bytes) -> bool:
        """As the protocol says. Raises `NotAvailable` when the database is out of reach."""
        with self._database.transaction() as connection:
            cursor = connection.execute(
                "DELETE FROM allow_list WHERE key_id = ? AND digest = ?", (key_id, digest)
            )
        self._held.pop(key_id, None)
        return cursor.rowcount > 0
