"""API keys as they are kept: their digests, and what they may do."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Protocol

MOST_KEYS = 1_000
"""Of one tenant, revoked and expired ones included; those may be deleted."""


class KeysFull(Exception):
    """The tenant has as many keys as it may."""


class KeyChanged(Exception):
    """The key is at another version than the writer believed, or gone."""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """One key. Times are seconds since 1970."""

    id: str
    tenant: str
    name: str
    digest: bytes
    """HMAC-SHA256 of the whole key."""
    pepper: str
    """The id of the pepper that the digest was made with."""
    scopes: tuple[str, ...]
    created_at: float
    created_by: str
    """The id of the key, or the word for who, made it."""
    policy: str | None = None
    limits: tuple[str, ...] = ()
    expires_at: float | None = None
    revoked_at: float | None = None
    last_used_at: float | None = None
    replaces: str | None = None
    """The key that it was rotated from."""
    version: int = 1


Place = tuple[float, str]
"""Where a page ended: when its last key was made, and its id."""


@dataclass(frozen=True, slots=True)
class Use:
    """A key was used; with a digest under the newest pepper, where it had another."""

    id: str
    at: float
    digest: bytes | None = None
    pepper: str | None = None


class KeyStore(Protocol):
    """Keeps keys. Safe from several threads; raises `NotAvailable` when out of reach."""

    def find(self, key_id: str) -> Future[StoredKey | None]:
        """The key, soon: for who must not wait here."""
        ...

    def get(self, key_id: str) -> StoredKey | None:
        """The key."""
        ...

    def page(self, tenant: str | None, *, after: Place | None, limit: int) -> list[StoredKey]:
        """A tenant's keys, or everyone's, newest first, from behind the place."""
        ...

    def add(self, key: StoredKey) -> None:
        """Keep a new key. Raises `KeysFull`."""
        ...

    def write(self, key: StoredKey, *, expected: int) -> StoredKey:
        """Keep the key as it is now, but for digest and last use, and return it with its new
        version. Raises `KeyChanged` unless it was at the expected one."""
        ...

    def rotate(self, old: StoredKey, new: StoredKey, *, expected: int) -> None:
        """Write the old one and add the new one, or neither. Raises `KeyChanged`, `KeysFull`."""
        ...

    def remove(self, key_id: str) -> bool:
        """Delete the key for good, and tell whether it was there."""
        ...

    def note(self, uses: Sequence[Use]) -> None:
        """Keep when keys were used last."""
        ...


class MemoryKeys:
    """A `KeyStore` that ends with the process."""

    def __init__(self) -> None:
        self._keys: dict[str, StoredKey] = {}
        self._lock = threading.Lock()

    def find(self, key_id: str) -> Future[StoredKey | None]:
        """As the protocol says."""
        found: Future[StoredKey | None] = Future()
        found.set_result(self._keys.get(key_id))
        return found

    def get(self, key_id: str) -> StoredKey | None:
        """As the protocol says."""
        return self._keys.get(key_id)

    def page(self, tenant: str | None, *, after: Place | None, limit: int) -> list[StoredKey]:
        """As the protocol says."""
        with self._lock:
            kept = [key for key in self._keys.values() if tenant in (None, key.tenant)]
        kept.sort(key=lambda key: (key.created_at, key.id), reverse=True)
        return [key for key in kept if after is None or (key.created_at, key.id) < after][:limit]

    def add(self, key: StoredKey) -> None:
        """As the protocol says."""
        with self._lock:
            self._add(key)

    def write(self, key: StoredKey, *, expected: int) -> StoredKey:
        """As the protocol says."""
        with self._lock:
            return self._write(key, expected)

    def rotate(self, old: StoredKey, new: StoredKey, *, expected: int) -> None:
        """As the protocol says."""
        with self._lock:
            before = self._keys.get(old.id)
            self._write(old, expected)
            try:
                self._add(new)
            except KeysFull:
                if before is not None:
                    self._keys[old.id] = before
                raise

    def remove(self, key_id: str) -> bool:
        """As the protocol says."""
        with self._lock:
            return self._keys.pop(key_id, None) is not None

    def note(self, uses: Sequence[Use]) -> None:
        """As the protocol says."""
        with self._lock:
            for use in uses:
                key = self._keys.get(use.id)
                if key is None:
                    continue
                key = replace(key, last_used_at=max(use.at, key.last_used_at or use.at))
                if use.digest is not None and use.pepper is not None:
                    key = replace(key, digest=use.digest, pepper=use.pepper)
                self._keys[use.id] = key

    def _add(self, key: StoredKey) -> None:
        if sum(one.tenant == key.tenant for one in self._keys.values()) >= MOST_KEYS:
            raise KeysFull
        self._keys[key.id] = key

    def _write(self, key: StoredKey, expected: int) -> StoredKey:
        held = self._keys.get(key.id)
        if held is None or held.version != expected:
            raise KeyChanged
        written = replace(
            key,
            version=expected + 1,
            digest=held.digest,
            pepper=held.pepper,
            last_used_at=held.last_used_at,
        )
        self._keys[key.id] = written
        return written
