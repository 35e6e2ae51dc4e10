"""What has a time of its own is deleted when it is over, though nobody asks for it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aiguardian.processor import Deadline
from aiguardian.storage import pseudonym_table, turn_table
from aiguardian.storage.engine import Database
from aiguardian.storage.memory_turns import MemoryTurns
from aiguardian.storage.pseudonym_table import PseudonymTable
from aiguardian.storage.pseudonyms import MemoryPseudonyms, PseudonymStore
from aiguardian.storage.sealing import Secrets
from aiguardian.storage.turn_table import TurnTable
from aiguardian.storage.turns import NewTurn, Owner, TurnStore

SECRETS = Secrets((b"a" * 64,))


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def made(
    request: pytest.FixtureRequest, open_database: Callable[[str], Database], clock: Clock
) -> tuple[PseudonymStore, TurnStore]:
    """Both stores; what they hold lives for ten seconds."""
    if request.param == "memory":
        return MemoryPseudonyms(10.0, clock=clock), MemoryTurns(10.0, clock=clock)
    database = open_database(request.param)
    turns: Any = TurnTable(database, SECRETS, 10.0, clock=clock)
    return PseudonymTable(database, SECRETS, 10.0, clock=clock), turns


def test_placeholders_expire(
    made: tuple[PseudonymStore, TurnStore], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pseudonym_table, "OLD_AT_ONCE", 2)
    store, _ = made
    for number in range(5):
        store.placeholders(f"s{number}", [("EMAIL", "a@b.cd")], reserved=())
    assert store.expire() == 0
    clock.now += 8
    store.values("s4")
    clock.now += 8
    assert store.expire() == 4
    assert store.expire() == 0
    assert store.values("s4") == {"EMAIL_1": "a@b.cd"}
    assert store.values("s0") == {}


def test_memories_expire(
    made: tuple[PseudonymStore, TurnStore], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn_table, "PAGE", 2)
    _, store = made
    for number in range(5):
        owner = Owner("t", f"u{number}", "s")
        store.add(owner, [NewTurn("user", "violets are blue")], deadline=Deadline(60))
    assert store.expire() == 0
    clock.now += 8
    late = Owner("t", "late", "s")
    store.add(late, [NewTurn("user", "roses are red")], deadline=Deadline(60))
    clock.now += 8
    assert store.expire() == 5
    assert store.expire() == 0
    assert [turn.text for turn in store.everything(late, deadline=Deadline(60))] == [
        "roses are red"
    ]
