"""Inserts that say what to do when the row is there already: both databases can, each by itself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection

BLOCKS = (16, 128, 1024)
"""Rows of one statement: few lengths, so that SQLite has each statement ready. The longest stays
below SQLite's 32,766 values for rows of up to 31 columns."""


def insert(connection: AsyncConnection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert with `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


async def add_new(
    connection: AsyncConnection,
    table: Table,
    names: tuple[str, ...],
    rows: Sequence[tuple[Any, ...]],
) -> None:
    """Insert rows, given as tuples of these columns; those that are there stay as they are.

    For SQLite past SQLAlchemy's own way, and many rows a statement: the driver lets go of the
    interpreter for each statement, and has to wait for it again wherever the event loop is busy.
    """
    if connection.dialect.name != "sqlite":
        named = [dict(zip(names, row, strict=True)) for row in rows]
        if named:
            await connection.execute(insert(connection, table).on_conflict_do_nothing(), named)
        return
    for start in range(0, len(rows), BLOCKS[-1]):
        block = rows[start : start + BLOCKS[-1]]
        size = next(size for size in BLOCKS if size >= len(block))
        # the last row again, which is there by then: it fills up the statement
        filled = chain(block, repeat(block[-1], size - len(block)))
        statement = _sqlite_insert(table, names, size)  # names of ours, not of callers
        values = tuple(chain.from_iterable(filled))
        await connection.exec_driver_sql(statement, values)  # aiguardian: allow


@lru_cache(maxsize=64)
def _sqlite_insert(table: Table, names: tuple[str, ...], count: int) -> str:
    """Of words of ours only: values stand for themselves."""
    columns = ", ".join(f'"{table.c[name].name}"' for name in names)
    marks = ", ".join([f"({', '.join('?' * len(names))})"] * count)
    return f'INSERT INTO "{table.name}" ({columns}) VALUES {marks} ON CONFLICT DO NOTHING'  # noqa: S608 - see above
