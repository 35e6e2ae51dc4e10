"""What ContextGuard asks of a memory: five operations, each within one owner's scope.

All of them are synchronous: the guard runs on a worker thread. Each raises `DeadlineExceeded` when
the time is up, and `NotAvailable` when the store cannot be reached.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiguardian.processor import Deadline


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose memory: nothing is ever read or written outside of it.

    With an empty `session`, all of the user's sessions; `tenant` is the caller's key and never
    empty in production, `user` may be.
    """

    tenant: str
    user: str = ""
    session: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a conversation, as it was said."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """A turn that is kept. `turn` counts from 0 in its session."""

    id: str
    role: str
    text: str
    turn: int
    session: str = ""
    at: float = 0.0
    """Seconds since 1970, UTC."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement found in a turn: half-open code-point span `start:end` of that turn's text."""

    id: str
    text: str
    turn_id: str
    turn: int
    start: int
    end: int
    valid_from: float = 0.0
    valid_to: float | None = None
    """When a later turn took its place; both are kept."""
    superseded_by: str | None = None


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was stored: the turns that are new, the turns merged with one that was there, the
    facts found, and the older facts that they supersede."""

    turns: tuple[StoredTurn, ...] = ()
    merged: int = 0
    facts: tuple[Fact, ...] = ()
    superseded: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Memory:
    """A turn that answers a query, and how well: a score from 0 to 1."""

    id: str
    text: str
    role: str
    turn: int
    score: float
    session: str = ""
    at: float = 0.0
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Recalled:
    """Best first. `tokens` is the exact count of their texts (o200k_base), within the budget;
    `left_out` were relevant and did not fit."""

    memories: tuple[Memory, ...] = ()
    tokens: int = 0
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof of a deletion, without any of what was deleted."""

    id: str
    at: str
    """ISO 8601, UTC."""
    turns: int = 0
    facts: int = 0
    sessions: int = 0


@dataclass(frozen=True, slots=True)
class Selection:
    """What to forget within a scope: all of it, or only these items, or only what is older."""

    ids: tuple[str, ...] = field(default=())
    older_than_s: float | None = None


class Memories(Protocol):
    """A store of conversations."""

    def remember(self, scope: Scope, turns: Sequence[Turn], *, deadline: Deadline) -> Remembered:
        """Keep turns at the end of the scope's session (never empty here), in their order."""

    def recall(self, scope: Scope, query: str, *, max_tokens: int, deadline: Deadline) -> Recalled:
        """What answers the query, from the session, or from all the user's when it is empty."""

    def history(self, scope: Scope, *, limit: int, deadline: Deadline) -> tuple[int, list[Turn]]:
        """How many turns the session has, and the last `limit` of them, oldest first."""

    def forget(self, scope: Scope, what: Selection, *, deadline: Deadline) -> Receipt:
        """Delete for good: rows, indexes and caches."""

    def export(self, scope: Scope, *, deadline: Deadline) -> dict[str, Any]:
        """All that is kept in the scope, ready for JSON."""
