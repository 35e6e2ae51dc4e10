"""Rows of the audit and the checkpoints over them: the store's protocol and its in-memory twin.

What a row's entry means, and what its hash is over, is `aiguardian.audit`'s business.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from msgspec import Struct

MOST_IN_MEMORY = 1_000
"""Rows of a chain in the twin; then the oldest go, as retention would take them."""

CheckpointKind = Literal["head", "kept", "floor"]


class AuditRow(Struct, frozen=True):
    """One entry in its place, with the fields that one looks for. A struct, for there is one for
    each decision."""

    chain: str
    number: int
    at: float
    kind: str
    tenant: str
    key_id: str
    user: str
    guard: str
    action: str
    entry: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed statement: the chain's entry of this number has this hash.

    `head` is the newest of a chain and gives way to the next, `kept` stays, and `floor` says that
    the entries up to this one were deleted by age.
    """

    chain: str
    number: int
    at: float
    hash: bytes
    kind: CheckpointKind
    key_id: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which rows of a tenant are wanted; empty fields want all. Times are half-open."""

    tenant: str
    since: float = 0.0
    until: float = float("inf")
    kind: str = ""
    key_id: str = ""
    users: tuple[str, ...] = ()
    guard: str = ""
    action: str = ""


Place = tuple[float, str, int]
"""Where a page ended: time, chain and number of its last row."""


class AuditStore(Protocol):
    """Keeps rows. Safe from several threads. All raise `NotAvailable`."""

    def add(self, rows: Sequence[AuditRow], head: Checkpoint) -> None:
        """Keep rows of one chain and the checkpoint over the last of them; those that are there
        already stay as they are."""
        ...

    def chains(self) -> list[str]:
        """Every chain of which a row or a checkpoint is kept, in no order that means anything."""
        ...

    def rows(self, chain: str, *, after: int, limit: int) -> list[AuditRow]:
        """The chain's next rows, by number."""
        ...

    def checkpoints(self, chain: str) -> list[Checkpoint]:
        """The chain's checkpoints, by number."""
        ...

    def page(self, query: AuditQuery, *, after: Place | None, limit: int) -> list[AuditRow]:
        """The rows that are wanted, newest first, from behind the place."""
        ...

    def aged(self, before: float) -> list[str]:
        """The chains that have rows from before then."""
        ...

    def remove(self, chain: str, floor: Checkpoint) -> int:
        """Delete the chain's rows up to the floor, and tell how many there were."""
        ...


class MemoryAudit:
    """An `AuditStore` that ends with the process and holds the newest rows only."""

    def __init__(self, floor: Callable[[AuditRow], Checkpoint], most: int = MOST_IN_MEMORY) -> None:
        """`floor` signs for the rows that give way, up to and with the one it is handed."""
        self._floor = floor
        self._most = most
        self._rows: dict[str, dict[int, AuditRow]] = {}
        self._checkpoints: dict[str, list[Checkpoint]] = {}
        self._lock = threading.Lock()

    def add(self, rows: Sequence[AuditRow], head: Checkpoint) -> None:
        """As the protocol says."""
        with self._lock:
            held = self._rows.setdefault(head.chain, {})
            for row in rows:
                held.setdefault(row.number, row)
            self._put(head)
            if len(held) > self._most:
                last = sorted(held)[len(held) - self._most - 1]
                self._remove(head.chain, self._floor(held[last]))

    def chains(self) -> list[str]:
        """As the protocol says."""
        with self._lock:
            return list(self._rows.keys() | self._checkpoints.keys())

    def rows(self, chain: str, *, after: int, limit: int) -> list[AuditRow]:
        """As the protocol says."""
        with self._lock:
            held = self._rows.get(chain, {})
            return [held[number] for number in sorted(held) if number > after][:limit]

    def checkpoints(self, chain: str) -> list[Checkpoint]:
        """As the protocol says."""
        with self._lock:
            return sorted(self._checkpoints.get(chain, ()), key=lambda one: one.number)

    def page(self, query: AuditQuery, *, after: Place | None, limit: int) -> list[AuditRow]:
        """As the protocol says."""
        with self._lock:
            rows = [row for held in self._rows.values() for row in held.values()]
        wanted = (row for row in rows if _is_wanted(row, query))
        ordered = sorted(wanted, key=place_of, reverse=True)
        return [row for row in ordered if after is None or place_of(row) < after][:limit]

    def aged(self, before: float) -> list[str]:
        """As the protocol says."""
        with self._lock:
            return [
                chain
                for chain, held in self._rows.items()
                if any(row.at < before for row in held.values())
            ]

    def remove(self, chain: str, floor: Checkpoint) -> int:
        """As the protocol says."""
        with self._lock:
            return self._remove(chain, floor)

    def _remove(self, chain: str, floor: Checkpoint) -> int:
        held = self._rows.get(chain, {})
        gone = [number for number in held if number <= floor.number]
        for number in gone:
            del held[number]
        self._put(floor)
        self._checkpoints[chain] = [
            one
            for one in self._checkpoints[chain]
            if one.number > floor.number or one == floor or one.kind == "head"
        ]
        return len(gone)

    def _put(self, new: Checkpoint) -> None:
        """Of heads and floors there is one."""
        gives_way = "floor" if new.kind == "floor" else "head"
        others = [one for one in self._checkpoints.get(new.chain, ()) if one.kind != gives_way]
        same = new.number, new.kind
        self._checkpoints[new.chain] = [
            *(one for one in others if (one.number, one.kind) != same),
            new,
        ]


def place_of(row: AuditRow) -> Place:
    """The row's place in a list of all."""
    return row.at, row.chain, row.number


def _is_wanted(row: AuditRow, query: AuditQuery) -> bool:
    return (
        row.tenant == query.tenant
        and query.since <= row.at < query.until
        and query.kind in ("", row.kind)
        and query.key_id in ("", row.key_id)
        and (not query.users or row.user in query.users)
        and query.guard in ("", row.guard)
        and query.action in ("", row.action)
    )
