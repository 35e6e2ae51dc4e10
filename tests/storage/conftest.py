"""Each test of a table runs on SQLite and on a real PostgreSQL, where there is one."""

from __future__ import annotations

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
            return pgserver.get_server(folder)
        except Exception as error:  # noqa: BLE001 - whatever it is, this machine cannot
            pytest.skip(f"PostgreSQL does not start here: {type(error).__name__}")


@pytest.fixture
def postgres_url(postgres: Any) -> str:
    """The address of an empty PostgreSQL database."""
    name = f"t{uuid4().hex}"
    postgres.psql(f"CREATE DATABASE {name};")
    url: str = postgres.get_uri()
    return url.replace("/postgres?", f"/{name}?")


@pytest.fixture
def open_database(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[str], Database]]:
    """Opens the test's database of a kind (`sqlite`, `postgresql`), again and again."""
    opened: list[Database] = []

    def make(kind: str) -> Database:
        if kind == "sqlite":
            opened.append(Database(SqliteAddress(tmp_path / "kept.db")))
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
