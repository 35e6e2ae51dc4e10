"""Recorded requests and usage: the same on memory, SQLite and PostgreSQL."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from aiguardian.storage import aging
from aiguardian.storage.engine import Database
from aiguardian.storage.request_rows import (
    Gone,
    MemoryRequests,
    RecordedText,
    RecordedVerdict,
    RequestQuery,
    RequestRow,
    RequestStore,
)
from aiguardian.storage.request_table import RequestTable
from aiguardian.storage.row_ids import first_id, row_id
from aiguardian.storage.sealing import Secrets
from aiguardian.storage.usage_rows import (
    Amounts,
    MemoryUsage,
    UsageQuery,
    UsageRow,
    UsageStore,
    Whose,
)
from aiguardian.storage.usage_table import UsageTable

SECRETS = Secrets((b"a" * 64,))
NOON = 1_795_262_400.0  # 2026-11-21, 12:00 UTC
JUDGED = RecordedText(
    direction="input",
    policy="default",
    action="flag",
    guards={
        "securityguard": RecordedVerdict(action="flag", alarms=("pii",), categories={"pii": 1})
    },
)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def requests(
    request: pytest.FixtureRequest, open_database: Callable[[str], Database]
) -> RequestStore:
    if request.param == "memory":
        return MemoryRequests()
    return RequestTable(open_database(request.param), SECRETS)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def usage(request: pytest.FixtureRequest, open_database: Callable[[str], Database]) -> UsageStore:
    if request.param == "memory":
        return MemoryUsage()
    return UsageTable(open_database(request.param))


def row(number: int, **more: Any) -> RequestRow:
    at = NOON + number
    made = RequestRow(
        id=row_id(at),
        at=at,
        tenant="t",
        request_id=f"r{number}",
        key_id="k",
        user="u",
        route="/v1/messages",
        status=200,
        action="flag",
        seconds=0.25,
        judged=(JUDGED,),
        texts=("mail [EMAIL_ADDRESS:****] \ud800 ß𝒳".encode(errors="replace").decode(),),
    )
    return replace(made, **more)


def ids(rows: list[RequestRow]) -> list[str]:
    return [one.request_id for one in rows]


def test_requests_come_back_as_they_were_newest_first(requests: RequestStore) -> None:
    rows = [row(1), row(2, texts=()), row(3, judged=(JUDGED, JUDGED), texts=("", "x"))]
    requests.add(rows)
    requests.add(rows)
    requests.add([])
    assert requests.page(RequestQuery("t"), after=None, limit=10) == rows[::-1]
    oldest = requests.page(RequestQuery("t"), after=None, limit=10, is_oldest_first=True)
    assert oldest == rows
    assert requests.page(RequestQuery("t"), after=rows[1].id, limit=10) == rows[:1]
    later = requests.page(RequestQuery("t"), after=rows[1].id, limit=10, is_oldest_first=True)
    assert later == rows[2:]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        (RequestQuery("t"), ["r3", "r2", "r1"]),
        (RequestQuery("other"), ["r4"]),
        (RequestQuery("t", request_id="r2"), ["r2"]),
        (RequestQuery("t", request_id="r4"), []),
        (RequestQuery("t", users=("v",)), ["r3"]),
        (RequestQuery("t", since=NOON + 2), ["r3", "r2"]),
        (RequestQuery("t", until=NOON + 2), ["r1"]),
    ],
)
def test_a_query_finds_requests_of_its_tenant_only(
    requests: RequestStore, query: RequestQuery, wanted: list[str]
) -> None:
    requests.add([row(1), row(2), row(3, user="v"), row(4, tenant="other")])
    assert ids(requests.page(query, after=None, limit=10)) == wanted


def test_age_takes_what_is_old_and_proves_it(
    requests: RequestStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aging, "PIECE", 2)
    rows = [row(number) for number in range(6)]
    requests.add(rows)
    gone = requests.remove_before(NOON + 5)
    digest = hashlib.sha256(b"".join(sorted(one.id for one in rows[:5]))).hexdigest()
    assert gone == Gone(5, digest)
    assert requests.remove_before(NOON + 5) == Gone()
    assert ids(requests.page(RequestQuery("t"), after=None, limit=10)) == ["r5"]


def test_a_users_requests_are_erased_and_nobody_elses(requests: RequestStore) -> None:
    requests.add([row(1), row(2, user="v"), row(3, tenant="other"), row(4, user="")])
    assert requests.erase("t", ("u", "w")) == 1
    assert requests.erase("t", ("u",)) == 0
    assert ids(requests.page(RequestQuery("t"), after=None, limit=10)) == ["r4", "r2"]
    assert ids(requests.page(RequestQuery("other"), after=None, limit=10)) == ["r3"]


def test_texts_are_sealed_in_the_file_and_erased_from_it(
    open_database: Callable[[str], Database], tmp_path: Path
) -> None:
    store = RequestTable(open_database("sqlite"), SECRETS)
    store.add([row(1, texts=("canary-text",))])
    files = [*tmp_path.glob("kept.db*")]
    assert not [file for file in files if b"canary-text" in file.read_bytes()]
    other = RequestTable(open_database("sqlite"), Secrets((b"b" * 64,)))
    assert other.page(RequestQuery("t"), after=None, limit=1)[0].texts == ()
    rotated = RequestTable(open_database("sqlite"), Secrets((b"b" * 64, b"a" * 64)))
    assert rotated.page(RequestQuery("t"), after=None, limit=1)[0].texts == ("canary-text",)


def test_a_text_that_was_moved_to_another_row_does_not_open(
    open_database: Callable[[str], Database], tmp_path: Path
) -> None:
    store = RequestTable(open_database("sqlite"), SECRETS)
    store.add([row(1, texts=("one",)), row(2, texts=("two",))])
    with sqlite3.connect(tmp_path / "kept.db") as file:
        file.execute(
            "UPDATE requests SET texts = (SELECT texts FROM requests WHERE request_id = 'r1')"
        )
    file.close()
    found = store.page(RequestQuery("t"), after=None, limit=2)
    assert [one.texts for one in found] == [(), ("one",)]


@pytest.mark.parametrize("at", [0.0, -1.0, 1e20, NOON])
def test_ids_grow_with_time_and_never_meet(at: float) -> None:
    assert len({row_id(at) for _ in range(100)}) == 100
    assert all(row_id(at) >= first_id(at) for _ in range(100))
    assert first_id(NOON) < row_id(NOON) < first_id(NOON + 0.001)


def used(number: float, amounts: Amounts | None = None, **more: str) -> UsageRow:
    whose = Whose(**({"tenant": "t", "key_id": "k", "user": "u", "service": "proxy"} | more))
    given = amounts or Amounts(requests=1, input_tokens=10, output_tokens=5, cost_usd=0.5)
    return UsageRow(row_id(NOON + number), NOON + number, whose, given)


def test_totals_are_told_apart_by_what_is_asked_for(usage: UsageStore) -> None:
    rows = [used(1), used(2, model="m"), used(3, key_id="k2"), used(86_400, model="m")]
    usage.add(rows)
    usage.add(rows)
    usage.add([used(4, tenant="other")])
    (total,) = usage.totals(UsageQuery("t"), ())
    assert (total.amounts.requests, total.amounts.cost_usd) == (4, 2.0)
    by_day = usage.totals(UsageQuery("t"), ("day", "model"))
    assert [(one.parts["day"], one.parts["model"], one.amounts.input_tokens) for one in by_day] == [
        ("2026-11-21", "", 20),
        ("2026-11-21", "m", 10),
        ("2026-11-22", "m", 10),
    ]
    by_key = usage.totals(UsageQuery("t", until=NOON + 3), ("key_id",))
    assert [(one.parts["key_id"], one.amounts.requests) for one in by_key] == [("k", 2)]
    assert usage.totals(UsageQuery("nobody"), ()) == []
    assert usage.totals(UsageQuery("nobody"), ("day",)) == []


def test_every_amount_is_summed(usage: UsageStore) -> None:
    amounts = Amounts(
        requests=1,
        input_tokens=2**33,
        output_tokens=3,
        cached_tokens=4,
        reasoning_tokens=5,
        audio_tokens=6,
        cost_usd=0.125,
    )
    usage.add([used(1, amounts), used(2, amounts)])
    (total,) = usage.totals(UsageQuery("t"), ("user",))
    assert total.amounts == Amounts(
        requests=2,
        input_tokens=2**34,
        output_tokens=6,
        cached_tokens=8,
        reasoning_tokens=10,
        audio_tokens=12,
        cost_usd=0.25,
    )


def test_a_user_is_taken_out_of_usage_whose_sums_stay(usage: UsageStore) -> None:
    usage.add([used(1), used(2, user="v"), used(3, tenant="other")])
    assert usage.forget_user("t", ("u", "w")) == 1
    assert usage.forget_user("t", ("u",)) == 0
    by_user = usage.totals(UsageQuery("t"), ("user",))
    assert [(one.parts["user"], one.amounts.requests) for one in by_user] == [("", 1), ("v", 1)]
    assert usage.totals(UsageQuery("other", users=("u",)), ())[0].amounts.requests == 1


def test_age_takes_old_usage(usage: UsageStore) -> None:
    usage.add([used(1), used(2)])
    assert usage.remove_before(NOON + 2).rows == 1
    assert usage.totals(UsageQuery("t"), ())[0].amounts.requests == 1


def test_memory_holds_the_newest_only() -> None:
    store = MemoryRequests(most=2)
    store.add([row(1), row(2), row(3)])
    assert ids(store.page(RequestQuery("t"), after=None, limit=9)) == ["r3", "r2"]
