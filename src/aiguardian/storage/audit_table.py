"""The `AuditStore` in the database: rows are added and, by age, deleted; none is ever changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Select, select, tuple_, union

from aiguardian.storage.audit_rows import AuditQuery, AuditRow, Checkpoint, Place
from aiguardian.storage.conflicts import add_new, insert
from aiguardian.storage.engine import Database
from aiguardian.storage.tables import audit, audit_checkpoints

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

_NAMES = AuditRow.__struct_fields__
_COLUMNS = [audit.c[name] for name in _NAMES]
_CHECKPOINT = [audit_checkpoints.c[field.name] for field in fields(Checkpoint)]


class AuditTable:
    """See `AuditStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, rows: Sequence[AuditRow], head: Checkpoint) -> None:
        """As the protocol says, in one transaction."""
        values = [msgspec.structs.astuple(row) for row in rows]

        async def write(connection: AsyncConnection) -> None:
            await add_new(connection, audit, _NAMES, values)
            await _put(connection, head)

        self._database.run(write, writes=True)

    def chains(self) -> list[str]:
        """As the protocol says."""
        wanted = union(select(audit.c.chain), select(audit_checkpoints.c.chain))

        async def read(connection: AsyncConnection) -> list[str]:
            return list((await connection.scalars(wanted)).all())

        return self._database.run(read)

    def rows(self, chain: str, *, after: int, limit: int) -> list[AuditRow]:
        """As the protocol says."""
        wanted = (
            select(*_COLUMNS)
            .where(audit.c.chain == chain, audit.c.number > after)
            .order_by(audit.c.number)
            .limit(limit)
        )
        return self._rows(wanted)

    def checkpoints(self, chain: str) -> list[Checkpoint]:
        """As the protocol says."""
        c = audit_checkpoints.c
        wanted = select(*_CHECKPOINT).where(c.chain == chain).order_by(c.number)

        async def read(connection: AsyncConnection) -> list[Checkpoint]:
            return [Checkpoint(*row) for row in await connection.execute(wanted)]

        return self._database.run(read)

    def page(self, query: AuditQuery, *, after: Place | None, limit: int) -> list[AuditRow]:
        """As the protocol says."""
        place = (audit.c.at, audit.c.chain, audit.c.number)
        wanted = select(*_COLUMNS).where(*_which(query))
        if after is not None:
            wanted = wanted.where(audit.c.at <= after[0], tuple_(*place) < after)
        return self._rows(wanted.order_by(*(one.desc() for one in place)).limit(limit))

    def aged(self, before: float) -> list[str]:
        """As the protocol says: by the first row of each chain."""

        async def read(connection: AsyncConnection) -> list[str]:
            chains = await connection.scalars(select(audit_checkpoints.c.chain).distinct())
            return [one for one in chains.all() if await _begins_before(connection, one, before)]

        return self._database.run(read)

    def remove(self, chain: str, floor: Checkpoint) -> int:
        """As the protocol says, in one transaction."""
        c = audit_checkpoints.c
        rows = audit.delete().where(audit.c.chain == chain, audit.c.number <= floor.number)
        passed = audit_checkpoints.delete().where(
            c.chain == chain, c.number <= floor.number, c.kind == "kept"
        )

        async def write(connection: AsyncConnection) -> int:
            await connection.execute(passed)
            await _put(connection, floor)
            return (await connection.execute(rows)).rowcount

        return self._database.run(write, writes=True)

    def _rows(self, wanted: Select[Any]) -> list[AuditRow]:
        async def read(connection: AsyncConnection) -> list[AuditRow]:
            return [AuditRow(*row) for row in await connection.execute(wanted)]

        return self._database.run(read)


async def _begins_before(connection: AsyncConnection, chain: str, before: float) -> bool:
    first = select(audit.c.at).where(audit.c.chain == chain).order_by(audit.c.number).limit(1)
    at: float | None = (await connection.execute(first)).scalar()
    return at is not None and at < before


async def _put(connection: AsyncConnection, one: Checkpoint) -> None:
    """Of heads and floors a chain has one."""
    c = audit_checkpoints.c
    gives_way = "floor" if one.kind == "floor" else "head"
    await connection.execute(
        audit_checkpoints.delete().where(c.chain == one.chain, c.kind == gives_way)
    )
    await connection.execute(
        insert(connection, audit_checkpoints).values(asdict(one)).on_conflict_do_nothing()
    )


def _which(query: AuditQuery) -> list[ColumnElement[bool]]:
    c = audit.c
    which: list[ColumnElement[bool]] = [c.tenant == query.tenant, c.at >= query.since]
    if query.until != float("inf"):
        which.append(c.at < query.until)
    for column, value in (
        (c.kind, query.kind),
        (c.key_id, query.key_id),
        (c.guard, query.guard),
        (c.action, query.action),
    ):
        if value:
            which.append(column == value)
    if query.users:
        which.append(c.user.in_(query.users))
    return which
