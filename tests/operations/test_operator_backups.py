"""A restore drill: backup, lose the database, restore, verify the audit; on both databases."""

from __future__ import annotations

import asyncio
import io
import os
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from asgi import PROCESS, Client

from aiguardian.app import create_app
from aiguardian.operator.backups import MANIFEST, SQLITE, back_up, copy_sqlite
from aiguardian.operator.command_line import main
from aiguardian.operator.faults import OperatorFault
from aiguardian.operator.restoring import read_backup, restore
from aiguardian.settings.groups import Access, Database, Limits, Runtime, Secret, Settings
from aiguardian.storage import engine
from aiguardian.stores import build_stores

SECRET = "a-secret-for-tests-" + "0123456789abcdef" * 4


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that runs other tests beside these may be slow: that is no fault."""
    monkeypatch.setattr(engine, "TIMEOUT_S", 100.0)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Any]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the package that starts it, not of ours
            pgserver = pytest.importorskip("pgserver", reason="pgserver starts the PostgreSQL")
            try:
                server = pgserver.get_server(folder)
            except Exception as error:  # noqa: BLE001 - whatever it is, this machine cannot
                pytest.skip(f"PostgreSQL does not start here: {type(error).__name__}")
        yield server
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """An installation whose database is empty yet."""
    database = Database()
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        programs = Path(__import__("pgserver").__file__).parent / "pginstall/bin"
        monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
        name = f"t{uuid4().hex}"
        server.psql(f"CREATE DATABASE {name};")
        url = server.get_uri().replace("/postgres?", f"/{name}?")
        database = Database(url=Secret(url))
    return Settings(
        runtime=Runtime(environment="test", home=tmp_path / "home"),
        access=Access(secret_key=Secret(SECRET)),
        database=database,
    )


def with_stores(settings: Settings, work: Callable[[Any], Any]) -> Any:
    """What `work` makes of the installation's stores."""
    kept = build_stores(settings)
    try:
        return work(kept)
    finally:
        kept.close()


def keep(settings: Settings, value: str) -> None:
    with_stores(settings, lambda kept: kept.allow_list.add("t", [value.encode()], note=value))


def kept_values(settings: Settings) -> list[str]:
    entries = with_stores(settings, lambda kept: kept.allow_list.entries("t"))
    return sorted(entry.note for entry in entries)


def lose(settings: Settings) -> None:
    """What a disk or a mistaken hand does."""
    if settings.database.url is None:
        for path in settings.runtime.home.glob("aiguardian.db*"):
            path.unlink()
        return
    keep(settings, "after the loss")


def test_a_lost_database_comes_back_with_its_audit_whole(
    settings: Settings, tmp_path: Path, told: Any
) -> None:
    keep(settings, "before")
    backup = back_up(settings, tmp_path / "backups", told.doing())
    assert backup.stat().st_mode & 0o777 == 0o700
    assert all(one.stat().st_mode & 0o777 == 0o600 for one in backup.rglob("*") if one.is_file())
    keep(settings, "later")
    lose(settings)
    done = restore(settings, backup, told.doing())
    assert kept_values(settings) == ["before"]
    assert done.entries is not None
    assert "the audit is whole" in told


async def test_the_audit_of_a_running_gateway_is_in_its_backup(tmp_path: Path, told: Any) -> None:
    key = "unified-key-for-tests-0123456789abcdef"
    settings = Settings(
        runtime=Runtime(environment="test", home=tmp_path / "home"),
        access=Access(secret_key=Secret(SECRET), unified_api_key=Secret(key)),
        limits=Limits(workers=1),
    )
    program = create_app(settings)
    async with program.run():
        client = Client(program.app)
        for text in ("one", "two", "three"):
            asked = {"service_type": "tokenguard", "text": text}
            assert (await client.post(PROCESS, asked, x_api_key=key)).status == 200
        await asyncio.to_thread(back_up, settings, tmp_path / "backups", told.doing())
        assert (await client.post(PROCESS, asked, x_api_key=key)).status == 200
    (backup,) = (tmp_path / "backups").iterdir()
    lose(settings)
    done = await asyncio.to_thread(restore, settings, backup, told.doing())
    assert done.entries is not None
    assert done.entries >= 3  # a chain may begin with an entry of its own


def test_a_dry_run_looks_and_changes_nothing(settings: Settings, tmp_path: Path, told: Any) -> None:
    keep(settings, "before")
    doing = told.doing(dry_run=True)
    assert not back_up(settings, tmp_path / "backups", doing).exists()
    backup = back_up(settings, tmp_path / "backups", told.doing())
    keep(settings, "later")
    restore(settings, backup, doing)
    assert kept_values(settings) == ["before", "later"]
    assert "would restore" in told


@pytest.fixture
def small(tmp_path: Path) -> Settings:
    """An installation in a file."""
    found = Settings(
        runtime=Runtime(environment="test", home=tmp_path / "home"),
        access=Access(secret_key=Secret(SECRET)),
    )
    keep(found, "before")
    return found


def test_a_backup_is_of_one_moment_while_others_write(
    small: Settings, tmp_path: Path, told: Any
) -> None:
    with sqlite3.connect(small.runtime.home / "aiguardian.db") as other:
        other.execute("CREATE TABLE half (a)")
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO half VALUES (1)")
        backup = back_up(small, tmp_path / "backups", told.doing())
        other.rollback()
    other.close()
    copy = sqlite3.connect(backup / SQLITE)
    assert copy.execute("SELECT count(*) FROM half").fetchone() == (0,)
    copy.close()
    assert [one.name for one in backup.iterdir() if one.name.startswith(SQLITE)] == [SQLITE]


def test_a_database_in_use_is_not_replaced(small: Settings, tmp_path: Path, told: Any) -> None:
    backup = back_up(small, tmp_path / "backups", told.doing())

    def restored(kept: Any) -> None:
        kept.allow_list.entries("t")  # so that a connection is open
        with pytest.raises(OperatorFault, match="stop the gateway first"):
            restore(small, backup, told.doing())

    with_stores(small, restored)
    restore(small, backup, told.doing())
    assert (small.runtime.home / "aiguardian.db.before-restore-1").exists()


def test_a_damaged_database_may_be_replaced(small: Settings, tmp_path: Path, told: Any) -> None:
    backup = back_up(small, tmp_path / "backups", told.doing())
    (small.runtime.home / "aiguardian.db").write_bytes(b"not a database" * 1000)
    with pytest.raises(OperatorFault, match="cannot be copied"):
        back_up(small, tmp_path / "more", told.doing())
    assert not any((tmp_path / "more").glob("aiguardian-*"))
    restore(small, backup, told.doing())
    assert kept_values(small) == ["before"]


@pytest.mark.parametrize("harm", ["change", "remove", "manifest"])
def test_a_backup_that_is_not_whole_is_refused(
    small: Settings, tmp_path: Path, told: Any, harm: str
) -> None:
    backup = back_up(small, tmp_path / "backups", told.doing())
    if harm == "change":
        with (backup / SQLITE).open("r+b") as file:
            file.seek(5000)
            file.write(b"x")
    elif harm == "remove":
        (backup / SQLITE).unlink()
    else:
        (backup / MANIFEST).write_text("{")
    with pytest.raises(OperatorFault, match=r"not whole|no backup"):
        restore(small, backup, told.doing())
    assert kept_values(small) == ["before"]


def test_a_backup_of_another_kind_is_refused(small: Settings, tmp_path: Path, told: Any) -> None:
    backup = back_up(small, tmp_path / "backups", told.doing())
    other = replace(small, database=Database(url=Secret("postgresql://u:p@127.0.0.1:9/d")))
    with pytest.raises(OperatorFault, match="backup is of sqlite"):
        restore(other, backup, told.doing())


def test_an_audit_that_another_key_signed_does_not_verify_silently(
    small: Settings, tmp_path: Path, told: Any
) -> None:
    backup = back_up(small, tmp_path / "backups", told.doing())
    keyless = replace(small, access=Access())
    assert restore(keyless, backup, told.doing()).entries is None
    assert "cannot be verified" in told


@pytest.mark.parametrize("dry_run", [False, True])
def test_without_a_database_there_is_nothing_to_copy(
    dry_run: bool, tmp_path: Path, told: Any
) -> None:
    nothing = Settings(runtime=Runtime(home=tmp_path / "home"))
    with pytest.raises(OperatorFault, match="no database at"):
        back_up(nothing, tmp_path / "backups", told.doing(dry_run=dry_run))
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OperatorFault, match="cannot be copied"):
        copy_sqlite(tmp_path / "none.db", tmp_path / "copy")


@pytest.mark.parametrize("dry_run", [False, True])
def test_without_postgresqls_programs_it_is_said_before_anything_is_done(
    dry_run: bool, tmp_path: Path, told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    elsewhere = Settings(
        database=Database(url=Secret("postgresql://u:p@db.example.com/aiguardian")),
        runtime=Runtime(home=tmp_path / "home"),
    )
    with pytest.raises(OperatorFault, match="pg_dump is not on the PATH"):
        back_up(elsewhere, tmp_path / "backups", told.doing(dry_run=dry_run))


def test_the_verbs_do_the_same_for_paths_of_the_caller(
    small: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("AIGUARDIAN_HOME", str(small.runtime.home))
    monkeypatch.setenv("SECRET_KEY", SECRET)
    for name in ("DATABASE_URL", "DATABASE_HOST"):
        monkeypatch.delenv(name, raising=False)
    caller = ["--caller", str(tmp_path)]
    assert main([*caller, "backup", "--to", "kept"]) == 0
    (made,) = (tmp_path / "kept").iterdir()
    assert read_backup(made).kind == "sqlite"
    lose(small)
    place = f"kept/{made.name}"
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert main([*caller, "restore", place]) == 1
    assert "say --yes" in capsys.readouterr().err
    assert main([*caller, "restore", place, "--yes"]) == 0
    assert "restored in" in capsys.readouterr().out
    assert kept_values(small) == ["before"]


def test_a_folder_that_cannot_be_written_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AIGUARDIAN_HOME", str(tmp_path))
    (tmp_path / "taken").write_text("a file")
    (tmp_path / "aiguardian.db").write_bytes(b"")
    assert main(["backup", "--to", str(tmp_path / "taken" / "x")]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"aiguardian: {tmp_path}/taken")
    assert told.count("\n") == 1
