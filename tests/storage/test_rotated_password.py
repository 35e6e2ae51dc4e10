"""A database whose user or password is rotated while it is in use."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from aiguardian.rotating import _is_same_place
from aiguardian.storage.address import PostgresAddress, SqliteAddress, read_address
from aiguardian.storage.engine import Database


async def who(connection: AsyncConnection) -> str:
    found = await connection.execute(text("SELECT current_user, pg_sleep(0.01)"))
    return str(found.scalar_one())


def test_another_user_is_used_from_the_next_transaction_on(
    postgres: Any, postgres_url: str
) -> None:
    postgres.psql("CREATE ROLE rotated SUPERUSER LOGIN;")
    address = read_address(postgres_url)
    assert isinstance(address, PostgresAddress)
    database = Database(address)
    try:
        assert database.run(who) == address.user
        with ThreadPoolExecutor(4) as threads:
            before = [threads.submit(database.run, who) for _ in range(8)]
            database.move(replace(address, user="rotated"))
            after = [threads.submit(database.run, who) for _ in range(8)]
            assert {one.result() for one in before} <= {address.user, "rotated"}
            assert {one.result() for one in after} == {"rotated"}
    finally:
        database.close()
        postgres.psql("DROP ROLE rotated;")


def test_only_who_asks_may_change() -> None:
    old = read_address("postgresql://one:a@host:5432/kept")
    for url, is_same in (
        ("postgresql://one:b@host:5432/kept", True),
        ("postgresql://two:b@host:5432/kept", True),
        ("postgresql://one:a@other:5432/kept", False),
        ("postgresql://one:a@host:5432/another", False),
        ("postgresql://one:a@host:5433/kept", False),
        ("sqlite:///kept.db", False),
    ):
        assert _is_same_place(old, read_address(url)) is is_same
    assert _is_same_place(SqliteAddress(Path("a")), SqliteAddress(Path("a")))
    assert not _is_same_place(SqliteAddress(Path("a")), SqliteAddress(Path("b")))
