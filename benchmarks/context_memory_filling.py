"""Fill the tables of ContextGuard's memory with one user's turns, in bulk, as `TurnTable` would
one by one: with the indexes' rows sorted beforehand.

The turns are made of words drawn as language draws them (Zipf) from 50,000. What they mean is
random, for it changes no time: sealed embeddings, and codes that lie evenly in the cells.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from aiguardian.guards.context.memory.marks import marks
from aiguardian.guards.context.memory.meaning import MODEL
from aiguardian.guards.context.memory.places import WEIGHTS_SHA256, load_cells
from aiguardian.guards.context.memory.words import terms
from aiguardian.storage import tables
from aiguardian.storage.address import PostgresAddress, SqliteAddress
from aiguardian.storage.sealing import Secrets
from aiguardian.storage.turn_blocks import BLOCK_TURNS, ENTRY
from aiguardian.storage.turn_keys import TurnKeys, packed
from aiguardian.storage.turns import MEANING_BYTES, Owner

SECRET = Secrets((b"k" * 64,))
TENANT, USER = "tenant", "user"
WORDS = 50_000
SESSION = 500
BATCH = 20_000
SYLLABLES = ["ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so"]


def fill(address: SqliteAddress | PostgresAddress, count: int) -> None:
    """Write `count` turns into tables that are there and empty."""
    if isinstance(address, SqliteAddress):
        _into_sqlite(address, count)
    else:
        asyncio.run(_into_postgres(address, count))


def vocabulary() -> list[str]:
    """Different words, the most common first."""
    draw = random.Random(1)
    found: dict[str, None] = {}
    while len(found) < WORDS:
        found["".join(draw.choices(SYLLABLES, k=draw.randint(2, 5)))] = None
    return list(found)


def _into_sqlite(address: SqliteAddress, count: int) -> None:
    connection = sqlite3.connect(address.path)
    with connection:
        connection.execute("PRAGMA synchronous=OFF")
        for table, rows in _rows(count):
            places = ",".join("?" * len(table.columns))
            statement = f"INSERT INTO {table.name} VALUES ({places})"  # noqa: S608 - names of ours
            connection.executemany(statement, rows)  # aiguardian: allow - see above
    connection.close()


async def _into_postgres(address: PostgresAddress, count: int) -> None:
    import asyncpg

    connection = await asyncpg.connect(**address.arguments())
    for table, rows in _rows(count):
        names = [column.name for column in table.columns]
        await connection.copy_records_to_table(table.name, records=rows, columns=names)
    for name in ("memory_turns", "memory_sessions", "memory_blocks"):
        await connection.execute(
            f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"  # noqa: S608 - names of ours
        )
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


def _rows(count: int) -> Iterator[tuple[Any, Sequence[tuple[Any, ...]]]]:
    """Rows to write, by table, in their order."""
    keys, draw = TurnKeys(SECRET), np.random.default_rng(1)
    owner = keys.owner(Owner(TENANT, USER, ""))
    yield tables.memory_sessions, list(_sessions(keys, count))
    cells = draw.integers(0, len(load_cells().centres), count)
    blocks = _blocks_of(cells)
    for rows in _blocks(keys, owner, cells, blocks):
        yield tables.memory_blocks, rows
    said = vocabulary()
    of_word = [keys.terms(owner, terms(word)) for word in said]
    known = keys.terms(owner, marks("user", "one two three four five six seven eight 1"))
    shares = 1.0 / np.arange(1, WORDS + 1)
    found: list[Any] = []
    for start in range(0, count, BATCH):
        batch = min(BATCH, count - start)
        drawn = draw.choice(WORDS, size=(batch, 20), p=shares / shares.sum())
        sizes = draw.integers(4, 21, batch)
        own = [[of_word[word] for word in drawn[n, : sizes[n]]] for n in range(batch)]
        texts = [" ".join(said[word] for word in drawn[n, : sizes[n]]) for n in range(batch)]
        yield tables.memory_turns, list(_turns(keys, start, texts, own, known, blocks))
        found.append(_postings(own, start + 1))
    postings = np.concatenate(found)
    ordered = postings[np.lexsort((postings[:, 1], postings[:, 0]))]
    for start in range(0, len(ordered), 10 * BATCH):
        yield tables.memory_terms, list(map(tuple, ordered[start : start + 10 * BATCH].tolist()))


def _turns(
    keys: TurnKeys, start: int, texts: list[str], rows: list[list[Any]], known: Any, blocks: Any
) -> Iterator[tuple[Any, ...]]:
    owner, now = keys.owner(Owner(TENANT, USER, "")), time.time()
    meaning = np.random.default_rng(start).integers(-127, 128, MEANING_BYTES, dtype=np.int8)
    for n, (text, own) in enumerate(zip(texts, rows, strict=True), start=start):
        public_id = n.to_bytes(16, "big")
        yield (
            n + 1, public_id, n // SESSION + 1, owner, n % SESSION, now, now, 1, None,
            keys.digest(owner, text, str(n)), keys.close_text(public_id, "user", text),
            keys.close_meaning(public_id, meaning.tobytes()),
            packed(np.concatenate([*own, known])), int(blocks[n]),
        )  # fmt: skip


def _postings(rows: list[list[Any]], first: int) -> Any:
    """Term and turn of each, (n, 2)."""
    parts = [np.unique(np.concatenate(own)) for own in rows]
    turns = np.repeat(np.arange(first, first + len(rows)), [len(part) for part in parts])
    return np.stack([np.concatenate(parts), turns], axis=1)


def _sessions(keys: TurnKeys, count: int) -> Iterator[tuple[Any, ...]]:
    for number in range(-(-count // SESSION)):
        owner = Owner(TENANT, USER, f"s{number}")
        session = keys.session(owner)
        name = keys.close_name(session, owner.session)
        held = min(SESSION, count - number * SESSION)
        yield number + 1, keys.owner(owner), session, name, held


def _blocks_of(cells: Any) -> Any:
    """The block of each turn, (n,), from 1: those of one cell one after the other."""
    order = np.argsort(cells, kind="stable")
    blocks, last = np.zeros(len(cells), dtype=np.int64), 0
    for cell in range(int(cells.max()) + 1):
        own = order[np.searchsorted(cells[order], cell) : np.searchsorted(cells[order], cell + 1)]
        blocks[own] = last + 1 + np.arange(len(own)) // BLOCK_TURNS
        last = int(blocks[own].max(initial=last))
    return blocks


def _blocks(
    keys: TurnKeys, owner: bytes, cells: Any, blocks: Any
) -> Iterable[list[tuple[Any, ...]]]:
    draw = np.random.default_rng(2)
    names = [f"{MODEL.hex()}/{WEIGHTS_SHA256[:8]}/{n}" for n in range(int(cells.max()) + 1)]
    key_of = keys.cells(owner, names).tolist()
    order = np.argsort(blocks, kind="stable")
    rows = []
    for own in np.split(order, np.flatnonzero(np.diff(blocks[order])) + 1):
        entries = np.zeros(len(own), dtype=ENTRY)
        entries["turn"], entries["session"] = own + 1, own // SESSION + 1
        entries["code"] = draw.integers(-60, 61, entries["code"].shape, dtype=np.int8)
        number = int(blocks[own[0]])
        sealed = keys.close_block(number, entries.tobytes())
        rows.append((number, key_of[cells[own[0]]], len(own), sealed))
        if len(rows) == BATCH // BLOCK_TURNS:
            yield rows
            rows = []
    yield rows
