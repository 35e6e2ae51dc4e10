"""All allow-lists keep the same promises."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from aiguardian.errors import NotAvailable
from aiguardian.storage import allow_list
from aiguardian.storage.address import SqliteAddress
from aiguardian.storage.allow_list import AllowList, ListFull, MemoryAllowList, digest
from aiguardian.storage.allow_list_table import AllowListTable
from aiguardian.storage.engine import Database

KEY = b"k" * 32
ONE, TWO = digest("one", KEY), digest("two", KEY)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, open_database: Callable[[str], Database]) -> AllowList:
    if request.param == "memory":
        return MemoryAllowList()
    return AllowListTable(open_database(request.param))


def test_what_is_added_is_there_for_that_key_only(store: AllowList) -> None:
    assert store.digests("a") == frozenset()
    store.add("a", [ONE], note="our help desk")
    assert store.digests("a") == {ONE}
    assert store.digests("b") == frozenset()
    assert [entry.note for entry in store.entries("a")] == ["our help desk"]


def test_adding_again_changes_nothing(store: AllowList) -> None:
    store.add("a", [ONE], note="first")
    store.add("a", [ONE, TWO], note="second")
    assert {entry.digest: entry.note for entry in store.entries("a")} == {
        ONE: "first",
        TWO: "second",
    }


def test_removing_tells_whether_it_was_there(store: AllowList) -> None:
    store.add("a", [ONE], note="")
    assert store.remove("a", ONE)
    assert not store.remove("a", ONE)
    assert store.digests("a") == frozenset()


def test_a_full_list_refuses_and_keeps_what_it_has(
    store: AllowList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allow_list, "MOST_ENTRIES", 1)
    store.add("a", [ONE], note="")
    with pytest.raises(ListFull):
        store.add("a", [TWO], note="")
    assert store.digests("a") == {ONE}


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Jane", "Jane", True),
        (" Jane\n", "Jane", True),
        ("é", "e\u0301", True),
        ("Jane", "jane", False),
        ("", "Jane", False),
        ("\ud800", "\ud800", True),
    ],
)
def test_digests_are_of_the_exact_text(one: str, other: str, *, alike: bool) -> None:
    assert (digest(one, KEY) == digest(other, KEY)) is alike
    assert digest(one, KEY) != digest(one, b"l" * 32)


def test_a_database_out_of_reach_allows_what_it_allowed_before(database: Database) -> None:
    times = iter([0.0, 100.0, 200.0, 300.0])
    store = AllowListTable(database, clock=lambda: next(times))
    store.add("a", [ONE], note="")
    assert store.digests("a") == {ONE}

    async def rename(connection: AsyncConnection, old: str, new: str) -> None:
        await connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))

    database.run(partial(rename, old="allow_list", new="away"), writes=True)
    try:
        assert store.digests("a") == {ONE}
        with pytest.raises(NotAvailable):
            store.entries("a")
    finally:  # other tests use the same tables
        database.run(partial(rename, old="away", new="allow_list"), writes=True)


def test_adding_nothing_is_no_error(store: AllowList) -> None:
    store.add("a", [], note="")
    assert store.digests("a") == frozenset()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    database = Database(SqliteAddress(tmp_path / "file" / "kept.db"))
    store = AllowListTable(database)
    assert store.digests("a") == frozenset()
    with pytest.raises(NotAvailable):
        store.add("a", [ONE], note="")
    database.close()
