"""Definitions of tools by tenant and server: as first seen and as last seen, digests only."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

MOST_TOOLS = 2_000
"""Of one tenant and server: a hostile server could name new ones forever."""


class ToolsFull(Exception):
    """The server has named as many tools as are kept."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A tool's definition as it was just seen."""

    tool: str
    digest: bytes
    is_harmless: bool
    """False: a policy stops it."""


@dataclass(frozen=True, slots=True)
class ToolRecord:
    """What is known of one tool."""

    tool: str
    first: bytes
    """Digest of the first harmless definition; empty while none was."""
    last: bytes
    is_harmless: bool
    """Whether the last definition was."""
    first_at: float
    """Seconds since 1970."""
    last_at: float

    @property
    def is_changed(self) -> bool:
        """Whether the last definition is another than the first."""
        return bool(self.first) and self.first != self.last


class ToolStore(Protocol):
    """What servers offered. Safe from several threads."""

    def see(self, tenant: str, server: str, seen: Iterable[Sighting]) -> list[ToolRecord]:
        """Note the sightings, and tell what is known now, in their order. Raises `ToolsFull`."""
        ...

    def record(self, tenant: str, server: str, tool: str) -> ToolRecord | None:
        """What is known of one tool."""
        ...

    def records(self, tenant: str, server: str) -> list[ToolRecord]:
        """All tools of a server, by name."""
        ...

    def forget(self, tenant: str, server: str, tool: str) -> bool:
        """Take the next definition for the first one; tell whether the tool was known."""
        ...


def noted(known: ToolRecord | None, seen: Sighting, now: float) -> ToolRecord:
    """What is known of a tool after it was seen."""
    was = known or ToolRecord(seen.tool, b"", b"", is_harmless=True, first_at=now, last_at=now)
    first = was.first or (seen.digest if seen.is_harmless else b"")
    return ToolRecord(
        seen.tool, first, seen.digest, is_harmless=seen.is_harmless, first_at=was.first_at,
        last_at=now,
    )  # fmt: skip


class MemoryTools:
    """A `ToolStore` that ends with the process."""

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._records: dict[tuple[str, str], dict[str, ToolRecord]] = {}
        self._lock = threading.Lock()

    def see(self, tenant: str, server: str, seen: Iterable[Sighting]) -> list[ToolRecord]:
        """As the protocol says."""
        sightings, now = list(seen), self._clock()
        with self._lock:
            held = dict(self._records.get((tenant, server), {}))
            for one in sightings:
                held[one.tool] = noted(held.get(one.tool), one, now)
            if len(held) > MOST_TOOLS:
                raise ToolsFull
            self._records[tenant, server] = held
            return [held[one.tool] for one in sightings]

    def record(self, tenant: str, server: str, tool: str) -> ToolRecord | None:
        """As the protocol says."""
        return self._records.get((tenant, server), {}).get(tool)

    def records(self, tenant: str, server: str) -> list[ToolRecord]:
        """As the protocol says."""
        return sorted(self._records.get((tenant, server), {}).values(), key=lambda one: one.tool)

    def forget(self, tenant: str, server: str, tool: str) -> bool:
        """As the protocol says."""
        with self._lock:
            return self._records.get((tenant, server), {}).pop(tool, None) is not None
