"""Adding turns to the database: new ones with their terms, repeats beside the turn they repeat."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import select

from aiguardian.storage import turns as bounds
from aiguardian.storage.conflicts import insert
from aiguardian.storage.tables import memory_sessions, memory_terms, memory_turns
from aiguardian.storage.turn_blocks import assign, fill, hold
from aiguardian.storage.turn_keys import TurnKeys, packed
from aiguardian.storage.turns import KeptTurn, MemoryFull, NewTurn, Owner

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

MOST_TIMES = 30_000
_NO_TERMS = packed(np.zeros(0, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Keyed:
    """A turn with all that the database gets of it."""

    turn: NewTurn
    public_id: bytes
    digest: bytes
    sealed: bytes
    meaning: bytes
    terms: Any  # (n,), int64, each once: they find the turn
    packed: bytes
    """The keys of all terms and marks, with repeats."""


def keyed(keys: TurnKeys, owner: Owner, turn: NewTurn) -> Keyed:
    """Seal a turn and take the digests: run it where computing may take its time."""
    within, public_id = keys.owner(owner), os.urandom(16)
    terms = keys.terms(within, turn.terms)
    return Keyed(
        turn,
        public_id,
        digest=keys.digest(keys.session(owner), turn.role, turn.text),
        sealed=keys.close_text(public_id, turn.role, turn.text),
        meaning=keys.close_meaning(public_id, turn.meaning),
        terms=np.unique(terms),
        packed=packed(np.concatenate([terms, keys.terms(within, turn.marks)])),
    )


async def add_turns(
    connection: AsyncConnection, keys: TurnKeys, owner: Owner, turns: Sequence[Keyed], now: float
) -> list[KeptTurn]:
    """The turns that are new, in their order; all others repeat one. Raises `MemoryFull`."""
    await hold(connection, [keys.owner(owner)])
    session, first = await _session(connection, keys, owner, len(turns))
    known = await _known(connection, turns)
    fresh: dict[bytes, tuple[int, Keyed]] = {}
    for number, one in enumerate(turns, start=first):
        if one.digest not in known:
            fresh.setdefault(one.digest, (number, one))
    rows = await _insert(connection, keys, owner, session, fresh, now)
    known |= rows
    await _repeat(connection, keys, owner, session, first, turns, fresh, known, now)
    return [
        KeptTurn(
            row=rows[digest],
            id=one.public_id.hex(),
            session=owner.session,
            role=one.turn.role,
            text=one.turn.text,
            turn=number,
            at=now,
            last_at=now,
            times=1,
        )
        for digest, (number, one) in fresh.items()
    ]


async def _session(
    connection: AsyncConnection, keys: TurnKeys, owner: Owner, count: int
) -> tuple[int, int]:
    """The session's row, made where it is missing, and the number of its next turn. Holds the
    row: two writers never give one number twice."""
    key = keys.session(owner)
    values = {
        "owner": keys.owner(owner),
        "session": key,
        "name": keys.close_name(key, owner.session),
        "next_turn": count,
    }
    done = await connection.execute(
        insert(connection, memory_sessions)
        .values(values)
        .on_conflict_do_update(
            index_elements=["owner", "session"],
            set_={"next_turn": memory_sessions.c.next_turn + count},
        )
        .returning(memory_sessions.c.id, memory_sessions.c.next_turn)
    )
    row = done.one()
    if row.next_turn > bounds.MOST_TURNS:
        raise MemoryFull
    return row.id, row.next_turn - count


async def _known(connection: AsyncConnection, turns: Sequence[Keyed]) -> dict[bytes, int]:
    """The row of each turn that was said before in the session, by digest."""
    c = memory_turns.c
    wanted = select(c.digest, c.id, c.same_as).where(c.digest.in_({one.digest for one in turns}))
    return {row.digest: row.id for row in await connection.execute(wanted) if row.same_as is None}


async def _insert(
    connection: AsyncConnection,
    keys: TurnKeys,
    owner: Owner,
    session: int,
    fresh: dict[bytes, tuple[int, Keyed]],
    now: float,
) -> dict[bytes, int]:
    """The rows of new turns, by digest, in the order of the turns."""
    if not fresh:
        return {}
    within = keys.owner(owner)
    places = [one.turn.place for _, one in fresh.values()]
    blocks = await assign(connection, keys, within, places)
    values = [
        _row(one, within, session, number, now)
        | {"same_as": None, "meaning": one.meaning, "terms": one.packed, "block": block}
        for (number, one), block in zip(fresh.values(), blocks, strict=True)
    ]
    done = await connection.execute(
        memory_turns.insert().returning(memory_turns.c.digest, memory_turns.c.id), values
    )
    rows = {row.digest: row.id for row in done}
    placed = zip(fresh, places, blocks, strict=True)
    await fill(
        connection,
        keys,
        [
            (block, rows[digest], session, place.code)
            for digest, place, block in placed
            if place is not None and block is not None
        ],
    )
    postings = [
        {"term": term, "turn": rows[digest]}
        for digest, (_, one) in fresh.items()
        for term in one.terms.tolist()
    ]
    if postings:
        await connection.execute(memory_terms.insert(), postings)
    return rows


async def _repeat(
    connection: AsyncConnection,
    keys: TurnKeys,
    owner: Owner,
    session: int,
    first: int,
    turns: Sequence[Keyed],
    fresh: dict[bytes, tuple[int, Keyed]],
    known: dict[bytes, int],
    now: float,
) -> None:
    """Keep repeats for the sake of the conversation's order: only the first one is found."""
    within = keys.owner(owner)
    again = [
        (number, one)
        for number, one in enumerate(turns, start=first)
        if fresh.get(one.digest, (None,))[0] != number
    ]
    if not again:
        return
    values = [
        _row(one, within, session, number, now)
        | {"same_as": known[one.digest], "meaning": b"", "terms": _NO_TERMS, "block": None}
        for number, one in again
    ]
    await connection.execute(memory_turns.insert(), values)
    c = memory_turns.c
    counts: dict[int, int] = {}
    for _, one in again:
        counts[known[one.digest]] = counts.get(known[one.digest], 0) + 1
    for row, times in counts.items():
        await connection.execute(
            memory_turns.update()
            .where(c.id == row, c.times < MOST_TIMES)
            .values(last_at=now, times=c.times + min(times, MOST_TIMES // 2))
        )


def _row(one: Keyed, owner: bytes, session: int, number: int, now: float) -> dict[str, Any]:
    return {
        "public_id": one.public_id,
        "session": session,
        "owner": owner,
        "number": number,
        "at": now,
        "last_at": now,
        "times": 1,
        "digest": one.digest,
        "sealed": one.sealed,
    }
