"""The facts of turns in the database: what changed ends what was, and both are kept."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from aiguardian.storage.tables import memory_facts, memory_turns
from aiguardian.storage.turn_keys import TurnKeys
from aiguardian.storage.turns import KeptFact, KeptTurn, NewFact

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


async def add_facts(
    connection: AsyncConnection,
    keys: TurnKeys,
    owner: bytes,
    turn: KeptTurn,
    facts: Sequence[NewFact],
) -> tuple[list[KeptFact], list[KeptFact]]:
    """The facts of a turn that are new, and those that they end. One that is known already and
    still holds is neither."""
    new, ended = [], []
    for fact in facts:
        slot = keys.digest(owner, "slot", fact.slot)
        value = keys.digest(slot, "value", fact.value)
        present = await _present(connection, slot)
        if fact.ends:
            over = [row for row in present if not fact.value or row.value == value]
            ended += await _end(connection, keys, over, turn.at, by=None)
        elif all(row.value != value for row in present):
            kept = await _insert(connection, turn, fact, slot, value)
            new.append(kept)
            ended += await _end(connection, keys, present, turn.at, by=kept.id)
    return new, ended


async def facts_of(connection: AsyncConnection, rows: Sequence[int]) -> list[Any]:
    """The facts of turns, as the table has them."""
    wanted = select(memory_facts).where(memory_facts.c.turn.in_(rows)).order_by(memory_facts.c.id)
    return list(await connection.execute(wanted))


async def successors_of(connection: AsyncConnection, facts: Sequence[bytes]) -> dict[bytes, int]:
    """The row of the turn that holds what took the place of each fact, by the fact's id."""
    old, new = memory_facts.alias(), memory_facts.alias()
    wanted = (
        select(old.c.public_id, new.c.turn)
        .join(new, new.c.slot == old.c.slot)
        .where(old.c.public_id.in_(facts), old.c.valid_to.is_not(None), new.c.valid_to.is_(None))
    )
    return {row.public_id: row.turn for row in await connection.execute(wanted)}


def kept_fact(row: Any, turn_id: str, turn: int, text: str) -> KeptFact:
    """A fact with its provenance, from its row and its turn."""
    return KeptFact(
        id=row.public_id.hex(),
        turn_id=turn_id,
        turn=turn,
        start=row.start,
        end=row.end,
        text=text[row.start : row.end],
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        superseded_by=row.superseded_by.hex() if row.superseded_by else None,
    )


async def _present(connection: AsyncConnection, slot: bytes) -> list[Any]:
    """The facts of a slot that hold, with their turns."""
    wanted = (
        select(memory_facts, memory_turns.c.public_id.label("turn_id"), memory_turns.c.number)
        .add_columns(memory_turns.c.sealed)
        .join(memory_turns, memory_turns.c.id == memory_facts.c.turn)
        .where(memory_facts.c.slot == slot, memory_facts.c.valid_to.is_(None))
    )
    return list(await connection.execute(wanted))


async def _end(
    connection: AsyncConnection, keys: TurnKeys, rows: Sequence[Any], at: float, *, by: str | None
) -> list[KeptFact]:
    if not rows:
        return []
    values = {"valid_to": at, "superseded_by": bytes.fromhex(by) if by else None}
    over = memory_facts.c.id.in_([row.id for row in rows])
    await connection.execute(memory_facts.update().where(over).values(values))
    ended = []
    for row in rows:
        _, text = keys.open_text(row.turn_id, row.sealed)
        fact = kept_fact(row, row.turn_id.hex(), row.number, text)
        ended.append(replace(fact, valid_to=at, superseded_by=by))
    return ended


async def _insert(
    connection: AsyncConnection, turn: KeptTurn, fact: NewFact, slot: bytes, value: bytes
) -> KeptFact:
    public_id = os.urandom(16)
    row = {
        "public_id": public_id,
        "turn": turn.row,
        "slot": slot,
        "value": value,
        "start": fact.start,
        "end": fact.end,
        "valid_from": turn.at,
    }
    await connection.execute(memory_facts.insert().values(row))
    return KeptFact(
        id=public_id.hex(),
        turn_id=turn.id,
        turn=turn.turn,
        start=fact.start,
        end=fact.end,
        text=turn.text[fact.start : fact.end],
        valid_from=turn.at,
    )
