"""One instance of a guard somewhere else, reached over HTTP."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

import aiohttp
import msgspec

from aiguardian.errors import (
    GatewayError,
    GuardFailed,
    InvalidField,
    Overloaded,
    PayloadTooLarge,
)
from aiguardian.gateway.addresses import Place
from aiguardian.gateway.circuit import CircuitBreaker, State
from aiguardian.gateway.envelope import ErrorBody
from aiguardian.processor import Action, Probability
from aiguardian.telemetry.metrics import Metrics

log = logging.getLogger(__name__)

FailureKind = Literal["unreachable", "timeout", "status", "garbage", "lost"]
ANSWER_BYTES = 32 * 1024 * 1024
"""The largest answer read: 1 MiB of text comes back several times over in a report."""
PATIENCE_S = 1.0
"""A caller in a greater hurry than this says nothing about the instance when it gives up."""
TELL_AGAIN_S = 10.0
"""A failure of one kind is logged at most so often for an instance; the metric has them all."""
LONGEST_WAIT_S = 60
"""The longest Retry-After that is believed."""


class InstanceFailure(Exception):
    """This instance gave no verdict; another one may. Never seen by a caller."""

    def __init__(self, kind: FailureKind) -> None:
        super().__init__(kind)
        self.kind = kind


class _Decision(msgspec.Struct):
    action: Action


class ReportHead(msgspec.Struct):
    """What every report must hold to count as a verdict; the rest passes as it came."""

    text_length: int
    risk: Probability
    flagged: bool
    confidence_score: Probability
    decision: _Decision
    recommendation: str
    findings: list[Any]


class _Answer(msgspec.Struct):
    success: bool
    data: msgspec.Raw = msgspec.Raw(b"null")
    error: ErrorBody | None = None


_read_answer = msgspec.json.Decoder(_Answer).decode
_read_head = msgspec.json.Decoder(ReportHead).decode


@dataclass(frozen=True, slots=True)
class RemoteReport:
    """A report as it came over the wire, checked to be one."""

    action: Action
    json: msgspec.Raw


class Instance:
    """A place with its breaker, its load and what its health checks say."""

    def __init__(self, guard: str, place: Place, *, metrics: Metrics) -> None:
        self.place = place
        self.url = place.url
        # An address in the URL must not be what the other side or its certificate is asked for.
        self._host = {"Host": place.name} if place.name else {}
        self._server_name = urlsplit(f"//{place.name}").hostname if place.name else None
        self._is_retired = False
        self.outstanding = 0
        self.is_healthy = True
        self._lost = asyncio.Event()
        self._guard = guard
        self._metrics = metrics
        self._misses = 0
        self._tell_again_at: dict[FailureKind, float] = {}
        self._key = ""
        """By which it let us in last."""
        self._breaker_gauge = metrics.breaker_state.labels(guard, self.url)
        self._up = metrics.instance_up.labels(guard, self.url)
        self._up.set(1)
        self.breaker = CircuitBreaker(clock=time.monotonic, on_change=self._tell_of_breaker)

    @property
    def is_in_doubt(self) -> bool:
        """Whether its last health check was missed and the next one decides."""
        return self.is_healthy and self._misses > 0

    def retire(self) -> None:
        """It is no longer named: its metrics end, the calls that it still answers go on."""
        self._is_retired = True
        for gauge in (self._metrics.breaker_state, self._metrics.instance_up):
            gauge.remove(self._guard, self.url)
        self._metrics.instance_failures.remove_by_labels(
            {"guard": self._guard, "instance": self.url}
        )

    def is_usable(self) -> bool:
        """Whether a call may be sent now."""
        return self.is_healthy and self.breaker.allows_call()

    async def call(
        self,
        session: aiohttp.ClientSession,
        body: bytes,
        *,
        headers: dict[str, str],
        keys: Sequence[str],
        timeout_s: float,
    ) -> RemoteReport:
        """Return the instance's verdict. It may know any of the keys: its SECRET_KEY may be changed
        before or after ours.

        Raises `InstanceFailure` when another instance may do better, and a `GatewayError` when
        the instance answered that the request itself is at fault.
        """
        self.breaker.begin()
        self.outstanding += 1
        try:
            report = await self._exchange(session, body, headers, keys, timeout_s)
        except InstanceFailure as failure:
            self._tell_of_failure(failure.kind)
            if failure.kind == "timeout" and timeout_s < PATIENCE_S:
                self.breaker.abandon()
            else:
                self.breaker.fail()
            raise
        except Overloaded:
            self.breaker.abandon()
            raise
        except GatewayError:
            self.breaker.succeed()
            raise
        except BaseException:  # the caller has gone, or the fault is ours: no word on the instance
            self.breaker.abandon()
            raise
        finally:
            self.outstanding -= 1
        self.breaker.succeed()
        return report

    async def _exchange(
        self,
        session: aiohttp.ClientSession,
        body: bytes,
        headers: dict[str, str],
        keys: Sequence[str],
        timeout_s: float,
    ) -> RemoteReport:
        """Send and read, unless the health check finds the instance gone meanwhile."""
        sent = asyncio.ensure_future(self._send_known(session, body, headers, keys, timeout_s))
        lost = asyncio.ensure_future(self._lost.wait())
        try:
            await asyncio.wait({sent, lost}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            lost.cancel()
            if not sent.done():
                sent.cancel()
        if not sent.done() or sent.cancelled():
            raise InstanceFailure("lost")
        status, answer = sent.result()
        return _verdict(status, answer)

    async def _send_known(
        self,
        session: aiohttp.ClientSession,
        body: bytes,
        headers: dict[str, str],
        keys: Sequence[str],
        timeout_s: float,
    ) -> tuple[int, bytes]:
        """Send with the key that was taken last, and while it is refused with each other."""
        known = [one for one in keys if one == self._key]
        status, answer = 401, b""
        for key in [*known, *(one for one in keys if one != self._key)]:
            named = headers | {"X-API-Key": key}
            status, answer = await self._send(session, body, named, timeout_s)
            if status != 401:
                self._key = key
                break
        return status, answer

    async def _send(
        self, session: aiohttp.ClientSession, body: bytes, headers: dict[str, str], timeout_s: float
    ) -> tuple[int, bytes]:
        try:
            async with session.post(
                self.url + "/process",
                data=body,
                headers=headers | self._host,
                server_hostname=self._server_name,
                timeout=aiohttp.ClientTimeout(total=timeout_s),
                allow_redirects=False,
            ) as response:
                answer = await response.content.read(ANSWER_BYTES + 1)
                while len(answer) <= ANSWER_BYTES and not response.content.at_eof():
                    answer += await response.content.read(ANSWER_BYTES + 1 - len(answer))
                return response.status, answer
        except TimeoutError:
            raise InstanceFailure("timeout") from None
        except aiohttp.ClientConnectionError:
            raise InstanceFailure("unreachable") from None
        except aiohttp.ClientError:
            raise InstanceFailure("garbage") from None

    async def check(self, session: aiohttp.ClientSession, *, timeout_s: float) -> None:
        """Ask the instance for its health: two misses in a row and it is out, one hit and it
        is back. Calls that wait for an instance which goes out are given up at once."""
        alive = False
        try:
            async with session.get(
                self.url + "/health",
                headers=self._host,
                server_hostname=self._server_name,
                timeout=aiohttp.ClientTimeout(total=timeout_s),
                allow_redirects=False,
            ) as response:
                answer = await response.content.read(65536)
            alive = response.status == 200 and _names_guard(answer, self._guard)
        except (aiohttp.ClientError, TimeoutError, OSError):
            pass
        finally:  # whatever was raised, there was no good answer
            self._note(alive=alive)

    def _note(self, *, alive: bool) -> None:
        self._misses = 0 if alive else self._misses + 1
        if alive and not self.is_healthy:
            self.is_healthy = True
            self._lost = asyncio.Event()
            log.info("%s at %s is back", self._guard, self.url)
        elif self._misses >= 2 and self.is_healthy:
            self.is_healthy = False
            self._lost.set()
            log.warning("%s at %s is out: it does not answer for its health", self._guard, self.url)
        self._up.set(int(self.is_healthy))

    def _tell_of_failure(self, kind: FailureKind) -> None:
        if not self._is_retired:
            self._metrics.instance_failures.labels(self._guard, self.url, kind).inc()
        now_s = time.monotonic()
        if now_s >= self._tell_again_at.get(kind, now_s):
            self._tell_again_at[kind] = now_s + TELL_AGAIN_S
            log.warning("%s at %s gave no verdict: %s", self._guard, self.url, kind)

    def _tell_of_breaker(self, state: State) -> None:
        self._breaker_gauge.set(list(State).index(state))
        if state is State.OPEN:
            log.warning("%s at %s: its circuit breaker opens", self._guard, self.url)
        elif state is State.CLOSED:
            log.info("%s at %s: its circuit breaker closes", self._guard, self.url)


def _names_guard(answer: bytes, guard: str) -> bool:
    """Whether a health answer is JSON of the guard that this instance should be."""
    try:
        value = json.loads(answer)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and value.get("service") == guard


def _verdict(status: int, answer: bytes) -> RemoteReport:
    """Read an instance's answer; anything but a whole verdict or a known error is a failure."""
    try:
        answer.decode()  # the report is passed on as it came: what is not read must be UTF-8 too
        read = _read_answer(answer)
        if status == 200 and read.success:
            head = _read_head(read.data)
            return RemoteReport(action=head.decision.action, json=read.data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise InstanceFailure("garbage") from None
    if read.error is None or status == 200:
        raise InstanceFailure("garbage")
    raise _passed_on(status, read.error)


def _passed_on(status: int, error: ErrorBody) -> GatewayError | InstanceFailure:
    """The caller's own fault, as the instance found it; else a failure of the instance."""
    field = error.field if isinstance(error.field, str) else None
    wait = error.retry_after if isinstance(error.retry_after, int) else 1
    wait = min(max(1, wait), LONGEST_WAIT_S)
    match status, error.code:
        case 422, _:
            return InvalidField(error.message, field=field)
        case 413, _:
            return PayloadTooLarge(error.message, field=field)
        case 503, "overloaded":
            return Overloaded(error.message, retry_after_s=wait)
        case 503, "guard_failed":
            return GuardFailed(error.message)
        case 504, _:
            return InstanceFailure("timeout")
        case _:
            return InstanceFailure("status")
