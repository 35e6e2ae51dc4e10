"""Turns by meaning: those that lie near a question, whatever words they use.

Meaning is cut up into cells. What one owner's turns in one cell mean stands in blocks: sealed
lists of their rows and short codes. A question opens the blocks of the cells nearest to it, and
the codes say which turns are worth a look. The database sees keyed cells and how many turns are in
each block, never a code; a rotation would hide less (docs/storage.md).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import bindparam, func, select, text

from aiguardian.storage.tables import memory_blocks
from aiguardian.storage.turn_keys import TurnKeys
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


async def nearest(
    connection: AsyncConnection,
    keys: TurnKeys,
    owner: bytes,
    place: Place | None,
    *,
    session: int | None,
) -> list[int]:
    """The rows of the turns nearest to a place, at most `MOST_NEAR`, nearest first; of one session
    only where its row is given."""
    if place is None or not place.cells:
        return []
    cells = keys.cells(owner, place.cells).tolist()
    of_postgres = connection.dialect.name == "postgresql"
    statement = _in_one_look(cells) if of_postgres else _cell_by_cell(cells)
    limited = text(f"{statement} LIMIT {MOST_OPENED}")  # aiguardian: allow - integers of ours
    rows = list(await connection.execute(limited))
    return await asyncio.to_thread(_best, keys, rows, place.code, session)


_NEWEST = "SELECT id, sealed FROM memory_blocks WHERE cell = {cell} ORDER BY id DESC LIMIT {most}"


def _cell_by_cell(cells: Sequence[int]) -> str:
    """The statement for the newest blocks of cells, in their order, of integers of ours."""
    return " UNION ALL ".join(
        f"SELECT * FROM ({_NEWEST.format(cell=cell, most=MOST_OF_A_CELL)}) AS t{n}"  # noqa: S608 - see above
        for n, cell in enumerate(cells)
    )


def _in_one_look(cells: Sequence[int]) -> str:
    """The same for PostgreSQL, which would plan each cell anew."""
    newest = _NEWEST.format(cell="c.cell", most=MOST_OF_A_CELL)
    numbers = ",".join(map(str, cells))
    return (
        f"SELECT b.id, b.sealed FROM unnest(ARRAY[{numbers}]::bigint[]) AS c(cell) "  # noqa: S608 - as above
        f"CROSS JOIN LATERAL ({newest}) AS b"
    )


def _best(keys: TurnKeys, rows: Sequence[Any], code: bytes, session: int | None) -> list[int]:
    entries = _opened(keys, rows)
    if session is not None:
        entries = entries[entries["session"] == session]
    if not len(entries):
        return []
    sought = np.frombuffer(code, dtype=np.int8).astype(np.float32)
    likeness = entries["code"].astype(np.float32) @ sought
    best = np.argpartition(-likeness, min(MOST_NEAR, len(likeness)) - 1)[:MOST_NEAR]
    turns = entries["turn"][best]
    found: list[int] = turns[np.lexsort((-turns, -likeness[best]))].tolist()
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
