"""A `TurnStore` that ends with the process."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from uuid import uuid4

import numpy as np

from aiguardian.processor import Deadline
from aiguardian.storage.turns import (
    MEANING_BYTES,
    Added,
    Candidates,
    KeptFact,
    KeptTurn,
    NewFact,
    NewTurn,
    Owner,
    Place,
    Removed,
    spread_of,
)

MOST_IN_MEMORY = 20_000
"""Of all owners together, about 40 MB; then the owner who was used longest ago gives way."""


@dataclass(slots=True)
class _Held:
    kept: KeptTurn
    new: NewTurn
    repeats: int | None = None
    """The row that it repeats."""


@dataclass(slots=True)
class _Memory:
    turns: dict[int, _Held] = field(default_factory=dict)
    facts: dict[str, tuple[NewFact, KeptFact]] = field(default_factory=dict)
    next_turn: dict[str, int] = field(default_factory=dict)
    said: dict[tuple[str, str, str], int] = field(default_factory=dict)
    """The row of each session, role and text."""


class MemoryTurns:
    """See `TurnStore`. Turns not said again for `ttl_s` are gone."""

    def __init__(self, ttl_s: float, *, clock: Callable[[], float] = time.time) -> None:
        self._ttl_s = ttl_s
        self._clock = clock
        self._lock = threading.RLock()
        self._rows = count(1)
        self._owners: OrderedDict[tuple[str, str, str], _Memory] = OrderedDict()

    def add(self, owner: Owner, turns: Sequence[NewTurn], *, deadline: Deadline) -> Added:
        """As the protocol says."""
        with self._lock:
            deadline.check()
            memory = self._memory(owner)
            kept: list[KeptTurn] = []
            facts: list[KeptFact] = []
            ended: list[KeptFact] = []
            for turn in turns:
                held = self._keep(memory, owner, turn)
                if held.repeats is None:
                    kept.append(held.kept)
                    for fact in turn.facts:
                        _add_fact(memory, held.kept, fact, facts, ended)
            self._make_room()
            return Added(tuple(kept), len(turns) - len(kept), tuple(facts), tuple(ended))

    def find(
        self,
        owner: Owner,
        terms: Sequence[str],
        *,
        marks: Sequence[str],
        near: Place | None = None,  # noqa: ARG002 - all turns are candidates, near or far
        deadline: Deadline,
    ) -> Candidates:
        """As the protocol says; all turns are candidates."""
        with self._lock:
            deadline.check()
            held = [one for one in self._of(owner) if one.repeats is None]
            sessions = {name: n for n, name in enumerate(self._memory(owner).next_turn)}
        known = [[*one.new.terms, *one.new.marks] for one in held]
        counts = np.array(
            [[own.count(term) for term in (*terms, *marks)] for own in known], dtype=np.float32
        ).reshape(len(held), len(terms) + len(marks))
        empty = bytes(MEANING_BYTES)
        meanings = b"".join(one.new.meaning or empty for one in held)
        return Candidates(
            rows=np.array([one.kept.row for one in held], dtype=np.int64),
            sessions=np.array([sessions[one.kept.session] for one in held], dtype=np.int64),
            turns=np.array([one.kept.turn for one in held], dtype=np.int64),
            at=np.array([one.kept.last_at for one in held], dtype=np.float64),
            times=np.array([one.kept.times for one in held], dtype=np.int64),
            meanings=np.frombuffer(meanings, dtype=np.int8).reshape(len(held), MEANING_BYTES),
            counts=counts,
            lengths=np.array([len(own) for own in known], dtype=np.float32),
            spread=spread_of(counts),
            total=len(held),
        )

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
        """As the protocol says."""
        found = self.find(owner, terms, marks=marks, near=near, deadline=deadline)
        return self.read(owner, choose(found), deadline=deadline)

    def read(self, owner: Owner, rows: Sequence[int], *, deadline: Deadline) -> list[KeptTurn]:
        """As the protocol says."""
        with self._lock:
            deadline.check()
            memory = self._memory(owner)
            return _with_facts(
                memory, [memory.turns[row].kept for row in rows if row in memory.turns]
            )

    def successors(
        self, owner: Owner, facts: Sequence[str], *, deadline: Deadline
    ) -> dict[str, KeptTurn]:
        """As the protocol says."""
        with self._lock:
            deadline.check()
            memory = self._memory(owner)
            holds = {new.slot: kept for new, kept in memory.facts.values() if not kept.valid_to}
            turns = _with_facts(memory, [one.kept for one in self._of(owner)])
            by_id = {turn.id: turn for turn in turns}
            past = {name: memory.facts[name] for name in facts if name in memory.facts}
            now = {
                name: holds[new.slot].turn_id
                for name, (new, kept) in past.items()
                if kept.valid_to and new.slot in holds
            }
            return {name: by_id[turn] for name, turn in now.items() if turn in by_id}

    def last(self, owner: Owner, limit: int, *, deadline: Deadline) -> tuple[int, list[KeptTurn]]:
        """As the protocol says."""
        with self._lock:
            deadline.check()
            kept = [one.kept for one in self._of(owner)]
        return len(kept), kept[-limit:] if limit else []

    def forget(
        self,
        owner: Owner,
        *,
        ids: Sequence[str] | None,
        before: float | None,
        deadline: Deadline,
    ) -> Removed:
        """As the protocol says."""
        with self._lock:
            deadline.check()
            memory = self._memory(owner)
            chosen = {
                one.kept.row
                for one in self._of(owner)
                if (ids is None or one.kept.id in ids)
                and (before is None or one.kept.last_at < before)
            }
            return _remove(memory, chosen)

    def everything(self, owner: Owner, *, deadline: Deadline) -> Iterator[KeptTurn]:
        """As the protocol says."""
        with self._lock:
            deadline.check()
            memory = self._memory(owner)
            kept = _with_facts(memory, [one.kept for one in self._of(owner)])
        yield from kept

    def expire(self) -> int:
        """As the protocol says."""
        with self._lock:
            before = self._clock() - self._ttl_s
            return sum(
                _remove(
                    memory, {row for row, one in memory.turns.items() if one.kept.last_at < before}
                ).turns
                for memory in self._owners.values()
            )

    def _memory(self, owner: Owner) -> _Memory:
        memory = self._owners.setdefault(owner.key, _Memory())
        self._owners.move_to_end(owner.key)  # the last is the one used last
        before = self._clock() - self._ttl_s
        _remove(memory, {row for row, one in memory.turns.items() if one.kept.last_at < before})
        return memory

    def _of(self, owner: Owner) -> list[_Held]:
        return [
            one
            for one in self._memory(owner).turns.values()
            if not owner.session or one.kept.session == owner.session
        ]

    def _keep(self, memory: _Memory, owner: Owner, turn: NewTurn) -> _Held:
        now, number = self._clock(), memory.next_turn.get(owner.session, 0)
        memory.next_turn[owner.session] = number + 1
        row, said = next(self._rows), (owner.session, turn.role, turn.text)
        same = memory.turns.get(memory.said.setdefault(said, row))
        if same is not None:
            same.kept = replace(same.kept, times=same.kept.times + 1, last_at=now)
        kept = KeptTurn(row, uuid4().hex, owner.session, turn.role, turn.text, number, now, now, 1)
        memory.turns[row] = _Held(kept, turn, same.kept.row if same else None)
        return memory.turns[row]

    def _make_room(self) -> None:
        size = sum(len(memory.turns) for memory in self._owners.values())
        while size > MOST_IN_MEMORY and len(self._owners) > 1:
            _, oldest = self._owners.popitem(last=False)
            size -= len(oldest.turns)


def _add_fact(
    memory: _Memory,
    turn: KeptTurn,
    fact: NewFact,
    new: list[KeptFact],
    ended: list[KeptFact],
) -> None:
    present = [
        (other, kept)
        for other, kept in memory.facts.values()
        if other.slot == fact.slot and kept.valid_to is None
    ]
    over = present
    by = None
    if fact.ends:
        over = [one for one in present if not fact.value or one[0].value == fact.value]
    elif any(other.value == fact.value for other, _ in present):
        return
    else:
        text = turn.text[fact.start : fact.end]
        span = (fact.start, fact.end)
        kept = KeptFact(uuid4().hex, turn.id, turn.turn, *span, text, valid_from=turn.at)
        memory.facts[kept.id] = (fact, kept)
        new.append(kept)
        by = kept.id
    for other, kept in over:
        past = replace(kept, valid_to=turn.at, superseded_by=by)
        memory.facts[kept.id] = (other, past)
        ended.append(past)


def _with_facts(memory: _Memory, turns: Sequence[KeptTurn]) -> list[KeptTurn]:
    facts: dict[str, list[KeptFact]] = {}
    for _, kept in memory.facts.values():
        facts.setdefault(kept.turn_id, []).append(kept)
    return [replace(turn, facts=tuple(facts.get(turn.id, ()))) for turn in turns]


def _remove(memory: _Memory, rows: set[int]) -> Removed:
    gone = [
        one
        for row, one in memory.turns.items()
        if row in rows or (one.repeats is not None and one.repeats in rows)
    ]
    ids = {one.kept.id for one in gone}
    facts = [name for name, (_, kept) in memory.facts.items() if kept.turn_id in ids]
    for one in gone:
        del memory.turns[one.kept.row]
        if one.repeats is None:
            del memory.said[one.kept.session, one.kept.role, one.kept.text]
    for name in facts:
        del memory.facts[name]
    for name, (new, kept) in memory.facts.items():
        if kept.superseded_by in facts:
            memory.facts[name] = (new, replace(kept, superseded_by=None))
    left = {one.kept.session for one in memory.turns.values()}
    sessions = {one.kept.session for one in gone} - left
    for name in sessions:
        memory.next_turn.pop(name, None)
    return Removed(len(gone), len(facts), len(sessions))
