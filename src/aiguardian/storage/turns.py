"""Turns of conversations and the facts in them, by owner: the store's protocol and its in-memory
twin. An owner is a tenant's user, or, where no user is named, one session of the tenant's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from aiguardian.processor import Deadline

MOST_TURNS = 2_000_000
"""Of one owner; more is a `MemoryFull`."""
MOST_SCANNED = 2_000
"""Up to so many turns are all candidates; of more, those that share a word with the question."""
MEANING_BYTES = 388
"""An embedding, a signed byte for each of 384 dimensions, after four bytes that name its model."""


CODE_BYTES = 96
"""An embedding boiled down to signed bytes: the product of two grows with their likeness."""


class MemoryFull(Exception):
    """The owner has as many turns as it may."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose turns. With an empty `session`, all sessions of the user."""

    tenant: str
    user: str
    session: str

    @property
    def key(self) -> tuple[str, str, str]:
        """Nothing is ever read across two of these: people without a name share nothing."""
        return self.tenant, self.user, "" if self.user else self.session


@dataclass(frozen=True, slots=True)
class NewFact:
    """A statement in a turn. `slot` is what it tells, `value` what it says of that."""

    slot: str
    value: str
    start: int
    end: int
    ends: bool = False
    """It says that this no longer holds."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text lies in meaning: the names of the cells that it is nearest to, nearest first,
    and its code of `CODE_BYTES`. A turn is kept in the first of its cells; a question looks into
    all of its own."""

    cells: tuple[str, ...]
    code: bytes


@dataclass(frozen=True, slots=True)
class NewTurn:
    """A turn to keep, with what will find it."""

    role: str
    text: str
    terms: Sequence[str] = ()
    """The words that find it, with repeats."""
    marks: Sequence[str] = ()
    """What else is known of it (who speaks, whether it asks): counted, but they find nothing."""
    meaning: bytes = b""
    """`MEANING_BYTES` long, or empty."""
    facts: Sequence[NewFact] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class KeptFact:
    """A fact with its provenance. Holds from `valid_from` to `valid_to` (seconds since 1970)."""

    id: str
    turn_id: str
    turn: int
    start: int
    end: int
    text: str
    valid_from: float
    valid_to: float | None = None
    superseded_by: str | None = None


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """A turn with what is known of it. `turn` counts from 0 in its session."""

    row: int
    id: str
    session: str
    role: str
    text: str
    turn: int
    at: float
    last_at: float
    times: int
    facts: tuple[KeptFact, ...] = ()


@dataclass(frozen=True, slots=True)
class Added:
    """What adding did. `merged` were said before, word for word, in the same session."""

    turns: tuple[KeptTurn, ...]
    merged: int
    facts: tuple[KeptFact, ...]
    superseded: tuple[KeptFact, ...]


@dataclass(frozen=True, slots=True)
class Removed:
    """How much was deleted."""

    turns: int = 0
    facts: int = 0
    sessions: int = 0


@dataclass(frozen=True, slots=True)
class Candidates:
    """n turns that may answer a question of m terms and marks, without their texts."""

    rows: Any  # (n,), int64; grows with time
    sessions: Any  # (n,), int64
    turns: Any  # (n,), int64
    at: Any  # (n,), float64: when said last
    times: Any  # (n,), int64
    meanings: Any  # (n, MEANING_BYTES), int8; zeros where there is none
    counts: Any  # (n, m), float32: how often each term and mark of the question occurs
    lengths: Any  # (n,), float32: terms and marks of the turn
    spread: Any  # (m,), float64: how many of the owner's turns hold the term; may be an estimate
    total: int  # the owner's turns


class TurnStore(Protocol):
    """Keeps turns. Safe from several threads. All raise `NotAvailable` and `DeadlineExceeded`."""

    def add(self, owner: Owner, turns: Sequence[NewTurn], *, deadline: Deadline) -> Added:
        """Keep turns at the end of the owner's session. Raises `MemoryFull`."""
        ...

    def find(
        self,
        owner: Owner,
        terms: Sequence[str],
        *,
        marks: Sequence[str],
        near: Place | None = None,
        deadline: Deadline,
    ) -> Candidates:
        """The turns that may answer a question with these terms, or that lie near it, oldest
        first; the columns of `counts` are the terms, then the marks."""
        ...

    def find_and_read(
        self,
        owner: Owner,
        terms: Sequence[str],
        *,
        marks: Sequence[str],
        near: Place | None = None,
        choose: Callable[[Candidates], Sequence[int]],
        deadline: Deadline,
    ) -> list[KeptTurn]:
        """`find`, then `read` of the rows that are chosen of what was found. Choosing happens
        where the store works: it should take little time."""
        ...

    def read(self, owner: Owner, rows: Sequence[int], *, deadline: Deadline) -> list[KeptTurn]:
        """Turns by their rows, in that order, without those that are gone."""
        ...

    def successors(
        self, owner: Owner, facts: Sequence[str], *, deadline: Deadline
    ) -> dict[str, KeptTurn]:
        """By the id of each fact that holds no more: the turn that tells what holds now, if any."""
        ...

    def last(self, owner: Owner, limit: int, *, deadline: Deadline) -> tuple[int, list[KeptTurn]]:
        """How many turns the session has, and the last of them, oldest first, without facts."""
        ...

    def forget(
        self,
        owner: Owner,
        *,
        ids: Sequence[str] | None,
        before: float | None,
        deadline: Deadline,
    ) -> Removed:
        """Delete the owner's turns for good; only these ids, only those last said before then."""
        ...

    def expire(self) -> int:
        """Delete all turns past their time, whosever, and tell how many there were."""
        ...

    def everything(self, owner: Owner, *, deadline: Deadline) -> Iterator[KeptTurn]:
        """All turns with their facts, oldest first."""
        ...


def counted(wanted: Any, keys: Any, offsets: Any) -> tuple[Any, Any]:
    """How often each wanted key occurs in each turn, (n, m), and how many keys each turn has, (n,).

    `keys` holds those of all turns one after the other, from `offsets[i]` to `offsets[i + 1]`.
    """
    lengths = np.diff(offsets).astype(np.float32)
    sought, column = np.unique(np.asarray(wanted, dtype=np.int64), return_inverse=True)
    if not len(sought):
        return np.zeros((len(lengths), 0), dtype=np.float32), lengths
    place = np.searchsorted(sought, keys).clip(max=len(sought) - 1)
    found = np.flatnonzero(sought[place] == keys)
    turn = np.searchsorted(offsets, found, side="right") - 1
    cells = turn * len(sought) + place[found]
    counts = np.bincount(cells, minlength=len(lengths) * len(sought))
    return counts.reshape(len(lengths), len(sought))[:, column].astype(np.float32), lengths


def spread_of(counts: Any) -> Any:
    """How many turns hold each term, (m,), where all turns are at hand."""
    return np.count_nonzero(counts, axis=0).astype(np.float64)
