"""A database of any age becomes one of today, and keeps what it holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from aiguardian.errors import NotAvailable
from aiguardian.storage import migrating
from aiguardian.storage.address import SqliteAddress
from aiguardian.storage.engine import Database
from aiguardian.storage.migrating import HEAD, migrate, revision_of, step
from aiguardian.storage.tables import metadata

OLD_FILE = """
CREATE TABLE pseudonym_sessions (session BLOB PRIMARY KEY, used_at REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX pseudonym_sessions_by_age ON pseudonym_sessions (used_at);
CREATE TABLE pseudonyms (session BLOB NOT NULL, value BLOB NOT NULL, name TEXT NOT NULL,
    sealed BLOB NOT NULL, PRIMARY KEY (session, value), UNIQUE (session, name)) WITHOUT ROWID;
CREATE TABLE allow_list (key_id TEXT NOT NULL, digest BLOB NOT NULL, note TEXT NOT NULL,
    added_at REAL NOT NULL, PRIMARY KEY (key_id, digest)) WITHOUT ROWID;
INSERT INTO allow_list VALUES ('a', x'01', 'kept', 5.0);
INSERT INTO pseudonym_sessions VALUES (x'02', 6.0);
"""
"""As version 0.1 wrote it."""


@pytest.fixture
def has_tables() -> bool:
    """How tables are made is what these tests are about."""
    return False


async def tables(connection: AsyncConnection) -> set[str]:
    return set(await connection.run_sync(lambda it: inspect(it).get_table_names()))


async def revision(connection: AsyncConnection) -> str:
    return await connection.run_sync(revision_of)


def test_an_empty_database_gets_all_tables(database: Database) -> None:
    assert database.run(tables) == {*metadata.tables, "alembic_version"}
    assert database.run(revision) == HEAD


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def shape(connection: Connection) -> dict[str, object]:
    """All that is known of each table, whatever the order."""
    found = inspect(connection)
    return {
        name: (
            [(one["name"], str(one["type"]), one["nullable"]) for one in found.get_columns(name)],
            found.get_pk_constraint(name)["constrained_columns"],
            sorted(one["column_names"] for one in found.get_unique_constraints(name)),
            sorted((one["name"] or "", one["column_names"]) for one in found.get_indexes(name)),
        )
        for name in found.get_table_names()
    }


def test_the_steps_make_what_the_tables_describe(database: Database) -> None:
    async def remake(connection: AsyncConnection) -> tuple[object, object, list[object]]:
        at_once = await connection.run_sync(shape)
        await connection.run_sync(step, "base")
        await connection.run_sync(step, HEAD)
        by_steps = await connection.run_sync(shape)
        return at_once, by_steps, await connection.run_sync(differences)

    at_once, by_steps, left = database.run(remake, writes=True)
    assert at_once == by_steps
    assert left == []


def test_each_step_goes_down_and_up_again(database: Database) -> None:
    async def down(connection: AsyncConnection) -> None:
        await migrate(connection, "0001")

    async def all_down(connection: AsyncConnection) -> None:
        await migrate(connection, "base")

    database.run(down, writes=True)
    assert "memory_turns" not in database.run(tables)
    assert "pseudonyms" in database.run(tables)
    database.run(all_down, writes=True)
    assert database.run(tables) == {"alembic_version"}
    database.run(migrate, writes=True)
    assert database.run(tables) == {*metadata.tables, "alembic_version"}


def test_a_file_of_the_version_before_keeps_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    with sqlite3.connect(path) as old:
        old.executescript(OLD_FILE)
    old.close()
    database = Database(SqliteAddress(path))

    async def rows(connection: AsyncConnection) -> list[object]:
        found = await connection.execute(
            text("SELECT note, used_at FROM allow_list, pseudonym_sessions")
        )
        return [tuple(row) for row in found]

    assert database.run(rows) == [("kept", 6.0)]
    assert database.run(tables) == {*metadata.tables, "alembic_version"}
    database.close()


def test_several_that_start_at_once_migrate_once(new_database: Callable[[], Database]) -> None:
    databases = [new_database() for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda one: one.run(revision), databases))
    assert found == [HEAD] * 4


def test_a_database_of_a_later_version_is_left_alone(new_database: Callable[[], Database]) -> None:
    async def age(connection: AsyncConnection) -> None:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    database = new_database()
    database.run(age, writes=True)
    database.close()
    with pytest.raises(NotAvailable, match="later version"):
        new_database().run(revision)


def test_the_head_named_is_the_newest_step() -> None:
    script = ScriptDirectory(str(migrating._FOLDER))
    assert script.get_current_head() == HEAD
