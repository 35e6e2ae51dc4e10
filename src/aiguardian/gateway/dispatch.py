"""From a checked request to a verdict, within its deadline, whoever gives it.

In process, quick work runs at once on the event loop and the rest on a bounded pool of threads
behind a bounded queue. Elsewhere, the instance with the fewest calls outstanding is asked, then
at most one other, then, if the caller accepts a degraded answer, the guard in this process.
What ends without a verdict is counted as `unjudged`.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Awaitable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import aiohttp
import msgspec

from aiguardian.errors import DeadlineExceeded, GatewayError, GuardFailed, NotAvailable, Overloaded
from aiguardian.gateway.admission import Admission
from aiguardian.gateway.directory import Directory, Entry
from aiguardian.gateway.envelope import encode
from aiguardian.gateway.instance import Instance, InstanceFailure, RemoteReport
from aiguardian.gateway.plans import Plans
from aiguardian.processor import Action, Caller, Payload, Processor, Report
from aiguardian.telemetry.metrics import Metrics

log = logging.getLogger(__name__)

LONGEST_ATTEMPT_S = 10.0
"""An instance that is silent for so long is given up while there is another way."""
HIGHEST_PRIORITY = 10
"""Of a caller."""
WINDOW = 512
"""How many of a guard's last verdicts are remembered, for what HealthGuard tells of it."""


class Outcome(msgspec.Struct, frozen=True):
    """A verdict and how it came about."""

    data: Report | msgspec.Raw
    action: Action
    seconds: float
    degraded: bool = False


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request to a guard, checked."""

    guard: str
    entry: Entry
    payload: Payload
    fields: Mapping[str, Any]
    """The payload as it came: what an instance elsewhere is sent."""
    caller: Caller
    priority: int = 1
    fallback_enabled: bool = True
    traceparent: str = ""


class Dispatcher:
    """Gets verdicts. One for the whole process, used from its event loop."""

    def __init__(
        self,
        directory: Directory,
        *,
        workers: int,
        queue_limit: int,
        outbound: int,
        internal_key: str,
        metrics: Metrics,
    ) -> None:
        self.directory = directory
        self.plans = Plans(directory)
        self.metrics = metrics
        self.session: aiohttp.ClientSession | None = None
        self.recent: dict[str, deque[tuple[str, float]]] = {
            name: deque(maxlen=WINDOW) for name in directory.names()
        }
        """Action or error code, and seconds, of each guard's last verdicts."""
        self.has_remote = any(entry.pool for _, entry in directory)
        self.workers = Admission(
            workers, queue_limit, on_reject=metrics.rejected.labels("workers_busy").inc
        )
        self._outbound = {
            name: Admission(
                outbound, queue_limit, on_reject=metrics.rejected.labels("instances_busy").inc
            )
            for name, entry in directory
            if entry.pool
        }
        self._threads = ThreadPoolExecutor(
            workers, thread_name_prefix="guard", initializer=_rank_below_the_loop
        )
        self._internal_keys: Sequence[str] = [internal_key]
        metrics.queue_depth.set_function(lambda: self.workers.waiting)
        metrics.workers_busy.set_function(lambda: self.workers.busy)

    def take_internal_keys(self, keys: Sequence[str]) -> None:
        """Call instances by these from now on: each by the one that it knows."""
        self._internal_keys = keys

    def close(self) -> None:
        """Let the threads end; work whose callers have gone is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def is_immediate(self, call: Call) -> bool:
        """Whether `judge_now` may answer this call: it takes no time worth waiting for."""
        entry, payload = call.entry, call.payload
        is_here = entry.pool is None or not entry.is_remote(payload)
        return is_here and entry.processor.is_quick(payload)

    def judge_now(self, call: Call) -> Outcome:
        """Return the verdict on an immediate call, counted. Raises as `judge`."""
        started = time.perf_counter()
        try:
            report = self._finish(call.entry.processor, call)
        except GatewayError as error:
            self._count_failure(call.guard, error, time.perf_counter() - started)
            raise
        outcome = Outcome(report, report.decision.action, time.perf_counter() - started)
        self._count(call.guard, outcome)
        return outcome

    async def judge(self, call: Call) -> Outcome:
        """Return the guard's verdict, counted.

        Raises `NotAvailable`, `GuardFailed`, `Overloaded`, `DeadlineExceeded`, or whatever
        `GatewayError` the guard raises for a payload it cannot accept.
        """
        started = time.perf_counter()
        try:
            outcome = await self._verdict(call)
        except GatewayError as error:
            self._count_failure(call.guard, error, time.perf_counter() - started)
            raise
        self._count(call.guard, outcome)
        return outcome

    async def verdict(self, call: Call) -> Outcome:
        """Return the guard's verdict, not counted and before every caller's turn: what self-tests
        ask for. Were they refused under load, the probes would call the guard unhealthy. Raises
        as `judge`."""
        return await self._verdict(msgspec.structs.replace(call, priority=HIGHEST_PRIORITY + 1))

    async def _verdict(self, call: Call) -> Outcome:
        entry = call.entry
        started = time.perf_counter()
        if not entry.is_remote(call.payload):
            report = await self._judge_here(call, entry.processor)
            return Outcome(report, report.decision.action, time.perf_counter() - started)
        data, degraded = await self._judge_elsewhere(call, entry)
        seconds = time.perf_counter() - started
        if isinstance(data, RemoteReport):
            return Outcome(data.json, data.action, seconds)
        return Outcome(data, data.decision.action, seconds, degraded)

    def _count(self, guard: str, outcome: Outcome) -> None:
        action, seconds = outcome.action, outcome.seconds
        self.recent[guard].append((action, seconds))
        self.metrics.verdicts.add((guard, action), seconds)

    def _count_failure(self, guard: str, error: GatewayError, seconds: float) -> None:
        """The caller's own mistakes are not the guard's; the rest is a missing verdict."""
        self.metrics.guard_errors.labels(guard, error.code).inc()
        if error.status >= 500:
            self.metrics.count_verdict(guard, "unjudged", seconds)
            self.recent[guard].append((error.code, seconds))

    async def _judge_here(self, call: Call, processor: Processor[Any]) -> Report:
        deadline = call.caller.deadline
        if processor.is_quick(call.payload):
            return self._finish(processor, call)
        if inspect.iscoroutinefunction(processor.process):
            return await self._await_guard(processor, call)
        await self.workers.enter(call.priority, deadline)
        return await self._on_a_worker(processor, call)

    async def _on_a_worker(self, processor: Processor[Any], call: Call) -> Report:
        """Run on a thread. Its slot is free when the thread is, not when the caller gives up."""
        loop, started = asyncio.get_running_loop(), time.perf_counter()
        work = loop.run_in_executor(self._threads, self._finish, processor, call)
        work.add_done_callback(lambda _: self.workers.leave(time.perf_counter() - started))
        try:
            async with asyncio.timeout(call.caller.deadline.remaining_s()):
                return await asyncio.shield(work)
        except TimeoutError:
            raise DeadlineExceeded("The deadline passed before the guard had finished.") from None
        finally:
            if not work.done():
                call.caller.deadline.cancel()
                work.add_done_callback(_forget_result)

    async def _await_guard(self, processor: Processor[Any], call: Call) -> Report:
        try:
            async with asyncio.timeout(call.caller.deadline.remaining_s()):
                started = time.perf_counter()
                report = await _awaited(processor.process(call.payload, call.caller))
                report.processing_time_ms = (time.perf_counter() - started) * 1000
        except TimeoutError:
            raise DeadlineExceeded("The deadline passed before the guard had finished.") from None
        except GatewayError:
            raise
        except Exception as error:  # noqa: BLE001 - the dispatch boundary
            raise _guard_failed(call.guard, error) from None
        return report

    def _finish(self, processor: Processor[Any], call: Call) -> Report:
        """Run a computing guard to its end. The one place where any exception is caught: a
        guard that raises has given no verdict, and the next request is served."""
        started = time.perf_counter()
        try:
            report: Report = processor.process(call.payload, call.caller)  # type: ignore[assignment]  # not a coroutine function
            # in tenths of microseconds: `round` writes the number out and reads it again
            report.processing_time_ms = int((time.perf_counter() - started) * 1e7 + 0.5) / 1e4
        except GatewayError:
            raise
        except Exception as error:  # noqa: BLE001 - the dispatch boundary
            raise _guard_failed(call.guard, error) from None
        return report

    async def _judge_elsewhere(
        self, call: Call, entry: Entry
    ) -> tuple[RemoteReport | Report, bool]:
        """Ask one instance, then one other, then, if the caller accepts it, this process."""
        outbound = self._outbound[call.guard]
        await outbound.enter(call.priority, call.caller.deadline)
        started = time.perf_counter()
        try:
            if (report := await self._ask_instances(call, entry)) is not None:
                return report, False
        finally:
            outbound.leave(time.perf_counter() - started)
        if not call.fallback_enabled:
            raise NotAvailable(
                f"No instance of {call.guard} answers, and fallback_enabled is false.",
                retry_after_s=1,
            )
        self.metrics.fallbacks.labels(call.guard).inc()
        return await self._judge_here(call, entry.processor), True

    async def _ask_instances(self, call: Call, entry: Entry) -> RemoteReport | None:
        pool, tried, overloaded = entry.pool, None, None
        if pool is None or self.session is None:
            return None
        for attempt in range(2):
            instance = pool.choose(but=tried)
            if instance is None:
                break
            if attempt:
                self.metrics.retries.labels(call.guard).inc()
            has_other_way = call.fallback_enabled or (
                attempt == 0 and pool.choose(but=instance) is not None
            )
            try:
                return await self._ask(call, instance, has_other_way=has_other_way)
            except InstanceFailure:
                tried = instance
            except Overloaded as error:
                tried, overloaded = instance, error
            if call.caller.deadline.remaining_s() <= 0:
                raise DeadlineExceeded("The deadline passed before an instance had answered.")
        if overloaded is not None and not call.fallback_enabled:
            raise overloaded
        return None

    async def _ask(self, call: Call, instance: Instance, *, has_other_way: bool) -> RemoteReport:
        session = self.session
        if session is None:
            raise InstanceFailure("unreachable")
        left_s = call.caller.deadline.remaining_s()
        # Half of what is left, so that another way still has time; all of it on the last.
        attempt_s = min(left_s / 2, LONGEST_ATTEMPT_S) if has_other_way else left_s
        body = encode(
            {
                "service_type": call.guard,
                "payload": call.fields,
                "user_id": call.caller.user_id,
                "session_id": call.caller.session_id,
                "priority": min(call.priority, HIGHEST_PRIORITY),
                "timeout": max(0.01, attempt_s),
                "client_type": call.caller.client_type,
            }
        )
        headers = {
            "Content-Type": "application/json",
            "X-Request-ID": call.caller.request_id,
            "X-AIGuardian-Tenant": call.caller.tenant,
        }
        if call.traceparent:
            headers["traceparent"] = call.traceparent
        try:
            return await instance.call(
                session, body, headers=headers, keys=self._internal_keys, timeout_s=attempt_s
            )
        except InstanceFailure as failure:
            if failure.kind == "timeout" and not has_other_way:
                raise DeadlineExceeded(
                    "The deadline passed before an instance had answered."
                ) from None
            raise


def _rank_below_the_loop() -> None:
    """Lower this worker thread's claim to a core: where there are fewer cores than threads, the
    event loop answers probes and refusals first. Linux knows it by thread, others not at all."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


async def _awaited(result: Report | Awaitable[Report]) -> Report:
    return result if isinstance(result, Report) else await result


def _forget_result(work: asyncio.Future[Report]) -> None:
    """Nobody waits for this work any more; its exception, if any, has been told of."""
    if not work.cancelled():
        work.exception()


def _guard_failed(guard: str, error: Exception) -> GuardFailed:
    log.error("%s raised", guard, exc_info=error)
    return GuardFailed(f"{guard} failed on this input; there is no verdict.")
