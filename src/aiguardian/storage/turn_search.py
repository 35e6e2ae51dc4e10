"""Which turns may answer a question, found by keyed terms, in a database of any size.

An owner with few turns: all of them. With many: those that share rare terms with the question,
those that lie near it in meaning, the neighbours of the best, and the newest; no list is read past
its newest end, so the time does not grow with the memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import func, select, text

from aiguardian.storage import turns as bounds
from aiguardian.storage.tables import memory_sessions, memory_turns
from aiguardian.storage.turn_blocks import nearest
from aiguardian.storage.turn_keys import TurnKeys, unpacked
from aiguardian.storage.turns import MEANING_BYTES, Candidates, Place, counted, spread_of

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

MOST_ASKED = 48
"""Terms of a question that are looked up."""
MOST_OF_A_TERM = 1_000
"""Turns of one term that are read, the newest: what is in more of them tells little."""
MOST_LOOKED_AT = 2_000
"""Turns that share terms with the question; of these the best `MOST_SHARING` are opened."""
MOST_SHARING = 80
MOST_RECENT = 20
BEST_WITH_NEIGHBOURS, NEAREST_WITH_NEIGHBOURS, AROUND = 8, 4, 3
"""Of many turns, about 200 are ranked (benchmarks/context_memory_scale.py: 50 ms at a million)."""


_COLUMNS = (
    *("id", "public_id", "owner", "session", "number", "last_at", "times", "same_as"),
    *("meaning", "terms"),
)
"""What is read of a candidate."""


@dataclass(frozen=True, slots=True)
class Search:
    """One question to one owner's turns, by their digests."""

    owner: bytes
    session: bytes | None
    terms: Any  # (m,), int64
    marks: Any  # (k,), int64
    near: Place | None
    since: float
    """Older turns are past their time to live."""


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of candidates as the database gave them, not opened yet."""

    rows: Sequence[Any]
    spread: Any | None
    total: int


async def find(connection: AsyncConnection, search: Search, keys: TurnKeys) -> Found:
    """The candidates of a search, without opening them."""
    c = memory_turns.c
    session, total = await _extent(connection, search)
    own = c.owner == search.owner if session is None else c.session == session
    if total <= bounds.MOST_SCANNED:
        all_own = select(*(c[name] for name in _COLUMNS)).where(own)
        return Found(_live(await connection.execute(all_own), search, session), None, total)
    lists, newest, oldest = await _lists(connection, search, session)
    sharing, spread = _sharing(lists, search, oldest, total)
    if session is not None:  # a term's list is of all sessions
        found = await _by_id(connection, sharing, columns=("id", "session"))
        within = {row.id for row in found if row.session == session}
        sharing = [row for row in sharing if row in within]
    sharing = sharing[:MOST_SHARING]
    like = await nearest(connection, keys, search.owner, search.near, session=session)
    rows = _live(await _by_id(connection, {*sharing, *like, *newest}), search, session)
    best = {*sharing[:BEST_WITH_NEIGHBOURS], *like[:NEAREST_WITH_NEIGHBOURS]}
    centres = [(row.session, row.number) for row in rows if row.id in best]
    rows += _live(await _around(connection, centres), search, session)
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


def _live(rows: Iterable[Any], search: Search, session: int | None) -> list[Any]:
    """The turns that may be found. What is the owner's, alive and no repeat is sorted out here:
    with more conditions the database picks a worse index."""
    return [
        row
        for row in rows
        if row.owner == search.owner
        and session in {None, row.session}
        and row.same_as is None
        and row.last_at >= search.since
    ]


async def _by_id(
    connection: AsyncConnection, ids: Iterable[int], columns: Sequence[str] = _COLUMNS
) -> Iterable[Any]:
    # hundreds of parameters would take longer than the search; these are integers of ours
    numbers = ",".join(map(str, ids)) or "NULL"
    statement = f"SELECT {','.join(columns)} FROM memory_turns WHERE id IN ({numbers})"  # noqa: S608 - see above
    return await connection.execute(text(statement))  # aiguardian: allow - see above


async def _around(connection: AsyncConnection, centres: Sequence[tuple[int, int]]) -> Iterable[Any]:
    """The turns around those of these sessions and numbers."""
    if not centres:
        return []
    statement = " UNION ALL ".join(
        f"SELECT {','.join(_COLUMNS)} FROM memory_turns WHERE session = {session} "  # noqa: S608 - as above
        f"AND number BETWEEN {number - AROUND} AND {number + AROUND}"
        for session, number in centres
    )
    return await connection.execute(text(statement))


def _sharing(
    lists: Sequence[Any], search: Search, oldest: int, total: int
) -> tuple[list[int], Any]:
    """The turns that share most of the question's rare terms, best first, and how many turns
    hold each term, (m,). `lists` has the turns of each term, newest first."""
    newest = max((int(turns[0]) for turns in lists if len(turns)), default=0)
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


async def _lists(
    connection: AsyncConnection, search: Search, session: int | None
) -> tuple[list[Any], list[int], int]:
    """The newest turns of each term, newest first; the newest of all; the owner's oldest. All in
    one question, a row a list: a thousand rows of two numbers would cost ten times as much."""
    joined = "string_agg" if connection.dialect.name == "postgresql" else "group_concat"
    own = (
        "owner = :owner ORDER BY id" if session is None else f"session = {session} ORDER BY number"
    )
    terms = search.terms[:MOST_ASKED].tolist()
    # the only things put into the statement are integers of ours
    newest = f"ORDER BY turn DESC LIMIT {MOST_OF_A_TERM}"
    wanted = {
        n: f"turn FROM memory_terms WHERE term = {term} {newest}" for n, term in enumerate(terms)
    }
    wanted[_NEWEST] = f"id AS turn FROM memory_turns WHERE {own} DESC LIMIT {MOST_RECENT}"
    wanted[_OLDEST] = "min(id) AS turn FROM memory_turns WHERE owner = :owner"
    statement = " UNION ALL ".join(
        f"SELECT {n}, {joined}(CAST(turn AS TEXT), ',') FROM (SELECT {one}) AS t{abs(n)}"  # noqa: S608 - see above
        for n, one in wanted.items()
    )
    rows = await connection.execute(text(statement), {"owner": search.owner})
    found = {row[0]: _numbers(row[1]) for row in rows}
    oldest = found[_OLDEST].tolist() or [0]
    return [found[n] for n in range(len(terms))], found[_NEWEST].tolist(), oldest[0]


_NEWEST, _OLDEST = -100, -101
"""Names of lists beside those of terms."""


def _numbers(joined: str | None) -> Any:
    return np.sort(np.fromstring(joined or "", dtype=np.int64, sep=","))[::-1]


def _spread(turns: Any, oldest: int, newest: int, total: int) -> float:
    """How many turns hold a term: counted, or, where the list was cut, as if they lay evenly."""
    if len(turns) < MOST_OF_A_TERM:
        return float(len(turns))
    share = (newest - int(turns[-1]) + 1) / max(1, newest - oldest + 1)
    return float(min(total, len(turns) / max(share, 1e-9)))
