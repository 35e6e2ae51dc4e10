"""The windows, by one contract: counted in memory and in a real Redis."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

import pytest
from real_redis import RealRedis, real_redis

from aiguardian.gateway.limits import redis_counters
from aiguardian.gateway.limits.memory_counters import MemoryCounters
from aiguardian.gateway.limits.redis_counters import PREFIX, RedisCounters, RedisLost
from aiguardian.gateway.limits.window import STEPS, Charge, Standing, Window
from aiguardian.settings.rates import read_limit

Take = Callable[[Sequence[Charge]], Awaitable[list[Standing]]]
Correct = Callable[[Window, int, int], Awaitable[None]]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that runs other tests beside these may be slow: that is no fault."""
    monkeypatch.setattr(redis_counters, "WAIT_S", 20.0)
    monkeypatch.setattr(redis_counters, "REPLY_S", 20.0)


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealRedis]:
    with real_redis(tmp_path_factory.mktemp("redis")) as started:
        yield started


class Counters:
    """Either kind, behind one face."""

    def __init__(self, take: Take, correct: Correct) -> None:
        self.take = take
        self.correct = correct


@pytest.fixture(params=["memory", "redis"])
async def counters(request: pytest.FixtureRequest) -> AsyncIterator[Counters]:
    if request.param == "memory":
        memory = MemoryCounters(Clock())

        async def take(charges: Sequence[Charge]) -> list[Standing]:
            return memory.take(charges)

        async def correct(window: Window, step: int, amount: int) -> None:
            memory.correct(window, step, amount)

        yield Counters(take, correct)
        return
    server: RealRedis = request.getfixturevalue("server")
    shared = RedisCounters(server.url, b"k" * 32)

    async def correct_shared(window: Window, step: int, amount: int) -> None:
        await shared.correct([(window, step, amount)])

    await shared.try_it()
    yield Counters(shared.take, correct_shared)
    await shared.close()


def window(text: str, subject: str = "") -> Window:
    return Window("key", subject or f"s{random.random()}", read_limit(text))


async def test_what_fits_is_charged_and_what_does_not_is_refused(counters: Counters) -> None:
    charge = Charge(window("3 requests/day"), 1)
    told = [(await counters.take([charge]))[0] for _ in range(4)]
    assert [one.used for one in told] == [1, 2, 3, 3]
    assert [one.remaining for one in told] == [2, 1, 0, 0]
    assert [one.is_refused for one in told] == [False, False, False, True]
    assert 86_400_000 * 0.9 < told[3].wait_ms <= 86_400_000 * 1.05
    assert told[3].reset_ms >= told[3].wait_ms


async def test_all_windows_are_charged_or_none(counters: Counters) -> None:
    wide, tight = window("100 requests/day"), window("1 requests/day")
    assert not any(
        one.is_refused for one in await counters.take([Charge(wide, 1), Charge(tight, 1)])
    )
    told = await counters.take([Charge(wide, 1), Charge(tight, 1)])
    assert [one.is_refused for one in told] == [False, True]
    (after,) = await counters.take([Charge(wide, 0)])
    assert after.used == 1


async def test_a_soft_limit_is_told_of_and_charged_all_the_same(counters: Counters) -> None:
    charge = Charge(window("1 requests/day soft"), 1)
    told = [(await counters.take([charge]))[0] for _ in range(3)]
    assert [one.used for one in told] == [1, 2, 3]
    assert [(one.is_exceeded, one.is_refused) for one in told] == [
        (False, False),
        (True, False),
        (True, False),
    ]


async def test_a_charge_of_nothing_asks_whether_anything_is_left(counters: Counters) -> None:
    budget = window("0.000002 usd/day")
    assert not (await counters.take([Charge(budget, 0)]))[0].is_refused
    await counters.take([Charge(budget, 2_000)])
    assert (await counters.take([Charge(budget, 0)]))[0].is_refused


async def test_a_charge_larger_than_the_limit_never_fits_and_waits_a_window(
    counters: Counters,
) -> None:
    (told,) = await counters.take([Charge(window("10 tokens/minute"), 11)])
    assert (told.is_refused, told.wait_ms, told.used) == (True, 60_000, 0)


async def test_a_limit_of_nothing_allows_nothing(counters: Counters) -> None:
    (told,) = await counters.take([Charge(window("0 requests/minute"), 1)])
    assert told.is_refused


async def test_a_correction_takes_the_place_of_an_estimate(counters: Counters) -> None:
    budget = window("1000 tokens/day")
    (reserved,) = await counters.take([Charge(budget, 900)])
    assert (await counters.take([Charge(budget, 200)]))[0].is_refused
    await counters.correct(budget, reserved.step, -700)
    (told,) = await counters.take([Charge(budget, 200)])
    assert (told.is_refused, told.used) == (False, 400)
    await counters.correct(budget, reserved.step, 5_000)
    assert (await counters.take([Charge(budget, 0)]))[0].used == 5_400


async def test_a_correction_never_leaves_less_than_nothing(counters: Counters) -> None:
    budget = window("1000 tokens/day")
    (reserved,) = await counters.take([Charge(budget, 10)])
    await counters.correct(budget, reserved.step, -500)
    assert (await counters.take([Charge(budget, 0)]))[0].used == 0


async def test_a_correction_of_what_no_longer_counts_does_nothing(counters: Counters) -> None:
    budget = window("1000 tokens/minute")
    (reserved,) = await counters.take([Charge(budget, 10)])
    await counters.correct(budget, reserved.step - STEPS - 1, 900)
    assert (await counters.take([Charge(budget, 0)]))[0].used == 10


async def test_subjects_units_and_lengths_are_counted_apart(counters: Counters) -> None:
    one = window("1 requests/day", "a")
    others = [
        window("1 requests/day", "b"),
        window("1 requests/hour", "a"),
        window("1 tokens/day", "a"),
        Window("user", "a", one.limit),
        window("1 requests/day", "a\nb"),
        window("1 requests/day", "日本 \ud800"),
        window("1 requests/day", "a" * 5_000),
    ]
    suffix = f" {random.random()}"
    windows = [Window(w.whose, w.subject + suffix, w.limit) for w in (one, *others)]
    for each in windows:
        assert not (await counters.take([Charge(each, 1)]))[0].is_refused, each
        assert (await counters.take([Charge(each, 1)]))[0].is_refused


async def test_simultaneous_requests_never_get_more_than_the_limit(counters: Counters) -> None:
    both = [Charge(window("25 requests/day"), 1), Charge(window("1000 tokens/day"), 30)]
    told = await asyncio.gather(*(counters.take(both) for _ in range(60)))
    assert sum(not any(one.is_refused for one in each) for each in told) == 25
    assert (await counters.take([Charge(both[1].window, 0)]))[0].used == 25 * 30


async def test_large_sums_are_exact(counters: Counters) -> None:
    budget = window("9000 usd/day")
    for _ in range(3):
        await counters.take([Charge(budget, 1_234_567_890_123)])
    assert (await counters.take([Charge(budget, 1)]))[0].used == 3 * 1_234_567_890_123 + 1


async def test_a_second_passes_in_redis_too(server: RealRedis) -> None:
    shared = RedisCounters(server.url, b"k" * 32)
    await shared.try_it()
    charge = Charge(window("1 requests/second"), 1)
    (first,) = await shared.take([charge])
    (second,) = await shared.take([charge])
    assert not first.is_refused
    assert second.is_refused
    assert 0 < second.wait_ms <= 1_050
    client = shared._client()
    key = shared._key(charge.window)
    assert 0 < await client.pttl(key) <= 1_050
    # As if a second had passed: the steps are older by a window.
    ((field, count),) = (await client.hgetall(key)).items()
    await client.delete(key)
    await client.hset(key, str(int(field) - STEPS - 1), count)
    assert not (await shared.take([charge]))[0].is_refused
    assert len(await client.hgetall(key)) == 1
    await shared.close()


async def test_redis_sees_neither_user_nor_address(server: RealRedis) -> None:
    shared = RedisCounters(server.url, b"k" * 32)
    await shared.try_it()
    await shared.take([Charge(window("1 requests/day", "jane.doe@example.org"), 1)])
    keys = [key.decode() for key in await shared._client().keys("*")]
    assert keys
    assert all(key.startswith(PREFIX) for key in keys)
    assert "jane" not in "".join(keys)
    other = RedisCounters(server.url, b"o" * 32)
    assert shared._key(window("1 requests/day", "x")) != other._key(window("1 requests/day", "x"))
    await shared.close()


async def test_a_busy_loop_is_not_taken_for_a_lost_redis(
    server: RealRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_counters, "WAIT_S", 0.05)
    shared = RedisCounters(server.url, b"k" * 32)
    await shared.try_it()
    charge = Charge(window("100 requests/day"), 1)

    async def hog() -> None:
        await asyncio.sleep(0)
        time.sleep(0.09)  # noqa: ASYNC251 - that is what it is about

    async def is_answered() -> bool:
        try:
            await asyncio.gather(shared.take([charge]), hog())
        except RedisLost:  # on a machine that is busy with others too
            return False
        return True

    assert any([await is_answered() for _ in range(6)])
    await shared.close()


async def test_a_wrong_password_is_a_lost_redis_and_is_not_told(server: RealRedis) -> None:
    shared = RedisCounters(server.url.replace(server.password, "wrong-canary"), b"k" * 32)
    with pytest.raises(RedisLost) as caught:
        await shared.try_it()
    assert "canary" not in str(caught.value)
    await shared.close()


# Sliding, by a clock of the test's own


@pytest.mark.parametrize("text", ["7 requests/second", "7 requests/minute", "50 tokens/day"])
def test_no_window_wherever_it_begins_holds_more_than_the_limit(text: str) -> None:
    clock, limit = Clock(), read_limit(text)
    counters = MemoryCounters(clock)
    chosen, taken = random.Random(7), []
    for _ in range(3_000):
        clock.now += chosen.choice([0.0, 0.001, 0.02, 0.3]) * limit.window_s
        amount = 1 if limit.unit == "requests" else chosen.randint(1, 20)
        (told,) = counters.take([Charge(Window("key", "k", limit), amount)])
        if not told.is_refused:
            taken.append((clock.now, amount))
    for begin, _ in taken:
        inside = [n for at, n in taken if begin <= at < begin + limit.window_s]
        assert sum(inside) <= limit.amount
    assert len(taken) > 300


def test_what_was_used_is_free_again_a_step_after_the_window_at_the_latest() -> None:
    clock, charge = Clock(), Charge(window("1 requests/minute"), 1)
    counters = MemoryCounters(clock)
    clock.now += 1.7
    counters.take([charge])
    (refused,) = counters.take([charge])
    clock.now += refused.wait_ms / 1000 - 0.002
    assert counters.take([charge])[0].is_refused
    clock.now += 0.004
    assert not counters.take([charge])[0].is_refused
    assert 60.0 <= refused.wait_ms / 1000 <= 63.0


def test_the_wait_is_as_long_as_the_charge_needs() -> None:
    clock, budget = Clock(), window("100 tokens/minute")
    counters = MemoryCounters(clock)
    for amount in (60, 40):
        counters.take([Charge(budget, amount)])
        clock.now += 30
    small, large = (counters.take([Charge(budget, need)])[0] for need in (50, 80))
    assert small.wait_ms < large.wait_ms
    clock.now += small.wait_ms / 1000
    assert not counters.take([Charge(budget, 50)])[0].is_refused


def test_a_flood_of_addresses_forgets_the_oldest_and_no_key() -> None:
    counters = MemoryCounters(Clock(), most=10)
    key = Charge(window("1 requests/day", "mine"), 1)
    counters.take([key])
    for number in range(1_000):
        counters.take([Charge(Window("ip", str(number), key.window.limit), 1)])
    assert len(counters._held["ip"]) == 10
    assert counters.take([key])[0].is_refused


def test_an_empty_window_is_all_free() -> None:
    (told,) = MemoryCounters(Clock()).take([Charge(window("5 requests/day"), 0)])
    assert (told.used, told.reset_ms, told.wait_ms, told.remaining) == (0, 0, 0, 5)


def test_a_correction_of_a_step_that_was_forgotten_stands_in_its_place() -> None:
    clock, budget = Clock(), window("100 tokens/minute")
    counters = MemoryCounters(clock)
    (early,) = counters.take([Charge(budget, 0)])
    clock.now += 30
    counters.take([Charge(budget, 10)])
    counters.correct(budget, early.step, 50)
    assert counters.take([Charge(budget, 0)])[0].used == 60
    clock.now += 33.1
    assert counters.take([Charge(budget, 0)])[0].used == 10


@pytest.mark.parametrize("seed", range(5))
def test_one_request_taken_by_itself_counts_as_any_other_charge(seed: int) -> None:
    dice, clock = random.Random(seed), Clock()
    one, other = MemoryCounters(clock), MemoryCounters(clock)
    windows = [
        Window("key", subject, read_limit(limit))
        for subject in ("a", "b", "c", "d")
        for limit in ("5 requests/second", "40 requests/minute", "9 requests/minute soft")
    ]
    tokens = Window("key", "a", read_limit("1000 tokens/minute"))
    refused = 0
    for _ in range(2_000):
        clock.now += dice.choice((0.0, 0.01, 0.3, 5.0)) * dice.random()
        asked = [*dice.sample(windows, dice.choice((1, 2, 3))), tokens]
        charges = [window.once for window in asked if window.limit.unit == "requests"]
        told = one.take_request(asked)
        if told is None:
            refused += 1
            told = one.take(charges)
        assert told == other.take(charges)
        if dice.random() < 0.05:
            step = int(clock.now * 1000) // asked[0].step_ms - dice.randrange(3)
            amount = dice.choice((-1, 2))
            for counters in (one, other):
                counters.correct(asked[0], step, amount)
    assert 0 < refused < 2_000
