"""Customers, subscriptions and usage: the same promises in memory, SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from aiguardian.storage.billing import (
    FIRST,
    MESSAGES_S,
    BillingStore,
    MemoryBilling,
    Subscription,
    Usage,
)
from aiguardian.storage.billing_table import BillingTable
from aiguardian.storage.engine import Database

NOW = 1_800_000_000.0
BOUGHT = Subscription("sub_1", "cus_1", ("price_team", "price_meter"), "active", NOW + 9.0, 100)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, open_database: Callable[[str], Database]) -> BillingStore:
    if request.param == "memory":
        return MemoryBilling()
    return BillingTable(open_database(request.param))


async def test_a_customer_is_linked_once(store: BillingStore) -> None:
    assert await store.customer("acme") is None
    assert await store.link("acme", "cus_1") == "cus_1"
    assert await store.link("acme", "cus_2") == "cus_1"
    assert await store.customer("acme") == "cus_1"
    await store.link("other", "cus_1")
    assert await store.customer("other") is None


async def test_subscriptions_stand_with_their_organisation(store: BillingStore) -> None:
    await store.note("evt_1", BOUGHT, at=NOW)
    assert await store.standing() == []  # nobody knows whose it is
    await store.link("acme", "cus_1")
    assert await store.standing() == [("acme", BOUGHT)]


async def test_a_message_counts_once(store: BillingStore) -> None:
    await store.link("acme", "cus_1")
    assert await store.note("evt_1", BOUGHT, at=NOW) == "applied"
    later = replace(BOUGHT, status="canceled", as_of=200)
    assert await store.note("evt_1", later, at=NOW) == "repeated"
    assert (await store.standing())[0][1] == BOUGHT
    assert await store.note("evt_2", None, at=NOW) == "applied"
    assert await store.note("evt_2", None, at=NOW) == "repeated"


async def test_in_whatever_order_messages_come_the_newest_holds(store: BillingStore) -> None:
    await store.link("acme", "cus_1")
    told = [
        replace(BOUGHT, status=status, as_of=as_of)
        for as_of, status in enumerate(["incomplete", "active", "past_due", "unpaid", "canceled"])
    ]
    for round_, order in enumerate(itertools.islice(itertools.permutations(told), 0, 120, 17)):
        name = f"sub_{round_}"
        for one in order:
            await store.note(f"evt_{round_}_{one.as_of}", replace(one, id=name), at=NOW)
        held = {one.id: one.status for _, one in await store.standing()}
        assert held[name] == "canceled"


async def test_two_messages_of_one_second_are_told_apart_by_stripe(store: BillingStore) -> None:
    await store.link("acme", "cus_1")
    await store.note("evt_1", BOUGHT, at=NOW)
    assert await store.note("evt_2", BOUGHT, at=NOW) == "applied"  # they say the same
    other = replace(BOUGHT, status="past_due")
    assert await store.note("evt_3", other, at=NOW) == "tied"
    assert (await store.standing())[0][1].status == "active"
    assert await store.note("evt_3", other, at=NOW, settled=True) == "applied"
    assert (await store.standing())[0][1].status == "past_due"
    assert await store.note("evt_3", other, at=NOW, settled=True) == "repeated"


async def test_what_is_settled_later_never_takes_the_second_back(store: BillingStore) -> None:
    await store.link("acme", "cus_1")
    await store.note("evt_1", replace(BOUGHT, as_of=300), at=NOW)
    await store.note("evt_2", replace(BOUGHT, as_of=100, status="unpaid"), at=NOW, settled=True)
    assert (await store.standing())[0][1].as_of == 300


async def test_one_of_many_simultaneous_deliveries_counts(store: BillingStore) -> None:
    await store.link("acme", "cus_1")
    told = await asyncio.gather(*(store.note("evt_1", BOUGHT, at=NOW) for _ in range(12)))
    assert sorted(told) == ["applied"] + ["repeated"] * 11


async def test_messages_of_long_ago_are_forgotten(store: BillingStore) -> None:
    await store.note("evt_old", None, at=NOW - MESSAGES_S - 1)
    await store.note("evt_new", None, at=NOW)
    assert await store.note("evt_old", None, at=NOW) == "applied"
    assert await store.note("evt_new", None, at=NOW) == "repeated"


async def test_usage_waits_in_order_until_it_is_reported(store: BillingStore) -> None:
    chosen = random.Random(3)
    usage = [
        Usage(f"{chosen.getrandbits(64):x}", "cus_1", "tokens", number, NOW + number // 3)
        for number in range(20)
    ]
    await store.add_usage(usage)
    await store.add_usage([replace(usage[0], amount=999)])  # it is there already
    await store.add_usage([])
    inorder, place = [], FIRST
    while page := await store.unreported(place, 7):
        inorder += page
        place = page[-1].place
    assert inorder == sorted(usage, key=lambda one: (one.at, one.id))
    await store.reported([one.id for one in inorder[:19]])
    assert await store.unreported(FIRST, 100) == inorder[19:]
