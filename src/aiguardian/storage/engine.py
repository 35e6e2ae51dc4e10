"""The database: SQLite in a file or PostgreSQL, on an event loop of its own.

Guards are synchronous and wait for `run`; asynchronous code awaits `submit` through
`asyncio.wrap_future`. Nothing is imported or opened before the first use. What cannot be reached
is a `NotAvailable`, and is tried again at the next use.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import sqlite3
import sys
import threading
import time
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from aiguardian.errors import DeadlineExceeded, NotAvailable
from aiguardian.processor import Deadline
from aiguardian.storage.address import Address, InvalidAddress, SqliteAddress
from aiguardian.storage.engines import WRITES, postgres_engine, sqlite_engine
from aiguardian.storage.loop import STOP_S, LoopThread

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

log = logging.getLogger(__name__)
T = TypeVar("T")
Work = Callable[["AsyncConnection"], Awaitable[T]]

TIMEOUT_S = 10.0
"""For work of a caller who named no deadline."""
OPENING_S = 20.0
"""More for the first use: it imports SQLAlchemy and makes tables, perhaps while models load. A
server that does not answer ends it sooner, by its own time to connect."""
PAUSE_S = 1.0
"""After a failure to open: others fail at once, rather than each waiting for the same timeout."""
GRACE_S = 5.0
"""For what still runs at the end to end by itself."""


class Database:
    """Transactions for any thread. Made without work; opens at first use; `close` ends it."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._loop = LoopThread("storage")
        self._engine: AsyncEngine | None = None
        self._file: tuple[int, int] | None = None
        self._opening: asyncio.Task[AsyncEngine] | None = None
        self._writing = _PerLoopLock()
        self._failed_at = float("-inf")
        self._workers: weakref.WeakSet[threading.Thread] = weakref.WeakSet()

    @property
    def address(self) -> Address:
        """Where it is."""
        return self._address

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return isinstance(self._address, SqliteAddress)

    def run(self, work: Work[T], *, writes: bool = False, deadline: Deadline | None = None) -> T:
        """What `work` returns, from within a transaction that is kept if it returns.

        Raises `NotAvailable` when the database cannot be used, `DeadlineExceeded`.
        """
        wait_s = TIMEOUT_S + (OPENING_S if self._engine is None else 0.0)
        if deadline is not None:
            wait_s = deadline.remaining_s()
        given_up = threading.Event()
        future = self._loop.submit(self._transact(work, writes=writes, given_up=given_up))
        try:
            return future.result(wait_s)
        except (concurrent.futures.CancelledError, concurrent.futures.TimeoutError) as error:
            given_up.set()
            if not self.is_sqlite:  # a statement of SQLite's ends by itself, see BUSY_TIMEOUT_MS
                future.cancel()
            if deadline is not None:
                raise DeadlineExceeded(
                    "The deadline passed before the database answered."
                ) from error
            raise NotAvailable("The database does not answer.", retry_after_s=1) from error

    def submit(self, work: Work[T], *, writes: bool = False) -> concurrent.futures.Future[T]:
        """The future result of `work`, as `run` has it."""
        return self._loop.submit(self._transact(work, writes=writes, given_up=threading.Event()))

    async def answers(self) -> bool:
        """Whether it does: a statement that reads nothing. Raises `NotAvailable`."""
        return await asyncio.wrap_future(self.submit(_nothing))

    def scrub(self) -> None:
        """Take what was deleted out of the files too, as far as they are ours: SQLite's log is
        emptied. PostgreSQL gives up deleted rows when it vacuums; they are sealed."""
        if self.is_sqlite:
            with contextlib.suppress(NotAvailable):  # busy: the next one does it
                self._loop.submit(self._checkpoint()).result(TIMEOUT_S)

    def move(self, address: Address) -> None:
        """Use another address from now on: the same database, by another password. What runs goes
        on over the connections that it has."""
        self._address = address
        if self._engine is not None:
            self._loop.submit(self._retire())

    def close(self) -> None:
        """End all connections; a later use opens anew."""
        opening = self._opening  # nobody may wait for it any more, and still its thread runs
        if self._engine is not None or (opening is not None and not opening.done()):
            with contextlib.suppress(concurrent.futures.TimeoutError):
                self._loop.submit(self._end()).result(2 * STOP_S)
        self._loop.stop()

    async def _transact(self, work: Work[T], *, writes: bool, given_up: threading.Event) -> T:
        async with _told():
            engine = await self._opened()
            if writes and self.is_sqlite:  # SQLite has one writer: waiting here is cheaper
                async with self._writing.lock:
                    return await self._work(engine, work, writes=writes, given_up=given_up)
            return await self._work(engine, work, writes=writes, given_up=given_up)

    async def _work(
        self, engine: AsyncEngine, work: Work[T], *, writes: bool, given_up: threading.Event
    ) -> T:
        if given_up.is_set():
            raise NotAvailable("Nobody waits for this any more.")
        async with engine.execution_options(**{WRITES: writes}).begin() as connection:
            done = await work(connection)
            if given_up.is_set():  # who was told that it failed must not find it done
                raise NotAvailable("Nobody waits for this any more.")
            return done

    async def _opened(self) -> AsyncEngine:
        if self._engine is not None and not self._was_replaced():
            return self._engine
        if self._opening is None or self._opening.done():
            if time.monotonic() - self._failed_at < PAUSE_S:
                raise NotAvailable("The database cannot be reached.", retry_after_s=1)
            self._opening = asyncio.create_task(self._reopen())
            self._opening.add_done_callback(_look_at)
        # not the task of who asked first: it goes on when that one's deadline passes
        return await asyncio.shield(self._opening)

    async def _reopen(self) -> AsyncEngine:
        await self._dispose()
        try:
            self._engine = await self._open()
        except BaseException:  # noted, then raised again
            self._failed_at = time.monotonic()
            raise
        return self._engine

    def _was_replaced(self) -> bool:
        """Whether the file is gone or another: writing to a file without a name is losing data."""
        return isinstance(self._address, SqliteAddress) and _inode(self._address.path) != self._file

    async def _open(self) -> AsyncEngine:
        from aiguardian.storage.migrating import migrate

        if isinstance(self._address, SqliteAddress):
            engine = sqlite_engine(self._address.path, self._workers)
        else:
            engine = postgres_engine(self._address)
        try:
            async with engine.execution_options(**{WRITES: True}).begin() as connection:
                await migrate(connection)
        except BaseException:  # cancelled or failed: no connection may be left open
            await engine.dispose()
            raise
        if isinstance(self._address, SqliteAddress):
            self._file = _inode(self._address.path)
        return engine

    async def _checkpoint(self) -> None:
        async with _told():
            engine = await self._opened()
            async with self._writing.lock, engine.connect() as connection:
                raw = await connection.execution_options(isolation_level="AUTOCOMMIT")
                await raw.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    async def _end(self) -> None:
        """Let what runs give its connection back, for only such ones can be closed: by itself at
        first, since a second cancellation would break off the giving back after the first."""
        running = asyncio.all_tasks() - {asyncio.current_task()}
        if running:
            _, running = await asyncio.wait(running, timeout=GRACE_S)
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running, timeout=STOP_S)
        await self._dispose()
        # one that was cut off from its connection still ends a statement, and tells this loop
        await asyncio.to_thread(_join, list(self._workers), STOP_S)

    async def _retire(self) -> None:
        """Open anew at the next use, and end the connections once none is in use: a pool that is
        disposed of no longer closes those that come back to it."""
        engine, self._engine = self._engine, None
        if engine is None:
            return
        pool: Any = engine.pool
        deadline = time.monotonic() + TIMEOUT_S
        try:
            while pool.checkedout() and time.monotonic() < deadline:  # noqa: ASYNC110 - a pool tells nobody
                await asyncio.sleep(0.05)
        finally:
            await engine.dispose()

    async def _dispose(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.dispose()


async def _nothing(connection: AsyncConnection) -> bool:
    await connection.exec_driver_sql("SELECT 1")
    return True


def _look_at(task: asyncio.Task[Any]) -> None:
    """Nobody may be waiting any more for what went wrong: the next use tells it."""
    if not task.cancelled():
        task.exception()


class _PerLoopLock:
    """An `asyncio.Lock` that is made anew when the loop is: a lock belongs to one loop."""

    def __init__(self) -> None:
        self._lock = threading.local()  # a loop is a thread

    @property
    def lock(self) -> asyncio.Lock:
        if not hasattr(self._lock, "here"):
            self._lock.here = asyncio.Lock()
        here: asyncio.Lock = self._lock.here
        return here


@contextlib.asynccontextmanager
async def _told() -> AsyncIterator[None]:
    """Turn what a driver raises into `NotAvailable`, without its message: it may hold values."""
    try:
        yield
    except InvalidAddress as error:
        raise NotAvailable(str(error)) from error
    except _driver_errors() as error:
        log.warning("the database could not be used: %s", type(error).__name__)
        raise NotAvailable(
            "The database could not be used: see DATABASE_URL, or AIGUARDIAN_HOME and its disk.",
            retry_after_s=1,
        ) from error


def _driver_errors() -> tuple[type[BaseException], ...]:
    """What drivers raise. PostgreSQL's own reach us bare only while it connects."""
    from sqlalchemy.exc import SQLAlchemyError

    errors: tuple[type[BaseException], ...] = (SQLAlchemyError, OSError, sqlite3.Error)
    driver = sys.modules.get("asyncpg")
    return (*errors, driver.PostgresError, driver.InterfaceError) if driver else errors


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _join(threads: list[threading.Thread], within_s: float) -> None:
    until = time.monotonic() + within_s
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
