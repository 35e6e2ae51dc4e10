"""The `KeyStore` in the database."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import bindparam, case, func, or_, select, tuple_

from aiguardian.storage import keys as rules
from aiguardian.storage.engine import Database
from aiguardian.storage.keys import KeyChanged, KeysFull, Place, StoredKey, Use
from aiguardian.storage.tables import api_keys

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

_COLUMNS = [api_keys.c[field.name] for field in fields(StoredKey)]
_KEPT_AS_THEY_ARE = ("id", "tenant", "digest", "pepper", "last_used_at", "version")
"""Columns that `write` leaves alone: other writers' or nobody's."""


class KeyTable:
    """See `KeyStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, key_id: str) -> Future[StoredKey | None]:
        """As the protocol says."""
        return self._database.submit(lambda connection: _one(connection, key_id))

    def get(self, key_id: str) -> StoredKey | None:
        """As the protocol says."""
        return self._database.run(lambda connection: _one(connection, key_id))

    def page(self, tenant: str | None, *, after: Place | None, limit: int) -> list[StoredKey]:
        """As the protocol says."""
        c = api_keys.c
        wanted = select(*_COLUMNS).order_by(c.created_at.desc(), c.id.desc()).limit(limit)
        if tenant is not None:
            wanted = wanted.where(c.tenant == tenant)
        if after is not None:
            wanted = wanted.where(tuple_(c.created_at, c.id) < after)

        async def read(connection: AsyncConnection) -> list[StoredKey]:
            return [_read(row) for row in await connection.execute(wanted)]

        return self._database.run(read)

    def add(self, key: StoredKey) -> None:
        """As the protocol says."""
        self._database.run(lambda connection: _add(connection, key), writes=True)

    def write(self, key: StoredKey, *, expected: int) -> StoredKey:
        """As the protocol says."""

        async def write(connection: AsyncConnection) -> StoredKey:
            await _write(connection, key, expected)
            written = await _one(connection, key.id)
            if written is None:
                raise KeyChanged
            return written

        return self._database.run(write, writes=True)

    def rotate(self, old: StoredKey, new: StoredKey, *, expected: int) -> None:
        """As the protocol says."""

        async def write(connection: AsyncConnection) -> None:
            await _write(connection, old, expected)
            await _add(connection, new)

        self._database.run(write, writes=True)

    def remove(self, key_id: str) -> bool:
        """As the protocol says."""

        async def write(connection: AsyncConnection) -> bool:
            gone = await connection.execute(api_keys.delete().where(api_keys.c.id == key_id))
            return gone.rowcount > 0

        return self._database.run(write, writes=True)

    def note(self, uses: Sequence[Use]) -> None:
        """As the protocol says."""
        if not uses:
            return
        c = api_keys.c
        used = api_keys.update().where(c.id == bindparam("of"))
        later = or_(c.last_used_at.is_(None), c.last_used_at < bindparam("at"))
        latest = used.values(last_used_at=case((later, bindparam("at")), else_=c.last_used_at))
        peppered = used.values(digest=bindparam("to_digest"), pepper=bindparam("to_pepper"))
        moved = [
            {"of": use.id, "to_digest": use.digest, "to_pepper": use.pepper}
            for use in uses
            if use.digest is not None
        ]

        async def write(connection: AsyncConnection) -> None:
            await connection.execute(latest, [{"of": use.id, "at": use.at} for use in uses])
            if moved:
                await connection.execute(peppered, moved)

        self._database.run(write, writes=True)


async def _one(connection: AsyncConnection, key_id: str) -> StoredKey | None:
    found = await connection.execute(select(*_COLUMNS).where(api_keys.c.id == key_id))
    row = found.first()
    return _read(row) if row is not None else None


async def _add(connection: AsyncConnection, key: StoredKey) -> None:
    count = select(func.count()).select_from(api_keys).where(api_keys.c.tenant == key.tenant)
    if (await connection.execute(count)).scalar_one() >= rules.MOST_KEYS:
        raise KeysFull
    await connection.execute(api_keys.insert().values(_row(key)))


async def _write(connection: AsyncConnection, key: StoredKey, expected: int) -> None:
    row = {name: value for name, value in _row(key).items() if name not in _KEPT_AS_THEY_ARE}
    written = await connection.execute(
        api_keys.update()
        .where(api_keys.c.id == key.id, api_keys.c.version == expected)
        .values(**row, version=expected + 1)
    )
    if written.rowcount != 1:
        raise KeyChanged


def _row(key: StoredKey) -> dict[str, Any]:
    row = {field.name: getattr(key, field.name) for field in fields(StoredKey)}
    return row | {
        "scopes": " ".join(key.scopes),
        "limits": msgspec.json.encode(key.limits).decode(),
    }


def _read(row: Row[Any]) -> StoredKey:
    named = dict(row._mapping)  # noqa: SLF001 - it is public: the name keeps out of columns' way
    named["scopes"] = tuple(row.scopes.split())
    named["limits"] = msgspec.json.decode(row.limits, type=tuple[str, ...])
    return StoredKey(**named)
