"""All stores of policies keep the same promises."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from aiguardian.storage import policies
from aiguardian.storage.engine import Database
from aiguardian.storage.policies import (
    MemoryPolicies,
    PoliciesFull,
    PolicyStore,
    PolicyVersion,
    VersionConflict,
)
from aiguardian.storage.policy_table import PolicyTable

TEXT = "input: {securityguard: {injection: block}}  # Zürich, 東京\n"


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, open_database: Callable[[str], Database]) -> PolicyStore:
    if request.param == "memory":
        return MemoryPolicies(clock=lambda: 5.0)
    return PolicyTable(open_database(request.param), clock=lambda: 5.0)


def write(
    store: PolicyStore, name: str, text: str | None, expected: int, *, tenant: str = "a"
) -> PolicyVersion:
    return store.write(tenant, name, text, expected=expected, author="key-1", note="why")


def test_an_empty_store_has_nothing_and_no_changes(store: PolicyStore) -> None:
    assert store.changes(0).versions == ()
    assert store.changes(0).number == 0
    assert store.history("a", "ours", limit=10) == []


def test_what_is_written_is_there_with_who_when_and_why(store: PolicyStore) -> None:
    written = write(store, "ours", TEXT, 0)
    assert written == PolicyVersion("a", "ours", 1, True, TEXT, "key-1", "why", 5.0)
    assert store.changes(0).versions == (written,)
    assert store.history("a", "ours", limit=10) == [written]
    assert store.history("b", "ours", limit=10) == [], "another tenant has its own"


def test_only_what_came_after_a_change_is_told_of_it_and_the_newest_alone(
    store: PolicyStore,
) -> None:
    write(store, "ours", TEXT, 0)
    seen = store.changes(0).number
    assert store.changes(seen).versions == ()
    write(store, "ours", "two", 1)
    write(store, "ours", "three", 2)
    write(store, "theirs", "four", 0, tenant="b")
    told = store.changes(seen)
    assert {(one.tenant, one.name, one.version, one.text) for one in told.versions} == {
        ("a", "ours", 3, "three"),
        ("b", "theirs", 1, "four"),
    }
    assert told.number > seen


@pytest.mark.parametrize("expected", [0, 2, 17])
def test_a_writer_that_has_not_seen_the_last_version_is_refused(
    store: PolicyStore, expected: int
) -> None:
    write(store, "ours", TEXT, 0)
    before = store.changes(0)
    with pytest.raises(VersionConflict):
        write(store, "ours", "other", expected)
    with pytest.raises(VersionConflict):
        write(store, "nothing", "other", expected or 1)
    assert store.changes(0) == before, "a refused write is no change"


def test_a_deletion_is_a_version_and_what_comes_after_goes_on_counting(store: PolicyStore) -> None:
    write(store, "ours", TEXT, 0)
    gone = write(store, "ours", None, 1)
    assert (gone.version, gone.is_live, gone.text) == (2, False, "")
    with pytest.raises(VersionConflict):
        write(store, "ours", None, 2)
    again = write(store, "ours", "again", 0)
    assert again.version == 3
    assert [one.version for one in store.history("a", "ours", limit=10)] == [3, 2, 1]


def test_a_tenant_has_so_many_and_a_deleted_one_makes_room(
    store: PolicyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policies, "MOST_POLICIES", 2)
    write(store, "one", TEXT, 0)
    write(store, "two", TEXT, 0)
    with pytest.raises(PoliciesFull):
        write(store, "three", TEXT, 0)
    write(store, "three", TEXT, 0, tenant="b")
    write(store, "two", "changed", 1)
    write(store, "one", None, 1)
    write(store, "three", TEXT, 0)


def test_old_versions_are_dropped(store: PolicyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policies, "KEPT_VERSIONS", 3)
    for number in range(5):
        write(store, "ours", str(number), number)
    assert [one.text for one in store.history("a", "ours", limit=10)] == ["4", "3", "2"]
    assert [one.text for one in store.history("a", "ours", limit=1)] == ["4"]
    assert [one.text for one in store.history("a", "ours", limit=2, before=5)] == ["3", "2"]


def test_of_two_writers_at_once_one_wins(store: PolicyStore) -> None:
    write(store, "ours", TEXT, 0)

    def attempt(number: int) -> bool:
        try:
            write(store, "ours", f"of {number}", 1)
        except VersionConflict:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        won = list(threads.map(attempt, range(4)))
    assert won.count(True) == 1
    assert store.history("a", "ours", limit=10)[0].text == f"of {won.index(True)}"


def test_another_process_sees_the_change(new_database: Callable[[], Database]) -> None:
    mine, theirs = PolicyTable(new_database()), PolicyTable(new_database())
    assert theirs.changes(0).number == 0
    written = write(mine, "ours", TEXT, 0)
    assert theirs.changes(0).versions == (written,)
