"""The `IdempotencyStore` in the database: answers sealed, old ones cleared as new ones come."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from aiguardian.storage.conflicts import insert
from aiguardian.storage.engine import Database
from aiguardian.storage.idempotency import KEPT_S, RUNNING_S, Answered, KeyTaken
from aiguardian.storage.sealing import Seal, Secrets, Unreadable
from aiguardian.storage.tables import idempotency_keys

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


class IdempotencyTable:
    """See `IdempotencyStore`. All raise `NotAvailable` when the database is out of reach."""

    def __init__(
        self, database: Database, secrets: Secrets, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._seal = Seal(secrets.each("idempotency/seal/1"))
        self._clock = clock

    def begin(self, key: bytes, request: bytes) -> Answered | None:
        """As the protocol says."""
        c, now = idempotency_keys.c, self._clock()
        is_old = or_(
            c.at < now - KEPT_S, and_(c.key == key, c.status.is_(None), c.at < now - RUNNING_S)
        )
        row = {"key": key, "request": request, "at": now}

        async def write(connection: AsyncConnection) -> Answered | None:
            await connection.execute(idempotency_keys.delete().where(is_old))
            taken = await connection.execute(
                insert(connection, idempotency_keys).values(row).on_conflict_do_nothing()
            )
            if taken.rowcount > 0:
                return None
            held = (
                await connection.execute(select(c.request, c.status, c.answer).where(c.key == key))
            ).one()
            if held.request != request or held.status is None:
                raise KeyTaken
            return Answered(held.status, self._open(key, held.answer))

        return self._database.run(write, writes=True)

    def end(self, key: bytes, answered: Answered) -> None:
        """As the protocol says."""
        done = (
            idempotency_keys.update()
            .where(idempotency_keys.c.key == key)
            .values(
                status=answered.status, answer=self._seal.close_bytes(answered.body, bound_to=key)
            )
        )

        async def write(connection: AsyncConnection) -> None:
            await connection.execute(done)

        self._database.run(write, writes=True)

    def give_up(self, key: bytes) -> None:
        """As the protocol says."""
        gone = idempotency_keys.delete().where(idempotency_keys.c.key == key)

        async def write(connection: AsyncConnection) -> None:
            await connection.execute(gone)

        self._database.run(write, writes=True)

    def _open(self, key: bytes, sealed: bytes) -> bytes:
        try:
            return self._seal.open_bytes(sealed, bound_to=key)
        except Unreadable:  # sealed by a SECRET_KEY that is gone: what was answered is not known
            raise KeyTaken from None
