"""Turns by meaning: those that lie near a question, whatever words they use.

Meaning is cut up into cells. What one owner's turns in one cell mean stands in blocks: sealed
lists of their rows and short codes. A question opens the blocks of the cells nearest to it, and
the codes say which turns are worth a look. The database sees keyed cells and how many turns are in
each block, never a code; a rotation would hide less (docs/storage.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import bindparam, func, select

from aiguardian.storage.tables import memory_blocks
from aiguardian.storage.turn_keys import TurnKeys
from aiguardian.storage.turn_steps import Looks, Steps
from aiguardian.storage.turns import CODE_BYTES, Place

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

BLOCK_TURNS = 128
"""Fourteen kilobytes: adding a turn writes one anew."""
MOST_OF_A_CELL = 8
"""Blocks that are opened, the newest."""
MOST_OPENED = 96
"""Blocks of all cells, those of the nearest cells first: a question's time does not grow with the
memory. With a million turns, evenly spread, these are 12 cells."""
MOST_NEAR = 40
"""Of at most 12,288 codes among a million turns (benchmarks/context_memory_scale.py)."""
ENTRY = np.dtype([("turn", "<i8"), ("session", "<i8"), ("code", "i1", (CODE_BYTES,))])
"""A turn in a block: its row, its session's row, its code."""


async def hold(connection: AsyncConnection, owners: Iterable[bytes]) -> None:
    """Let nobody else write these owners' blocks until the transaction ends. Take it before any
    row: whoever holds rows and then waits for this could wait for ever."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer
        for owner in sorted(owners):
            number = int.from_bytes(owner[:8], "big", signed=True)
            await connection.execute(select(func.pg_advisory_xact_lock(number)))


async def assign(
    connection: AsyncConnection, keys: TurnKeys, owner: bytes, places: Sequence[Place | None]
) -> list[int | None]:
    """The block of each of n new turns, made where it is missing; None for one without a place.
    `fill` writes them there."""
    cells = [place.cells[0] if place else None for place in places]
    names = sorted({cell for cell in cells if cell is not None})
    key_of = dict(zip(names, keys.cells(owner, names).tolist(), strict=True))
    free: dict[int, list[int]] = {key: [] for key in key_of.values()}
    for row in await _newest(connection, list(free)):
        free[row.cell] += [row.id] * (BLOCK_TURNS - row.held)
    wanted = Counter(key_of[cell] for cell in cells if cell is not None)
    for key, count in wanted.items():
        missing = count - len(free[key])
        if missing > 0:
            made = await _make(connection, key, -(-missing // BLOCK_TURNS))
            free[key] += [block for block in made for _ in range(BLOCK_TURNS)]
    given = {key: iter(blocks) for key, blocks in free.items()}
    return [None if cell is None else next(given[key_of[cell]]) for cell in cells]


async def fill(
    connection: AsyncConnection,
    keys: TurnKeys,
    turns: Sequence[tuple[int, int, int, bytes]],
) -> None:
    """Write turns into their blocks: of each its block, its row, its session's row, its code."""
    if not turns:
        return
    by_block: dict[int, list[tuple[int, int, Any]]] = {}
    for block, turn, session, code in turns:
        entry = (turn, session, np.frombuffer(code, dtype=np.int8))
        by_block.setdefault(block, []).append(entry)
    c = memory_blocks.c
    rows = await connection.execute(select(c.id, c.sealed).where(c.id.in_(by_block)))
    await _write(
        connection,
        keys,
        {
            row.id: np.concatenate([_opened(keys, [row]), np.array(by_block[row.id], ENTRY)])
            for row in rows
        },
    )


async def take_out(connection: AsyncConnection, keys: TurnKeys, turns: dict[int, int]) -> None:
    """Delete turns from their blocks, by row; `turns` has the block of each. Blocks that are
    empty then are deleted."""
    if not turns:
        return
    c = memory_blocks.c
    gone = np.fromiter(turns, dtype=np.int64)
    rows = await connection.execute(select(c.id, c.sealed).where(c.id.in_(set(turns.values()))))
    kept = {}
    for row in rows:
        entries = _opened(keys, [row])
        kept[row.id] = entries[~np.isin(entries["turn"], gone)]
    empty = [block for block, entries in kept.items() if not len(entries)]
    if empty:
        await connection.execute(memory_blocks.delete().where(c.id.in_(empty)))
    await _write(connection, keys, {one: kept[one] for one in kept if one not in set(empty)})


def nearest(
    keys: TurnKeys, owner: bytes, place: Place | None, *, session: int | None
) -> Steps[list[int]]:
    """The rows of the turns nearest to a place, at most `MOST_NEAR`, nearest first; of one session
    only where its row is given."""
    if place is None or not place.cells:
        return []
    rows = yield Looks(
        sqlite="SELECT id, sealed FROM memory_blocks WHERE cell = $1 ORDER BY id DESC LIMIT $2",
        postgres=(
            "SELECT b.* FROM unnest($1::bigint[], $2::int[]) AS c(cell, most) "
            "CROSS JOIN LATERAL (SELECT id, sealed FROM memory_blocks WHERE cell = c.cell "
            "ORDER BY id DESC LIMIT c.most) AS b"
        ),
        values=[(cell, MOST_OF_A_CELL) for cell in keys.cells(owner, place.cells).tolist()],
        most=MOST_OPENED,
    )
    return _best([keys.open_block(*row) for row in rows], place.code, session)


def _best(blocks: Sequence[bytes], code: bytes, session: int | None) -> list[int]:
    sought = np.frombuffer(code, dtype=np.int8).astype(np.float32)
    turns, likeness = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.float32)]
    for block in blocks:  # one by one: memory for all at once would cost more than the product
        entries = np.frombuffer(block, dtype=ENTRY)
        if session is not None:
            entries = entries[entries["session"] == session]
        turns.append(entries["turn"])
        likeness.append(entries["code"].astype(np.float32) @ sought)
    rows, scores = np.concatenate(turns), np.concatenate(likeness)
    if len(rows) > MOST_NEAR:
        best = np.argpartition(-scores, MOST_NEAR - 1)[:MOST_NEAR]
        rows, scores = rows[best], scores[best]
    found: list[int] = rows[np.lexsort((-rows, -scores))].tolist()
    return found


def _opened(keys: TurnKeys, rows: Sequence[Any]) -> Any:
    """The entries of blocks one after the other, (n,); a block that was just made has none."""
    data = b"".join(keys.open_block(row.id, row.sealed) for row in rows if row.sealed)
    return np.frombuffer(data, dtype=ENTRY)


async def _newest(connection: AsyncConnection, cells: Sequence[int]) -> list[Any]:
    if not cells:
        return []
    c = memory_blocks.c
    newest = select(func.max(c.id)).where(c.cell.in_(cells)).group_by(c.cell)
    return list(await connection.execute(select(c.id, c.cell, c.held).where(c.id.in_(newest))))


async def _make(connection: AsyncConnection, cell: int, count: int) -> list[int]:
    made = await connection.execute(
        memory_blocks.insert().returning(memory_blocks.c.id, sort_by_parameter_order=True),
        [{"cell": cell, "held": 0, "sealed": b""}] * count,
    )
    return sorted(made.scalars())


async def _write(connection: AsyncConnection, keys: TurnKeys, blocks: dict[int, Any]) -> None:
    if not blocks:
        return
    values = [
        {
            "a_block": block,
            "now_held": len(entries),
            "now_sealed": keys.close_block(block, entries.tobytes()),
        }
        for block, entries in blocks.items()
    ]
    await connection.execute(
        memory_blocks.update()
        .where(memory_blocks.c.id == bindparam("a_block"))
        .values(held=bindparam("now_held"), sealed=bindparam("now_sealed")),
        values,
    )
