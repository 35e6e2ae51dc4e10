"""From a call to a verdict: where it runs, until when, who goes first, and what failing means."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from asgi import PROCESS, Reply, Running, running, settings
from processors import (
    CANARY,
    AwaitingGuard,
    EchoGuard,
    Guard,
    PickyGuard,
    RaisingGuard,
    SlowGuard,
    WorkerGuard,
    report,
)

from aiguardian.errors import Forbidden, InvalidField, RateLimited
from aiguardian.settings.groups import Limits


def ask(gateway: Running, guard: str = "tokenguard", **terms: Any) -> asyncio.Future[Reply]:
    return asyncio.ensure_future(
        gateway.client.post(PROCESS, {"service_type": guard, "text": CANARY, **terms})
    )


async def test_a_verdict_comes_back_in_the_envelope() -> None:
    async with running({"tokenguard": EchoGuard("flag")}) as gateway:
        reply = await ask(gateway)
        answer = reply.json()
        assert reply.status == 200
        assert list(answer) == [
            "request_id",
            "service_type",
            "success",
            "data",
            "error",
            "processing_time",
            "service_used",
            "degraded",
        ]
        assert answer["success"] is True
        assert answer["error"] is None
        assert answer["service_type"] == answer["service_used"] == "tokenguard"
        assert answer["degraded"] is False
        data = answer["data"]
        assert data["text_length"] == len(CANARY)
        assert data["recommendation"] == data["decision"]["action"] == "flag"
        assert "output" not in data
        assert "unjudged" not in data
        assert data["processing_time_ms"] >= 0
        assert 0 < answer["processing_time"] < 1


@pytest.mark.parametrize("action", ["keep", "flag", "rewrite", "block"])
async def test_whatever_a_guard_decides_is_a_success(action: Any) -> None:
    async with running({"tokenguard": Guard(action)}) as gateway:
        reply = await ask(gateway)
        assert (reply.status, reply.json()["success"]) == (200, True)
        assert reply.json()["data"]["decision"]["action"] == action
        assert gateway.metric("aiguardian_verdicts_total", guard="tokenguard", action=action) == 1


async def test_quick_work_stays_on_the_loop_and_the_rest_goes_to_a_worker() -> None:
    worker, quick = WorkerGuard(), EchoGuard()
    async with running({"tokenguard": worker, "biasguard": quick}) as gateway:
        assert (await ask(gateway)).status == 200
        assert worker.thread.startswith("guard")
        workers = gateway.program.dispatcher.workers
        workers.busy = workers.slots
        assert (await ask(gateway, "biasguard")).status == 200, "no worker is needed"
        workers.busy = 0


async def test_a_deadline_is_a_504_in_time_and_frees_the_worker() -> None:
    guard = SlowGuard()
    async with running({"tokenguard": guard}) as gateway:
        started = time.monotonic()
        reply = await ask(gateway, timeout=0.05)
        assert time.monotonic() - started < 1.0
        assert reply.status == 504
        assert reply.error()["code"] == "deadline_exceeded"
        assert reply.json()["service_type"] == "tokenguard"
        await gateway.until(lambda: guard.ended == 1)
        await gateway.until(lambda: gateway.program.dispatcher.workers.busy == 0)
        assert gateway.metric("aiguardian_verdicts_total", action="unjudged") == 1
        assert gateway.metric("aiguardian_guard_errors_total", code="deadline_exceeded") == 1
        assert gateway.program.dispatcher.recent["tokenguard"][0][0] == "deadline_exceeded"


async def test_a_slot_is_free_when_its_thread_is_not_when_its_caller_gives_up() -> None:
    guard = SlowGuard(heeds_deadline=False)
    async with running({"tokenguard": guard}, settings(limits=Limits(workers=1))) as gateway:
        assert (await ask(gateway, timeout=0.03)).status == 504
        workers = gateway.program.dispatcher.workers
        assert workers.busy == 1
        assert guard.running == 1
        waiting = ask(gateway, timeout=30)
        await gateway.until(lambda: workers.waiting == 1)
        guard.release.set()
        assert (await waiting).status == 200
        await gateway.until(lambda: workers.busy == 0)


async def test_a_deadline_that_passes_in_the_queue_is_a_504_and_leaves_no_trace() -> None:
    guard = SlowGuard()
    async with running({"tokenguard": guard}, settings(limits=Limits(workers=1))) as gateway:
        first = ask(gateway)
        await gateway.until(lambda: guard.running)
        assert (await ask(gateway, timeout=0.03)).status == 504
        assert gateway.program.dispatcher.workers.waiting == 0
        guard.release.set()
        assert (await first).status == 200
        assert guard.ended == 1, "the second never began"


async def test_a_full_queue_is_a_503_at_once_with_a_time_to_wait() -> None:
    guard = SlowGuard()
    limits = Limits(workers=1, queue=2)
    async with running({"tokenguard": guard}, settings(limits=limits)) as gateway:
        begun = [ask(gateway)]
        await gateway.until(lambda: guard.running)
        begun += [ask(gateway), ask(gateway)]
        await gateway.until(lambda: gateway.program.dispatcher.workers.waiting == 2)
        started = time.monotonic()
        reply = await ask(gateway)
        assert time.monotonic() - started < 1.0
        assert reply.status == 503
        assert reply.error()["code"] == "overloaded"
        assert int(reply.header("retry-after") or 0) == reply.error()["retry_after"] >= 1
        assert (await gateway.client.get("/health/live")).status == 200
        assert gateway.metric("aiguardian_queue_depth") == 2
        assert gateway.metric("aiguardian_workers_busy") == 1
        assert gateway.metric("aiguardian_rejected_total", reason="workers_busy") == 1
        assert gateway.metric("aiguardian_guard_errors_total", code="overloaded") == 1
        guard.release.set()
        assert [(await one).status for one in begun] == [200, 200, 200]
        assert (await ask(gateway)).status == 200


async def test_a_higher_priority_goes_first_and_takes_the_place_of_the_lowest() -> None:
    guard = SlowGuard()
    limits = Limits(workers=1, queue=2)
    async with running({"tokenguard": guard}, settings(limits=limits)) as gateway:
        first = ask(gateway, user_id="first")
        await gateway.until(lambda: guard.running)
        workers = gateway.program.dispatcher.workers
        low = ask(gateway, user_id="low", priority=2)
        await gateway.until(lambda: workers.waiting == 1)
        middle = ask(gateway, user_id="middle", priority=5)
        await gateway.until(lambda: workers.waiting == 2)
        equal = ask(gateway, user_id="equal", priority=2)
        assert (await equal).status == 503, "an equal has no right to a place that is taken"
        high = ask(gateway, user_id="high", priority=10)
        evicted = await low
        assert evicted.status == 503
        assert evicted.error()["code"] == "overloaded"
        guard.release.set()
        assert {(await one).status for one in (first, middle, high)} == {200}
        assert [caller.user_id for caller in guard.callers] == ["first", "high", "middle"]


async def test_a_guard_that_awaits_is_awaited_without_a_worker() -> None:
    guard = AwaitingGuard()
    async with running({"tokenguard": guard}) as gateway:
        call = ask(gateway)
        await gateway.until(lambda: guard.is_asked)
        await asyncio.sleep(0.01)
        assert gateway.program.dispatcher.workers.busy == 0
        guard.release.set()
        reply = await call
        assert reply.status == 200
        assert reply.json()["data"]["processing_time_ms"] > 5


async def test_a_guard_that_awaits_too_long_is_cancelled() -> None:
    guard = AwaitingGuard()
    async with running({"tokenguard": guard}) as gateway:
        assert (await ask(gateway, timeout=0.03)).status == 504
        assert guard.was_cancelled


FAILING: dict[str, Any] = {
    "at once": lambda: RaisingGuard(),
    "on a worker": lambda: RaisingGuard(is_quick=False),
    "for recursion": lambda: RaisingGuard(RecursionError, is_quick=False),
    "for memory": lambda: RaisingGuard(MemoryError),
    "for time": lambda: RaisingGuard(TimeoutError, is_quick=False),
}


@pytest.mark.parametrize("how", FAILING)
async def test_a_guard_that_raises_is_a_503_and_its_message_goes_nowhere(how: str) -> None:
    async with running({"tokenguard": FAILING[how](), "biasguard": EchoGuard()}) as gateway:
        reply = await ask(gateway)
        assert reply.status == 503
        assert reply.error() == {
            "code": "guard_failed",
            "message": "tokenguard failed on this input; there is no verdict.",
        }
        assert CANARY not in gateway.log()
        assert CANARY not in gateway.program.metrics.text().decode()
        (told,) = gateway.log_lines("aiguardian.app")
        assert told["message"] == "tokenguard raised"
        assert told["error.type"].endswith("Error")
        assert "processors.py" in told["error.stack_trace"]
        assert gateway.metric("aiguardian_verdicts_total", action="unjudged") == 1
        assert gateway.metric("aiguardian_guard_errors_total", code="guard_failed") == 1
        await gateway.until(lambda: gateway.program.dispatcher.workers.busy == 0)
        assert (await ask(gateway, "biasguard")).status == 200


async def test_a_guard_that_awaits_and_raises_has_failed() -> None:
    guard = AwaitingGuard(error=ValueError(CANARY))
    guard.release.set()
    async with running({"tokenguard": guard}) as gateway:
        reply = await ask(gateway)
        assert (reply.status, reply.error()["code"]) == (503, "guard_failed")
        assert CANARY not in gateway.log()


@pytest.mark.parametrize(
    "error",
    [
        InvalidField("text is wrong.", field="text"),
        Forbidden("Not for you."),
        RateLimited("Slower.", retry_after_s=7),
    ],
)
async def test_what_a_guard_finds_wrong_with_the_request_reaches_the_caller(error: Any) -> None:
    async with running({"tokenguard": PickyGuard(error)}) as gateway:
        reply = await ask(gateway)
        assert reply.status == error.status
        assert reply.error()["code"] == error.code
        assert reply.error()["message"] == error.message
        assert reply.header("retry-after") == (
            str(error.retry_after_s) if error.retry_after_s else None
        )
        assert gateway.metric("aiguardian_verdicts_total", guard="tokenguard") == 0
        assert gateway.metric("aiguardian_guard_errors_total", code=error.code) == 1


async def test_an_awaiting_guard_may_refuse_too() -> None:
    guard = AwaitingGuard(error=InvalidField("text is wrong.", field="text"))
    guard.release.set()
    async with running({"tokenguard": guard}) as gateway:
        assert (await ask(gateway)).status == 422


async def test_a_guard_that_is_not_here_is_a_503_with_the_list_of_those_that_are() -> None:
    async with running({"tokenguard": EchoGuard(), "biasguard": EchoGuard()}) as gateway:
        reply = await ask(gateway, "trustguard")
        assert reply.status == 503
        assert reply.error() == {
            "code": "not_available",
            "message": "trustguard is not part of this version. Available: tokenguard, biasguard.",
        }
        assert reply.json()["service_type"] == "trustguard"


async def test_a_guard_that_answers_after_its_caller_left_disturbs_nobody() -> None:
    class Late(SlowGuard):
        def process(self, payload: Any, caller: Any) -> Any:
            super().process(payload, caller)
            raise ValueError(CANARY)

    guard = Late(heeds_deadline=False)
    async with running({"tokenguard": guard}, settings(limits=Limits(workers=1))) as gateway:
        assert (await ask(gateway, timeout=0.02)).status == 504
        guard.release.set()
        await gateway.until(lambda: gateway.program.dispatcher.workers.busy == 0)
        assert CANARY not in gateway.log()


async def test_a_guard_whose_report_is_not_one_has_failed() -> None:
    class Broken(EchoGuard):
        def process(self, payload: Any, caller: Any) -> Any:
            return None if payload.text else report("")

    async with running({"tokenguard": Broken()}) as gateway:
        reply = await ask(gateway)
        assert (reply.status, reply.error()["code"]) == (503, "guard_failed")
