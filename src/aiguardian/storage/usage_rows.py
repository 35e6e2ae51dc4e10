"""What was used, by whom, of what: sums of a second or so: the store's protocol and its twin."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, Protocol

from msgspec import Struct

from aiguardian.storage.request_rows import Gone, gone
from aiguardian.storage.row_ids import first_id

MOST_IN_MEMORY = 10_000
"""Rows that the twin holds; then the oldest go."""
Part = Literal["day", "key_id", "user", "service", "model", "upstream", "source"]
"""By what totals are told apart; a day is one of UTC."""


class Amounts(Struct, kw_only=True):
    """How much was used."""

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    audio_tokens: int = 0
    cost_usd: float = 0.0

    def add(self, other: Amounts) -> None:
        """Count the other's too."""
        for name in AMOUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))


AMOUNTS = Amounts.__struct_fields__


@dataclass(frozen=True, slots=True)
class Whose:
    """Who used what: one row a second or so for each of these."""

    tenant: str
    key_id: str
    user: str
    """A keyed digest of tenant and user; empty: nobody was named."""
    service: str
    """A guard, `screen` or `proxy`."""
    model: str = ""
    """Empty: no model was asked."""
    upstream: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class UsageRow:
    """A sum."""

    id: bytes
    at: float
    whose: Whose
    amounts: Amounts


class Total(Struct, frozen=True, kw_only=True):
    """A sum of sums, of whatever has these parts in common."""

    parts: dict[str, str]
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class UsageQuery:
    """Which usage of a tenant is wanted. Times are half-open."""

    tenant: str
    since: float = 0.0
    until: float = float("inf")
    users: tuple[str, ...] = ()


class UsageStore(Protocol):
    """Keeps sums. Safe from several threads. All raise `NotAvailable`."""

    def add(self, rows: Sequence[UsageRow]) -> None:
        """Keep rows; those that are there already stay as they are."""
        ...

    def totals(self, query: UsageQuery, by: Sequence[Part]) -> list[Total]:
        """The sums by these parts, in their order."""
        ...

    def remove_before(self, at: float) -> Gone:
        """Delete all rows from before then."""
        ...

    def forget_user(self, tenant: str, users: Sequence[str]) -> int:
        """Take the user out of rows, whose sums stay, and tell how many there were."""
        ...


class MemoryUsage:
    """A `UsageStore` that ends with the process and holds the newest rows only."""

    def __init__(self, most: int = MOST_IN_MEMORY) -> None:
        self._rows: deque[UsageRow] = deque(maxlen=most)
        self._lock = threading.Lock()

    def add(self, rows: Sequence[UsageRow]) -> None:
        """As the protocol says."""
        with self._lock:
            known = {row.id for row in self._rows}
            self._rows.extend(row for row in rows if row.id not in known)

    def totals(self, query: UsageQuery, by: Sequence[Part]) -> list[Total]:
        """As the protocol says."""
        with self._lock:
            rows = [row for row in self._rows if _is_wanted(row, query)]
        sums: dict[tuple[str, ...], Amounts] = {}
        for row in rows:
            key = tuple(_part(row, part) for part in by)
            sums.setdefault(key, Amounts()).add(row.amounts)
        return [
            Total(parts=dict(zip(by, key, strict=True)), amounts=sums[key]) for key in sorted(sums)
        ]

    def remove_before(self, at: float) -> Gone:
        """As the protocol says."""
        with self._lock:
            rows = list(self._rows)
            self._rows.clear()
            self._rows.extend(row for row in rows if row.id >= first_id(at))
        return gone(row.id for row in rows if row.id < first_id(at))

    def forget_user(self, tenant: str, users: Sequence[str]) -> int:
        """As the protocol says."""
        with self._lock:
            rows = list(self._rows)
            theirs = {
                row.id for row in rows if row.whose.tenant == tenant and row.whose.user in users
            }
            self._rows.clear()
            self._rows.extend(
                replace(row, whose=replace(row.whose, user="")) if row.id in theirs else row
                for row in rows
            )
        return len(theirs)


def _part(row: UsageRow, part: Part) -> str:
    if part == "day":
        return datetime.fromtimestamp(row.at, UTC).strftime("%Y-%m-%d")
    value: str = getattr(row.whose, part)
    return value


def _is_wanted(row: UsageRow, query: UsageQuery) -> bool:
    return (
        row.whose.tenant == query.tenant
        and query.since <= row.at < query.until
        and (not query.users or row.whose.user in query.users)
    )
