"""backup: the database and the audit's files beside it, in a folder that says what it holds."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import sqlite3
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from aiguardian.gateway.records import FOLDER
from aiguardian.operator.doing import Doing
from aiguardian.operator.faults import OperatorFault
from aiguardian.operator.programs import found, run
from aiguardian.settings.groups import Settings
from aiguardian.storage.address import FILE as DATABASE_FILE
from aiguardian.storage.address import Address, PostgresAddress, SqliteAddress, read_address

MANIFEST = "manifest.json"
SQLITE, POSTGRES = "database.sqlite", "database.pgdump"
CHUNK = 1_048_576
_MEND = "Install PostgreSQL's client programs, of the server's version or newer."


class Part(msgspec.Struct, frozen=True):
    """A file of a backup."""

    name: str
    size_bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds, and when it was begun and done."""

    kind: str
    """`sqlite` or `postgresql`."""
    began_at: float
    """Seconds since 1970: what was acknowledged before is in it."""
    done_at: float
    parts: list[Part]
    format: int = 1


def address_of(settings: Settings) -> Address:
    """Where the database is: DATABASE_URL's, else the file in AIGUARDIAN_HOME."""
    url = settings.database.address()
    if url is not None:
        return read_address(url.reveal())
    return SqliteAddress(settings.runtime.home / DATABASE_FILE)


def back_up(
    settings: Settings, folder: Path, doing: Doing, *, clock: Callable[[], float] = time.time
) -> Path:
    """Make a backup below the folder, whole or not at all, and return where it lies.

    The audit's files come first: whatever their checkpoints speak of is then in the database's
    copy, so that the audit verifies after a restore. Raises `OperatorFault`.
    """
    began = clock()
    name = datetime.fromtimestamp(began, UTC).strftime("aiguardian-%Y%m%dT%H%M%SZ")
    target = folder / name
    if target.exists():
        raise OperatorFault(f"{target} is there already.")
    address = address_of(settings)
    _check_source(address)
    doing.step(
        f"back up to {target}",
        lambda: _made(settings, address, target, began=began, clock=clock),
    )
    return target


def _check_source(address: Address) -> None:
    """Raises `OperatorFault` where there is nothing to copy, or nothing to copy it with."""
    if isinstance(address, PostgresAddress):
        found("pg_dump", _MEND)
    elif not address.path.is_file():
        raise OperatorFault(
            f"There is no database at {address.path}: AIGUARDIAN_HOME says where it is, or "
            "DATABASE_URL names another."
        )


def _made(
    settings: Settings,
    address: Address,
    target: Path,
    *,
    began: float,
    clock: Callable[[], float],
) -> None:
    draft = target.with_name(f".{target.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    audit = settings.runtime.home / FOLDER
    if audit.is_dir():
        shutil.copytree(audit, draft / FOLDER, ignore=shutil.ignore_patterns("*.lock"))
    if isinstance(address, SqliteAddress):
        copy_sqlite(address.path, draft / SQLITE)
    else:
        _dump(address, draft / POSTGRES)
    for path in draft.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    kind = "sqlite" if isinstance(address, SqliteAddress) else "postgresql"
    manifest = Manifest(kind, began, clock(), parts_of(draft))
    (draft / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    (draft / MANIFEST).chmod(0o600)
    draft.replace(target)


def parts_of(folder: Path) -> list[Part]:
    """Every file below a backup's folder but its manifest."""
    files = sorted(one for one in folder.rglob("*") if one.is_file() and one.name != MANIFEST)
    return [Part(str(one.relative_to(folder)), one.stat().st_size, _sha256(one)) for one in files]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copy_sqlite(source: Path, target: Path) -> None:
    """A copy of the database as of one moment, while others write to it (SQLite's backup API).

    Raises `OperatorFault` where it cannot be read, or its copy is broken.
    """
    try:
        with (
            contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as database,
            contextlib.closing(sqlite3.connect(target)) as copy,
        ):
            database.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
            (answer,) = copy.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.Error as error:
        raise OperatorFault(f"The database cannot be copied: {error}.") from None
    if answer != "ok":
        raise OperatorFault("The database's copy is not whole: the file itself may be damaged.")


def _dump(address: PostgresAddress, target: Path) -> None:
    command = [found("pg_dump", _MEND), "--format=custom", "--no-owner", "--no-privileges"]
    run([*command, "--file", str(target)], env=libpq(address))


def libpq(address: PostgresAddress) -> Mapping[str, str]:
    """The environment by which PostgreSQL's own programs find the server."""
    found_at = {
        "PGHOST": ",".join(address.hosts),
        "PGPORT": ",".join(map(str, address.ports)),
        "PGUSER": address.user,
        "PGDATABASE": address.database,
        "PGSSLMODE": address.ssl,
        "PGCONNECT_TIMEOUT": str(int(address.timeout_s)),
    }
    files = {"sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY", "sslrootcert": "PGSSLROOTCERT"}
    found_at |= {files[name]: value for name, value in address.ssl_files.items() if name in files}
    if address.password:
        found_at["PGPASSWORD"] = address.password
    return found_at


def folder_of_home(settings: Settings) -> Path:
    """Where backups go unless it is said: beside what they are of is no safe place, yet better
    than none."""
    return settings.runtime.home.resolve() / "backups"
