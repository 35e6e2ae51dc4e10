"""Known inputs with expected decisions, put to every guard at the start and now and then.

They go the same way as a caller's requests, to an instance elsewhere too: what passes is the
whole way, not only the guard.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from aiguardian.errors import GatewayError
from aiguardian.gateway.dispatch import Call, Dispatcher
from aiguardian.gateway.envelope import read_payload
from aiguardian.processor import Caller, Deadline, SelfTest

log = logging.getLogger(__name__)

TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class SelfTestResult:
    """How a guard's known inputs came out."""

    passed: int
    failed: tuple[str, ...]
    """One sentence per input with another decision than expected."""
    at: float
    """When, on the monotonic clock."""

    @property
    def is_good(self) -> bool:
        """Whether every input gave what was expected."""
        return not self.failed


class SelfTester:
    """Runs the self-tests and remembers how they came out."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        *,
        interval_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.results: dict[str, SelfTestResult] = {}
        self.is_warm = asyncio.Event()
        """Set when every guard was tested once, and so has loaded what it needs."""
        self._dispatcher = dispatcher
        self._interval_s = interval_s
        self._clock = clock

    async def watch(self) -> None:
        """Test every guard again and again, until cancelled."""
        await self._warm_up()
        self.is_warm.set()
        while True:
            await asyncio.sleep(self._interval_s)
            await self.run()

    async def _warm_up(self) -> None:
        """Test as many guards at a time as there are threads, none of which waits for another:
        models load side by side, and few requests come before all have."""
        free = asyncio.Semaphore(self._dispatcher.workers.slots)

        async def test(name: str) -> None:
            async with free:
                await self._test(name)

        await asyncio.gather(*(test(name) for name, _ in self._dispatcher.directory))

    async def run(self) -> None:
        """Test every guard once, one after the other: requests need the threads, too."""
        for name, _ in self._dispatcher.directory:
            await self._test(name)

    async def _test(self, name: str) -> None:
        tests = self._dispatcher.directory.get(name).processor.self_tests()
        failed = [fault for test in tests if (fault := await self._fault(name, test)) is not None]
        before = self.results.get(name)
        self.results[name] = SelfTestResult(len(tests) - len(failed), tuple(failed), self._clock())
        self._dispatcher.metrics.self_test_passed.labels(name).set(not failed)
        self._dispatcher.metrics.self_test_time.labels(name).set_to_current_time()
        if failed and (before is None or before.is_good):
            log.error("self-test of %s failed: %s", name, "; ".join(failed))
        elif before is not None and not before.is_good and not failed:
            log.info("self-test of %s passes again", name)

    async def _fault(self, name: str, test: SelfTest) -> str | None:
        """What went otherwise than expected, or None."""
        entry = self._dispatcher.directory.get(name)
        try:
            call = Call(
                guard=name,
                entry=entry,
                payload=read_payload(test.payload, entry.processor.payload),
                fields=test.payload,
                caller=Caller(Deadline(TIMEOUT_S), request_id=_REQUEST_ID),
                priority=10,
            )
            outcome = await self._dispatcher.verdict(call)
        except GatewayError as error:
            return f"{test.name}: no verdict ({error.code})"
        if outcome.action != test.expect_action:
            return f"{test.name}: {outcome.action}, expected {test.expect_action}"
        report = _fields(outcome.data)
        wrong = sorted(key for key, value in test.expect.items() if report.get(key) != value)
        return f"{test.name}: {', '.join(wrong)} not as expected" if wrong else None


_REQUEST_ID = "00000000-0000-4000-a000-000000000000"


def _fields(report: Any) -> dict[str, Any]:
    """The report as its caller would read it."""
    raw = report if isinstance(report, msgspec.Raw) else msgspec.json.encode(report)
    fields: dict[str, Any] = msgspec.json.decode(raw)
    return fields
