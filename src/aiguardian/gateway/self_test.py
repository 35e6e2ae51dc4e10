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
        self._dispatcher = dispatcher
        self._interval_s = interval_s
        self._clock = clock

    async def watch(self) -> None:
        """Test every guard again and again, until cancelled."""
        while True:
            await self.run()
            await asyncio.sleep(self._interval_s)

    async def run(self) -> None:
        """Test every guard once."""
        for name, entry in self._dispatcher.directory:
            failed = [
                fault
                for test in entry.processor.self_tests()
                if (fault := await self._fault(name, test)) is not None
            ]
            count = len(entry.processor.self_tests())
            before = self.results.get(name)
            self.results[name] = SelfTestResult(count - len(failed), tuple(failed), self._clock())
            self._dispatcher.metrics.self_test_passed.labels(name).set(not failed)
            self._dispatcher.metrics.self_test_time.labels(name).set_to_current_time()
            if failed and (before is None or before.is_good):
                log.error("self-test of %s failed: %s", name, "; ".join(failed))
            elif before is not None and not before.is_good and not failed:
                log.info("self-test of %s passes again", name)

    async def _fault(self, name: str, test: SelfTest) -> str | None:
        """What went otherwise than expected, or None."""
        processor = self._dispatcher.directory.get(name).processor
        try:
            call = Call(
                guard=name,
                payload=read_payload(test.payload, processor.payload),
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
