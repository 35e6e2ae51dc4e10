"""SQLAlchemy's engines for SQLite and PostgreSQL, set up for how they are used here."""

from __future__ import annotations

import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from aiguardian.storage.address import PostgresAddress

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncEngine

STATEMENT_S = 10.0
"""For a statement, and for a connection to become free."""
BUSY_TIMEOUT_MS = 5_000
"""How long a write to SQLite waits for another process's."""
CONNECTIONS = 8
"""At once; more wait. A pooler in front of PostgreSQL multiplies them."""
CACHE_KIB = 8_192
"""Of SQLite's pages, for each connection."""
WRITES = "aiguardian_writes"
"""The option of a connection that says that its transaction will write."""


def sqlite_engine(path: Path, workers: weakref.WeakSet[threading.Thread]) -> AsyncEngine:
    """`workers` receives the thread behind each connection."""
    from sqlalchemy import URL, event
    from sqlalchemy.ext.asyncio import create_async_engine

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)),
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_use_lifo=True,  # its pages are in the cache of the connection that was used last
    )

    def remember(connection: Any, _: object) -> None:
        workers.add(connection.driver_connection._thread)  # noqa: SLF001 - told nowhere else

    event.listen(engine.sync_engine, "connect", remember)
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself: `_begin` does
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",  # what was acknowledged survives a power cut
        "secure_delete=ON",  # what is forgotten is overwritten
        f"cache_size=-{CACHE_KIB}",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") == "AUTOCOMMIT":
        return
    # who will write says so at the start: two readers that both want to write would deadlock
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITES) else "BEGIN")


def postgres_engine(address: PostgresAddress) -> AsyncEngine:
    """Connections that a pooler may stand in front of. Raises `InvalidAddress`."""
    from sqlalchemy.ext.asyncio import create_async_engine

    return create_async_engine(
        "postgresql+asyncpg://",
        connect_args={
            **address.arguments(),
            # behind a pooler (PgBouncer, Neon) the next statement may run on another connection
            "statement_cache_size": 0,
            "prepared_statement_cache_size": 0,
            "prepared_statement_name_func": lambda: f"__aiguardian_{uuid4().hex}__",
            "command_timeout": STATEMENT_S,
        },
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=STATEMENT_S,
        pool_pre_ping=True,
        pool_recycle=300,
        pool_use_lifo=True,
    )
