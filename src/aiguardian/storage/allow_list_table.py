"""The `AllowList` in the database, held in memory too: each request asks for it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from aiguardian.errors import DeadlineExceeded, NotAvailable
from aiguardian.processor import Deadline
from aiguardian.storage import allow_list as rules
from aiguardian.storage.allow_list import Entry, ListFull
from aiguardian.storage.conflicts import insert
from aiguardian.storage.engine import Database
from aiguardian.storage.tables import allow_list

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

PATIENCE_S = 1.0
"""For a slow database, once a list is known: requests wait for it, and the last will do."""


class AllowListTable:
    """See `AllowList`. Another process's changes are seen after `refresh_s`."""

    def __init__(
        self, database: Database, *, refresh_s: float = 5.0, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._refresh_s = refresh_s
        self._clock = clock
        self._held: dict[str, tuple[float, frozenset[bytes]]] = {}

    def digests(self, tenant: str) -> frozenset[bytes]:
        """As the protocol says; as last read while the database is out of reach."""
        read_at, held = self._held.get(tenant, (-self._refresh_s, frozenset()))
        now = self._clock()
        if now - read_at >= self._refresh_s:
            deadline = Deadline(PATIENCE_S) if tenant in self._held else None
            with contextlib.suppress(NotAvailable, DeadlineExceeded):  # what was allowed still is
                held = frozenset(entry.digest for entry in self._read(tenant, deadline=deadline))
            self._held[tenant] = (now, held)
        return held

    def entries(self, tenant: str) -> list[Entry]:
        """As the protocol says. Raises `NotAvailable` when the database is out of reach."""
        return self._read(tenant, deadline=None)

    def _read(self, tenant: str, *, deadline: Deadline | None) -> list[Entry]:
        wanted = (
            select(allow_list.c.digest, allow_list.c.note, allow_list.c.added_at)
            .where(allow_list.c.tenant == tenant)
            .order_by(allow_list.c.added_at)
        )

        async def read(connection: AsyncConnection) -> list[Entry]:
            return [Entry(*row) for row in await connection.execute(wanted)]

        return self._database.run(read, deadline=deadline)

    def add(self, tenant: str, digests: Iterable[bytes], *, note: str) -> None:
        """As the protocol says. Raises `NotAvailable` when the database is out of reach."""
        now = self._clock()
        rows = [{"tenant": tenant, "digest": one, "note": note, "added_at": now} for one in digests]
        count = select(func.count()).select_from(allow_list).where(allow_list.c.tenant == tenant)

        async def write(connection: AsyncConnection) -> None:
            if rows:
                await connection.execute(
                    insert(connection, allow_list).on_conflict_do_nothing(), rows
                )
            if (await connection.execute(count)).scalar_one() > rules.MOST_ENTRIES:
                raise ListFull

        self._database.run(write, writes=True)
        self._held.pop(tenant, None)

    def remove(self, tenant: str, digest: bytes) -> bool:
        """As the protocol says. Raises `NotAvailable` when the database is out of reach."""
        gone = allow_list.delete().where(
            allow_list.c.tenant == tenant, allow_list.c.digest == digest
        )

        async def write(connection: AsyncConnection) -> bool:
            return (await connection.execute(gone)).rowcount > 0

        was_there = self._database.run(write, writes=True)
        self._held.pop(tenant, None)
        return was_there
