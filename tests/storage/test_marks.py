"""All stores of marks keep the same promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from aiguardian.storage import marks
from aiguardian.storage.engine import Database
from aiguardian.storage.mark_table import MarkTable
from aiguardian.storage.marks import MarkRow, MarkStore, MemoryMarks

ROW = MarkRow(
    "a", "id-1", "request-1", "securityguard", "injection", '{"ü": "東京"}', "key-1", "why", 5.0
)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, open_database: Callable[[str], Database]) -> MarkStore:
    if request.param == "memory":
        return MemoryMarks()
    return MarkTable(open_database(request.param))


def test_a_mark_is_there_for_its_tenant_only(store: MarkStore) -> None:
    assert store.get("a", "id-1") is None
    assert store.newest("a", limit=5) == []
    store.add(ROW)
    assert store.get("a", "id-1") == ROW
    assert store.get("b", "id-1") is None
    assert store.newest("b", limit=5) == []


def test_marks_come_newest_first_in_pages(store: MarkStore) -> None:
    rows = [replace(ROW, id=f"id-{at}{name}", at=float(at)) for at in (1, 2, 3) for name in "xy"]
    for row in rows:
        store.add(row)
    newest = rows[::-1]
    assert store.newest("a", limit=10) == newest
    first = store.newest("a", limit=3)
    rest = store.newest("a", limit=10, before=(first[-1].at, first[-1].id))
    assert first + rest == newest


def test_an_option_is_applied_once(store: MarkStore) -> None:
    store.add(ROW)
    assert not store.apply("b", "id-1", "threshold")
    assert not store.apply("a", "id-2", "threshold")
    assert store.apply("a", "id-1", "threshold")
    assert not store.apply("a", "id-1", "allow")
    assert store.get("a", "id-1") == replace(ROW, applied="threshold")


def test_the_oldest_go_when_there_are_too_many(
    store: MarkStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "MOST_MARKS", 2)
    store.add(replace(ROW, tenant="b", at=0.0))
    for at in (1.0, 2.0, 3.0):
        store.add(replace(ROW, id=f"id-{at}", at=at))
    assert [row.at for row in store.newest("a", limit=10)] == [3.0, 2.0]
    assert store.get("b", "id-1") is not None
