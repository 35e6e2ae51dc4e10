"""Brings a database to the form that this version knows, whatever version wrote it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aiguardian.errors import NotAvailable

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncConnection

HEAD = "0009"
"""The newest revision in `migrations/versions`: known without Alembic, which costs 0.2 s."""
_LOCK = 0x61_69_67_75_61_72_64
"""Of PostgreSQL's advisory locks: two processes that start at once migrate in turn."""
_FOLDER = Path(__file__).parent / "migrations"


async def migrate(connection: AsyncConnection, revision: str = HEAD) -> None:
    """Bring the database to a revision, up or down (`base` is empty), inside this transaction.

    Raises `NotAvailable` when a later version of the program has written it.
    """
    if await connection.run_sync(revision_of) == revision:
        return
    if connection.dialect.name == "postgresql":
        await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    if revision == HEAD and await connection.run_sync(_is_empty):
        await connection.run_sync(_make_all)
    else:
        await connection.run_sync(step, revision)


def revision_of(connection: Connection) -> str:
    """The revision of a database; `base` when it has none."""
    from sqlalchemy import inspect, text

    if not inspect(connection).has_table("alembic_version"):
        return "base"
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found or "base"


def _is_empty(connection: Connection) -> bool:
    from sqlalchemy import inspect

    from aiguardian.storage.tables import metadata

    return not set(inspect(connection).get_table_names()) & {*metadata.tables, "alembic_version"}


def _make_all(connection: Connection) -> None:
    """Make the tables of today at once: what the steps would make, without loading Alembic, which
    takes longer than all else at a first start. A test compares the two."""
    from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, String, Table

    from aiguardian.storage.tables import metadata

    metadata.create_all(connection)
    version = Table(
        "alembic_version",
        MetaData(),
        Column("version_num", String(32), nullable=False),
        PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
    )
    version.create(connection)
    connection.execute(version.insert().values(version_num=HEAD))


def step(connection: Connection, revision: str) -> None:
    """Go up or down, step by step."""
    from alembic import command
    from alembic.script import ScriptDirectory

    config = _config(connection)
    known = [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()]
    present = revision_of(connection)
    if present != "base" and present not in known:
        raise NotAvailable("The database was written by a later version of this program.")
    is_upwards = revision != "base" and (present == "base" or present < revision)
    (command.upgrade if is_upwards else command.downgrade)(config, revision)


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
