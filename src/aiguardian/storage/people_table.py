"""The `PeopleStore` in the database."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, select, true

from aiguardian.storage.conflicts import insert
from aiguardian.storage.engine import Database
from aiguardian.storage.people import REMEMBERED_S, Change, Standing
from aiguardian.storage.tables import (
    ended_sessions,
    memberships,
    organisations,
    users,
    webhook_messages,
)

if TYPE_CHECKING:
    from sqlalchemy import Select, Table
    from sqlalchemy.ext.asyncio import AsyncConnection


class PeopleTable:
    """See `PeopleStore`."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def has_seen(self, message: str) -> bool:
        """As the protocol says."""
        wanted = select(webhook_messages.c.id).where(webhook_messages.c.id == message)

        async def read(connection: AsyncConnection) -> bool:
            return (await connection.execute(wanted)).first() is not None

        return self._database.run(read)

    def note(self, message: str) -> None:
        """As the protocol says."""
        now = self._clock()
        row = {"id": message, "at": now}

        async def write(connection: AsyncConnection) -> None:
            old = now - REMEMBERED_S
            await connection.execute(
                insert(connection, webhook_messages).values(row).on_conflict_do_nothing()
            )
            await connection.execute(webhook_messages.delete().where(webhook_messages.c.at < old))
            await connection.execute(ended_sessions.delete().where(ended_sessions.c.at < old))
            for table in (users, organisations, memberships):
                await connection.execute(
                    table.delete().where(table.c.is_gone == 1, table.c.changed_at < old)
                )

        self._database.run(write, writes=True)

    def apply(self, change: Change) -> None:
        """As the protocol says."""
        if change.kind == "session":
            self._end(change)
            return
        table, keys, row = _row(change)

        async def write(connection: AsyncConnection) -> None:
            adding = insert(connection, table).values(**keys, **row)
            is_later = table.c.changed_at <= change.at
            if change.kind != "membership":  # a membership may be given again, an id may not
                is_later = true() if change.is_gone else and_(table.c.is_gone == 0, is_later)
            await connection.execute(
                adding.on_conflict_do_update(index_elements=list(keys), set_=row, where=is_later)
            )

        self._database.run(write, writes=True)

    def _end(self, change: Change) -> None:
        row = {"id": change.session, "at": change.at}

        async def write(connection: AsyncConnection) -> None:
            await connection.execute(
                insert(connection, ended_sessions).values(row).on_conflict_do_nothing()
            )

        self._database.run(write, writes=True)

    def tenants(self, user: str) -> list[str]:
        """As the protocol says."""
        wanted = (
            select(memberships.c.organisation)
            .where(memberships.c.user == user)
            .order_by(memberships.c.organisation)
        )

        async def read(connection: AsyncConnection) -> list[str]:
            return list((await connection.scalars(wanted)).all())

        return self._database.run(read)

    def leave_all(self, user: str) -> None:
        """As the protocol says."""
        gone = memberships.delete().where(memberships.c.user == user)

        async def write(connection: AsyncConnection) -> None:
            await connection.execute(gone)

        self._database.run(write, writes=True)

    def membership(self, user: str, organisation: str) -> Change | None:
        """As the protocol says."""
        wanted = _membership(user, organisation)

        async def read(connection: AsyncConnection) -> Change | None:
            found = (await connection.execute(wanted)).first()
            if found is None:
                return None
            return Change(
                "membership",
                found.changed_at,
                user=user,
                organisation=organisation,
                role=found.role,
                is_gone=bool(found.is_gone),
            )

        return self._database.run(read)

    def leave(self, user: str, organisation: str) -> bool:
        """As the protocol says."""
        gone = memberships.delete().where(
            memberships.c.organisation == organisation, memberships.c.user == user
        )

        async def write(connection: AsyncConnection) -> bool:
            return (await connection.execute(gone)).rowcount > 0

        return self._database.run(write, writes=True)

    def standing(self, user: str, organisation: str, *, session: str = "") -> Future[Standing]:
        """As the protocol says."""
        ended = select(ended_sessions.c.id).where(ended_sessions.c.id == session)
        person = select(users.c.is_barred, users.c.is_gone).where(users.c.id == user)
        place = select(organisations.c.is_gone).where(organisations.c.id == organisation)
        member = _membership(user, organisation)

        async def read(connection: AsyncConnection) -> Standing:
            found = (await connection.execute(person)).first()
            is_barred = found is not None and bool(found.is_barred or found.is_gone)
            is_barred = is_barred or (await connection.execute(ended)).first() is not None
            if not organisation:
                return Standing(is_barred=is_barred)
            is_barred = is_barred or bool(await connection.scalar(place))
            known = (await connection.execute(member)).first()
            if known is None:
                return Standing(is_barred=is_barred)
            return Standing(is_barred, known.role, not known.is_gone, known.changed_at)

        return self._database.submit(read)


def _membership(user: str, organisation: str) -> Select[tuple[str, int, float]]:
    c = memberships.c
    return select(c.role, c.is_gone, c.changed_at).where(
        c.organisation == organisation, c.user == user
    )


def _row(change: Change) -> tuple[Table, dict[str, str], dict[str, Any]]:
    """The table, what names the row in it, and the rest of the row."""
    row: dict[str, Any] = {"changed_at": change.at, "is_gone": int(change.is_gone)}
    match change.kind:
        case "user":
            return users, {"id": change.user}, row | {"is_barred": int(change.is_barred)}
        case "organisation":
            return organisations, {"id": change.organisation}, row
        case _:
            keys = {"organisation": change.organisation, "user": change.user}
            return memberships, keys, row | {"role": change.role}
