"""One database keeps its promises on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from aiguardian.errors import DeadlineExceeded, NotAvailable
from aiguardian.processor import Deadline
from aiguardian.storage import engine
from aiguardian.storage.address import SqliteAddress, read_address
from aiguardian.storage.engine import Database
from aiguardian.storage.tables import allow_list


def put(key: str) -> Callable[[AsyncConnection], Any]:
    async def write(connection: AsyncConnection) -> None:
        row = {"tenant": key, "digest": b"d", "note": "", "added_at": 0.0}
        await connection.execute(allow_list.insert(), row)

    return write


async def keys(connection: AsyncConnection) -> list[str]:
    return list(await connection.scalars(select(allow_list.c.tenant).order_by("tenant")))


async def wait(connection: AsyncConnection) -> None:
    await asyncio.sleep(0.5)


def test_what_was_written_is_there_when_opened_again(
    new_database: Callable[[], Database],
) -> None:
    first = new_database()
    first.run(put("a"), writes=True)
    first.close()
    assert new_database().run(keys) == ["a"]
    assert first.run(keys) == ["a"], "a closed one opens again"


def test_an_exception_undoes_the_transaction(database: Database) -> None:
    async def fail(connection: AsyncConnection) -> None:
        await put("a")(connection)
        raise KeyError

    with pytest.raises(KeyError):
        database.run(fail, writes=True)
    assert database.run(keys) == []


def test_many_threads_write_at_once_and_all_of_it_is_kept(database: Database) -> None:
    threads = [
        threading.Thread(target=database.run, args=(put(f"{n:02}"),), kwargs={"writes": True})
        for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.run(keys) == [f"{n:02}" for n in range(20)]


async def test_asynchronous_code_awaits_the_same_work(database: Database) -> None:
    await asyncio.wrap_future(database.submit(put("a"), writes=True))
    assert await asyncio.wrap_future(database.submit(keys)) == ["a"]


def test_the_deadline_of_the_caller_ends_the_wait(database: Database) -> None:
    database.run(keys)
    with pytest.raises(DeadlineExceeded):
        database.run(wait, deadline=Deadline(0.05))
    assert database.run(keys) == []


def test_what_was_given_up_is_not_done(database: Database) -> None:
    async def slow(connection: AsyncConnection) -> None:
        await put("late")(connection)
        await wait(connection)

    database.run(keys)
    with pytest.raises(DeadlineExceeded):
        database.run(slow, writes=True, deadline=Deadline(0.05))
    database.run(put("a"), writes=True)
    assert database.run(keys) == ["a"]


def test_without_a_deadline_the_wait_ends_too(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.run(keys)
    monkeypatch.setattr(engine, "TIMEOUT_S", 0.05)
    with pytest.raises(NotAvailable):
        database.run(wait)


def test_a_statement_that_fails_is_not_available_and_the_next_works(database: Database) -> None:
    async def fail(connection: AsyncConnection) -> None:
        await connection.execute(text("SELECT * FROM nowhere"))

    with pytest.raises(NotAvailable):
        database.run(fail)
    assert database.run(keys) == []


def test_a_server_that_is_not_there_is_not_available_and_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    database = Database(read_address("postgres://u:hunter2@127.0.0.1:1/d"))
    for _ in range(2):
        with pytest.raises(NotAvailable) as caught:
            database.run(keys)
        assert "hunter2" not in caught.value.message
    database.close()


def test_connections_cut_by_the_server_are_made_anew(postgres: Any, postgres_url: str) -> None:
    database = Database(read_address(postgres_url))
    database.run(put("a"), writes=True)
    postgres.psql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name="
        "'aiguardian';"
    )
    assert database.run(keys) == ["a"]
    database.close()


def test_a_server_that_hangs_costs_the_deadline_and_no_more(
    postgres: Any, postgres_url: str
) -> None:
    async def backend(connection: AsyncConnection) -> int:
        return (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()

    database = Database(read_address(postgres_url))
    frozen = database.run(backend)
    os.kill(frozen, signal.SIGSTOP)
    try:
        with pytest.raises(DeadlineExceeded):
            database.run(keys, deadline=Deadline(0.3))
        assert database.run(keys, deadline=Deadline(60.0)) == []
    finally:
        os.kill(frozen, signal.SIGCONT)
    database.close()


def test_what_was_acknowledged_outlives_a_kill(tmp_path: Path) -> None:
    program = (
        "import os, signal\n"
        "from pathlib import Path\n"
        "from aiguardian.storage import engine\n"
        "from aiguardian.storage.allow_list_table import AllowListTable\n"
        "engine.TIMEOUT_S = 100.0\n"
        "from aiguardian.storage.address import SqliteAddress\n"
        f"database = engine.Database(SqliteAddress(Path({str(tmp_path / 'kept.db')!r})))\n"
        "AllowListTable(database).add('a', [b'd'], note='')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == -signal.SIGKILL
    database = Database(SqliteAddress(tmp_path / "kept.db"))
    assert database.run(keys) == ["a"]
    database.close()


def test_a_file_that_comes_back_is_used_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "PAUSE_S", 0.0)
    (tmp_path / "home").write_text("in the way")
    database = Database(SqliteAddress(tmp_path / "home" / "kept.db"))
    with pytest.raises(NotAvailable):
        database.run(keys)
    (tmp_path / "home").unlink()
    database.run(put("a"), writes=True)
    assert database.run(keys) == ["a"]
    database.close()


def test_a_file_that_was_taken_away_is_not_written_to_any_more(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    database = Database(SqliteAddress(path))
    database.run(put("a"), writes=True)
    for file in tmp_path.iterdir():
        file.unlink()
    database.run(put("b"), writes=True)
    assert path.is_file()
    assert database.run(keys) == ["b"]
    database.close()


def test_after_a_failure_to_open_the_next_fails_at_once(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("in the way")
    database = Database(SqliteAddress(tmp_path / "home" / "kept.db"))
    with pytest.raises(NotAvailable):
        database.run(keys)
    (tmp_path / "home").unlink()
    with pytest.raises(NotAvailable, match="cannot be reached"):
        database.run(keys)
    database.close()


def test_the_files_are_for_their_owner_only(tmp_path: Path) -> None:
    database = Database(SqliteAddress(tmp_path / "home" / "kept.db"))
    database.run(put("a"), writes=True)
    files = list((tmp_path / "home").iterdir())
    assert len(files) == 3
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    database.close()


def test_scrubbing_empties_the_log(tmp_path: Path) -> None:
    database = Database(SqliteAddress(tmp_path / "kept.db"))
    database.run(put("a-key-that-will-be-gone"), writes=True)

    async def forget(connection: AsyncConnection) -> None:
        await connection.execute(allow_list.delete())

    database.run(forget, writes=True)
    database.scrub()
    assert all(b"will-be-gone" not in file.read_bytes() for file in tmp_path.iterdir())
    database.close()


def test_a_program_that_keeps_nothing_does_not_import_sqlalchemy(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from aiguardian.storage.engine import Database\n"
        "from aiguardian.storage.address import SqliteAddress\n"
        f"Database(SqliteAddress(Path({str(tmp_path / 'kept.db')!r}))).close()\n"
        "assert not {'sqlalchemy', 'alembic', 'asyncpg', 'aiosqlite'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_ends_without_closing_does_not_hang(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path\n"
        "from aiguardian.storage.engine import Database\n"
        "from aiguardian.storage.address import SqliteAddress\n"
        "from aiguardian.processor import Deadline\n"
        "async def work(connection): return 1\n"
        f"database = Database(SqliteAddress(Path({str(tmp_path / 'kept.db')!r})))\n"
        "assert database.run(work, deadline=Deadline(99)) == 1\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=110)
