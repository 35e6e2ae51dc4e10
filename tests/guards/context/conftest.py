"""A memory in a dictionary, and callers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pytest

from aiguardian.guards.context.guard import ContextGuard
from aiguardian.guards.context.memories import (
    Memory,
    Recalled,
    Receipt,
    Remembered,
    Scope,
    Selection,
    StoredTurn,
    Turn,
)
from aiguardian.guards.context.screening import Screened
from aiguardian.processor import Caller, Deadline


class DictMemories:
    """`Memories` with no more than the guard needs to be tested."""

    def __init__(self) -> None:
        self.held: dict[Scope, list[Turn]] = defaultdict(list)

    def remember(self, scope: Scope, turns: Sequence[Turn], *, deadline: Deadline) -> Remembered:
        held = self.held[scope]
        new = [turn for turn in turns if turn not in held]
        held += new
        stored = tuple(StoredTurn(str(at), turn.role, turn.text, at) for at, turn in enumerate(new))
        return Remembered(stored, merged=len(turns) - len(new))

    def recall(self, scope: Scope, query: str, *, max_tokens: int, deadline: Deadline) -> Recalled:
        found = [
            Memory(str(at), turn.text, turn.role, at, 1.0)
            for at, turn in enumerate(self.held[scope])
            if set(query.lower().split()) & set(turn.text.lower().split())
        ]
        return Recalled(tuple(found), tokens=len(found), left_out=0)

    def history(self, scope: Scope, *, limit: int, deadline: Deadline) -> tuple[int, list[Turn]]:
        held = self.held[scope]
        return len(held), held[-limit:]

    def forget(self, scope: Scope, what: Selection, *, deadline: Deadline) -> Receipt:
        return Receipt("r1", "2026-01-01T00:00:00Z", turns=len(self.held.pop(scope, [])))

    def export(self, scope: Scope, *, deadline: Deadline) -> dict[str, Any]:
        return {"turns": len(self.held[scope])}


def screen(text: str, deadline: Deadline) -> Screened:
    """Refuses what says "poison"."""
    if "poison" in text:
        return Screened(0.9, is_attack=True, reason="It orders the model about.")
    return Screened(0.1)


@pytest.fixture
def memories() -> DictMemories:
    return DictMemories()


@pytest.fixture
def guard(memories: DictMemories) -> ContextGuard:
    return ContextGuard(memories, screen)


@pytest.fixture
def caller() -> Caller:
    return Caller(Deadline(60), user_id="u", session_id="s", tenant="k")


@pytest.fixture
def stranger() -> Caller:
    return Caller(Deadline(60))
