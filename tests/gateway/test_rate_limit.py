"""Limits as callers meet them: counted, told of, refused, and without a cost where none is set."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from asgi import PROCESS, SCREEN, Client, Running, running, settings
from processors import Guard
from real_redis import real_redis

from aiguardian.errors import RateLimited
from aiguardian.gateway import dependencies
from aiguardian.gateway.limits import limiter as limiters
from aiguardian.gateway.limits import redis_counters
from aiguardian.gateway.limits.allowance import Allowance
from aiguardian.gateway.limits.limiter import Limiter
from aiguardian.gateway.limits.memory_counters import MemoryCounters
from aiguardian.gateway.limits.metrics import LimitMetrics
from aiguardian.gateway.limits.redis_counters import RedisCounters
from aiguardian.gateway.limits.window import Charge, Window
from aiguardian.identity.client import Clients
from aiguardian.identity.principal import KeyLimits, Principal
from aiguardian.settings.groups import Settings
from aiguardian.settings.rates import RateLimits, read_limit, read_limits
from aiguardian.settings.redis import Redis
from aiguardian.settings.variable import Secret
from aiguardian.telemetry.exchange import Exchange, Spent
from aiguardian.telemetry.metrics import Metrics

TEXT = {"service_type": "tokenguard", "text": "x"}
NAMES = ("limit", "remaining", "reset", "policy")


def rates(**texts: str) -> RateLimits:
    return RateLimits(
        **{f"per_{whose}": read_limits(text.split(",")) for whose, text in texts.items()}
    )


def limited(**texts: str) -> Settings:
    return replace(settings(), rates=rates(**texts))


@contextlib.asynccontextmanager
async def gateway(**texts: str) -> AsyncIterator[Running]:
    guards: Any = {"tokenguard": Guard()}
    async with running(guards, limited(**texts)) as one:
        yield one


async def test_without_limits_nothing_is_said_of_them() -> None:
    async with gateway() as one:
        reply = await one.client.post(PROCESS, TEXT)
        assert reply.status == 200
        assert not any("ratelimit" in name for name, _ in reply.headers)


async def test_each_answer_says_what_is_left_and_one_too_many_is_refused() -> None:
    async with gateway(key="3 requests/day") as one:
        replies = [await one.client.post(PROCESS, TEXT) for _ in range(4)]
        assert [reply.status for reply in replies] == [200, 200, 200, 429]
        assert [reply.header("ratelimit-remaining") for reply in replies] == ["2", "1", "0", "0"]
        for reply in replies:
            assert reply.header("ratelimit-limit") == "3"
            assert 86_400 * 0.9 < int(reply.header("ratelimit-reset") or 0) <= 86_400 * 1.05 + 1
            assert reply.header("ratelimit-policy") == '3;w=86400;comment="key requests"'
        last = replies[-1]
        error = last.error()
        assert error["code"] == "rate_limited"
        assert "key" in error["message"]
        assert "3 requests/day" in error["message"]
        assert int(last.header("retry-after") or 0) == error["retry_after"] > 80_000
        assert (
            one.metric(
                "aiguardian_limits_exceeded_total", whose="key", unit="requests", kind="hard"
            )
            == 1
        )


async def test_a_refused_request_reaches_no_guard_and_its_body_is_not_read() -> None:
    guard = Guard()
    async with running({"tokenguard": guard}, limited(key="1 requests/day")) as one:
        await one.client.post(PROCESS, TEXT)
        heard = len(guard.callers)
        refused = await one.client.post(PROCESS, TEXT)
        assert (refused.status, refused.receives) == (429, 0)
        assert len(guard.callers) == heard


async def test_probes_are_never_counted() -> None:
    async with gateway(key="1 requests/day", ip="1 requests/day") as one:
        for _ in range(5):
            for path in ("/health", "/health/live", "/health/ready"):
                reply = await one.client.get(path)
                assert reply.status in {200, 503}
                assert reply.header("ratelimit-limit") is None
        assert (await one.client.post(PROCESS, TEXT)).status == 200


async def test_a_soft_limit_lets_through_and_says_so() -> None:
    async with gateway(key="1 requests/day soft") as one:
        first, second = [await one.client.post(PROCESS, TEXT) for _ in range(2)]
        assert first.header("x-aiguardian-limit-exceeded") is None
        assert second.status == 200
        assert second.header("x-aiguardian-limit-exceeded") == "key, 1 requests/day soft"
        assert second.header("ratelimit-remaining") == "0"
        assert one.metric("aiguardian_limits_exceeded_total", kind="soft") == 1


async def test_a_soft_limit_warns_below_a_hard_one() -> None:
    async with gateway(key="3 requests/day,2 requests/day soft") as one:
        replies = [await one.client.post(PROCESS, TEXT) for _ in range(4)]
        assert [reply.status for reply in replies] == [200, 200, 200, 429]
        assert replies[2].header("x-aiguardian-limit-exceeded") == "key, 2 requests/day soft"


async def test_the_tightest_of_several_windows_is_told_and_all_are_named() -> None:
    async with gateway(key="100 requests/day,5 requests/minute", ip="50 requests/hour") as one:
        reply = await one.client.post(PROCESS, TEXT)
        assert reply.header("ratelimit-limit") == "5"
        assert reply.header("ratelimit-remaining") == "4"
        assert (reply.header("ratelimit-policy") or "").split(", ") == [
            '100;w=86400;comment="key requests"',
            '5;w=60;comment="key requests"',
            '50;w=3600;comment="ip requests"',
        ]


async def test_addresses_are_counted_apart_and_an_ipv6_customer_as_one() -> None:
    async with gateway(ip="1 requests/day") as one:

        async def ask(address: str) -> int:
            client = Client(one.program.app, peer=(address, 5000))
            return (await client.post(PROCESS, TEXT)).status

        assert [await ask("127.0.0.1"), await ask("127.0.0.2"), await ask("127.0.0.1")] == [
            200, 200, 429,
        ]  # fmt: skip
        assert [await ask("::1"), await ask("::1")] == [200, 429]


async def test_users_are_counted_apart_wherever_the_body_names_them() -> None:
    async with gateway(user="2 requests/day") as one:

        async def ask(path: str, user: str | None) -> int:
            named = {} if user is None else {"user_id": user}
            body = {**TEXT, **named} if path == PROCESS else {"text": "x", **named}
            return (await one.client.post(path, body)).status

        assert [await ask(path, "jane") for path in (PROCESS, SCREEN, PROCESS)] == [200, 200, 429]
        assert await ask(PROCESS, "john") == 200
        assert [await ask(PROCESS, None) for _ in range(4)] == [200] * 4


async def test_a_batch_counts_as_its_lines() -> None:
    async with gateway(key="5 requests/day") as one:
        reply = await one.client.batch(*[TEXT] * 4)
        assert [line["success"] for line in reply.lines()] == [True] * 4
        reply = await one.client.batch(*[TEXT] * 3)
        told = reply.lines()
        assert [line["success"] for line in told] == [True, False, False]
        assert told[1]["error"]["code"] == "rate_limited"
        assert told[1]["error"]["retry_after"] > 0


async def test_users_named_in_a_batch_are_counted_line_by_line() -> None:
    async with gateway(user="2 requests/day") as one:
        lines = [{**TEXT, "user_id": user} for user in ("jane", "jane", "john", "jane")]
        told = (await one.client.batch(*lines)).lines()
        assert [line["success"] for line in told] == [True, True, True, False]


async def test_a_browser_may_read_the_headers() -> None:
    guards: Any = {"tokenguard": Guard()}
    given = limited(key="9 requests/day")
    given = replace(given, access=replace(given.access, allowed_origins=("https://a.example",)))
    async with running(guards, given) as one:
        reply = await one.client.post(PROCESS, TEXT, origin="https://a.example")
        exposed = (reply.header("access-control-expose-headers") or "").lower()
        assert all(f"ratelimit-{name}" in exposed for name in NAMES)


async def test_what_is_left_is_told_and_asking_uses_one_request() -> None:
    limits = {"key": "3 requests/day,10 usd/day", "user": "2 tokens/hour soft"}
    async with gateway(**limits) as one:
        await one.client.post(PROCESS, TEXT)
        reply = await one.client.call("GET", "/api/v1/admin/limits?user=jane")
        assert reply.status == 200
        told = reply.json()["data"]
        assert told["is_shared"] is False
        shown = {(each["whose"], each["limit"]): each for each in told["limits"]}
        assert set(shown) == {
            ("key", "3 requests/day"),
            ("key", "10 usd/day"),
            ("user", "2 tokens/hour soft"),
        }
        assert shown["key", "3 requests/day"]["used"] == 2
        assert shown["key", "3 requests/day"]["remaining"] == 1
        assert shown["key", "10 usd/day"]["remaining"] == 10.0
        assert shown["user", "2 tokens/hour soft"]["reset_s"] == 0.0


@pytest.mark.parametrize("query", ["user=", "user=" + "x" * 257, "nonsense=1", "user=a&user=b"])
async def test_a_wrong_question_after_limits_is_refused(query: str) -> None:
    async with gateway(key="3 requests/day") as one:
        assert (await one.client.call("GET", f"/api/v1/admin/limits?{query}")).status == 422


# Estimates and what they come to


def exchange() -> Exchange:
    return Exchange.begin(
        method="POST", request_id=None, traceparent=None, sample_ratio=0, started_s=0, started_ns=0
    )


def limiter(given: RateLimits, shared: RedisCounters | None = None) -> Limiter:
    return Limiter(
        given,
        local=MemoryCounters(lambda: 1_800_000_000.0),
        shared=shared,
        metrics=LimitMetrics(Metrics().registry),
        clients=Clients(()),
    )


def allowance(one: Limiter, caller: Principal | None = None) -> Allowance:
    caller = caller or Principal("k")
    return Allowance(one, one.windows(caller, None), exchange=exchange(), tenant=caller.tenant)


def spent(tokens: int, usd: float, source: Any = "reported") -> Spent:
    return Spent(model="m", upstream="u", output_tokens=tokens, cost_usd=usd, source=source)


def settled(asked: Allowance, *spent: Spent) -> None:
    for each in spent:
        asked._exchange.spend(each)
    asked.settle()


async def used(one: Limiter, text: str, whose: Any = "key", subject: str = "default\nk") -> int:
    (told,) = await one.take([Charge(Window(whose, subject, read_limit(text)), 0)])
    return told.used


async def test_what_was_spent_takes_the_place_of_what_was_reserved() -> None:
    one = limiter(rates(key="1000 tokens/day,1 usd/day"))
    first = allowance(one)
    await first.reserve(tokens=800, cost_usd=0.5)
    with pytest.raises(RateLimited, match="1000 tokens/day"):
        await allowance(one).reserve(tokens=300, cost_usd=0.1)
    settled(first, spent(100, 0.25), spent(50, 0.125))
    assert await used(one, "1000 tokens/day") == 150
    assert await used(one, "1 usd/day") == 375_000_000
    await allowance(one).reserve(tokens=300, cost_usd=0.1)


async def test_a_request_that_spent_nothing_gives_back_what_it_reserved() -> None:
    one = limiter(rates(key="1000 tokens/day"))
    asked = allowance(one)
    await asked.reserve(tokens=800, cost_usd=0)
    settled(asked)
    settled(asked)
    assert await used(one, "1000 tokens/day") == 0


async def test_what_our_cache_answers_is_free() -> None:
    one = limiter(rates(key="1000 tokens/day"))
    asked = allowance(one)
    await asked.reserve(tokens=10, cost_usd=0)
    settled(asked, spent(500, 0.1, "cache"))
    assert await used(one, "1000 tokens/day") == 0


async def test_more_than_was_reserved_is_charged_too_and_then_refuses() -> None:
    one = limiter(rates(key="1 usd/day"))
    asked = allowance(one)
    await asked.reserve(tokens=0, cost_usd=0.01)
    settled(asked, spent(0, 1.5))
    with pytest.raises(RateLimited) as caught:
        await allowance(one).reserve(tokens=0, cost_usd=0)
    assert caught.value.retry_after_s is not None


async def test_a_budget_of_a_user_is_apart_from_the_keys() -> None:
    one = limiter(rates(key="10 usd/day", user="1 usd/day"))
    await allowance(one).reserve(tokens=0, cost_usd=0.9, user="jane")
    with pytest.raises(RateLimited, match="this user is 1 usd/day"):
        await allowance(one).reserve(tokens=0, cost_usd=0.9, user="jane")
    await allowance(one).reserve(tokens=0, cost_usd=0.9, user="john")
    assert await used(one, "10 usd/day") == 1_800_000_000
    # the same name in another organisation is another person
    other = Principal("k", "other")
    await allowance(one, other).reserve(tokens=0, cost_usd=0.9, user="jane")


async def test_a_person_who_signed_in_is_counted_once() -> None:
    one = limiter(rates(user="1 requests/day"))
    asked = allowance(one, Principal("jwt", user_id="jane"))
    await asked.count_request()
    await asked.name_user("jane")
    assert await used(one, "1 requests/day", "user", "default\njane") == 1


async def test_a_keys_own_limits_take_the_place_of_the_unit_they_name() -> None:
    one = limiter(rates(key="5 requests/day,1 usd/day"))
    caller = Principal("k", limits=KeyLimits.read(["50 requests/minute"]))
    assert [str(window.limit) for window in one.windows(caller, None)] == [
        "50 requests/minute",
        "1 usd/day",
    ]
    assert one.concerns(caller)
    assert limiter(RateLimits()).concerns(caller)
    assert not limiter(RateLimits()).concerns(Principal("k"))


async def test_what_is_exceeded_is_a_decision_without_a_name() -> None:
    one = limiter(rates(user="1 requests/day"))
    asked = allowance(one)
    await asked.name_user("jane")
    with pytest.raises(RateLimited) as caught:
        await asked.name_user("jane")
    (decided,) = asked._exchange.decisions
    assert (decided.guard, decided.action, decided.status) == ("limits", "block", 429)
    assert decided.categories == ("user_requests",)
    assert "jane" not in str(caught.value)


# Redis that goes and comes back


@contextlib.asynccontextmanager
async def watched(one: Limiter) -> AsyncIterator[None]:
    task = asyncio.create_task(one.watch())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(one: Limiter, *, is_up: bool) -> None:
    async with asyncio.timeout(30):
        while one._is_up is not is_up:  # noqa: ASYNC110 - any condition, without a hook in the code
            await asyncio.sleep(0.01)


async def test_gateways_share_what_redis_counts_and_go_on_alone_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(limiters, "PROBE_S", 0.02)
    monkeypatch.setattr(redis_counters, "WAIT_S", 5.0)
    caplog.set_level("INFO")
    given, charge = rates(key="10 requests/day"), None
    with real_redis(tmp_path) as server:
        one, two = (limiter(given, RedisCounters(server.url, b"k" * 32)) for _ in range(2))
        (window,) = one.windows(Principal("k"), None)
        charge = [Charge(window, 1)]
        async with watched(one), watched(two):
            await until(one, is_up=True)
            await until(two, is_up=True)
            for _ in range(3):
                await one.take(charge)
            assert (await two.take(charge))[0].used == 4

            server.kill()
            (told,) = await one.take(charge)
            assert told.used == 4  # its own three, and this one
            assert one.metrics.redis_up._value.get() == 0
            assert one.metrics.decided_here._value.get() == 1
            assert (await two.take(charge))[0].used == 2

            server.start()
            await until(one, is_up=True)
            await until(two, is_up=True)
            assert (await one.take(charge))[0].used == 1  # this Redis starts empty
            assert (await two.take(charge))[0].used == 2
            assert one.metrics.redis_up._value.get() == 1
    assert "Redis is lost" in caplog.text
    assert server.password not in caplog.text


async def test_a_frozen_redis_holds_nobody_up_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiters, "PROBE_S", 0.02)
    monkeypatch.setattr(redis_counters, "CONNECT_S", 0.2)
    with real_redis(tmp_path) as server:
        one = limiter(rates(key="10 requests/day"), RedisCounters(server.url, b"k" * 32))
        (window,) = one.windows(Principal("k"), None)
        async with watched(one):
            await until(one, is_up=True)
            server.freeze()
            # All of them wait for the same answer, and none for longer than WAIT_S.
            told = await asyncio.gather(*(one.take([Charge(window, 1)]) for _ in range(15)))
            assert sum(not each[0].is_refused for each in told) == 10
            assert not one._is_up
            server.thaw()
            await until(one, is_up=True)


@pytest.mark.parametrize("end", ["kill", "freeze"])
async def test_a_redis_that_ends_is_missed_without_a_request(
    end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiters, "PROBE_S", 0.02)
    monkeypatch.setattr(limiters, "SURE_S", 0.05)
    monkeypatch.setattr(redis_counters, "CONNECT_S", 0.2)
    monkeypatch.setattr(dependencies, "INTERVAL_S", 0.02)
    guards: Any = {"tokenguard": Guard()}
    with real_redis(tmp_path) as server:
        given = replace(settings(), redis=Redis(url=Secret(server.url)))
        async with running(guards, given) as one:

            def both(value: float) -> bool:
                told = one.metric("aiguardian_dependency_up", dependency="redis")
                return one.metric("aiguardian_redis_up") == told == value

            await one.until(lambda: both(1))
            getattr(server, end)()
            await one.until(lambda: both(0))
            assert one.metric("aiguardian_limits_decided_here_total") == 0
            assert one.metric("aiguardian_requests_total") == 0
            assert one.log().count("Redis is lost") == 1


async def test_a_redis_that_takes_no_writes_is_lost_until_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(limiters, "PROBE_S", 0.02)
    monkeypatch.setattr(redis_counters, "WAIT_S", 5.0)
    with real_redis(tmp_path) as server:
        one = limiter(rates(key="10 requests/day"), RedisCounters(server.url, b"k" * 32))
        (window,) = one.windows(Principal("k"), None)
        async with watched(one):
            await until(one, is_up=True)
            assert one._shared is not None
            client = one._shared._client()
            await client.config_set("maxmemory", "1")
            assert not (await one.take([Charge(window, 1)]))[0].is_refused
            await asyncio.sleep(0.1)
            assert not one._is_up
            assert caplog.text.count("Redis is lost") == 1
            await client.config_set("maxmemory", "0")
            await until(one, is_up=True)


async def test_a_correction_reaches_redis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_counters, "WAIT_S", 5.0)
    with real_redis(tmp_path) as server:
        one = limiter(rates(key="1000 tokens/day"), RedisCounters(server.url, b"k" * 32))
        async with watched(one):
            await until(one, is_up=True)
            asked = allowance(one)
            await asked.reserve(tokens=900, cost_usd=0)
            settled(asked, spent(100, 0.0))
            await asyncio.gather(*one._correcting)
            assert await used(one, "1000 tokens/day") == 100


async def test_a_gateway_with_a_wrong_redis_serves_and_says_so() -> None:
    guards: Any = {"tokenguard": Guard()}
    address = Redis(url=Secret("redis://:redis-canary-1@127.0.0.1:1/0"))
    given = replace(limited(key="1 requests/day"), redis=address)
    async with running(guards, given) as one:
        assert [(await one.client.post(PROCESS, TEXT)).status for _ in range(2)] == [200, 429]
        assert one.metric("aiguardian_redis_up") == 0
        assert one.metric("aiguardian_limits_decided_here_total") == 2
        assert "redis-canary" not in one.log() + one.program.metrics.text().decode()
