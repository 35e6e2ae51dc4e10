"""restore: a backup in the place of what is there, and proof that the audit in it is whole."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from aiguardian.audit.moving import take_over
from aiguardian.audit.verify import Verified, verify
from aiguardian.errors import GatewayError
from aiguardian.gateway.records import FOLDER, JOURNAL, records_in_database
from aiguardian.operator.backups import (
    MANIFEST,
    POSTGRES,
    SQLITE,
    Manifest,
    address_of,
    libpq,
    parts_of,
)
from aiguardian.operator.doing import Doing
from aiguardian.operator.faults import OperatorFault
from aiguardian.operator.programs import found, run
from aiguardian.settings.groups import Settings
from aiguardian.storage.address import Address, PostgresAddress, SqliteAddress
from aiguardian.storage.engine import Database
from aiguardian.storage.sealing import secrets_of

_MEND = "Install PostgreSQL's client programs, of the server's version or newer."


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore came to."""

    seconds: float
    entries: int | None
    """Of the audit, verified; None without the SECRET_KEY that proves them."""


def read_backup(folder: Path) -> Manifest:
    """The manifest of a backup whose every file is as it was made. Raises `OperatorFault`."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError):
        raise OperatorFault(f"{folder} is no backup: it has no readable {MANIFEST}.") from None
    held = {part.name: part for part in parts_of(folder)}
    for part in manifest.parts:
        if held.get(part.name) != part:
            raise OperatorFault(f"The backup is not whole: {part.name} is missing or changed.")
    return manifest


def restore(
    settings: Settings, folder: Path, doing: Doing, *, clock: Callable[[], float] = time.monotonic
) -> Restored:
    """Put the backup in the place of what is there, which is kept beside it, and verify the audit.

    No gateway may run on the database meanwhile. Raises `OperatorFault`. What was replaced of
    SQLite and of the audit's files stays beside it; PostgreSQL is restored in one transaction.
    """
    began = clock()
    manifest, address = read_backup(folder), address_of(settings)
    kind = "sqlite" if isinstance(address, SqliteAddress) else "postgresql"
    if manifest.kind != kind:
        raise OperatorFault(f"The backup is of {manifest.kind}, and DATABASE_URL says {kind}.")
    if isinstance(address, PostgresAddress):
        found("pg_restore", _MEND)
    doing.step(f"restore {folder} to {_told(address)}", lambda: _put(settings, address, folder))
    entries = None
    if not doing.dry_run and settings.access.secret_key is None:
        doing.say("without SECRET_KEY the audit cannot be verified: set it, and verify by hand")
    elif not doing.dry_run:
        entries = _verified(settings, address).entries
        doing.say(f"the audit is whole: {entries:,} entries")
    return Restored(clock() - began, entries)


def _put(settings: Settings, address: Address, folder: Path) -> None:
    if isinstance(address, SqliteAddress):
        _put_file(address.path, folder / SQLITE)
    else:
        _put_dump(address, folder / POSTGRES)
    _put_audit(settings.runtime.home / FOLDER, folder / FOLDER)


def _put_file(path: Path, backup: Path) -> None:
    """Replace the database's file; the one before is kept beside it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists():
        _refuse_in_use(path)
        kept = _beside(path)
        path.replace(kept)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    draft = path.with_name(f".{path.name}.restored")
    shutil.copyfile(backup, draft)
    draft.chmod(0o600)
    draft.replace(path)


def _refuse_in_use(path: Path) -> None:
    """Whoever else has the file open would go on writing to one that has no name any more."""
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as database:
            # only who is alone can leave the WAL
            is_alone = database.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)
    except sqlite3.DatabaseError as error:
        is_alone = "locked" not in str(error)  # a damaged file is what a restore is for
    if not is_alone:
        raise OperatorFault(
            f"{path} is in use: stop the gateway first, and start it again afterwards."
        )


def _put_dump(address: PostgresAddress, backup: Path) -> None:
    command = [found("pg_restore", _MEND), "--clean", "--if-exists", "--no-owner"]
    options = ["--no-privileges", "--single-transaction", "--dbname", address.database]
    run([*command, *options, str(backup)], env=libpq(address))


def _put_audit(folder: Path, backup: Path) -> None:
    """The files of the audit as they were; those that are there now are kept beside them."""
    if folder.exists():
        folder.replace(_beside(folder))
    if backup.is_dir():
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copytree(backup, folder)
        folder.chmod(0o700)


def _beside(path: Path) -> Path:
    number = 1
    while True:
        kept = path.with_name(f"{path.name}.before-restore-{number}")
        if not kept.exists():
            return kept
        number += 1


def _verified(settings: Settings, address: Address) -> Verified:
    """The audit in the database, with what its journal still holds. Raises `OperatorFault`."""
    secrets = secrets_of(settings.access)
    if secrets is None:
        raise OperatorFault("SECRET_KEY is not set.")
    database = Database(address)
    try:
        records = records_in_database(database, secrets, settings.runtime.home)
        if records.folder is not None and records.folder.is_dir():
            keys = secrets.each(JOURNAL)
            take_over(records.folder, keys, records.audit, records.signer(),
                      anchors=records.anchors())  # fmt: skip
        verified = verify(records.audit, records.public_keys(), anchors=records.anchors().read())
    except GatewayError as error:
        raise OperatorFault(f"The restored database cannot be read: {error.message}") from None
    finally:
        database.close()
    if verified.faults:
        fault = verified.faults[0]
        raise OperatorFault(
            f"The audit in this backup is not whole: chain {fault.chain}, entry {fault.number}: "
            f"{fault.reason}."
        )
    return verified


def _told(address: Address) -> str:
    if isinstance(address, SqliteAddress):
        return str(address.path)
    return f"the database {address.database} at {','.join(address.hosts)}"
