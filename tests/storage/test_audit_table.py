"""Audit rows: the same on memory, SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from aiguardian.audit.signing import Signer
from aiguardian.storage.audit_rows import (
    MOST_IN_MEMORY,
    AuditQuery,
    AuditRow,
    AuditStore,
    Checkpoint,
    CheckpointKind,
    MemoryAudit,
    place_of,
)
from aiguardian.storage.audit_table import AuditTable
from aiguardian.storage.engine import Database

SIGNER = Signer(b"s" * 32)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, open_database: Callable[[str], Database]) -> AuditStore:
    if request.param == "memory":
        return MemoryAudit(lambda row: checkpoint(row.chain, row.number, "floor"))
    return AuditTable(open_database(request.param))


def row(number: int, chain: str = "aa", **more: Any) -> AuditRow:
    made = AuditRow(
        chain=chain,
        number=number,
        at=1_795_284_885.123456 + number,
        kind="decision",
        tenant="t",
        key_id="k",
        user="u",
        guard="g",
        action="keep",
        entry=f'{{"n":{number},"text":"ß𝒳"}}'.encode(),
        hash=bytes([number % 256]) * 32,
    )
    return replace(made, **more)


def checkpoint(chain: str, number: int, kind: CheckpointKind = "head") -> Checkpoint:
    return SIGNER.checkpoint(chain, number, hash_=b"h" * 32, at=12.25, kind=kind)


def test_an_empty_store_has_nothing(store: AuditStore) -> None:
    assert store.chains() == []
    assert store.rows("aa", after=0, limit=5) == []
    assert store.checkpoints("aa") == []
    assert store.page(AuditQuery("t"), after=None, limit=5) == []
    assert store.aged(1e12) == []


def test_rows_come_back_as_they_were_in_their_order(store: AuditStore) -> None:
    rows = [row(number) for number in (1, 2, 10, 11)]
    store.add(rows[:2], checkpoint("aa", 2))
    store.add(rows[2:], checkpoint("aa", 11))
    assert store.rows("aa", after=0, limit=10) == rows
    assert store.rows("aa", after=2, limit=1) == rows[2:3]
    assert store.chains() == ["aa"]


def test_a_row_that_is_there_stays_as_it_is(store: AuditStore) -> None:
    store.add([row(1)], checkpoint("aa", 1))
    store.add([row(1, tenant="other"), row(2)], checkpoint("aa", 2))
    assert store.rows("aa", after=0, limit=10) == [row(1), row(2)]


def test_there_is_one_head_and_those_that_are_kept_stay(store: AuditStore) -> None:
    for number, kind in ((1, "head"), (2, "kept"), (3, "head"), (4, "head"), (5, "kept")):
        store.add([row(number)], checkpoint("aa", number, kind))  # type: ignore[arg-type]
    store.add([], checkpoint("bb", 9))
    found = [(one.number, one.kind) for one in store.checkpoints("aa")]
    assert found == [(2, "kept"), (5, "kept")]
    assert store.checkpoints("aa")[0] == checkpoint("aa", 2, "kept")
    assert sorted(store.chains()) == ["aa", "bb"]


def test_pages_are_newest_first_and_join_without_a_gap(store: AuditStore) -> None:
    rows = [row(number, chain) for number in range(1, 6) for chain in ("aa", "bb")]
    for chain in ("aa", "bb"):
        mine = [one for one in rows if one.chain == chain]
        store.add(mine, checkpoint(chain, 5))
    wanted = sorted(rows, key=place_of, reverse=True)
    found: list[AuditRow] = []
    after = None
    while page := store.page(AuditQuery("t"), after=after, limit=3):
        found += page
        after = place_of(page[-1])
    assert found == wanted


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        (AuditQuery("t"), [5, 4, 3, 2, 1]),
        (AuditQuery("other"), [6]),
        (AuditQuery("t' OR 1=1 --"), []),
        (AuditQuery("t", kind="act"), [2]),
        (AuditQuery("t", key_id="k2"), [3]),
        (AuditQuery("t", users=("v", "w")), [4]),
        (AuditQuery("t", guard="g2"), [5]),
        (AuditQuery("t", action="block"), [1]),
        (AuditQuery("t", since=row(4).at), [5, 4]),
        (AuditQuery("t", until=row(2).at), [1]),
    ],
)
def test_a_query_finds_what_it_names_and_nothing_of_another_tenant(
    store: AuditStore, query: AuditQuery, numbers: list[int]
) -> None:
    rows = [
        row(1, action="block"),
        row(2, kind="act"),
        row(3, key_id="k2"),
        row(4, user="v"),
        row(5, guard="g2"),
        row(6, tenant="other"),
    ]
    store.add(rows, checkpoint("aa", 6))
    assert [one.number for one in store.page(query, after=None, limit=10)] == numbers


def test_what_is_removed_leaves_its_floor(store: AuditStore) -> None:
    store.add([row(number) for number in range(1, 6)], checkpoint("aa", 5, "kept"))
    store.add([row(6)], checkpoint("aa", 6))
    assert store.aged(row(3).at) == ["aa"]
    assert store.remove("aa", checkpoint("aa", 3, "floor")) == 3
    assert store.aged(row(3).at) == []
    assert store.remove("aa", checkpoint("aa", 6, "floor")) == 3
    assert store.rows("aa", after=0, limit=10) == []
    found = [(one.number, one.kind) for one in store.checkpoints("aa")]
    assert sorted(found) == [(6, "floor"), (6, "head")]
    assert store.chains() == ["aa"]


def test_numbers_beyond_four_bytes_are_kept(store: AuditStore) -> None:
    store.add([row(2**40)], checkpoint("aa", 2**40))
    assert store.rows("aa", after=2**33, limit=1)[0].number == 2**40


@pytest.mark.parametrize("count", [1, 16, 17, 128, 129, 1_024, 1_025, 2_100])
def test_every_number_of_rows_is_kept(store: AuditStore, count: int) -> None:
    rows = [row(number) for number in range(1, count + 1)]
    store.add(rows, checkpoint("aa", count))
    most = MOST_IN_MEMORY if isinstance(store, MemoryAudit) else count
    assert store.rows("aa", after=0, limit=5_000) == rows[-most:]
