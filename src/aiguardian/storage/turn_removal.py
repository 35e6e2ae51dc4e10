"""Deleting turns for good: rows, terms, places, facts, repeats, sessions that are empty then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, exists, select

from aiguardian.storage.tables import memory_facts, memory_sessions, memory_terms, memory_turns
from aiguardian.storage.turn_blocks import hold, take_out
from aiguardian.storage.turn_keys import TurnKeys, unpacked
from aiguardian.storage.turns import Removed

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

OLD_AT_ONCE = 100
"""Turns past their time that one write clears away; none of them is read any more."""


async def remove(
    connection: AsyncConnection, keys: TurnKeys, which: list[ColumnElement[bool]], most: int
) -> Removed:
    """Delete turns that meet the conditions, about `most` of them, and tell how much went. What
    repeats a turn goes with it: it says the same."""
    c = memory_turns.c
    columns = select(c.id, c.session, c.owner, c.digest, c.terms, c.block)
    chosen = {row.id: row for row in await connection.execute(columns.where(*which).limit(most))}
    if not chosen:
        return Removed()
    await hold(connection, {row.owner for row in chosen.values()})
    digests = {row.digest for row in chosen.values()}
    for row in await connection.execute(
        columns.add_columns(c.same_as).where(c.digest.in_(digests))
    ):
        if row.same_as in chosen:
            chosen.setdefault(row.id, row)
    rows = list(chosen.values())
    ids = [row.id for row in rows]
    await _remove_terms(connection, rows)
    await take_out(connection, keys, {row.id: row.block for row in rows if row.block is not None})
    facts = await _remove_facts(connection, ids)
    await connection.execute(memory_turns.delete().where(c.id.in_(ids)))
    sessions = await connection.execute(
        memory_sessions.delete().where(
            memory_sessions.c.id.in_({row.session for row in rows}),
            ~exists().where(c.session == memory_sessions.c.id),
        )
    )
    return Removed(len(rows), facts, sessions.rowcount)


async def remove_old(connection: AsyncConnection, keys: TurnKeys, before: float) -> None:
    """Clear away turns that were said last before then."""
    await remove(connection, keys, [memory_turns.c.last_at < before], OLD_AT_ONCE)


async def _remove_terms(connection: AsyncConnection, rows: list[Any]) -> None:
    pairs = [
        {"a_term": int(term), "a_turn": row.id}
        for row in rows
        for term in set(unpacked([row.terms])[0].tolist())
    ]
    if pairs:
        c = memory_terms.c
        await connection.execute(
            memory_terms.delete().where(
                c.term == bindparam("a_term"), c.turn == bindparam("a_turn")
            ),
            pairs,
        )


async def _remove_facts(connection: AsyncConnection, turns: list[int]) -> int:
    """How many facts went. Those that they superseded stay past, without naming them."""
    c = memory_facts.c
    gone = list(await connection.execute(select(c.id, c.public_id).where(c.turn.in_(turns))))
    if not gone:
        return 0
    names = [row.public_id for row in gone]
    ended = select(c.id).where(c.slot.in_(select(c.slot).where(c.turn.in_(turns))))
    await connection.execute(
        memory_facts.update()
        .where(c.id.in_(ended), c.superseded_by.in_(names))
        .values(superseded_by=None)
    )
    await connection.execute(memory_facts.delete().where(c.turn.in_(turns)))
    return len(gone)
