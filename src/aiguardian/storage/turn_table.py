"""The `TurnStore` in the database: texts sealed, found by keyed terms, gone when they are old."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from aiguardian.processor import Deadline
from aiguardian.storage import turn_search
from aiguardian.storage.engine import Database
from aiguardian.storage.sealing import Secrets
from aiguardian.storage.tables import memory_sessions, memory_turns
from aiguardian.storage.turn_facts import add_facts, facts_of, kept_fact, successors_of
from aiguardian.storage.turn_keys import TurnKeys
from aiguardian.storage.turn_reading import FactRow, TurnRow, rows_of
from aiguardian.storage.turn_removal import remove, remove_old
from aiguardian.storage.turn_search import Search
from aiguardian.storage.turn_steps import Steps, answer
from aiguardian.storage.turn_writing import add_turns, keyed
from aiguardian.storage.turns import (
    Added,
    Candidates,
    KeptFact,
    KeptTurn,
    NewTurn,
    Owner,
    Place,
    Removed,
)

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

PAGE = 500
"""Turns that `everything` reads and `forget` deletes in one transaction."""


class TurnTable:
    """See `TurnStore`. A turn that was not said again for `ttl_s` is forgotten."""

    def __init__(
        self,
        database: Database,
        secrets: Secrets,
        ttl_s: float,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._keys = TurnKeys(secrets)
        self._ttl_s = ttl_s
        self._clock = clock

    def add(self, owner: Owner, turns: Sequence[NewTurn], *, deadline: Deadline) -> Added:
        """As the protocol says."""
        within = self._keys.owner(owner)
        rows = [keyed(self._keys, owner, turn) for turn in turns]
        now = self._clock()

        async def clear(connection: AsyncConnection) -> None:
            await remove_old(connection, self._keys, now - self._ttl_s)

        async def write(connection: AsyncConnection) -> Added:
            kept = await add_turns(connection, self._keys, owner, rows, now)
            facts: list[KeptFact] = []
            ended: list[KeptFact] = []
            by_id = {row.public_id.hex(): row.turn.facts for row in rows}
            for turn in kept:
                new, old = await add_facts(connection, self._keys, within, turn, by_id[turn.id])
                facts += new
                ended += old
            return Added(tuple(kept), len(rows) - len(kept), tuple(facts), tuple(ended))

        # apart, for it may be of others: nobody holds one owner's blocks and waits for another's
        self._database.run(clear, writes=True, deadline=deadline)
        return self._database.run(write, writes=True, deadline=deadline)

    def find(
        self,
        owner: Owner,
        terms: Sequence[str],
        *,
        marks: Sequence[str],
        near: Place | None = None,
        deadline: Deadline,
    ) -> Candidates:
        """As the protocol says."""
        search = self._search(owner, terms, marks, near)
        found = self._database.run(
            lambda connection: answer(connection, turn_search.find(search, self._keys)),
            deadline=deadline,
        )
        deadline.check()
        return turn_search.opened(found, search, self._keys)

    def find_and_read(
        self,
        owner: Owner,
        terms: Sequence[str],
        *,
        marks: Sequence[str],
        near: Place | None = None,
        choose: Callable[[Candidates], Sequence[int]],
        deadline: Deadline,
    ) -> list[KeptTurn]:
        """As the protocol says: in one transaction."""
        search = self._search(owner, terms, marks, near)

        def steps() -> Steps[tuple[list[int], list[TurnRow], list[FactRow]]]:
            found = yield from turn_search.find(search, self._keys)
            deadline.check()
            wanted = list(choose(turn_search.opened(found, search, self._keys)))
            return wanted, *(yield from rows_of(search.owner, wanted))

        wanted, rows, facts = self._database.run(
            lambda connection: answer(connection, steps()), deadline=deadline
        )
        return _in_order(self._opened(rows, facts), wanted)

    def read(self, owner: Owner, rows: Sequence[int], *, deadline: Deadline) -> list[KeptTurn]:
        """As the protocol says."""
        wanted = [int(row) for row in rows]
        steps = rows_of(self._keys.owner(owner), wanted)
        found = self._database.run(lambda connection: answer(connection, steps), deadline=deadline)
        return _in_order(self._opened(*found), wanted)

    def successors(
        self, owner: Owner, facts: Sequence[str], *, deadline: Deadline
    ) -> dict[str, KeptTurn]:
        """As the protocol says."""
        ids = [_public(one) for one in facts]

        async def get(connection: AsyncConnection) -> dict[str, KeptTurn]:
            rows = await successors_of(connection, ids)
            which = [*self._which(owner), memory_turns.c.id.in_(rows.values())]
            kept = {turn.row: turn for turn in await self._kept(connection, _turns(which))}
            return {fact.hex(): kept[row] for fact, row in rows.items() if row in kept}

        return self._database.run(get, deadline=deadline)

    def last(self, owner: Owner, limit: int, *, deadline: Deadline) -> tuple[int, list[KeptTurn]]:
        """As the protocol says."""
        which = [*self._which(owner), memory_turns.c.last_at >= self._clock() - self._ttl_s]
        newest = _turns(which).order_by(memory_turns.c.number.desc()).limit(limit)
        count = select(func.count()).select_from(_turns(which).subquery())

        async def get(connection: AsyncConnection) -> tuple[int, list[KeptTurn]]:
            total = (await connection.execute(count)).scalar_one()
            return total, (await self._kept(connection, newest, with_facts=False))[::-1]

        return self._database.run(get, deadline=deadline)

    def forget(
        self,
        owner: Owner,
        *,
        ids: Sequence[str] | None,
        before: float | None,
        deadline: Deadline,
    ) -> Removed:
        """As the protocol says. Large memories go in pieces: after `DeadlineExceeded` a part is
        gone, and asking again takes the rest."""
        which = self._which(owner)
        if ids is not None:
            which.append(memory_turns.c.public_id.in_([_public(one) for one in ids]))
        if before is not None:
            which.append(memory_turns.c.last_at < before)
        gone = Removed()
        while True:
            one = self._database.run(
                lambda connection: remove(connection, self._keys, which, PAGE),
                writes=True,
                deadline=deadline,
            )
            if not one.turns:
                break
            gone = Removed(
                gone.turns + one.turns, gone.facts + one.facts, gone.sessions + one.sessions
            )
        self._database.scrub()
        return gone

    def expire(self) -> int:
        """As the protocol says."""
        before = self._clock() - self._ttl_s
        gone = 0
        old = partial(_remove_old, keys=self._keys, before=before)
        while count := self._database.run(old, writes=True):
            gone += count
        if gone:
            self._database.scrub()
        return gone

    def everything(self, owner: Owner, *, deadline: Deadline) -> Iterator[KeptTurn]:
        """As the protocol says."""
        which = [*self._which(owner), memory_turns.c.last_at >= self._clock() - self._ttl_s]
        last = 0
        while True:
            page = _turns([*which, memory_turns.c.id > last]).order_by(memory_turns.c.id)
            get = partial(self._kept, wanted=page.limit(PAGE))
            kept = self._database.run(get, deadline=deadline)
            if not kept:
                return
            yield from kept
            last = kept[-1].row

    def _which(self, owner: Owner) -> list[ColumnElement[bool]]:
        """The conditions that hold for the owner's turns only."""
        which: list[ColumnElement[bool]] = [memory_turns.c.owner == self._keys.owner(owner)]
        if owner.session:
            session = memory_sessions.c.session == self._keys.session(owner)
            which.append(memory_turns.c.session.in_(select(memory_sessions.c.id).where(session)))
        return which

    async def _kept(
        self, connection: AsyncConnection, wanted: Select[Any], *, with_facts: bool = True
    ) -> list[KeptTurn]:
        rows = list(await connection.execute(wanted))
        facts = await facts_of(connection, [row.id for row in rows]) if with_facts else []
        return self._opened(rows, facts)

    def _search(
        self, owner: Owner, terms: Sequence[str], marks: Sequence[str], near: Place | None
    ) -> Search:
        within = self._keys.owner(owner)
        return Search(
            owner=within,
            session=self._keys.session(owner) if owner.session else None,
            terms=self._keys.terms(within, terms),
            marks=self._keys.terms(within, marks),
            near=near,
            since=self._clock() - self._ttl_s,
        )

    def _opened(self, rows: Sequence[Any], found: Sequence[Any]) -> list[KeptTurn]:
        """The turns in these rows, with those of the facts that are theirs."""
        facts: dict[int, list[Any]] = {}
        for fact in found:
            facts.setdefault(fact.turn, []).append(fact)
        sealed = {row.session_key: row.name for row in rows}
        names = {key: self._keys.open_name(key, name) for key, name in sealed.items()}
        return [self._open(row, names[row.session_key], facts.get(row.id, [])) for row in rows]

    def _open(self, row: Any, session: str, facts: Sequence[Any]) -> KeptTurn:
        role, text = self._keys.open_text(row.public_id, row.sealed)
        name = row.public_id.hex()
        return KeptTurn(
            row=row.id,
            id=name,
            session=session,
            role=role,
            text=text,
            turn=row.number,
            at=row.at,
            last_at=row.last_at,
            times=row.times,
            facts=tuple(kept_fact(fact, name, row.number, text) for fact in facts),
        )


def _in_order(turns: Sequence[KeptTurn], rows: Sequence[int]) -> list[KeptTurn]:
    by_row = {turn.row: turn for turn in turns}
    return [by_row[row] for row in rows if row in by_row]


async def _remove_old(connection: AsyncConnection, *, keys: TurnKeys, before: float) -> int:
    return (await remove(connection, keys, [memory_turns.c.last_at < before], PAGE)).turns


def _turns(which: Sequence[ColumnElement[bool]]) -> Select[Any]:
    c, s = memory_turns.c, memory_sessions.c
    return (
        select(c.id, c.public_id, c.number, c.at, c.last_at, c.times, c.sealed)
        .add_columns(s.session.label("session_key"), s.name)
        .join(memory_sessions, s.id == c.session)
        .where(*which)
    )


def _public(name: str) -> bytes:
    """The id that a caller names; what is none is nobody's."""
    try:
        return bytes.fromhex(name)
    except ValueError:
        return b""
