"""Probes, the list of services, the guards' health, metrics: exactly the shapes promised."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest
from asgi import PROCESS, Reply, Running, running, settings
from processors import CANARY, EchoGuard, Guard, RaisingGuard, TestedGuard
from prometheus_client.parser import text_string_to_metric_families

from aiguardian import __version__
from aiguardian.gateway.dependencies import Dependencies
from aiguardian.gateway.directory import Directory
from aiguardian.gateway.dispatch import Dispatcher
from aiguardian.gateway.self_test import SelfTester
from aiguardian.gateway.status import Status
from aiguardian.gateway.vitals import LiveVitals, LoopWatch
from aiguardian.processor import SelfTest
from aiguardian.settings.groups import Guards
from aiguardian.telemetry.log import LogWriter
from aiguardian.telemetry.metrics import Metrics


def uncached(reply: Reply) -> Any:
    assert reply.header("content-type") == "application/json"
    assert reply.header("cache-control") == "no-store"
    return reply.json()


async def test_live_is_two_words() -> None:
    async with running({"tokenguard": EchoGuard()}) as gateway:
        reply = await gateway.client.get("/health/live")
        assert reply.status == 200
        assert uncached(reply) == {"status": "alive", "service": "codeguardians-gateway"}


async def test_health_is_one_word_with_version_and_age() -> None:
    async with running({"tokenguard": EchoGuard()}) as gateway:
        told = uncached(await gateway.client.get("/health"))
        assert told.pop("uptime_s") >= 0
        assert told == {
            "status": "healthy",
            "service": "codeguardians-gateway",
            "version": __version__,
        }


async def test_a_guard_by_itself_tells_its_own_name() -> None:
    async with running({"biasguard": EchoGuard()}, name="biasguard") as guard:
        assert uncached(await guard.client.get("/health"))["service"] == "biasguard"
        assert (await guard.client.get("/metrics")).status == 200
        for path in ("/api/v1/guards/services", "/docs", PROCESS):
            assert (await guard.client.get(path)).status == 404


async def test_ready_names_every_guard() -> None:
    async with running({"tokenguard": TestedGuard(), "biasguard": EchoGuard()}) as gateway:
        reply = await gateway.client.get("/health/ready")
        assert reply.status == 200
        assert uncached(reply) == {
            "status": "ready",
            "services": {"tokenguard": "ready", "biasguard": "ready"},
        }


async def test_not_ready_before_the_first_self_test_and_while_one_fails() -> None:
    guard = TestedGuard()
    async with running({"tokenguard": guard, "biasguard": EchoGuard()}) as gateway:
        tester = gateway.program.tester
        result = tester.results.pop("tokenguard")
        starting = await gateway.client.get("/health/ready")
        assert starting.status == 503
        assert starting.json() == {
            "status": "not_ready",
            "services": {"tokenguard": "starting", "biasguard": "ready"},
        }
        tester.results["tokenguard"] = result

        guard.is_broken = True
        await tester.run()
        broken = await gateway.client.get("/health/ready")
        assert (broken.status, broken.json()["services"]["tokenguard"]) == (503, "not_ready")
        assert (await gateway.client.get("/health/live")).status == 200
        assert uncached(await gateway.client.get("/health"))["status"] == "unhealthy"

        guard.is_broken = False
        await tester.run()
        assert (await gateway.client.get("/health/ready")).status == 200
        told = [line["message"] for line in gateway.log_lines("aiguardian.app")]
        assert told == [
            (
                "self-test of tokenguard failed: keeps a greeting: block, expected keep; "
                "keeps nothing: block, expected keep"
            ),
            "self-test of tokenguard passes again",
        ]


async def test_services_are_described() -> None:
    given = settings(
        guards=Guards(
            biasguard=("http://127.0.0.1:1", "http://127.0.0.1:2/"), health_interval_s=300
        )
    )
    async with running({"tokenguard": EchoGuard(), "biasguard": EchoGuard()}, given) as gateway:
        told = uncached(await gateway.client.get("/api/v1/guards/services"))
        assert told == {
            "services": {
                "tokenguard": {
                    "status": "healthy",
                    "mode": "in_process",
                    "instances": 1,
                    "version": "1.0",
                    "capabilities": ["testing"],
                },
                "biasguard": {
                    "status": told["services"]["biasguard"]["status"],
                    "mode": "remote",
                    "instances": 2,
                    "version": "1.0",
                    "capabilities": ["testing"],
                    "url": "http://127.0.0.1:1,http://127.0.0.1:2",
                },
            }
        }


async def test_the_health_of_guards_shows_their_self_tests() -> None:
    guard = TestedGuard()
    async with running({"tokenguard": guard}) as gateway:
        one = uncached(await gateway.client.get("/api/v1/guards/health/tokenguard"))
        assert one["self_test"].pop("age_s") >= 0
        assert one == {
            "status": "healthy",
            "mode": "in_process",
            "version": "1.0",
            "self_test": {"passed": 2, "failed": []},
        }
        guard.is_broken = True
        await gateway.program.tester.run()
        reply = await gateway.client.get("/api/v1/guards/health/tokenguard")
        assert reply.status == 503
        assert reply.json()["self_test"]["passed"] == 0
        assert len(reply.json()["self_test"]["failed"]) == 2
        every = await gateway.client.get("/api/v1/guards/health")
        assert every.status == 200
        assert every.json()["status"] == "unhealthy"
        assert every.json()["services"]["tokenguard"]["status"] == "unhealthy"


async def test_the_health_of_no_guard_is_a_404_and_of_one_not_here_a_503() -> None:
    async with running({"tokenguard": EchoGuard()}) as gateway:
        unknown = await gateway.client.get(f"/api/v1/guards/health/{CANARY}")
        assert (unknown.status, unknown.error()["code"]) == (404, "not_found")
        assert "healthguard" in unknown.error()["message"]
        assert CANARY not in unknown.body.decode()
        missing = await gateway.client.get("/api/v1/guards/health/trustguard")
        assert (missing.status, missing.error()["code"]) == (503, "not_available")


async def test_metrics_are_read_by_prometheus_and_every_label_is_bounded() -> None:
    async with running({"tokenguard": TestedGuard(), "biasguard": RaisingGuard()}) as gateway:
        for guard in ("tokenguard", "biasguard", "trustguard", CANARY):
            await gateway.client.post(PROCESS, {"service_type": guard, "text": CANARY})
        reply = await gateway.client.get("/metrics")
        assert (reply.header("content-type") or "").startswith("text/plain; version=0.0.4")
        families = {one.name: one for one in text_string_to_metric_families(reply.body.decode())}
        ours = {name: one for name, one in families.items() if name.startswith("aiguardian_")}
        assert all(one.documentation for one in ours.values())
        allowed = {
            "route": {PROCESS, "/metrics"},
            "status": {"200", "422", "503"},
            "client_type": {"api"},
            "guard": {"tokenguard", "biasguard"},
            "action": {"keep", "unjudged"},
            "code": {"guard_failed"},
            "version": {__version__},
        }
        for family in ours.values():
            for sample in family.samples:
                for label, value in sample.labels.items():
                    assert label in {"le", "reason"} or value in allowed[label], sample
        assert gateway.metric("aiguardian_self_test_passed", guard="tokenguard") == 1
        assert gateway.metric("aiguardian_self_test_timestamp_seconds", guard="tokenguard") > 1e9
        buckets = [
            (float(sample.labels["le"]), sample.value)
            for sample in ours["aiguardian_request_seconds"].samples
            if sample.name.endswith("_bucket") and sample.labels["route"] == PROCESS
        ]
        assert [count for _, count in buckets] == sorted(count for _, count in buckets)
        assert buckets[-1] == (float("inf"), 4.0)
        assert gateway.metric("aiguardian_request_seconds_count", route=PROCESS) == 4


# Self-tests


def parts(**guards: Any) -> tuple[Dispatcher, SelfTester, Metrics]:
    metrics = Metrics()
    directory = Directory(guards, {}, metrics=metrics)
    dispatcher = Dispatcher(
        directory, workers=1, queue_limit=1, outbound=1, internal_key="", metrics=metrics
    )
    dispatcher.close()  # these guards are quick: no thread is needed
    return dispatcher, SelfTester(dispatcher, interval_s=0.01), metrics


@pytest.mark.parametrize(
    ("guard", "failed"),
    [
        (TestedGuard(SelfTest("right", {"text": "abc"}, "keep", {"text_length": 3})), ()),
        (
            TestedGuard(SelfTest("wrong action", {"text": "a"}, "block")),
            ("wrong action: keep, expected block",),
        ),
        (
            TestedGuard(SelfTest("wrong field", {"text": "a"}, "keep", {"text_length": 2, "x": 1})),
            ("wrong field: text_length, x not as expected",),
        ),
        (
            TestedGuard(SelfTest("wrong payload", {"txet": "a"}, "keep")),
            ("wrong payload: no verdict (invalid_field)",),
        ),
        (TestedGuard(), ()),
    ],
)
async def test_a_self_test_tells_what_was_not_as_expected(guard: Any, failed: Any) -> None:
    _, tester, _ = parts(tokenguard=guard)
    await tester.run()
    assert tester.results["tokenguard"].failed == failed
    assert tester.results["tokenguard"].is_good is not bool(failed)


async def test_a_guard_that_raises_fails_its_self_test_and_the_others_go_on() -> None:
    class Raising(TestedGuard):
        def process(self, payload: Any, caller: Any) -> Any:
            raise ValueError(CANARY)

    dispatcher, tester, metrics = parts(tokenguard=Raising(), biasguard=TestedGuard())
    await tester.run()
    assert tester.results["tokenguard"].failed[0] == "keeps a greeting: no verdict (guard_failed)"
    assert tester.results["biasguard"].is_good
    assert not dispatcher.recent["tokenguard"], "self-tests are not counted as traffic"
    assert metrics.verdicts.counts() == {}


@pytest.mark.parametrize("workers", [1, 2])
async def test_at_the_start_guards_are_tested_side_by_side_and_none_waits(workers: int) -> None:
    lock, now, most = threading.Lock(), 0, 0

    class Loading(TestedGuard):
        def is_quick(self, payload: Any) -> bool:
            return False

        def process(self, payload: Any, caller: Any) -> Any:
            nonlocal now, most
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.02)
            with lock:
                now -= 1
            return super().process(payload, caller)

    guards = {name: Loading() for name in ("tokenguard", "biasguard", "trustguard", "healthguard")}
    metrics = Metrics()
    directory = Directory(guards, {}, metrics=metrics)
    dispatcher = Dispatcher(
        directory, workers=workers, queue_limit=0, outbound=1, internal_key="", metrics=metrics
    )
    tester = SelfTester(dispatcher, interval_s=60.0)
    watching = asyncio.create_task(tester.watch())
    try:
        await asyncio.wait_for(tester.is_warm.wait(), 20)
    finally:
        watching.cancel()
        dispatcher.close()
    assert all(result.is_good for result in tester.results.values()), tester.results
    assert (len(tester.results), most) == (4, workers)


# The live figures


def test_vitals_of_a_process_with_nothing_attached() -> None:
    vitals = LiveVitals(settings().runtime.home)
    assert vitals.services() == {}
    system = vitals.system()
    assert system.workers_total is None
    assert system.log_lines_dropped is None
    assert (system.rss_bytes or 0) > 0
    assert (system.disk_free_bytes or 0) > 0


async def test_vitals_tell_of_the_dispatcher_and_of_drops_since_the_last_look() -> None:
    async with running({"tokenguard": Guard("flag"), "biasguard": RaisingGuard()}) as gateway:
        for _ in range(3):
            await gateway.client.post(PROCESS, {"service_type": "tokenguard", "text": "x"})
        await gateway.client.post(PROCESS, {"service_type": "biasguard", "text": "x"})
        vitals = LiveVitals(settings().runtime.home)
        program = gateway.program
        vitals.attach(program.dispatcher, program.tester, program.loop_watch, program.logs)
        services = vitals.services()
        good, bad = services["tokenguard"], services["biasguard"]
        assert (good.requests, good.errors, good.unjudged) == (3, 0, 0)
        assert 0 < (good.p50_ms or 0) <= (good.p95_ms or 0)
        assert (bad.requests, bad.errors, bad.unjudged) == (1, 1, 1)
        assert good.self_tests_passed is True
        program.logs.dropped += 7
        assert [vitals.system().log_lines_dropped for _ in range(2)] == [7, 0]
        assert vitals.system().workers_total == 2


async def test_the_loop_watch_measures_lateness() -> None:
    metrics = Metrics()
    watch = LoopWatch(metrics)
    assert watch.p95_ms() is None
    watch._late_s.extend([0.0] * 50 + [0.2] * 50)
    assert watch.p95_ms() == pytest.approx(200)
    assert b"aiguardian_event_loop_lag_seconds 0.2" in metrics.text()


def test_a_status_can_be_asked_before_anything_runs() -> None:
    dispatcher, tester, _ = parts(tokenguard=EchoGuard())
    status = Status("x", dispatcher, tester, Dependencies([], Metrics()))
    assert status.ready() == (
        False,
        {"status": "not_ready", "services": {"tokenguard": "starting"}},
    )
    assert status.guard("tokenguard")["self_test"] is None
    assert LogWriter().dropped == 0


async def test_real_guards_pass_their_self_tests(running_gateway: Running) -> None:
    assert (await running_gateway.client.get("/health/ready")).json()["status"] == "ready"
    told = (await running_gateway.client.get("/api/v1/guards/services")).json()["services"]
    assert {"tokenguard", "healthguard"} <= told.keys()


@pytest.fixture
async def running_gateway() -> Any:
    from aiguardian.registry import build_guards
    from aiguardian.stores import build_stores

    given = settings()
    guards = build_guards(LiveVitals(given.runtime.home), build_stores(given))
    async with running(guards, given) as one:
        yield one
