"""Guards elsewhere: a real HTTP server plays the instance, well and badly."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from asgi import PROCESS, SCREEN, Reply, Running, running, settings
from processors import CANARY, EchoGuard, Guard, TestedGuard

from aiguardian.gateway.addresses import Place
from aiguardian.gateway.circuit import State
from aiguardian.gateway.directory import Pool
from aiguardian.gateway.instance import Instance
from aiguardian.identity.authenticate import internal_key, internal_keys
from aiguardian.settings.groups import Access, Guards, Limits, Secret
from aiguardian.telemetry.metrics import Metrics

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]

REPORT = {
    "text_length": 3,
    "risk": 0.4,
    "flagged": True,
    "confidence_score": 0.8,
    "decision": {"action": "flag", "confidence": 0.8, "reason": "from afar"},
    "recommendation": "flag",
    "findings": [],
    "colour": "a field that only this guard knows",
}


def success(report: Any = None) -> dict[str, Any]:
    return {"success": True, "data": REPORT if report is None else report, "error": None}


def failing(code: str, message: str = "no", **more: Any) -> dict[str, Any]:
    return {"success": False, "data": None, "error": {"code": code, "message": message, **more}}


class Elsewhere:
    """An instance of a guard whose answers a test chooses."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.seen: list[tuple[dict[str, str], Any]] = []
        self.answer: Answer = self.answered(success())
        self.health: Any = {"service": "tokenguard"}
        self.health_status = 200
        self.under_way = 0

    @staticmethod
    def answered(value: Any, status: int = 200) -> Answer:
        async def answer(_: web.Request) -> web.Response:
            body = value if isinstance(value, bytes) else json.dumps(value).encode()
            return web.Response(body=body, status=status, content_type="application/json")

        return answer

    def silent(self) -> Answer:
        async def answer(_: web.Request) -> web.Response:
            self.under_way += 1
            try:
                await asyncio.sleep(30)
            finally:
                self.under_way -= 1
            raise AssertionError

        return answer

    @staticmethod
    async def broken(request: web.Request) -> web.Response:
        """Hangs up without an answer."""
        assert request.transport is not None
        request.transport.abort()
        raise asyncio.CancelledError

    @staticmethod
    async def cut(request: web.Request) -> web.StreamResponse:
        """Hangs up in the middle of an answer."""
        response = web.StreamResponse(headers={"content-length": "1000"})
        await response.prepare(request)
        await response.write(b'{"success": true')
        assert request.transport is not None
        request.transport.abort()
        return response

    async def _process(self, request: web.Request) -> web.StreamResponse:
        self.seen.append((dict(request.headers), await request.json()))
        return await self.answer(request)

    async def _health(self, request: web.Request) -> web.StreamResponse:
        if callable(self.health):
            response: web.StreamResponse = await self.health(request)
            return response
        return await self.answered(self.health, self.health_status)(request)


@contextlib.asynccontextmanager
async def elsewhere() -> AsyncIterator[Elsewhere]:
    app = web.Application()
    runner = web.AppRunner(app, shutdown_timeout=0.05, access_log=None)
    one = Elsewhere("")
    app.router.add_post("/process", one._process)
    app.router.add_get("/health", one._health)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    one.url = f"http://{host}:{port}"
    try:
        yield one
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def gateway_to(*urls: str, guard: Any = None, **given: Any) -> AsyncIterator[Running]:
    """A gateway whose tokenguard is elsewhere; health checks are left to the tests."""
    guards = Guards(tokenguard=urls, health_interval_s=300, self_test_interval_s=300)
    async with running(
        {"tokenguard": guard or EchoGuard()}, settings(guards=guards, **given)
    ) as one:
        # The first health check, so that none comes in between.
        await one.until(lambda: all(i._misses or i.is_healthy for i in instances(one)))
        yield one


@contextlib.asynccontextmanager
async def two_instances() -> AsyncIterator[tuple[Elsewhere, Elsewhere, Running]]:
    async with (
        elsewhere() as one,
        elsewhere() as other,
        gateway_to(one.url, other.url) as gateway,
    ):
        yield one, other, gateway


def instances(gateway: Running) -> list[Instance]:
    pool = gateway.program.directory.get("tokenguard").pool
    assert pool is not None
    return pool.instances


def ask(gateway: Running, **terms: Any) -> asyncio.Future[Reply]:
    return asyncio.ensure_future(
        gateway.client.post(PROCESS, {"service_type": "tokenguard", "text": "abc", **terms})
    )


async def closed_port() -> str:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    server.close()
    await server.wait_closed()
    return f"http://{host}:{port}"


async def test_a_verdict_from_afar_passes_as_it_came() -> None:
    async with elsewhere() as one, gateway_to(one.url) as gateway:
        reply = await ask(gateway)
        assert reply.status == 200
        assert reply.json()["data"] == REPORT
        assert reply.json()["degraded"] is False
        assert gateway.metric("aiguardian_verdicts_total", action="flag") == 1


async def test_the_call_carries_who_asks_until_when_and_in_which_trace() -> None:
    access = Access(secret_key=Secret("x" * 64))
    async with elsewhere() as one, gateway_to(one.url, access=access) as gateway:
        reply = await ask(
            gateway, user_id="u", session_id="s", priority=7, timeout=5, client_type="web"
        )
        headers, body = one.seen[-1]
        assert headers["X-Request-ID"] == reply.header("x-request-id")
        assert headers["traceparent"] == reply.header("traceparent")
        assert headers["X-API-Key"] == internal_key(gateway.program.settings)
        assert 0 < body.pop("timeout") <= 5
        assert body == {
            "service_type": "tokenguard",
            "payload": {"text": "abc"},
            "user_id": "u",
            "session_id": "s",
            "priority": 7,
            "client_type": "web",
        }


@pytest.mark.parametrize("knows", ["x", "y", "z"], ids=["the newest", "the former", "neither"])
async def test_an_instance_may_know_any_of_our_secrets(knows: str) -> None:
    access = Access(secret_key=Secret("x" * 64), secret_key_previous=Secret("y" * 64))
    (wanted,) = internal_keys(settings(access=Access(secret_key=Secret(knows * 64))))
    async with elsewhere() as one, gateway_to(one.url, access=access) as gateway:
        good, refused = one.answered(success()), one.answered(failing("unauthenticated"), 401)

        async def answer(request: web.Request) -> web.StreamResponse:
            is_known = request.headers["X-API-Key"] == wanted
            return await (good if is_known else refused)(request)

        one.answer = answer
        replies = [await ask(gateway) for _ in range(2)]
        assert [reply.json()["degraded"] for reply in replies] == [knows == "z"] * 2
        calls = {"x": 2, "y": 3, "z": 4}[knows]
        assert len(one.seen) == calls, "the key that was taken is remembered"


async def test_two_real_programs_understand_each_other() -> None:
    """The gateway's hop, served by a guard's own app."""
    async with running({"tokenguard": Guard("flag")}, name="tokenguard") as guard:

        async def forward(request: web.Request) -> web.StreamResponse:
            reply = await guard.client.call(
                "POST",
                "/process",
                json.dumps(one.seen[-1][1]).encode(),
                headers={
                    name: value for name, value in request.headers.items() if name.lower() != "host"
                },
            )
            return web.Response(status=reply.status, body=reply.body)

        async with elsewhere() as one, gateway_to(one.url) as gateway:
            one.answer = forward
            assert (await ask(gateway)).json()["data"]["decision"]["action"] == "flag"
            refused = await ask(gateway, txet="x")
            assert (refused.status, refused.error()["field"]) == (422, "txet")


GARBAGE: dict[str, Any] = {
    "not JSON": (b"<html>", 200),
    "nothing": (b"", 200),
    "another shape": ({"hello": 1}, 200),
    "an array": ([1], 200),
    "no data": ({"success": True, "data": None}, 200),
    "no decision": (success({**REPORT, "decision": None}), 200),
    "an unknown action": (success({**REPORT, "decision": {"action": "dance"}}), 200),
    "half a report": (success({"decision": {"action": "keep"}}), 200),
    "a failure with status 200": (failing("invalid_field"), 200),
    "an error page": (b"Bad Gateway", 502),
    "nested too deep": (b"[" * 20_000, 200),
    "not UTF-8": (b'{"success": true, "data": "\xff"}', 200),
}


@pytest.mark.parametrize("name", GARBAGE)
async def test_garbage_is_no_verdict_and_another_way_is_taken(name: str) -> None:
    body, status = GARBAGE[name]
    async with elsewhere() as one, gateway_to(one.url) as gateway:
        one.answer = one.answered(body, status)
        reply = await ask(gateway)
        assert (reply.status, reply.json()["degraded"]) == (200, True)
        assert reply.json()["data"]["decision"]["reason"] == "a test's verdict"
        strict = await ask(gateway, fallback_enabled=False)
        assert (strict.status, strict.error()["code"]) == (503, "not_available")
        assert strict.header("retry-after") == "1"
        assert gateway.metric("aiguardian_fallbacks_total", guard="tokenguard") == 1
        assert gateway.metric("aiguardian_instance_failures_total") == 2
        assert gateway.metric("aiguardian_verdicts_total", action="unjudged") == 1
        assert gateway.log_lines()[0]["aiguardian.degraded"] is True


@pytest.mark.parametrize("how", ["broken", "cut"])
async def test_an_instance_that_hangs_up_is_no_verdict(how: str) -> None:
    async with elsewhere() as one, gateway_to(one.url) as gateway:
        one.answer = getattr(one, how)
        assert (await ask(gateway)).json()["degraded"] is True


async def test_a_redirect_is_not_followed() -> None:
    async with elsewhere() as one, elsewhere() as trap, gateway_to(one.url) as gateway:

        async def lead_away(_: web.Request) -> web.StreamResponse:
            return web.Response(status=307, headers={"location": trap.url + "/process"})

        one.answer = lead_away
        assert (await ask(gateway)).json()["degraded"] is True
        assert not trap.seen


@pytest.mark.parametrize(("status", "code"), [(422, "invalid_field"), (413, "too_large")])
async def test_the_callers_own_fault_passes_through_and_is_not_retried(
    status: int, code: str
) -> None:
    async with two_instances() as (one, other, gateway):
        for instance in (one, other):
            instance.answer = instance.answered(failing(code, "text is odd.", field="text"), status)
        reply = await ask(gateway)
        assert reply.status == status
        assert reply.error() == {"code": code, "message": "text is odd.", "field": "text"}
        assert len(one.seen) + len(other.seen) == 1
        assert all(instance.breaker.state is State.CLOSED for instance in instances(gateway))


async def test_a_guard_that_failed_there_has_failed_and_the_instance_has_not() -> None:
    async with elsewhere() as one, gateway_to(one.url) as gateway:
        one.answer = one.answered(failing("guard_failed", "tokenguard failed."), 503)
        for _ in range(4):
            reply = await ask(gateway)
            assert (reply.status, reply.error()["code"]) == (503, "guard_failed")
        assert instances(gateway)[0].breaker.state is State.CLOSED


async def test_a_failed_call_is_repeated_once_on_another_instance() -> None:
    async with two_instances() as (one, other, gateway):
        one.answer = other.answer = one.broken
        assert (await ask(gateway, fallback_enabled=False)).status == 503
        assert (len(one.seen), len(other.seen)) == (1, 1)
        assert gateway.metric("aiguardian_retries_total", guard="tokenguard") == 1
        other.answer = other.answered(success())
        for _ in range(2):
            reply = await ask(gateway)
            assert (reply.status, reply.json()["degraded"]) == (200, False)


async def test_an_overloaded_instance_is_left_for_another_and_not_blamed() -> None:
    async with two_instances() as (one, other, gateway):
        busy = one.answered(failing("overloaded", "full", retry_after=9), 503)
        one.answer = busy
        for _ in range(4):
            assert (await ask(gateway)).json()["degraded"] is False
        other.answer = busy
        reply = await ask(gateway, fallback_enabled=False)
        assert (reply.status, reply.error()["code"]) == (503, "overloaded")
        assert reply.header("retry-after") == "9"
        assert all(instance.breaker.state is State.CLOSED for instance in instances(gateway))


async def test_the_instance_with_the_fewest_calls_is_asked() -> None:
    async with two_instances() as (one, other, gateway):
        first, second = instances(gateway)
        first.outstanding = 3
        for _ in range(3):
            await ask(gateway)
        assert (len(one.seen), len(other.seen)) == (0, 3)
        first.outstanding, second.outstanding = 0, 1
        for _ in range(3):
            await ask(gateway)
        assert (len(one.seen), len(other.seen)) == (3, 3)
        second.outstanding = 0


async def test_ties_are_taken_in_turn_and_calls_are_counted_back() -> None:
    async with two_instances() as (one, other, gateway):
        for _ in range(10):
            await ask(gateway)
        assert (len(one.seen), len(other.seen)) == (5, 5)
        assert [instance.outstanding for instance in instances(gateway)] == [0, 0]


async def test_a_silent_instance_costs_half_the_time_and_then_another_way_is_taken() -> None:
    async with elsewhere() as one, gateway_to(one.url) as gateway:
        one.answer = one.silent()
        reply = await ask(gateway, timeout=0.1)
        assert (reply.status, reply.json()["degraded"]) == (200, True)
        assert reply.json()["processing_time"] < 0.1


async def test_callers_in_a_hurry_do_not_open_the_breaker() -> None:
    async with elsewhere() as one, gateway_to(one.url) as gateway:
        one.answer = one.silent()
        for _ in range(5):
            assert (await ask(gateway, timeout=0.02)).json()["degraded"] is True
        assert instances(gateway)[0].breaker.state is State.CLOSED
        assert gateway.metric("aiguardian_instance_failures_total", kind="timeout") == 5


async def test_a_silent_instance_without_another_way_is_a_504() -> None:
    async with elsewhere() as one, gateway_to(one.url) as gateway:
        one.answer = one.silent()
        reply = await ask(gateway, timeout=0.05, fallback_enabled=False)
        assert (reply.status, reply.error()["code"]) == (504, "deadline_exceeded")


async def test_three_failures_open_the_breaker_and_a_try_closes_it() -> None:
    async with elsewhere() as one, gateway_to(one.url) as gateway:
        one.answer = one.broken
        (instance,) = instances(gateway)
        for _ in range(3):
            await ask(gateway)
        assert instance.breaker.state is State.OPEN
        assert gateway.metric("aiguardian_breaker_state", instance=one.url) == 2
        one.seen.clear()
        assert (await ask(gateway)).json()["degraded"] is True
        assert not one.seen, "an open breaker lets nothing through"
        told = await gateway.client.get("/api/v1/guards/health/tokenguard")
        assert told.json()["status"] == "degraded"
        assert told.json()["endpoints"] == [
            {"url": one.url, "healthy": True, "breaker": "open", "outstanding": 0}
        ]
        assert (await gateway.client.get("/health/ready")).status == 200

        instance.breaker._opened_at -= 60
        assert instance.breaker.state is State.HALF_OPEN
        one.answer = one.answered(success())
        assert (await ask(gateway)).json()["degraded"] is False
        assert instance.breaker.state is State.CLOSED
        assert gateway.metric("aiguardian_breaker_state", instance=one.url) == 0


async def test_half_open_one_call_tries_and_the_others_go_another_way() -> None:
    async with elsewhere() as one, gateway_to(one.url) as gateway:
        (instance,) = instances(gateway)
        for _ in range(3):
            instance.breaker.begin()
            instance.breaker.fail()
        instance.breaker._opened_at -= 60
        one.answer = one.silent()
        trying = ask(gateway, timeout=5)
        await gateway.until(lambda: one.under_way == 1)
        assert (await ask(gateway)).json()["degraded"] is True
        assert one.under_way == 1
        trying.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await trying
        await gateway.until(lambda: instance.outstanding == 0)
        assert instance.breaker.allows_call(), "who left said nothing about the instance"


async def test_a_client_that_leaves_ends_the_call_to_the_instance() -> None:
    async with elsewhere() as one, gateway_to(one.url) as gateway:
        one.answer = one.silent()
        gone = asyncio.Event()
        call = asyncio.ensure_future(
            gateway.client.call(
                "POST",
                PROCESS,
                b'{"service_type": "tokenguard", "text": "abc"}',
                headers={"content-type": "application/json"},
                gone=gone,
            )
        )
        await gateway.until(lambda: one.under_way == 1)
        gone.set()
        await call
        await gateway.until(lambda: instances(gateway)[0].outstanding == 0)
        await gateway.until(lambda: gateway.program.dispatcher._outbound["tokenguard"].busy == 0)
        assert gateway.log_lines()[-1]["http.response.status_code"] == 499


async def test_both_instances_gone_is_degraded_or_not_available() -> None:
    urls = await closed_port(), await closed_port()
    async with gateway_to(*urls) as gateway:
        reply = await ask(gateway)
        assert (reply.status, reply.json()["degraded"]) == (200, True)
        strict = await ask(gateway, fallback_enabled=False)
        assert (strict.status, strict.error()["code"]) == (503, "not_available")
        assert (await gateway.client.get("/health")).json()["status"] in {"healthy", "degraded"}


async def test_calls_to_instances_are_bounded_too() -> None:
    limits = Limits(workers=1, queue=0, outbound=1)
    async with elsewhere() as one, gateway_to(one.url, limits=limits) as gateway:
        one.answer = one.silent()
        first = ask(gateway, timeout=1)
        await gateway.until(lambda: one.under_way == 1)
        reply = await ask(gateway)
        assert (reply.status, reply.error()["code"]) == (503, "overloaded")
        assert gateway.metric("aiguardian_rejected_total", reason="instances_busy") == 1
        first.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await first


async def test_what_only_the_gateway_knows_is_answered_here() -> None:
    class Local(EchoGuard):
        def runs_here(self, payload: Any) -> bool:
            return bool(payload.text == "here")

    async with elsewhere() as one, gateway_to(one.url, guard=Local()) as gateway:
        reply = await ask(gateway, text="here")
        assert (reply.json()["degraded"], one.seen) == (False, [])
        await ask(gateway, text="there")
        assert len(one.seen) == 1


async def test_screen_merges_a_verdict_from_afar() -> None:
    async with elsewhere() as one, gateway_to(one.url) as gateway:
        rewriting = {
            **REPORT,
            "decision": {"action": "rewrite", "confidence": 1.0, "reason": "shorter"},
            "output": "ab",
        }
        one.answer = one.answered(success(rewriting))
        data = (await gateway.client.post(SCREEN, {"text": "abc"})).json()["data"]
        assert (data["decision"]["action"], data["output"]) == ("rewrite", "ab")
        assert data["reports"]["tokenguard"]["colour"] == REPORT["colour"]
        one.answer = one.broken
        reply = await gateway.client.post(SCREEN, {"text": "abc"})
        assert reply.json()["degraded"] is True


async def test_self_tests_go_to_the_instance() -> None:
    async with elsewhere() as one, gateway_to(one.url, guard=TestedGuard()) as gateway:
        assert [body["payload"]["text"] for _, body in one.seen] == ["hello", ""]
        assert not gateway.program.tester.results["tokenguard"].is_good, "it flags a greeting"


# Health checks


@contextlib.asynccontextmanager
async def checked(url: str) -> AsyncIterator[tuple[Instance, Callable[[], Awaitable[None]]]]:
    instance = Instance("tokenguard", Place(url), metrics=Metrics())
    async with aiohttp.ClientSession() as session:
        yield instance, lambda: instance.check(session, timeout_s=0.05)


HEALTH: dict[str, tuple[Any, int, bool]] = {
    "itself": ({"service": "tokenguard", "status": "healthy"}, 200, True),
    "itself, unwell": ({"service": "tokenguard", "status": "degraded"}, 200, True),
    "another guard": ({"service": "biasguard"}, 200, False),
    "an error": ({"service": "tokenguard"}, 500, False),
    "no JSON": (b"<html>", 200, False),
    "not UTF-8": (b"\xff", 200, False),
    "an array": ([], 200, False),
    "a deep nest": (b"[" * 60_000, 200, False),
    "nothing": (b"", 200, False),
}


@pytest.mark.parametrize("name", HEALTH)
async def test_only_the_guard_itself_is_healthy(name: str) -> None:
    value, status, is_healthy = HEALTH[name]
    async with elsewhere() as one, checked(one.url) as (instance, check):
        one.health, one.health_status = value, status
        await check()
        assert instance.is_healthy, "one miss is none"
        await check()
        assert instance.is_healthy is is_healthy
        assert instance.is_usable() is is_healthy


async def test_one_hit_and_it_is_back_and_a_hit_between_misses_counts() -> None:
    async with elsewhere() as one, checked(one.url) as (instance, check):
        good, bad = {"service": "tokenguard"}, {"service": "x"}
        told = []
        for one.health in (bad, good, bad, bad, bad, good, bad):
            await check()
            told.append(instance.is_healthy)
        assert told == [True, True, True, False, False, True, True]


async def test_silence_and_a_closed_port_are_misses() -> None:
    async def silent(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(5)
        raise AssertionError

    async with elsewhere() as one, checked(one.url) as (instance, check):
        one.health = silent
        await check()
        await check()
        assert not instance.is_healthy
    async with checked(await closed_port()) as (instance, check):
        await check()
        await check()
        assert not instance.is_healthy


async def test_a_call_that_waits_for_an_instance_found_gone_is_given_up_at_once() -> None:
    async with elsewhere() as one, gateway_to(one.url) as gateway:
        one.answer = one.silent()
        call = ask(gateway, timeout=60)
        await gateway.until(lambda: one.under_way == 1)
        (instance,) = instances(gateway)
        session = gateway.program.dispatcher.session
        assert session is not None
        one.health = {"service": "gone"}
        await instance.check(session, timeout_s=0.5)
        await instance.check(session, timeout_s=0.5)
        async with asyncio.timeout(1):
            assert (await call).json()["degraded"] is True
        assert gateway.metric("aiguardian_instance_failures_total", kind="lost") == 1
        assert gateway.metric("aiguardian_instance_up", instance=one.url) == 0
        assert gateway.log_lines()[-1]["http.response.status_code"] == 200


async def test_an_instance_rejoins_by_itself() -> None:
    async with elsewhere() as one:
        guards = Guards(tokenguard=(one.url,), health_interval_s=0.02)
        async with running({"tokenguard": EchoGuard()}, settings(guards=guards)) as gateway:
            (instance,) = instances(gateway)
            one.health_status = 500
            await gateway.until(lambda: not instance.is_healthy)
            assert (await ask(gateway)).json()["degraded"] is True
            one.health, one.health_status = b"[" * 60_000, 200
            await asyncio.sleep(0.05)
            one.health, one.health_status = {"service": "tokenguard"}, 200
            await gateway.until(lambda: instance.is_healthy)
            assert (await ask(gateway)).json()["degraded"] is False


async def test_a_pool_prefers_nobody_who_is_out() -> None:
    pool = Pool("tokenguard", ("http://a:1", "http://b:1/"), metrics=Metrics())
    first, second = pool.instances
    assert second.url == "http://b:1"
    assert {pool.choose() for _ in range(4)} == {first, second}
    assert pool.choose(but=first) is second
    second.is_healthy = False
    assert {pool.choose() for _ in range(4)} == {first}
    assert pool.choose(but=first) is None
    first.is_healthy = False
    assert pool.choose() is None


async def test_what_an_instance_says_is_not_logged() -> None:
    async with elsewhere() as one, gateway_to(one.url) as gateway:
        for body, status in ((CANARY.encode(), 200), (failing("x", CANARY), 500)):
            one.answer = one.answered(body, status)
            assert (await ask(gateway)).status == 200
        assert CANARY not in gateway.log()
