"""Findings that somebody called false, by tenant, each with what was proposed for it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Protocol

MOST_MARKS = 10_000
"""Of one tenant; the oldest go when more come."""


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One finding and the proposal."""

    tenant: str
    id: str
    request_id: str
    guard: str
    category: str
    proposal: str
    """JSON."""
    author: str
    """The id of the key that marked it."""
    note: str
    at: float
    """Seconds since 1970."""
    applied: str = ""
    """Which of the proposal's options was applied; empty: none yet."""


class MarkStore(Protocol):
    """Keeps marks. Safe from several threads; raises `NotAvailable` when out of reach."""

    def add(self, row: MarkRow) -> None:
        """Keep a mark."""
        ...

    def get(self, tenant: str, mark_id: str) -> MarkRow | None:
        """One mark."""
        ...

    def newest(
        self, tenant: str, *, limit: int, before: tuple[float, str] | None = None
    ) -> list[MarkRow]:
        """Marks, newest first, from behind this time and id."""
        ...

    def apply(self, tenant: str, mark_id: str, option: str) -> bool:
        """Note that an option was applied; False when one was already, or the mark is gone."""
        ...


class MemoryMarks:
    """A `MarkStore` that ends with the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: dict[tuple[str, str], MarkRow] = {}

    def add(self, row: MarkRow) -> None:
        """As the protocol says."""
        with self._lock:
            self._rows[row.tenant, row.id] = row
            mine = [one for one in self._rows.values() if one.tenant == row.tenant]
            mine.sort(key=_age)
            for old in mine[: max(0, len(mine) - MOST_MARKS)]:
                del self._rows[old.tenant, old.id]

    def get(self, tenant: str, mark_id: str) -> MarkRow | None:
        """As the protocol says."""
        return self._rows.get((tenant, mark_id))

    def newest(
        self, tenant: str, *, limit: int, before: tuple[float, str] | None = None
    ) -> list[MarkRow]:
        """As the protocol says."""
        with self._lock:
            mine = [one for one in self._rows.values() if one.tenant == tenant]
        mine.sort(key=_age, reverse=True)
        return [one for one in mine if before is None or _age(one) < before][:limit]

    def apply(self, tenant: str, mark_id: str, option: str) -> bool:
        """As the protocol says."""
        with self._lock:
            row = self._rows.get((tenant, mark_id))
            if row is None or row.applied:
                return False
            self._rows[tenant, mark_id] = replace(row, applied=option)
            return True


def _age(row: MarkRow) -> tuple[float, str]:
    return row.at, row.id
