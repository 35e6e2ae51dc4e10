"""Which placeholder stands for which private value, by session: the store's protocol, its rules
and its in-memory twin. The same value has the same placeholder for as long as the session lives.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

MOST_VALUES = 10_000
"""In one session; more is a `SessionFull`."""
MOST_SESSIONS = 10_000
"""In memory; the one that was used longest ago gives way."""


class SessionFull(Exception):
    """The session holds as many values as it may."""


class PseudonymStore(Protocol):
    """Keeps which placeholder stands for which value, by session. Safe from several threads."""

    def placeholders(
        self, session: str, values: Sequence[tuple[str, str]], *, reserved: Iterable[str]
    ) -> list[str]:
        """A placeholder for each (type, value), kept from now on; none that is reserved.

        Raises `SessionFull`.
        """
        ...

    def values(self, session: str) -> dict[str, str]:
        """The value behind each placeholder (its name without brackets) of a live session."""
        ...

    def forget(self, session: str) -> int:
        """Drop a session for good, and tell how many values it held."""
        ...

    def expire(self) -> int:
        """Drop all sessions past their time, and tell how many there were."""
        ...


@dataclass(slots=True)
class _Session:
    used_at: float
    names: dict[tuple[str, str], str] = field(default_factory=dict)


class MemoryPseudonyms:
    """A `PseudonymStore` that ends with the process."""

    def __init__(self, ttl_s: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._ttl_s = ttl_s
        self._clock = clock
        self._sessions: dict[str, _Session] = {}
        self._lock = threading.Lock()

    def placeholders(
        self, session: str, values: Sequence[tuple[str, str]], *, reserved: Iterable[str]
    ) -> list[str]:
        """As the protocol says."""
        with self._lock:
            names = self._live(session).names
            new = len(set(values) - names.keys())
            if len(names) + new > MOST_VALUES:
                raise SessionFull
            return assign(names, values, reserved=reserved)

    def values(self, session: str) -> dict[str, str]:
        """As the protocol says."""
        with self._lock:
            held = self._sessions.get(session)
            if held is None or self._clock() - held.used_at > self._ttl_s:
                return {}
            held.used_at = self._clock()
            return {name: value for (_, value), name in held.names.items()}

    def forget(self, session: str) -> int:
        """As the protocol says."""
        with self._lock:
            held = self._sessions.pop(session, None)
            return len(held.names) if held else 0

    def expire(self) -> int:
        """As the protocol says."""
        with self._lock:
            over = [name for name in self._sessions if self._is_over(name)]
            for name in over:
                del self._sessions[name]
            return len(over)

    def _live(self, session: str) -> _Session:
        now = self._clock()
        held = self._sessions.pop(session, None)
        if held is None or now - held.used_at > self._ttl_s:
            held = _Session(now)
        held.used_at = now
        self._sessions[session] = held  # the last is the one used last
        while len(self._sessions) > MOST_SESSIONS or self._is_over(next(iter(self._sessions))):
            del self._sessions[next(iter(self._sessions))]
        return held

    def _is_over(self, session: str) -> bool:
        return self._clock() - self._sessions[session].used_at > self._ttl_s


def assign(
    names: dict[tuple[str, str], str],
    values: Iterable[tuple[str, str]],
    *,
    reserved: Iterable[str],
) -> list[str]:
    """The name of each (type, value): the one it has, else the next free number of its type.

    Adds to `names`, which maps (type, value) to a name.
    """
    taken = {*names.values(), *reserved}
    given: list[str] = []
    counts: dict[str, int] = {}
    for kind, value in values:
        if (kind, value) not in names:
            number = counts.get(kind, 0) + 1
            while f"{kind}_{number}" in taken:
                number += 1
            counts[kind] = number
            names[kind, value] = f"{kind}_{number}"
            taken.add(f"{kind}_{number}")
        given.append(names[kind, value])
    return given
