"""The `ToolStore` in the database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, func, select

from aiguardian.storage import tools as rules
from aiguardian.storage.conflicts import insert
from aiguardian.storage.engine import Database
from aiguardian.storage.tables import tool_definitions
from aiguardian.storage.tools import Sighting, ToolRecord, ToolsFull, noted

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

_columns = tool_definitions.c
_READ = (
    _columns.tool,
    _columns.first,
    _columns.last,
    _columns.is_harmless,
    _columns.first_at,
    _columns.last_at,
)


class ToolTable:
    """See `ToolStore`. Every method raises `NotAvailable` while the database is out of reach."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def see(self, tenant: str, server: str, seen: Iterable[Sighting]) -> list[ToolRecord]:
        """As the protocol says. Of two gateways that see a tool first, one is heard."""
        sightings, now = list(seen), self._clock()

        async def write(connection: AsyncConnection) -> list[ToolRecord]:
            held = await _held(connection, tenant, server)
            made = {one.tool: noted(held.get(one.tool), one, now) for one in sightings}
            if len(held.keys() | made.keys()) > rules.MOST_TOOLS:
                raise ToolsFull
            for record in made.values():
                await _write(connection, tenant, server, record)
            held = await _held(connection, tenant, server)
            return [held[one.tool] for one in sightings]

        return self._database.run(write, writes=True)

    def record(self, tenant: str, server: str, tool: str) -> ToolRecord | None:
        """As the protocol says."""
        wanted = select(*_READ).where(_of(tenant, server), _columns.tool == tool)

        async def read(connection: AsyncConnection) -> ToolRecord | None:
            row = (await connection.execute(wanted)).one_or_none()
            return None if row is None else _record(row)

        return self._database.run(read)

    def records(self, tenant: str, server: str) -> list[ToolRecord]:
        """As the protocol says."""

        async def read(connection: AsyncConnection) -> list[ToolRecord]:
            held = await _held(connection, tenant, server)
            return sorted(held.values(), key=lambda one: one.tool)

        return self._database.run(read)

    def forget(self, tenant: str, server: str, tool: str) -> bool:
        """As the protocol says."""
        gone = tool_definitions.delete().where(_of(tenant, server), _columns.tool == tool)

        async def write(connection: AsyncConnection) -> bool:
            return (await connection.execute(gone)).rowcount > 0

        return self._database.run(write, writes=True)


def _of(tenant: str, server: str) -> ColumnElement[bool]:
    return (_columns.tenant == tenant) & (_columns.server == server)


async def _held(connection: AsyncConnection, tenant: str, server: str) -> dict[str, ToolRecord]:
    rows = await connection.execute(select(*_READ).where(_of(tenant, server)))
    return {row.tool: _record(row) for row in rows}


def _record(row: Any) -> ToolRecord:
    return ToolRecord(
        row.tool, bytes(row.first), bytes(row.last), is_harmless=bool(row.is_harmless),
        first_at=row.first_at, last_at=row.last_at,
    )  # fmt: skip


async def _write(connection: AsyncConnection, tenant: str, server: str, record: ToolRecord) -> None:
    """Write the record; a first digest that another gateway wrote in between stays."""
    values = {
        "tenant": tenant,
        "server": server,
        "tool": record.tool,
        "first": record.first,
        "last": record.last,
        "is_harmless": int(record.is_harmless),
        "first_at": record.first_at,
        "last_at": record.last_at,
    }
    there = _columns.first
    first = func.coalesce(func.nullif(there, b""), record.first)
    changed = {"first": first, "last": record.last, "is_harmless": int(record.is_harmless)}
    changed["last_at"] = record.last_at
    await connection.execute(
        insert(connection, tool_definitions)
        .values(**values)
        .on_conflict_do_update(index_elements=["tenant", "server", "tool"], set_=changed)
    )
