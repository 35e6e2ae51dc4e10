"""How long does an upgrade hold up a database of a million rows? SQLite and PostgreSQL.

A database in the form of an earlier revision is filled, then brought to the newest while another
connection reads and writes its largest table all the time: its longest wait is what users feel.
Usage: python -m benchmarks.storage_migration [--rows 1000000]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
import warnings
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, text

from aiguardian.storage.address import Address, SqliteAddress, read_address
from aiguardian.storage.engines import postgres_engine, sqlite_engine
from aiguardian.storage.migrating import HEAD, migrate
from aiguardian.storage.tables import memory_turns
from benchmarks.store import save

FROM = "0002"
"""The oldest revision that has the table of turns."""
BATCH = 5_000


def turn(number: int) -> dict[str, Any]:
    """A row of the size that a chat message has."""
    return {
        "public_id": number.to_bytes(8, "big") + os.urandom(8),
        "session": number // 500,
        "owner": b"o" * 32,
        "number": number % 500,
        "at": 1.0,
        "last_at": 1.0,
        "times": 1,
        "digest": os.urandom(16),
        "sealed": os.urandom(180),
        "meaning": b"",
        "terms": os.urandom(64),
    }


def fill(connection: Connection, rows: int) -> None:
    """That many turns."""
    for start in range(0, rows, BATCH):
        made = [turn(number) for number in range(start, min(rows, start + BATCH))]
        connection.execute(insert(memory_turns), made)
        print(f"\r{start + len(made):,} rows", end="", flush=True)
    print()


async def probe(engine: Any, waits_s: list[float], done: asyncio.Event) -> None:
    """Read and write the table, again and again."""
    while not done.is_set():
        began = time.perf_counter()
        async with engine.execution_options(aiguardian_writes=True).begin() as connection:
            await connection.execute(
                text("UPDATE memory_turns SET times = times + 1 WHERE number = 7 AND session = 3")
            )
        waits_s.append(time.perf_counter() - began)
        await asyncio.sleep(0.002)


async def measure(address: Address, rows: int) -> dict[str, Any]:
    """Seconds of the migration, and what the other connection waited."""
    if isinstance(address, SqliteAddress):
        engine = sqlite_engine(address.path, weakref.WeakSet())
    else:
        engine = postgres_engine(address)
    async with engine.execution_options(aiguardian_writes=True).begin() as connection:
        await migrate(connection, FROM)
        await connection.run_sync(fill, rows)
    waits_s: list[float] = []
    done = asyncio.Event()
    probing = asyncio.create_task(probe(engine, waits_s, done))
    await asyncio.sleep(2)
    before_s = sorted(waits_s)
    waits_s.clear()
    began = time.perf_counter()
    async with engine.execution_options(aiguardian_writes=True).begin() as connection:
        await migrate(connection, HEAD)
    took_s = time.perf_counter() - began
    await asyncio.sleep(0.5)
    done.set()
    await probing
    kept = await _count(engine)
    await engine.dispose()
    return {
        "rows": rows,
        "rows_after": kept,
        "from": FROM,
        "to": HEAD,
        "migration_ms": round(took_s * 1000, 1),
        "longest_wait_ms": round(max(waits_s) * 1000, 1),
        "longest_wait_before_ms": round(before_s[-1] * 1000, 1),
    }


async def _count(engine: Any) -> int:
    async with engine.connect() as connection:
        return int((await connection.execute(text("SELECT count(*) FROM memory_turns"))).scalar())


@contextmanager
def postgres() -> Iterator[Address | None]:
    """An empty PostgreSQL; None where none can be started."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                import pgserver

                server = pgserver.get_server(folder)
            except Exception as error:  # noqa: BLE001 - whatever it is, this machine cannot
                print("no PostgreSQL here:", type(error).__name__)
                yield None
                return
        yield read_address(server.get_uri())
        with suppress(Exception):
            server.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        result["sqlite"] = asyncio.run(measure(SqliteAddress(Path(folder) / "a.db"), rows))
    with postgres() as address:
        if address is not None:
            result["postgresql"] = asyncio.run(measure(address, rows))
    for kind, each in result.items():
        print(kind, each)
    save("storage_migration", result)


if __name__ == "__main__":
    main()
