"""Each test of a table runs on SQLite and on a real PostgreSQL, where there is one."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from aiguardian.storage import engine
from aiguardian.storage.address import SqliteAddress, read_address
from aiguardian.storage.engine import Database
from aiguardian.storage.migrating import migrate

UNSAFE_AND_FAST = ("fsync", "full_page_writes", "synchronous_commit")
"""Of PostgreSQL: what they guard against is the loss of the machine, not of a process."""


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that runs other tests beside these may be slow: that is no fault."""
    monkeypatch.setattr(engine, "TIMEOUT_S", 100.0)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A PostgreSQL server that ends with the tests."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = _started(folder)
        yield server
        server.cleanup()


def _started(folder: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the package that starts it, not of ours
        pgserver = pytest.importorskip("pgserver", reason="pgserver starts the PostgreSQL")
        try:
            server = pgserver.get_server(folder)
        except Exception as error:  # noqa: BLE001 - whatever it is, this machine cannot
            pytest.skip(f"PostgreSQL does not start here: {type(error).__name__}")
    for setting in UNSAFE_AND_FAST:
        server.psql(f"ALTER SYSTEM SET {setting} = off;")
    server.psql("SELECT pg_reload_conf();")
    return server


def _with_tables(database: Database) -> None:
    try:
        database.run(migrate, writes=True)
    finally:
        database.close()


EMPTY = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
SET session_replication_role = replica;  -- whatever the order
DO $$ DECLARE one text; BEGIN
    FOR one IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP EXECUTE format('DELETE FROM %I', one); END LOOP;
    FOR one IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'
    LOOP EXECUTE format('ALTER SEQUENCE %I RESTART', one); END LOOP;
END $$;
"""
"""A database is a thousand files: one that is emptied costs a tenth of a new one."""


@pytest.fixture(scope="session")
def postgres_with_tables(postgres: Any) -> str:
    """The name of a PostgreSQL database with all tables, for one test at a time."""
    postgres.psql("CREATE DATABASE with_tables;")
    _with_tables(Database(read_address(_url(postgres, "with_tables"))))
    return "with_tables"


@pytest.fixture(scope="session")
def file_with_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of SQLite's with all tables, to copy."""
    path = tmp_path_factory.mktemp("database") / "with_tables.db"
    _with_tables(Database(SqliteAddress(path)))
    return path


@pytest.fixture
def has_tables() -> bool:
    """Whether the test's database has its tables from the start, without rows. A module about
    making them says no."""
    return True


def _url(postgres: Any, name: str) -> str:
    url: str = postgres.get_uri()
    return url.replace("/postgres?", f"/{name}?")


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest, postgres: Any, has_tables: bool) -> str:
    """The address of an empty PostgreSQL database."""
    if has_tables:
        name: str = request.getfixturevalue("postgres_with_tables")
        postgres.psql(f"\\c {name}\n{EMPTY}")
    else:
        name = f"t{uuid4().hex}"
        postgres.psql(f"CREATE DATABASE {name};")
    return _url(postgres, name)


@pytest.fixture
def open_database(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    has_tables: bool,
) -> Iterator[Callable[[str], Database]]:
    """Opens the test's database of a kind (`sqlite`, `postgresql`), again and again."""
    opened: list[Database] = []

    def make(kind: str) -> Database:
        if kind == "sqlite":
            path = tmp_path / "kept.db"
            if has_tables and not path.exists():
                shutil.copy(request.getfixturevalue("file_with_tables"), path)
            opened.append(Database(SqliteAddress(path)))
        else:
            opened.append(Database(read_address(request.getfixturevalue("postgres_url"))))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(
    request: pytest.FixtureRequest, open_database: Callable[[str], Database]
) -> Callable[[], Database]:
    """Opens the same database again and again."""
    return lambda: open_database(request.param)


@pytest.fixture
def database(new_database: Callable[[], Database]) -> Database:
    """An empty database."""
    return new_database()
