"""The `PolicyStore` in the database. What `allow` of a policy lists stands there as written."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, select

from aiguardian.storage import policies as rules
from aiguardian.storage.conflicts import insert
from aiguardian.storage.engine import Database
from aiguardian.storage.policies import Changes, PoliciesFull, PolicyVersion, check_expected
from aiguardian.storage.tables import policy_changes, policy_versions

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

_ONLY_ROW = 1
_columns = policy_versions.c


class PolicyTable:
    """See `PolicyStore`."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def changes(self, since: int) -> Changes:
        """As the protocol says. One small row is read while nothing changes."""

        async def read(connection: AsyncConnection) -> Changes:
            found = await connection.execute(select(policy_changes.c.number))
            number = found.scalar_one_or_none() or 0
            if number <= since:
                return Changes(since, ())
            rows = await connection.execute(_newest().where(_columns.number > since))
            return Changes(number, tuple(map(_version, rows)))

        return self._database.run(read)

    def write(
        self, tenant: str, name: str, text: str | None, *, expected: int, author: str, note: str
    ) -> PolicyVersion:
        """As the protocol says."""
        now = self._clock()

        async def write(connection: AsyncConnection) -> PolicyVersion:
            number = await _counted(connection)  # first: it keeps other writers out until the end
            found = await connection.execute(_newest().where(*_of(tenant, name)))
            newest = found.one_or_none()
            last = _version(newest) if newest is not None else None
            check_expected(last, expected)
            if text is not None and not (last and last.is_live):
                await _refuse_more(connection, tenant)
            written = PolicyVersion(
                tenant, name, last.version + 1 if last else 1, text is not None, text or "",
                author, note, now,
            )  # fmt: skip
            await connection.execute(
                policy_versions.insert().values(number=number, **_row(written))
            )
            oldest = written.version - rules.KEPT_VERSIONS
            await connection.execute(
                policy_versions.delete().where(*_of(tenant, name), _columns.version <= oldest)
            )
            return written

        return self._database.run(write, writes=True)

    def history(
        self, tenant: str, name: str, *, limit: int, before: int | None = None
    ) -> list[PolicyVersion]:
        """As the protocol says."""
        wanted = select(policy_versions).where(*_of(tenant, name)).limit(limit)
        if before is not None:
            wanted = wanted.where(_columns.version < before)

        async def read(connection: AsyncConnection) -> list[PolicyVersion]:
            rows = await connection.execute(wanted.order_by(_columns.version.desc()))
            return [_version(row) for row in rows]

        return self._database.run(read)


async def _counted(connection: AsyncConnection) -> int:
    """The number of the change that begins. Its row stays locked until the change is there: who
    reads a number has all changes up to it."""
    first = insert(connection, policy_changes).values(id=_ONLY_ROW, number=1)
    counted = first.on_conflict_do_update(
        index_elements=["id"], set_={"number": policy_changes.c.number + 1}
    )
    await connection.execute(counted)
    found = await connection.execute(select(policy_changes.c.number))
    return int(found.scalar_one())


async def _refuse_more(connection: AsyncConnection, tenant: str) -> None:
    live = _newest().where(_columns.tenant == tenant, _columns.is_live == 1).subquery()
    found = await connection.execute(select(func.count()).select_from(live))
    if found.scalar_one() >= rules.MOST_POLICIES:
        raise PoliciesFull


def _newest() -> Select[Any]:
    """The last version of each policy."""
    other = policy_versions.alias()
    last = (
        select(func.max(other.c.version))
        .where(other.c.tenant == _columns.tenant, other.c.name == _columns.name)
        .scalar_subquery()
    )
    return select(policy_versions).where(_columns.version == last)


def _of(tenant: str, name: str) -> tuple[Any, Any]:
    return _columns.tenant == tenant, _columns.name == name


def _row(version: PolicyVersion) -> dict[str, Any]:
    return {
        "tenant": version.tenant,
        "name": version.name,
        "version": version.version,
        "is_live": int(version.is_live),
        "text": version.text,
        "author": version.author,
        "note": version.note,
        "at": version.at,
    }


def _version(row: Any) -> PolicyVersion:
    return PolicyVersion(
        row.tenant, row.name, row.version, bool(row.is_live), row.text, row.author, row.note, row.at
    )
