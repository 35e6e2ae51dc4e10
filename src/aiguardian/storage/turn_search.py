"""Which turns may answer a question, found by keyed terms, in a database of any size.

An owner with few turns: all of them. With many: those that share rare terms with the question,
the neighbours of the best, and the newest; no list of a term is read past its newest end, so the
time does not grow with the memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import and_, func, or_, select, text

from aiguardian.storage import turns as bounds
from aiguardian.storage.tables import memory_sessions, memory_turns
from aiguardian.storage.turn_keys import TurnKeys, unpacked
from aiguardian.storage.turns import MEANING_BYTES, Candidates, counted, spread_of

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

MOST_ASKED = 48
"""Terms of a question that are looked up."""
MOST_OF_A_TERM = 1_000
"""Turns of one term that are read, the newest: what is in more of them tells little."""
MOST_LOOKED_AT = 2_000
"""Turns that share terms with the question; of these the best `MOST_SHARING` are opened."""
MOST_SHARING = 200
MOST_RECENT = 30
BEST_WITH_NEIGHBOURS, AROUND = 10, 3
"""Of many turns, about 300 are ranked (benchmarks/context_memory_scale.py: 50 ms at a million)."""


@dataclass(frozen=True, slots=True)
class Search:
    """One question to one owner's turns, by their digests."""

    owner: bytes
    session: bytes | None
    terms: Any  # (m,), int64
    marks: Any  # (k,), int64
    since: float
    """Older turns are past their time to live."""


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of candidates as the database gave them, not opened yet."""

    rows: Sequence[Any]
    spread: Any | None
    total: int


async def find(connection: AsyncConnection, search: Search) -> Found:
    """The candidates of a search, without opening them."""
    c = memory_turns.c
    session, total = await _extent(connection, search)
    own = c.owner == search.owner if session is None else c.session == session
    if total <= bounds.MOST_SCANNED:
        return Found(await _live(connection, search, session, own), None, total)
    newest = select(c.id).where(own).order_by((c.id if session is None else c.number).desc())
    sharing, spread = await _sharing(connection, search, total)
    if session is not None:  # a term's list is of all sessions
        found = await connection.execute(select(c.id, c.session).where(c.id.in_(sharing)))
        within = {row.id for row in found if row.session == session}
        sharing = [row for row in sharing if row in within]
    sharing = sharing[:MOST_SHARING]
    wanted = {*sharing, *await connection.scalars(newest.limit(MOST_RECENT))}
    rows = await _live(connection, search, session, c.id.in_(wanted))
    best = set(sharing[:BEST_WITH_NEIGHBOURS])
    near = [_around(row.session, row.number) for row in rows if row.id in best]
    if near:
        rows += await _live(connection, search, session, or_(*near))
    return Found(list({row.id: row for row in rows}.values()), spread, total)


def opened(found: Found, search: Search, keys: TurnKeys) -> Candidates:
    """The candidates with what ranks them: run it where computing may take its time."""
    rows = sorted(found.rows, key=lambda row: row.id)
    terms, offsets = unpacked([row.terms for row in rows])
    counts, lengths = counted([*search.terms, *search.marks], terms, offsets)
    spread = spread_of(counts)
    if found.spread is not None:
        spread = np.concatenate([found.spread, spread[len(search.terms) :]])
    return Candidates(
        rows=np.array([row.id for row in rows], dtype=np.int64),
        sessions=np.array([row.session for row in rows], dtype=np.int64),
        turns=np.array([row.number for row in rows], dtype=np.int64),
        at=np.array([row.last_at for row in rows], dtype=np.float64),
        times=np.array([row.times for row in rows], dtype=np.int64),
        meanings=keys.open_meanings([(row.public_id, row.meaning) for row in rows], MEANING_BYTES),
        counts=counts,
        lengths=lengths,
        spread=spread,
        total=found.total,
    )


async def _extent(connection: AsyncConnection, search: Search) -> tuple[int | None, int]:
    """The row of the session that is asked, None for all of the user's, and how many turns it
    had. A session that is not there has a row that no turn has."""
    c = memory_sessions.c
    if search.session is None:
        wanted = select(func.sum(c.next_turn)).where(c.owner == search.owner)
        return None, (await connection.execute(wanted)).scalar_one() or 0
    one = select(c.id, c.next_turn).where(c.owner == search.owner, c.session == search.session)
    row = (await connection.execute(one)).one_or_none()
    return (row.id, row.next_turn) if row else (-1, 0)


async def _live(
    connection: AsyncConnection,
    search: Search,
    session: int | None,
    which: ColumnElement[bool],
) -> list[Any]:
    """The turns that are meant, as far as they may be found. What is the owner's, alive and no
    repeat is sorted out here: with more conditions the database picks a worse index."""
    c = memory_turns.c
    wanted = select(
        c.id, c.public_id, c.owner, c.session, c.number, c.last_at, c.times, c.same_as
    ).add_columns(c.meaning, c.terms)
    return [
        row
        for row in await connection.execute(wanted.where(which))
        if row.owner == search.owner
        and session in {None, row.session}
        and row.same_as is None
        and row.last_at >= search.since
    ]


def _around(session: int, number: int) -> ColumnElement[bool]:
    c = memory_turns.c
    return and_(c.session == session, c.number.between(number - AROUND, number + AROUND))


async def _sharing(
    connection: AsyncConnection, search: Search, total: int
) -> tuple[list[int], Any]:
    """The turns that share most of the question's rare terms, best first, and how many turns
    hold each term, (m,)."""
    lists = await _lists(connection, search.terms[:MOST_ASKED])
    newest = max((int(turns[0]) for turns in lists if len(turns)), default=0)
    oldest = await _oldest(connection, search.owner)
    spread = np.array(
        [_spread(turns, oldest, newest, total) for turns in lists]
        + [float(total)] * max(0, len(search.terms) - len(lists))
    )
    rarity = np.log1p((total - spread + 0.5).clip(0.5) / (spread + 0.5))
    turns = np.concatenate([np.zeros(0, dtype=np.int64), *lists])
    weights = np.repeat(rarity[: len(lists)], [len(one) for one in lists])
    rows, which = np.unique(turns, return_inverse=True)
    scores = np.bincount(which, weights=weights, minlength=len(rows))
    order = np.lexsort((-rows, -scores))[:MOST_LOOKED_AT]
    return [int(row) for row in rows[order]], spread


async def _lists(connection: AsyncConnection, terms: Any) -> list[Any]:
    """The newest turns of each term, newest first. A row a term: a thousand rows of two numbers
    would cost ten times as much."""
    if not len(terms):
        return []
    joined = "string_agg" if connection.dialect.name == "postgresql" else "group_concat"
    # the only things put into the statement are integers of ours
    statement = " UNION ALL ".join(
        f"SELECT {n}, {joined}(CAST(turn AS TEXT), ',') FROM (SELECT turn FROM memory_terms "  # noqa: S608 - see above
        f"WHERE term = {term} ORDER BY turn DESC LIMIT {MOST_OF_A_TERM}) AS t{n}"
        for n, term in enumerate(terms.tolist())
    )
    joined_turns = {row[0]: row[1] for row in await connection.execute(text(statement))}
    return [_numbers(joined_turns.get(n)) for n in range(len(terms))]


def _numbers(joined: str | None) -> Any:
    return np.sort(np.fromstring(joined or "", dtype=np.int64, sep=","))[::-1]


async def _oldest(connection: AsyncConnection, owner: bytes) -> int:
    wanted = select(func.min(memory_turns.c.id)).where(memory_turns.c.owner == owner)
    return (await connection.execute(wanted)).scalar_one() or 0


def _spread(turns: Any, oldest: int, newest: int, total: int) -> float:
    """How many turns hold a term: counted, or, where the list was cut, as if they lay evenly."""
    if len(turns) < MOST_OF_A_TERM:
        return float(len(turns))
    share = (newest - int(turns[-1]) + 1) / max(1, newest - oldest + 1)
    return float(min(total, len(turns) / max(share, 1e-9)))
