"""What long windows used, kept in the database so that a restart forgives nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import case, select

from aiguardian.storage.conflicts import insert
from aiguardian.storage.engine import Database
from aiguardian.storage.limit_counters import Used
from aiguardian.storage.tables import limit_counters

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

MOST_LOADED = 200_000
"""Steps read at a start, the longest-lived first: some 40 MB."""
AT_ONCE = 1_000
"""Rows of one statement, and of one clearing."""


class LimitCounterTable:
    """Adds up what processes tell it, and says it again to the next."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, now_s: float) -> list[Used]:
        """Every step that still counts. Raises `NotAvailable`."""
        columns = limit_counters.c
        wanted = (
            select(columns.window, columns.step, columns.used, columns.expires_at)
            .where(columns.expires_at > now_s, columns.used > 0)
            .order_by(columns.expires_at.desc())
            .limit(MOST_LOADED)
        )

        async def read(connection: AsyncConnection) -> list[Used]:
            return [Used(*row) for row in await connection.execute(wanted)]

        return await asyncio.wrap_future(self._database.submit(read))

    async def add(self, used: Sequence[Used], now_s: float) -> None:
        """Add to what is there, all or nothing, and clear what no longer counts. An amount may be
        less than nothing, what is there never is. Raises `NotAvailable`."""
        rows = [
            {
                "window": one.window,
                "step": one.step,
                "used": one.amount,
                "expires_at": one.expires_at,
            }
            for one in used
        ]

        async def write(connection: AsyncConnection) -> None:
            for start in range(0, len(rows), AT_ONCE):
                statement = insert(connection, limit_counters)
                total = limit_counters.c.used + statement.excluded.used
                await connection.execute(
                    statement.on_conflict_do_update(
                        index_elements=["window", "step"],
                        set_={"used": case((total > 0, total), else_=0)},
                    ),
                    rows[start : start + AT_ONCE],
                )
            await self._clear(connection, now_s)

        await asyncio.wrap_future(self._database.submit(write, writes=True))

    async def _clear(self, connection: AsyncConnection, now_s: float) -> None:
        columns = limit_counters.c
        old = (
            select(columns.window, columns.step)
            .where(columns.expires_at <= now_s)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)  # another process clears those that it holds
        )
        for window, step in (await connection.execute(old)).all():
            await connection.execute(
                limit_counters.delete().where(columns.window == window, columns.step == step)
            )
