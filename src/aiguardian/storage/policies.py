"""Policies kept by tenant, each with all that it was before, and a number that counts changes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

MOST_POLICIES = 100
"""In force at once, of one tenant."""
KEPT_VERSIONS = 200
"""Of one policy; older ones are dropped when a new one is written."""


class VersionConflict(Exception):
    """The policy is at another version than the writer believed."""


class PoliciesFull(Exception):
    """The tenant has as many policies as it may."""


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A policy as it was written at some time."""

    tenant: str
    name: str
    version: int
    """Counts from 1, on and on: a policy that was deleted and comes again goes on counting."""
    is_live: bool
    """False: this version is a deletion, and has no text."""
    text: str
    author: str
    """The id of the key that wrote it."""
    note: str
    at: float
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The newest versions of the policies that were written after some change."""

    number: int
    """Of the last change: ask for what came after it."""
    versions: tuple[PolicyVersion, ...]


class PolicyStore(Protocol):
    """Keeps policies. Safe from several threads; raises `NotAvailable` when out of reach."""

    def changes(self, since: int) -> Changes:
        """What was written after the change of that number, of all tenants; 0: everything."""
        ...

    def write(
        self, tenant: str, name: str, text: str | None, *, expected: int, author: str, note: str
    ) -> PolicyVersion:
        """A new version; without a text, a deletion.

        `expected` is the version that it follows, 0 when there must be none in force. Raises
        `VersionConflict` and `PoliciesFull`.
        """
        ...

    def history(
        self, tenant: str, name: str, *, limit: int, before: int | None = None
    ) -> list[PolicyVersion]:
        """The versions that are kept, newest first, from behind this one."""
        ...


class MemoryPolicies:
    """A `PolicyStore` that ends with the process."""

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._number = 0
        self._versions: dict[tuple[str, str], list[PolicyVersion]] = {}
        self._changed: dict[tuple[str, str], int] = {}

    def changes(self, since: int) -> Changes:
        """As the protocol says."""
        with self._lock:
            changed = [key for key, number in self._changed.items() if number > since]
            return Changes(self._number, tuple(self._versions[key][-1] for key in changed))

    def write(
        self, tenant: str, name: str, text: str | None, *, expected: int, author: str, note: str
    ) -> PolicyVersion:
        """As the protocol says."""
        with self._lock:
            kept = self._versions.get((tenant, name), [])
            last = kept[-1] if kept else None
            check_expected(last, expected)
            if text is not None and not (last and last.is_live):
                self._refuse_more(tenant)
            written = PolicyVersion(
                tenant, name, last.version + 1 if last else 1, text is not None, text or "",
                author, note, self._clock(),
            )  # fmt: skip
            self._versions[tenant, name] = [*kept, written][-KEPT_VERSIONS:]
            self._number += 1
            self._changed[tenant, name] = self._number
            return written

    def history(
        self, tenant: str, name: str, *, limit: int, before: int | None = None
    ) -> list[PolicyVersion]:
        """As the protocol says."""
        with self._lock:
            newest_first = self._versions.get((tenant, name), [])[::-1]
        return [one for one in newest_first if before is None or one.version < before][:limit]

    def _refuse_more(self, tenant: str) -> None:
        live = sum(key[0] == tenant and kept[-1].is_live for key, kept in self._versions.items())
        if live >= MOST_POLICIES:
            raise PoliciesFull


def check_expected(last: PolicyVersion | None, expected: int) -> None:
    """Return if the last version is the one that a writer expects, else raise `VersionConflict`."""
    in_force = last.version if last is not None and last.is_live else 0
    if in_force != expected:
        raise VersionConflict
