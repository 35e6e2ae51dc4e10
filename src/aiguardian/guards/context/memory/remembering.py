"""ContextGuard's memory: turns with their facts go in, what answers a question comes out."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

from aiguardian.errors import PayloadTooLarge
from aiguardian.guards.context.memories import (
    Fact,
    Memory,
    Recalled,
    Receipt,
    Remembered,
    Scope,
    Selection,
    StoredTurn,
    Turn,
)
from aiguardian.guards.context.memory.budget import Budget
from aiguardian.guards.context.memory.facts import find_facts
from aiguardian.guards.context.memory.marks import marks
from aiguardian.guards.context.memory.meaning import packed_meaning
from aiguardian.guards.context.memory.places import LOOKED_INTO, place
from aiguardian.guards.context.memory.ranking import question, rank
from aiguardian.guards.context.memory.words import terms
from aiguardian.ml.encoder import Encoder
from aiguardian.processor import Deadline
from aiguardian.storage.turns import (
    Candidates,
    KeptFact,
    KeptTurn,
    MemoryFull,
    NewTurn,
    Owner,
    TurnStore,
)

MOST_RECALLED, READ_AT_ONCE = 200, 64
"""Turns in one answer, and how many are opened before the budget is looked at."""
STALE = 0.8
"""Of its score a turn keeps so much when all facts in it were replaced since: what holds today
comes first, what held before is still found."""
LEAST_SCORE = 0.05
"""What scores less has nothing to do with the question (benchmarks/context_memory.py)."""
TIME_TO_STORE = 0.5
"""The part of the caller's time that embedding may take; turns after it are found by words only."""


class StoredMemories:
    """See `Memories`: a store of turns, and an encoder that says what they mean."""

    def __init__(
        self,
        store: TurnStore,
        encoder: Callable[[], Encoder] | None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._encoder = encoder
        self._clock = clock

    def remember(self, scope: Scope, turns: Sequence[Turn], *, deadline: Deadline) -> Remembered:
        """As the protocol says. Raises `PayloadTooLarge` when the owner's memory is full."""
        until_s = deadline.remaining_s() * TIME_TO_STORE
        new = [self._new(turn, deadline, until_s) for turn in turns]
        try:
            added = self._store.add(_owner(scope), new, deadline=deadline)
        except MemoryFull as error:
            raise PayloadTooLarge(
                "This user's memory holds as many turns as it may: forget some first."
            ) from error
        return Remembered(
            tuple(_stored(turn) for turn in added.turns),
            added.merged,
            tuple(_fact(fact) for fact in added.facts),
            tuple(_fact(fact) for fact in added.superseded),
        )

    def recall(self, scope: Scope, query: str, *, max_tokens: int, deadline: Deadline) -> Recalled:
        """As the protocol says. The same words said in several sessions are one memory."""
        owner = _owner(scope)
        meaning = self._meaning(query)
        sought = question(query, meaning)
        best: dict[int, float] = {}

        def choose(found: Candidates) -> list[int]:
            """The first of the best; `best` gets all."""
            order, scores = rank(found, sought, now=self._clock())
            best.update(
                (int(found.rows[n]), float(scores[n])) for n in order if scores[n] >= LEAST_SCORE
            )
            return list(best)[:READ_AT_ONCE]

        turns = self._store.find_and_read(
            owner,
            list(sought.terms),
            marks=list(sought.marks),
            near=None if meaning is None else place(meaning, cells=LOOKED_INTO),
            choose=choose,
            deadline=deadline,
        )
        rows = list(best)[:MOST_RECALLED]
        turns = self._up_to_date(owner, turns, best, deadline)
        budget = Budget(max_tokens, checkpoint=deadline.check)
        budget.fill(_best_first(turns, best))
        for start in range(READ_AT_ONCE, len(rows), READ_AT_ONCE):
            if budget.is_spent:
                break
            page = rows[start : start + READ_AT_ONCE]
            turns = self._store.read(owner, page, deadline=deadline)
            budget.fill(_best_first(turns, best))
        return Recalled(
            tuple(_memory(turn, best[turn.row]) for turn in budget.chosen),
            budget.tokens,
            left_out=len(best) - len(budget.chosen),
        )

    def history(self, scope: Scope, *, limit: int, deadline: Deadline) -> tuple[int, list[Turn]]:
        """As the protocol says."""
        total, turns = self._store.last(_owner(scope), limit, deadline=deadline)
        return total, [Turn(turn.role, turn.text) for turn in turns]

    def forget(self, scope: Scope, what: Selection, *, deadline: Deadline) -> Receipt:
        """As the protocol says. A large memory goes in pieces: ask again after the deadline."""
        age_s = what.older_than_s
        now = self._clock()
        removed = self._store.forget(
            _owner(scope),
            ids=what.ids or None,
            before=None if age_s is None else now - age_s,
            deadline=deadline,
        )
        at = dt.datetime.fromtimestamp(now, dt.UTC).isoformat(timespec="seconds")
        return Receipt(uuid4().hex, at, removed.turns, removed.facts, removed.sessions)

    def export(self, scope: Scope, *, deadline: Deadline) -> dict[str, Any]:
        """As the protocol says: sessions with their turns and facts, oldest first."""
        sessions: dict[str, list[dict[str, Any]]] = {}
        for turn in self._store.everything(_owner(scope), deadline=deadline):
            sessions.setdefault(turn.session, []).append(_exported(turn))
        return {
            "tenant": scope.tenant,
            "user": scope.user,
            "exported_at": self._clock(),
            "sessions": [{"session": name, "turns": turns} for name, turns in sessions.items()],
        }

    def _up_to_date(
        self, owner: Owner, turns: list[KeptTurn], scores: dict[int, float], deadline: Deadline
    ) -> list[KeptTurn]:
        """The turns with those that tell what holds now, which answer as well as what they
        replaced; what they replaced loses a part of its score."""
        past = {fact.id: turn for turn in turns for fact in turn.facts if fact.valid_to is not None}
        if not past:
            return turns
        found = {turn.row: turn for turn in turns}
        for fact, turn in self._store.successors(owner, list(past), deadline=deadline).items():
            found.setdefault(turn.row, turn)
            scores[turn.row] = max(scores.get(turn.row, 0.0), scores[past[fact].row])
        for turn in turns:
            if turn.facts and all(fact.valid_to is not None for fact in turn.facts):
                scores[turn.row] *= STALE
        return list(found.values())

    def _new(self, turn: Turn, deadline: Deadline, until_s: float) -> NewTurn:
        deadline.check()
        meaning = self._meaning(turn.text) if deadline.remaining_s() > until_s else None
        return NewTurn(
            turn.role,
            turn.text,
            terms(turn.text),
            marks(turn.role, turn.text),
            b"" if meaning is None else packed_meaning(meaning),
            find_facts(turn.role, turn.text),
            None if meaning is None else place(meaning),
        )

    def _meaning(self, text: str) -> Any | None:
        """The embedding of a text, (384,), unit length; None without an encoder."""
        if self._encoder is None:
            return None
        return self._encoder().score([text]).embeddings[0]


def _best_first(turns: Sequence[KeptTurn], scores: dict[int, float]) -> list[KeptTurn]:
    # of equals the later: what holds now has the score of what it replaced
    return sorted(turns, key=lambda turn: (-scores[turn.row], -turn.row))


def _owner(scope: Scope) -> Owner:
    return Owner(scope.tenant, scope.user, scope.session)


def _stored(turn: KeptTurn) -> StoredTurn:
    return StoredTurn(turn.id, turn.role, turn.text, turn.turn, turn.session, turn.at)


def _fact(fact: KeptFact) -> Fact:
    return Fact(
        fact.id,
        fact.text,
        fact.turn_id,
        fact.turn,
        fact.start,
        fact.end,
        fact.valid_from,
        fact.valid_to,
        fact.superseded_by,
    )


def _memory(turn: KeptTurn, score: float) -> Memory:
    facts = tuple(_fact(fact) for fact in turn.facts)
    return Memory(
        turn.id, turn.text, turn.role, turn.turn, score, turn.session, turn.last_at, facts
    )


def _exported(turn: KeptTurn) -> dict[str, Any]:
    return {
        "id": turn.id,
        "turn": turn.turn,
        "role": turn.role,
        "text": turn.text,
        "at": turn.at,
        "last_at": turn.last_at,
        "times": turn.times,
        "facts": [
            {
                "id": fact.id,
                "text": fact.text,
                "start": fact.start,
                "end": fact.end,
                "valid_from": fact.valid_from,
                "valid_to": fact.valid_to,
                "superseded_by": fact.superseded_by,
            }
            for fact in turn.facts
        ],
    }
