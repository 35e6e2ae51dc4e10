"""The `PseudonymStore` in the database: values sealed, gone once their session is old."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select

from aiguardian.storage.conflicts import insert
from aiguardian.storage.engine import Database
from aiguardian.storage.pseudonyms import MOST_VALUES, SessionFull, assign
from aiguardian.storage.sealing import Seal, Secrets
from aiguardian.storage.tables import pseudonym_sessions, pseudonyms

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

OLD_AT_ONCE = 100
"""Sessions that one call clears away: what waits longer is never read, see `_names`."""


class PseudonymTable:
    """Placeholders by session; see `PseudonymStore`."""

    def __init__(
        self,
        database: Database,
        secrets: Secrets,
        ttl_s: float,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._seal = Seal(secrets.each("pseudonyms/seal/1"))
        self._digest_key = secrets.lasting("pseudonyms/digest/1")
        self._ttl_s = ttl_s
        self._clock = clock

    def placeholders(
        self, session: str, values: Sequence[tuple[str, str]], *, reserved: Iterable[str]
    ) -> list[str]:
        """As the protocol says. Raises `NotAvailable` when the database is out of reach."""
        key = self._digest(session)

        async def write(connection: AsyncConnection) -> list[str]:
            await self._forget_old(connection)
            await self._touch(connection, key)  # holds the row: no number is given twice
            known = await self._names(connection, key)
            before = len(known)
            names = assign(known, values, reserved=reserved)
            if len(known) > MOST_VALUES:
                raise SessionFull
            if len(known) > before:
                await self._add(connection, key, list(known.items())[before:])
            return names

        return self._database.run(write, writes=True)

    def values(self, session: str) -> dict[str, str]:
        """As the protocol says. Raises `NotAvailable` when the database is out of reach."""
        key = self._digest(session)

        async def write(connection: AsyncConnection) -> dict[tuple[str, str], str]:
            await self._forget_old(connection)
            names = await self._names(connection, key)
            if names:
                await self._touch(connection, key)
            return names

        names = self._database.run(write, writes=True)
        return {name: value for (_, value), name in names.items()}

    def forget(self, session: str) -> int:
        """As the protocol says. Raises `NotAvailable` when the database is out of reach."""
        key = self._digest(session)

        async def write(connection: AsyncConnection) -> int:
            await connection.execute(
                pseudonym_sessions.delete().where(pseudonym_sessions.c.session == key)
            )
            gone = await connection.execute(pseudonyms.delete().where(pseudonyms.c.session == key))
            return gone.rowcount

        forgotten = self._database.run(write, writes=True)
        self._database.scrub()
        return forgotten

    def expire(self) -> int:
        """As the protocol says."""
        gone = 0
        while count := self._database.run(self._forget_old, writes=True):
            gone += count
        if gone:
            self._database.scrub()
        return gone

    async def _names(self, connection: AsyncConnection, key: bytes) -> dict[tuple[str, str], str]:
        rows = await connection.execute(
            select(pseudonyms.c.name, pseudonyms.c.sealed).where(pseudonyms.c.session == key)
        )
        names: dict[tuple[str, str], str] = {}
        for name, sealed in rows:
            kind, _, value = self._seal.open(sealed, bound_to=key + name.encode()).partition("\n")
            names[kind, value] = name
        return names

    async def _add(
        self, connection: AsyncConnection, key: bytes, new: list[tuple[tuple[str, str], str]]
    ) -> None:
        await connection.execute(
            pseudonyms.insert(),
            [
                {
                    "session": key,
                    "value": self._digest(f"{kind}\n{value}"),
                    "name": name,
                    "sealed": self._seal.close(f"{kind}\n{value}", bound_to=key + name.encode()),
                }
                for (kind, value), name in new
            ],
        )

    async def _touch(self, connection: AsyncConnection, key: bytes) -> None:
        row = {"session": key, "used_at": self._clock()}
        await connection.execute(
            insert(connection, pseudonym_sessions)
            .values(row)
            .on_conflict_do_update(index_elements=["session"], set_={"used_at": row["used_at"]})
        )

    async def _forget_old(self, connection: AsyncConnection) -> int:
        found = await connection.scalars(
            select(pseudonym_sessions.c.session)
            .where(pseudonym_sessions.c.used_at < self._clock() - self._ttl_s)
            .limit(OLD_AT_ONCE)
            .with_for_update(skip_locked=True)  # another caller clears those that it holds
        )
        if old := found.all():
            for table in (pseudonyms, pseudonym_sessions):
                await connection.execute(table.delete().where(table.c.session.in_(old)))
        return len(old)

    def _digest(self, what: str) -> bytes:
        data = what.encode("utf-8", "surrogatepass")
        return hmac.new(self._digest_key, data, hashlib.sha256).digest()
