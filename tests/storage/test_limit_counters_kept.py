"""Long windows outlive the process, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from aiguardian.errors import NotAvailable
from aiguardian.gateway.limits.building import build_limiter
from aiguardian.gateway.limits.ledger import Ledger
from aiguardian.gateway.limits.memory_counters import MemoryCounters
from aiguardian.gateway.limits.window import STEPS, Charge, Window
from aiguardian.identity.principal import Principal
from aiguardian.settings.groups import Settings
from aiguardian.settings.rates import RateLimits, read_limit, read_limits
from aiguardian.settings.redis import Redis
from aiguardian.storage.engine import Database
from aiguardian.storage.limit_counter_table import LimitCounterTable
from aiguardian.storage.limit_counters import Used
from aiguardian.telemetry.metrics import Metrics

DAY = Window("key", "default\nk", read_limit("10 usd/day"))
MINUTE = Window("key", "default\nk", read_limit("10 requests/minute"))


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def process(
    store: object, clock: Clock, *, reads_at_start: bool = True, key: bytes = b"k" * 32
) -> tuple[MemoryCounters, Ledger]:
    ledger = Ledger(store, key, clock, reads_at_start=reads_at_start)  # type: ignore[arg-type]  # or a broken one
    return MemoryCounters(clock, ledger=ledger), ledger


async def started(counters: MemoryCounters, ledger: Ledger) -> None:
    await ledger._look(counters.merge)


def used(counters: MemoryCounters, window: Window = DAY) -> int:
    return counters.take([Charge(window, 0)])[0].used


async def test_a_budget_is_what_it_was_after_a_restart(database: Database) -> None:
    store, clock = LimitCounterTable(database), Clock()
    before, ledger = process(store, clock)
    await started(before, ledger)
    (reserved,) = before.take([Charge(DAY, 7_000)])
    before.take([Charge(MINUTE, 1)])
    before.correct(DAY, reserved.step, -3_000)
    await ledger.save()
    clock.now += 7_200
    before.take([Charge(DAY, 500)])
    await ledger.save()

    after, ledger = process(store, clock)
    await started(after, ledger)
    assert used(after) == 4_500
    assert used(after, MINUTE) == 0
    clock.now += 86_400 * 1.05 - 7_200
    assert used(after) == 500


async def test_what_came_before_the_ledger_was_read_is_added_to_it(database: Database) -> None:
    store, clock = LimitCounterTable(database), Clock()
    before, ledger = process(store, clock)
    before.take([Charge(DAY, 100)])
    await ledger.save()
    after, ledger = process(store, clock, reads_at_start=False)
    await started(after, ledger)
    assert ledger._before is None  # nothing to write: nothing is read
    after.take([Charge(DAY, 11)])
    assert used(after) == 11
    await started(after, ledger)
    assert used(after) == 111


async def test_processes_add_to_one_another(database: Database) -> None:
    store, clock = LimitCounterTable(database), Clock()
    pairs = [process(store, clock) for _ in range(4)]
    for counters, _ in pairs:
        counters.take([Charge(DAY, 100)])
    await asyncio.gather(*(ledger.save() for _, ledger in pairs))
    after, ledger = process(store, clock)
    await started(after, ledger)
    assert used(after) == 400


async def test_what_no_longer_counts_is_cleared(database: Database) -> None:
    store, clock = LimitCounterTable(database), Clock()
    step = int(clock.now * 1000) // DAY.step_ms
    await store.add([Used(b"w" * 16, step, 5, clock.now + 1.0)], clock.now)
    assert len(await store.load(clock.now)) == 1
    assert await store.load(clock.now + 1.0) == []
    await store.add([], clock.now + 2.0)
    assert await store.load(clock.now) == []


async def test_what_is_kept_is_never_less_than_nothing(database: Database) -> None:
    store, clock = LimitCounterTable(database), Clock()
    for amount in (5, -50, 3):
        await store.add([Used(b"w" * 16, 7, amount, clock.now + 1.0)], clock.now)
    assert [one.amount for one in await store.load(clock.now)] == [3]


async def test_the_file_names_nobody(database: Database) -> None:
    store, clock = LimitCounterTable(database), Clock()
    jane = Window("user", "default\njane.doe@example.org", read_limit("5 usd/day"))
    counters, ledger = process(store, clock)
    counters.take([Charge(jane, 5)])
    await ledger.save()
    (kept,) = await store.load(clock.now)
    assert b"jane" not in kept.window
    assert kept.expires_at == (kept.step + STEPS + 1) * jane.step_ms / 1000
    other, ledger = process(store, clock, key=b"o" * 32)
    await started(other, ledger)
    assert used(other, jane) == 0  # another installation's key


class Away:
    """A database that is away until it is not."""

    def __init__(self, store: LimitCounterTable) -> None:
        self.store = store
        self.is_away = True

    async def load(self, now_s: float) -> list[Used]:
        return [] if self.is_away else await self.store.load(now_s)

    async def add(self, used: list[Used], now_s: float) -> None:
        if self.is_away:
            raise NotAvailable("away")
        await self.store.add(used, now_s)


async def test_what_could_not_be_written_is_written_when_it_can(database: Database) -> None:
    away, clock = Away(LimitCounterTable(database)), Clock()
    counters, ledger = process(away, clock)
    counters.take([Charge(DAY, 100)])
    with pytest.raises(NotAvailable):
        await ledger.save()
    counters.take([Charge(DAY, 20)])
    away.is_away = False
    await ledger.save()
    assert [one.amount for one in await away.store.load(clock.now)] == [120]


async def test_a_stop_writes_what_is_left(database: Database) -> None:
    store, clock = LimitCounterTable(database), Clock()
    counters, ledger = process(store, clock)
    await store.load(clock.now)
    task = asyncio.create_task(ledger.watch(counters.merge))
    while ledger._before is None:  # noqa: ASYNC110 - any condition, without a hook in the code
        await asyncio.sleep(0.005)
    counters.take([Charge(DAY, 42)])
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert [one.amount for one in await store.load(clock.now)] == [42]


async def test_a_gateway_that_starts_again_knows_its_budgets(
    open_database: Callable[[str], Database],
) -> None:
    given = Settings(rates=RateLimits(per_key=read_limits(["10 requests/day"])))
    caller = Principal("k")

    async def gateway(times: int) -> int:
        limiter = build_limiter(given, Metrics(), open_database("sqlite"))
        watching = asyncio.create_task(limiter.watch())
        await limiter._local._ledger._look(limiter._local.merge)  # type: ignore[union-attr]  # it has one
        (window,) = limiter.windows(caller, None)
        for _ in range(times):
            (told,) = await limiter.take([Charge(window, 1)])
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        return told.used

    assert await gateway(4) == 4
    assert await gateway(3) == 7


def test_with_redis_the_database_keeps_no_windows(
    open_database: Callable[[str], Database],
) -> None:
    given = Settings(redis=Redis(host="redis"))
    assert build_limiter(given, Metrics(), open_database("sqlite"))._local._ledger is None
    assert build_limiter(Settings(), Metrics(), None)._local._ledger is None
