"""The `UsageStore` in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import func, select

from aiguardian.storage.aging import remove_aged
from aiguardian.storage.conflicts import insert
from aiguardian.storage.engine import Database
from aiguardian.storage.request_rows import Gone
from aiguardian.storage.tables import usage
from aiguardian.storage.usage_rows import AMOUNTS, Amounts, Part, Total, UsageQuery, UsageRow

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection


class UsageTable:
    """See `UsageStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, rows: Sequence[UsageRow]) -> None:
        """As the protocol says."""
        values = [
            {"id": row.id, "at": row.at} | asdict(row.whose) | msgspec.structs.asdict(row.amounts)
            for row in rows
        ]

        async def write(connection: AsyncConnection) -> None:
            await connection.execute(insert(connection, usage).on_conflict_do_nothing(), values)

        if values:
            self._database.run(write, writes=True)

    def totals(self, query: UsageQuery, by: Sequence[Part]) -> list[Total]:
        """As the protocol says."""

        async def read(connection: AsyncConnection) -> list[Any]:
            is_sqlite = connection.dialect.name == "sqlite"
            parts = [_part(part, is_sqlite=is_sqlite).label(f"part_{part}") for part in by]
            sums = [func.sum(usage.c[name]).label(name) for name in AMOUNTS]
            wanted = select(*parts, *sums).where(*_which(query))
            if parts:
                wanted = wanted.group_by(*parts).order_by(*parts)
            return list(await connection.execute(wanted))

        return [_total(row, by) for row in self._database.run(read) if row.requests is not None]

    def remove_before(self, at: float) -> Gone:
        """As the protocol says; in pieces."""
        return remove_aged(self._database, usage, at)

    def forget_user(self, tenant: str, users: Sequence[str]) -> int:
        """As the protocol says."""
        theirs = (
            usage.update()
            .where(usage.c.tenant == tenant, usage.c.user.in_(tuple(users)))
            .values(user="")
        )

        async def write(connection: AsyncConnection) -> int:
            return (await connection.execute(theirs)).rowcount

        return self._database.run(write, writes=True)


def _part(part: Part, *, is_sqlite: bool) -> ColumnElement[str]:
    if part != "day":
        return usage.c[part]
    if is_sqlite:
        return func.strftime("%Y-%m-%d", usage.c.at, "unixepoch")
    return func.to_char(func.timezone("UTC", func.to_timestamp(usage.c.at)), "YYYY-MM-DD")


def _which(query: UsageQuery) -> list[ColumnElement[bool]]:
    c = usage.c
    which: list[ColumnElement[bool]] = [c.tenant == query.tenant, c.at >= query.since]
    if query.until != float("inf"):
        which.append(c.at < query.until)
    if query.users:
        which.append(c.user.in_(query.users))
    return which


def _total(row: Any, by: Sequence[Part]) -> Total:
    amounts = {name: int(getattr(row, name)) for name in AMOUNTS if name != "cost_usd"}
    return Total(
        parts={part: getattr(row, f"part_{part}") for part in by},
        amounts=Amounts(**amounts, cost_usd=float(row.cost_usd)),
    )
