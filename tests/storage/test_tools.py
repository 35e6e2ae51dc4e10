"""All stores of tools' definitions keep the same promises."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from aiguardian.storage import tools
from aiguardian.storage.engine import Database
from aiguardian.storage.tool_table import ToolTable
from aiguardian.storage.tools import MemoryTools, Sighting, ToolsFull, ToolStore

ONE, TWO = b"1" * 32, b"2" * 32


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(
    request: pytest.FixtureRequest, open_database: Callable[[str], Database], clock: Clock
) -> ToolStore:
    if request.param == "memory":
        return MemoryTools(clock=clock)
    return ToolTable(open_database(request.param), clock=clock)


def seen(tool: str, digest: bytes, *, is_harmless: bool = True) -> list[Sighting]:
    return [Sighting(tool, digest, is_harmless=is_harmless)]


def test_the_first_definition_stays_and_the_last_is_known(store: ToolStore, clock: Clock) -> None:
    (first,) = store.see("t", "s", seen("a", ONE))
    assert (first.first, first.last, first.is_changed) == (ONE, ONE, False)
    clock.now = 200.0
    (second,) = store.see("t", "s", seen("a", TWO))
    assert (second.first, second.last, second.is_changed) == (ONE, TWO, True)
    assert (second.first_at, second.last_at) == (100.0, 200.0)
    assert store.record("t", "s", "a") == second
    (back,) = store.see("t", "s", seen("a", ONE))
    assert not back.is_changed


def test_a_definition_that_is_stopped_is_never_the_first(store: ToolStore) -> None:
    (stopped,) = store.see("t", "s", seen("a", ONE, is_harmless=False))
    assert (stopped.first, stopped.is_harmless, stopped.is_changed) == (b"", False, False)
    (mended,) = store.see("t", "s", seen("a", TWO))
    assert (mended.first, mended.is_harmless) == (TWO, True)


def test_tenants_and_servers_are_apart(store: ToolStore) -> None:
    store.see("t", "s", seen("a", ONE))
    assert store.record("other", "s", "a") is None
    assert store.records("t", "other") == []
    assert not store.forget("other", "s", "a")
    (other,) = store.see("other", "s", seen("a", TWO))
    assert not other.is_changed


def test_forgetting_makes_the_next_the_first(store: ToolStore) -> None:
    store.see("t", "s", seen("a", ONE))
    assert store.forget("t", "s", "a")
    assert not store.forget("t", "s", "a")
    (first,) = store.see("t", "s", seen("a", TWO))
    assert first.first == TWO


def test_all_tools_come_by_name_whatever_they_are_called(store: ToolStore) -> None:
    names = ["z", "a", "", "ünï", "x" * 1_000, "a/b.c"]
    records = store.see("t", "s", [Sighting(name, ONE, is_harmless=True) for name in names])
    assert [one.tool for one in records] == names
    assert [one.tool for one in store.records("t", "s")] == sorted(names)


def test_a_server_cannot_fill_the_store(store: ToolStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "MOST_TOOLS", 2)
    store.see("t", "s", [*seen("a", ONE), *seen("b", ONE)])
    with pytest.raises(ToolsFull):
        store.see("t", "s", seen("c", ONE))
    assert [one.tool for one in store.records("t", "s")] == ["a", "b"]
    assert store.see("t", "other", seen("c", ONE))
