"""All stores keep the same promises."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from aiguardian.storage import pseudonym_table, pseudonyms
from aiguardian.storage.address import SqliteAddress
from aiguardian.storage.engine import Database
from aiguardian.storage.pseudonyms import MemoryPseudonyms, PseudonymStore, SessionFull
from aiguardian.storage.sealing import Secrets, Unreadable
from aiguardian.storage.tables import pseudonyms as pseudonyms_rows

SECRET = Secrets((b"s" * 64,))
TTL_S = 100.0
EMAIL = ("EMAIL_ADDRESS", "jane.doe@example.org")
OTHER = ("EMAIL_ADDRESS", "john@example.org")


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(
    request: pytest.FixtureRequest, open_database: Callable[[str], Database], clock: Clock
) -> PseudonymStore:
    if request.param == "memory":
        return MemoryPseudonyms(TTL_S, clock=clock)
    return pseudonym_table.PseudonymTable(open_database(request.param), SECRET, TTL_S, clock=clock)


def test_the_same_value_has_the_same_name_in_a_session(store: PseudonymStore) -> None:
    assert store.placeholders("a", [EMAIL, OTHER, EMAIL], reserved=()) == [
        "EMAIL_ADDRESS_1",
        "EMAIL_ADDRESS_2",
        "EMAIL_ADDRESS_1",
    ]
    assert store.placeholders("a", [OTHER], reserved=()) == ["EMAIL_ADDRESS_2"]


def test_sessions_know_nothing_of_each_other(store: PseudonymStore) -> None:
    store.placeholders("a", [EMAIL], reserved=())
    assert store.values("b") == {}
    assert store.placeholders("b", [OTHER], reserved=()) == ["EMAIL_ADDRESS_1"]
    assert store.values("a") == {"EMAIL_ADDRESS_1": EMAIL[1]}


def test_a_name_that_the_text_already_holds_is_not_given(store: PseudonymStore) -> None:
    assert store.placeholders("a", [EMAIL], reserved=["EMAIL_ADDRESS_1"]) == ["EMAIL_ADDRESS_2"]


def test_values_come_back_exactly(store: PseudonymStore) -> None:
    odd = [("X", "line\nbreak"), ("X", "\ud800 lone"), ("Y", ""), ("X", "日本 🎉")]
    names = store.placeholders("a", odd, reserved=())
    assert [store.values("a")[name] for name in names] == [value for _, value in odd]


def test_a_session_ends_when_it_was_not_used_for_its_time(
    store: PseudonymStore, clock: Clock
) -> None:
    store.placeholders("a", [EMAIL], reserved=())
    clock.now += TTL_S - 1
    assert store.values("a"), "in time, and this use counts"
    clock.now += TTL_S - 1
    assert store.values("a")
    clock.now += TTL_S + 1
    assert store.values("a") == {}
    assert store.placeholders("a", [OTHER], reserved=()) == ["EMAIL_ADDRESS_1"]


def test_forgetting_tells_how_many_values_went(store: PseudonymStore) -> None:
    store.placeholders("a", [EMAIL, OTHER], reserved=())
    assert store.forget("a") == 2
    assert store.forget("a") == 0
    assert store.values("a") == {}


def test_a_session_that_is_full_takes_no_more_and_loses_nothing(
    store: PseudonymStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pseudonyms, "MOST_VALUES", 1)
    monkeypatch.setattr(pseudonym_table, "MOST_VALUES", 1)
    store.placeholders("a", [EMAIL], reserved=())
    with pytest.raises(SessionFull):
        store.placeholders("a", [OTHER], reserved=())
    assert store.values("a") == {"EMAIL_ADDRESS_1": EMAIL[1]}


def test_memory_drops_the_session_that_was_used_longest_ago(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pseudonyms, "MOST_SESSIONS", 2)
    store = MemoryPseudonyms(TTL_S, clock=clock)
    for session in ("a", "b", "a", "c"):
        store.placeholders(session, [EMAIL], reserved=())
    assert [bool(store.values(session)) for session in "abc"] == [True, False, True]


def test_the_file_shows_neither_values_nor_sessions(tmp_path: Path) -> None:
    database = Database(SqliteAddress(tmp_path / "kept.db"))
    store = pseudonym_table.PseudonymTable(database, SECRET, TTL_S)
    store.placeholders("secret-session", [EMAIL], reserved=())
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"EMAIL_ADDRESS_1" in kept
    assert b"jane" not in kept
    assert b"secret-session" not in kept
    database.close()


def test_another_secret_opens_nothing(database: Database) -> None:
    pseudonym_table.PseudonymTable(database, SECRET, TTL_S).placeholders("a", [EMAIL], reserved=())
    assert pseudonym_table.PseudonymTable(database, Secrets((b"t" * 64,)), TTL_S).values("a") == {}


def test_a_row_that_was_moved_to_another_name_does_not_open(database: Database) -> None:
    store = pseudonym_table.PseudonymTable(database, SECRET, TTL_S)
    store.placeholders("a", [EMAIL], reserved=())

    async def rename(connection: AsyncConnection) -> None:
        await connection.execute(pseudonyms_rows.update().values(name="PERSON_1"))

    database.run(rename, writes=True)
    with pytest.raises(Unreadable):
        store.values("a")


def test_threads_never_give_one_number_twice(database: Database) -> None:
    store = pseudonym_table.PseudonymTable(database, SECRET, TTL_S)
    with ThreadPoolExecutor(8) as threads:
        names = list(
            threads.map(
                lambda n: store.placeholders("a", [("PERSON", f"p{n}")], reserved=())[0], range(16)
            )
        )
    assert sorted(names) == sorted(f"PERSON_{n}" for n in range(1, 17))


def test_the_table_outlives_the_process(new_database: Callable[[], Database]) -> None:
    for expected in ({}, {"EMAIL_ADDRESS_1": EMAIL[1]}):
        database = new_database()
        store = pseudonym_table.PseudonymTable(database, SECRET, TTL_S)
        assert store.values("a") == expected
        store.placeholders("a", [EMAIL], reserved=())
        database.close()
