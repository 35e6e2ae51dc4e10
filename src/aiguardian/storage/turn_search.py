"""Which turns may answer a question, found by keyed terms, in a database of any size.

An owner with few turns: all of them. With many: those that share rare terms with the question,
those that lie near it in meaning, the neighbours of the best, and the newest; no list is read past
its newest end, so the time does not grow with the memory.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from aiguardian.storage import turns as bounds
from aiguardian.storage.turn_blocks import nearest
from aiguardian.storage.turn_keys import TurnKeys, unpacked
from aiguardian.storage.turn_steps import Look, Looks, Steps
from aiguardian.storage.turns import MEANING_BYTES, Candidates, Place, counted, spread_of

MOST_ASKED = 48
"""Terms of a question that are looked up."""
MOST_OF_A_TERM = 1_000
"""Turns of one term that are read, the newest: what is in more of them tells little."""
MOST_LOOKED_AT = 2_000
"""Turns that share terms with the question; of these the best `MOST_SHARING` are opened."""
MOST_SHARING = 80
MOST_RECENT = 20
BEST_WITH_NEIGHBOURS, NEAREST_WITH_NEIGHBOURS, AROUND = 8, 4, 3
"""Of many turns, about 200 are ranked (benchmarks/context_memory_scale.py)."""
SAMPLED = 256
"""Sessions that are counted; of a user with more, how many there are and how long is told from
these: to 6 in 100."""


class Row(NamedTuple):
    """What is read of a candidate."""

    id: int
    public_id: bytes
    owner: bytes
    session: int
    number: int
    last_at: float
    times: int
    same_as: int | None
    meaning: bytes
    terms: bytes


_COLUMNS = ",".join(Row._fields)


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

    rows: Sequence[Row]
    spread: Any | None
    total: int


def find(search: Search, keys: TurnKeys) -> Steps[Found]:
    """The candidates of a search, without opening them."""
    session, total = yield from _extent(search)
    if total <= bounds.MOST_SCANNED:
        own, value = ("owner", search.owner) if session is None else ("session", session)
        rows = yield Look(f"SELECT {_COLUMNS} FROM memory_turns WHERE {own} = $1", (value,))  # noqa: S608 - words of ours
        return Found(_live(rows, search, session), None, total)
    lists, newest, oldest = yield from _lists(search, session)
    sharing, spread = _sharing(lists, search, oldest, total)
    if session is not None:  # a term's list is of all sessions
        found = yield _by_id(sharing, "id,session")
        within = {row for row, of in found if of == session}
        sharing = [row for row in sharing if row in within]
    sharing = sharing[:MOST_SHARING]
    like = yield from nearest(keys, search.owner, search.near, session=session)
    rows = _live((yield _by_id({*sharing, *like, *newest})), search, session)
    best = {*sharing[:BEST_WITH_NEIGHBOURS], *like[:NEAREST_WITH_NEIGHBOURS]}
    around = yield _around([(row.session, row.number) for row in rows if row.id in best])
    rows += _live(around, search, session)
    return Found(list({row.id: row for row in rows}.values()), spread, total)


def opened(found: Found, search: Search, keys: TurnKeys) -> Candidates:
    """The candidates with what ranks them: run it where computing may take its time."""
    rows = sorted(found.rows)
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


def _extent(search: Search) -> Steps[tuple[int | None, int]]:
    """The row of the session that is asked, None for all of the user's, and how many turns it
    had. A session that is not there has a row that no turn has."""
    if search.session is None:
        return None, (yield from _total(search.owner))
    rows = yield Look(
        "SELECT id, next_turn FROM memory_sessions WHERE owner = $1 AND session = $2",
        (search.owner, search.session),
    )
    return (rows[0][0], rows[0][1]) if rows else (-1, 0)


def _total(owner: bytes) -> Steps[int]:
    """How many turns an owner had. Of many sessions the first by their digests are a fair sample,
    and the last of these tells how densely digests lie, and so how many there are."""
    rows = yield Look(
        "SELECT session, next_turn FROM memory_sessions WHERE owner = $1 ORDER BY session LIMIT $2",
        (owner, SAMPLED),
    )
    counts: list[int] = [turns for _, turns in rows]
    if len(rows) < SAMPLED:
        return sum(counts)
    part = int.from_bytes(rows[-1][0][:8], "big") / 2**64
    estimate = round(sum(counts) / max(part, 1e-9))
    if estimate > bounds.MOST_SCANNED:
        return estimate
    # not so many sessions, then; but a long one may be among them
    rows = yield Look("SELECT sum(next_turn) FROM memory_sessions WHERE owner = $1", (owner,))
    return int(rows[0][0])


def _live(rows: Iterable[Any], search: Search, session: int | None) -> list[Row]:
    """The turns that may be found. What is the owner's, alive and no repeat is sorted out here:
    with more conditions the database picks a worse index."""
    return [
        row
        for row in map(Row._make, rows)
        if row.owner == search.owner
        and session in {None, row.session}
        and row.same_as is None
        and row.last_at >= search.since
    ]


def _by_id(ids: Collection[int], columns: str = _COLUMNS) -> Look:
    # hundreds of parameters would take longer than the search; these are integers of ours
    numbers = ",".join(map(str, ids)) or "NULL"
    return Look(f"SELECT {columns} FROM memory_turns WHERE id IN ({numbers})")  # noqa: S608 - see above


def _around(centres: Sequence[tuple[int, int]]) -> Looks:
    """The turns around those of these sessions and numbers."""
    near = f"SELECT {_COLUMNS} FROM memory_turns WHERE session = "  # noqa: S608 - words of ours
    return Looks(
        sqlite=f"{near} $1 AND number BETWEEN $2 AND $3",
        postgres=(
            "SELECT near.* FROM unnest($1::bigint[], $2::int[], $3::int[]) AS c(talk, first, last) "  # noqa: S608 - as above
            f"CROSS JOIN LATERAL ({near} c.talk AND number BETWEEN c.first AND c.last) AS near"
        ),
        values=[(talk, number - AROUND, number + AROUND) for talk, number in centres],
        most=len(centres) * (2 * AROUND + 1),
    )


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
    if len(rows) > MOST_LOOKED_AT:  # the least of the best: sorting all would take longer
        is_best = scores >= np.partition(scores, -MOST_LOOKED_AT)[-MOST_LOOKED_AT]
        rows, scores = rows[is_best], scores[is_best]
    order = np.lexsort((-rows, -scores))[:MOST_LOOKED_AT]
    best: list[int] = rows[order].tolist()
    return best, spread


def _lists(search: Search, session: int | None) -> Steps[tuple[list[Any], list[int], int]]:
    """The newest turns of each term, newest first; the newest of all; the owner's oldest. A row a
    list: a thousand rows would cost ten times as much."""
    terms = search.terms[:MOST_ASKED].tolist()
    rows = yield Looks(
        sqlite=(
            "SELECT $1, group_concat(turn) FROM "
            "(SELECT turn FROM memory_terms WHERE term = $2 ORDER BY turn DESC LIMIT $3)"
        ),
        postgres=(
            "SELECT w.n, ARRAY(SELECT turn FROM memory_terms WHERE term = w.term "
            "ORDER BY turn DESC LIMIT w.most) "
            "FROM unnest($1::int[], $2::bigint[], $3::int[]) AS w(n, term, most)"
        ),
        values=[(n, term, MOST_OF_A_TERM) for n, term in enumerate(terms)],
        most=len(terms),
    )
    own, value = ("owner", search.owner) if session is None else ("session", session)
    order = "id" if session is None else "number"
    ends = yield Look(
        f"SELECT id FROM (SELECT id FROM memory_turns WHERE {own} = $1 "  # noqa: S608 - words of ours
        f"ORDER BY {order} DESC LIMIT {MOST_RECENT}) AS newest "
        "UNION ALL SELECT min(id) FROM memory_turns WHERE owner = $2",
        (value, search.owner),
    )
    found = {n: _numbers(held) for n, held in rows}
    *newest, oldest = [row for (row,) in ends]
    return [found[n] for n in range(len(terms))], newest, oldest or 0


def _numbers(held: str | list[int] | None) -> Any:
    """The numbers of a list, the largest first: as text from SQLite."""
    if isinstance(held, list):
        numbers = np.array(held, dtype=np.int64)
    else:
        numbers = np.fromstring(held or "", dtype=np.int64, sep=",")
    return np.sort(numbers)[::-1]


def _spread(turns: Any, oldest: int, newest: int, total: int) -> float:
    """How many turns hold a term: counted, or, where the list was cut, as if they lay evenly."""
    if len(turns) < MOST_OF_A_TERM:
        return float(len(turns))
    share = (newest - int(turns[-1]) + 1) / max(1, newest - oldest + 1)
    return float(min(total, len(turns) / max(share, 1e-9)))
