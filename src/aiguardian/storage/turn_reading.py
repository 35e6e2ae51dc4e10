"""Turns by their rows, with their facts, as the database has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from aiguardian.storage.turn_steps import Look, Steps


class TurnRow(NamedTuple):
    """A turn, still sealed, with its session's key and sealed name."""

    id: int
    public_id: bytes
    number: int
    at: float
    last_at: float
    times: int
    sealed: bytes
    session_key: bytes
    name: bytes


class FactRow(NamedTuple):
    """A fact of the turn in that row."""

    id: int
    public_id: bytes
    turn: int
    start: int
    end: int
    valid_from: float
    valid_to: float | None
    superseded_by: bytes | None


_TURNS = ",".join(f"t.{name}" for name in TurnRow._fields[:-2])
_FACTS = ",".join(f'"{name}"' for name in FactRow._fields)  # "end" is a word of SQL, too


def rows_of(owner: bytes, ids: Sequence[int]) -> Steps[tuple[list[TurnRow], list[FactRow]]]:
    """The owner's turns in these rows and their facts; turns in no order, facts as they came."""
    numbers = ",".join(map(str, map(int, ids))) or "NULL"  # integers: nothing else gets in
    turns = yield Look(
        f"SELECT {_TURNS},s.session,s.name FROM memory_turns AS t "  # noqa: S608 - see above
        "JOIN memory_sessions AS s ON s.id = t.session "
        f"WHERE t.owner = $1 AND t.id IN ({numbers})",
        (owner,),
    )
    own = ",".join(str(row[0]) for row in turns) or "NULL"
    facts = yield Look(f"SELECT {_FACTS} FROM memory_facts WHERE turn IN ({own}) ORDER BY id")  # noqa: S608 - as above
    return list(map(TurnRow._make, turns)), list(map(FactRow._make, facts))
