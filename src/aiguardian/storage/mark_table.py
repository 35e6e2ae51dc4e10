"""The `MarkStore` in the database."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, tuple_

from aiguardian.storage import marks as rules
from aiguardian.storage.engine import Database
from aiguardian.storage.marks import MarkRow
from aiguardian.storage.tables import policy_marks

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

_columns = policy_marks.c
_newest_first = (_columns.at.desc(), _columns.id.desc())


class MarkTable:
    """See `MarkStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, row: MarkRow) -> None:
        """As the protocol says."""
        last_kept = (
            select(_columns.at, _columns.id)
            .where(_columns.tenant == row.tenant)
            .order_by(*_newest_first)
            .offset(rules.MOST_MARKS - 1)
            .limit(1)
        )

        async def write(connection: AsyncConnection) -> None:
            await connection.execute(policy_marks.insert().values(asdict(row)))
            oldest = (await connection.execute(last_kept)).one_or_none()
            if oldest is not None:
                older = tuple_(_columns.at, _columns.id) < tuple_(oldest.at, oldest.id)
                mine = _columns.tenant == row.tenant
                await connection.execute(policy_marks.delete().where(mine, older))

        self._database.run(write, writes=True)

    def get(self, tenant: str, mark_id: str) -> MarkRow | None:
        """As the protocol says."""
        wanted = select(policy_marks).where(*_of(tenant, mark_id))

        async def read(connection: AsyncConnection) -> MarkRow | None:
            row = (await connection.execute(wanted)).one_or_none()
            return None if row is None else _mark(row)

        return self._database.run(read)

    def newest(
        self, tenant: str, *, limit: int, before: tuple[float, str] | None = None
    ) -> list[MarkRow]:
        """As the protocol says."""
        wanted = select(policy_marks).where(_columns.tenant == tenant)
        if before is not None:
            wanted = wanted.where(tuple_(_columns.at, _columns.id) < tuple_(*before))
        wanted = wanted.order_by(*_newest_first).limit(limit)

        async def read(connection: AsyncConnection) -> list[MarkRow]:
            return [_mark(row) for row in await connection.execute(wanted)]

        return self._database.run(read)

    def apply(self, tenant: str, mark_id: str, option: str) -> bool:
        """As the protocol says."""
        change = policy_marks.update().where(*_of(tenant, mark_id), _columns.applied == "")

        async def write(connection: AsyncConnection) -> bool:
            return (await connection.execute(change.values(applied=option))).rowcount > 0

        return self._database.run(write, writes=True)


def _of(tenant: str, mark_id: str) -> tuple[Any, Any]:
    return _columns.tenant == tenant, _columns.id == mark_id


def _mark(row: Any) -> MarkRow:
    return MarkRow(*row)
