"""Requests as they are recorded: what each guard said of each text, the text only if that is
wanted: the store's protocol and its in-memory twin.
"""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from msgspec import Struct

from aiguardian.storage.row_ids import first_id

MOST_IN_MEMORY = 1_000
"""Requests that the twin holds; then the oldest go."""


class RecordedVerdict(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a guard said of a text, as far as a policy's rules speak of it."""

    version: str = ""
    action: str = ""
    confidence: float = 0.0
    flagged: bool = False
    risk: float = 0.0
    alarms: tuple[str, ...] = ()
    categories: dict[str, float] = {}
    """The best score of each."""
    unjudged: tuple[str, ...] = ()
    """Why parts were not judged."""
    missing: str = ""
    """The error's code, where there was no verdict at all."""


class RecordedText(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The verdicts on one text."""

    direction: str = ""
    policy: str = ""
    """Empty: none decided."""
    action: str = ""
    guards: dict[str, RecordedVerdict] = {}
    withheld: str = ""
    """Why the text itself is not kept; empty: it is."""


class RequestRow(Struct, frozen=True):
    """A request that was answered."""

    id: bytes
    at: float
    """Seconds since 1970."""
    tenant: str
    request_id: str
    key_id: str
    user: str
    """A keyed digest of tenant and user; empty: nobody was named."""
    route: str
    status: int
    action: str
    seconds: float
    judged: tuple[RecordedText, ...]
    texts: tuple[str, ...] = ()
    """One for each of `judged`, empty where it is withheld; none: not kept at all."""


@dataclass(frozen=True, slots=True)
class RequestQuery:
    """Which requests of a tenant are wanted; empty fields want all. Times are half-open."""

    tenant: str
    since: float = 0.0
    until: float = float("inf")
    request_id: str = ""
    users: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gone:
    """What age took: how many rows, and a digest that only these rows give."""

    rows: int = 0
    digest: str = ""
    """SHA-256 over their ids in order, hexadecimal."""


class RequestStore(Protocol):
    """Keeps requests. Safe from several threads. All raise `NotAvailable`."""

    def add(self, rows: Sequence[RequestRow]) -> None:
        """Keep rows; those that are there already stay as they are."""
        ...

    def page(
        self,
        query: RequestQuery,
        *,
        after: bytes | None,
        limit: int,
        is_oldest_first: bool = False,
    ) -> list[RequestRow]:
        """The rows that are wanted, newest first unless told, from behind this id."""
        ...

    def remove_before(self, at: float) -> Gone:
        """Delete all rows from before then."""
        ...

    def erase(self, tenant: str, users: Sequence[str]) -> int:
        """Delete a user's rows, and tell how many there were."""
        ...


class MemoryRequests:
    """A `RequestStore` that ends with the process and holds the newest rows only."""

    def __init__(self, most: int = MOST_IN_MEMORY) -> None:
        self._rows: deque[RequestRow] = deque(maxlen=most)
        self._lock = threading.Lock()

    def add(self, rows: Sequence[RequestRow]) -> None:
        """As the protocol says."""
        with self._lock:
            known = {row.id for row in self._rows}
            self._rows.extend(row for row in rows if row.id not in known)

    def page(
        self,
        query: RequestQuery,
        *,
        after: bytes | None,
        limit: int,
        is_oldest_first: bool = False,
    ) -> list[RequestRow]:
        """As the protocol says."""
        with self._lock:
            rows = sorted(self._rows, key=lambda row: row.id, reverse=not is_oldest_first)
        return [
            row
            for row in rows
            if _is_wanted(row, query)
            and (after is None or (row.id > after if is_oldest_first else row.id < after))
        ][:limit]

    def remove_before(self, at: float) -> Gone:
        """As the protocol says."""
        with self._lock:
            old = [row.id for row in self._rows if row.id < first_id(at)]
            self._keep(lambda row: row.id >= first_id(at))
        return gone(old)

    def erase(self, tenant: str, users: Sequence[str]) -> int:
        """As the protocol says."""
        with self._lock:
            before = len(self._rows)
            self._keep(lambda row: row.tenant != tenant or row.user not in users)
            return before - len(self._rows)

    def _keep(self, is_kept: Callable[[RequestRow], bool]) -> None:
        rows = [row for row in self._rows if is_kept(row)]
        self._rows.clear()
        self._rows.extend(rows)


def gone(ids: Iterable[bytes]) -> Gone:
    """The proof that rows with these ids were deleted."""
    ordered = sorted(ids)
    if not ordered:
        return Gone()
    return Gone(len(ordered), hashlib.sha256(b"".join(ordered)).hexdigest())


def _is_wanted(row: RequestRow, query: RequestQuery) -> bool:
    return (
        row.tenant == query.tenant
        and query.since <= row.at < query.until
        and query.request_id in ("", row.request_id)
        and (not query.users or row.user in query.users)
    )
