"""Questions of several statements, asked of the driver itself: in SQLite all in one visit to the
connection's thread, in PostgreSQL in one transaction.

A question is a generator: it yields looks into the database and is sent what they found, so it is
written once for both. SQLAlchemy visits SQLite's thread four times for each statement, and plans
each of many parts of one anew: of a recall among a million turns that was half of the time
(benchmarks/context_memory_scale.py, 2026-11). Only for reading.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")
Ask = Callable[..., list[Any]]
"""The rows of a statement with its values, `$1` and so on."""
AskLater = Callable[..., Awaitable[list[Any]]]


@dataclass(frozen=True, slots=True)
class Look:
    """One statement with its values: `$1` is the first."""

    statement: str
    values: tuple[Any, ...] = ()

    def in_sqlite(self, ask: Ask) -> list[Any]:
        """The rows."""
        return ask(self.statement, *self.values)

    async def in_postgres(self, ask: AskLater) -> list[Any]:
        """The rows."""
        return await ask(self.statement, *self.values)


@dataclass(frozen=True, slots=True)
class Looks:
    """The same statement for each of several values, in their order, until there are `most` rows.

    SQLite keeps the small statement prepared; PostgreSQL, behind a pooler, cannot, and gets one
    statement for all, with an array for each place.
    """

    sqlite: str
    postgres: str
    values: Sequence[tuple[int, ...]]
    most: int

    def in_sqlite(self, ask: Ask) -> list[Any]:
        """The rows."""
        rows: list[Any] = []
        for one in self.values:
            rows += ask(self.sqlite, *one)
            if len(rows) >= self.most:
                break
        return rows[: self.most]

    async def in_postgres(self, ask: AskLater) -> list[Any]:
        """The rows."""
        if not self.values:
            return []
        arrays = [list(column) for column in zip(*self.values, strict=True)]
        return await ask(f"{self.postgres} LIMIT {self.most}", *arrays)


Steps = Generator["Look | Looks", Any, T]
"""A question: yields looks, is sent their rows, returns its answer."""


async def answer(connection: AsyncConnection, steps: Steps[T]) -> T:
    """What a question returns. Raises what the driver does."""
    driver: Any = (await connection.get_raw_connection()).driver_connection
    if connection.dialect.name != "postgresql":
        # aiosqlite has no public way to do several things in one visit
        done: T = await driver._execute(_in_one_visit, driver._conn, steps)  # noqa: SLF001 - see above
        return done
    # a pooler gives every statement outside of a transaction to whichever server is free
    async with driver.transaction():
        return await _one_by_one(driver.fetch, steps)


def _in_one_visit(connection: Any, steps: Steps[T]) -> T:
    def ask(statement: str, *values: Any) -> list[Any]:
        named = {str(n): value for n, value in enumerate(values, start=1)}
        rows: list[Any] = connection.execute(statement, named).fetchall()
        return rows

    rows = None
    try:
        while True:
            rows = steps.send(rows).in_sqlite(ask)
    except StopIteration as end:
        done: T = end.value
        return done


async def _one_by_one(ask: AskLater, steps: Steps[T]) -> T:
    rows: list[Any] | None = None
    while True:
        # computing takes its time: others use this loop meanwhile
        look, done = await asyncio.to_thread(_sent, steps, rows)
        if look is None:
            return done  # type: ignore[return-value] # there is one when there is no look
        rows = await look.in_postgres(ask)


def _sent(steps: Steps[T], rows: list[Any] | None) -> tuple[Look | Looks | None, T | None]:
    """The next look, or the answer: a thread cannot hand on that a generator has stopped."""
    try:
        return steps.send(rows), None
    except StopIteration as end:
        return None, end.value
