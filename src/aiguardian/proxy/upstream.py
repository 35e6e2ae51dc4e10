"""Whoever answers behind the proxy: one API, its key, its timeouts and its breaker.

A request is tried again only while nothing of an answer has come, and only for what another try
may mend: no connection, 429, 5xx. A stream that has begun is never begun anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import aiohttp
from msgspec import Struct

from aiguardian.gateway.circuit import CircuitBreaker, State
from aiguardian.proxy.account import SPOKEN, Account
from aiguardian.proxy.answers import Answer, Origin, Outcome, outcome_of
from aiguardian.proxy.cost.price import provider_of
from aiguardian.proxy.faults import (
    UpstreamFault,
    broke_off,
    malformed,
    refused_for_now,
    timed_out,
    unreachable,
)
from aiguardian.proxy.line import Reply
from aiguardian.proxy.streamed_usage import asking_for_usage
from aiguardian.proxy.wire import Target, send, written

PATHS = {
    "chat": "/chat/completions",
    "responses": "/responses",
    "completions": "/completions",
    "embeddings": "/embeddings",
    "messages": "/messages",
    "models": "/models",
}
"""Below the version of the API, by the name of the endpoint."""
ANTHROPIC_VERSION = "2023-06-01"

RETRIED = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
LONGEST_RETRY_AFTER_S = 5.0
"""A longer wait is the caller's business: it is told."""
FIRST_PAUSE_S = 0.2
MOST_TARGETS = 256
"""Addresses that are kept worked out."""
PASSED_ON = frozenset(
    {"anthropic-version", "anthropic-beta", "openai-organization", "openai-project", "openai-beta"}
)
"""Headers of the caller that the upstream gets, beside the key."""


class Question(Struct, frozen=True):
    """What is asked of an upstream."""

    endpoint: str
    body: bytes | None
    """None: a GET."""
    model: str
    headers: Mapping[str, str]
    """The caller's, without what let it in here."""
    priced_as: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What an upstream needs of the world."""

    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    on_change: Callable[[str, State], None] = lambda _, __: None
    """Told of the breaker's state, by the upstream's name."""
    on_call: Callable[[str, Outcome, float], None] = lambda _, __, ___: None
    """Told how each call ended and how many seconds its answer took to begin."""


class HttpAnswer(Answer):
    """An answer over HTTP."""

    def __init__(
        self,
        response: Reply,
        *,
        silence_s: float,
        origin: Origin,
        on_fault: Callable[[], None],
    ) -> None:
        self.status = response.status
        self.headers = response.headers
        self.origin = origin
        self._response = response
        self._silence_s = silence_s
        self._on_fault = on_fault

    async def chunks(self) -> AsyncGenerator[bytes]:
        """The body as it comes. Raises `UpstreamFault` when it stops before its end."""
        response = self._response
        while True:
            try:
                chunk = response.take()
                if not chunk and not response.is_ended:
                    async with asyncio.timeout(self._silence_s):
                        await response.wait()
                    chunk = response.take()
            except TimeoutError:
                what = f"was silent for {self._silence_s:g} seconds"
                raise self._ended(timed_out(what)) from None
            except (aiohttp.ClientError, OSError):
                raise self._ended(broke_off()) from None
            if chunk:
                yield chunk
            elif response.is_ended:
                return

    async def body(self) -> bytes:
        """The whole body; most have come with their head. Raises `UpstreamFault`."""
        if self._response.is_ended:
            whole = self._response.take()
            self._refuse_endless(len(whole))
            return whole
        return await super().body()

    def _ended(self, fault: UpstreamFault) -> UpstreamFault:
        self.close()
        self._on_fault()
        return fault

    def close(self) -> None:
        """Let go of the connection; one whose body was not read to its end is closed."""
        self._response.close()


class Upstream(ABC):
    """One account. Used from the event loop only."""

    def __init__(self, account: Account, around: Surroundings | None = None) -> None:
        self.account = account
        self._provider = provider_of(account)
        self._around = around = around or Surroundings()
        self.breaker = CircuitBreaker(
            clock=around.clock,
            failures_to_open=5,
            on_change=lambda state: around.on_change(account.name, state),
        )

    def speaks(self, endpoint: str) -> bool:
        """Whether this kind of upstream has the endpoint."""
        return endpoint in SPOKEN[self.account.kind]

    async def ask(
        self, session: aiohttp.ClientSession, question: Question, *, retries: int | None = None
    ) -> Answer:
        """Begin an answer. `retries` is the account's own number unless given.

        Raises `UpstreamFault` when no answer begins; one with an error status is an answer.
        """
        tries = 1 + (self.account.retries if retries is None else retries)
        for attempt in range(tries):
            is_last = attempt == tries - 1
            if not self.breaker.allows_call():
                raise refused_for_now(1)
            try:
                answer = await self._tried(session, question)
            except UpstreamFault:
                if is_last:
                    raise
                await self._around.pause(_pause_s(attempt, None))
                continue
            wait_s = _retry_after_s(answer.headers)
            is_hopeless = wait_s is not None and wait_s > LONGEST_RETRY_AFTER_S
            if answer.status not in RETRIED or is_last or is_hopeless:
                return answer
            answer.close()
            await self._around.pause(_pause_s(attempt, wait_s))
        raise unreachable()  # not reached: the last attempt returns or raises

    async def _tried(self, session: aiohttp.ClientSession, question: Question) -> Answer:
        """One attempt; breaker and figures learn how it ended."""
        self.breaker.begin()
        began = self._around.clock()
        try:
            answer = await self._once(session, question)
        except UpstreamFault as fault:
            self.breaker.fail()
            self._called(fault.outcome, began)
            raise
        except BaseException:  # the caller has gone: no word on the upstream
            self.breaker.abandon()
            raise
        if answer.status >= 500:
            self.breaker.fail()
        else:
            self.breaker.succeed()
        self._called(outcome_of(answer.status), began)
        return answer

    def _called(self, outcome: Outcome, began: float) -> None:
        self._around.on_call(self.account.name, outcome, self._around.clock() - began)

    def ended_badly(self) -> None:
        """An answer that had begun has no end."""
        self._around.on_call(self.account.name, "broken", 0.0)

    def origin(self, question: Question, *, hides_usage: bool) -> Origin:
        """Who answers the question."""
        account = self.account
        return Origin(
            upstream=account.name,
            kind=account.kind,
            provider=self._provider,
            model=question.model,
            priced_as=question.priced_as,
            hides_usage=hides_usage,
        )

    @abstractmethod
    async def _once(self, session: aiohttp.ClientSession, question: Question) -> Answer:
        """One attempt at an answer. Raises `UpstreamFault`."""


class HttpUpstream(Upstream):
    """One base URL."""

    def __init__(self, account: Account, around: Surroundings | None = None) -> None:
        super().__init__(account, around)
        self._base = _versioned(account.base_url, account.kind)
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=account.connect_s)
        self._targets: dict[tuple[str, str], Target] = {}
        self._own_fields: dict[bool, bytes] = {}
        """By whether there is a body."""

    def url(self, endpoint: str, model: str) -> str:
        """Where the endpoint is."""
        if self.account.kind == "azure" and endpoint != "responses":
            deployment = f"/openai/deployments/{quote(model, safe='')}"
            return f"{self._base}{deployment}{PATHS[endpoint]}?api-version={self._version()}"
        if self.account.kind == "azure":
            return f"{self._base}/openai/responses?api-version={self._version()}"
        return self._base + PATHS[endpoint]

    def _version(self) -> str:
        return quote(self.account.api_version, safe="")

    async def _once(self, session: aiohttp.ClientSession, question: Question) -> Answer:
        body, hides_usage = question.body, False
        if body is not None and self.account.asks_usage:
            body, hides_usage = asking_for_usage(question.endpoint, body)
        account = self.account
        try:
            response = await send(
                session,
                self._target(session, question),
                body,
                fields=self._fields(question.headers, has_body=body is not None),
                limits=self._timeout,
                within_s=account.timeout_s,
            )
        except TimeoutError:
            raise timed_out(f"did not answer within {account.timeout_s:g} seconds") from None
        except (aiohttp.ClientError, OSError):
            raise unreachable() from None
        if 300 <= response.status < 400:
            response.close()
            raise malformed("is a redirect, which is not followed")
        origin = self.origin(question, hides_usage=hides_usage)
        return HttpAnswer(
            response, silence_s=account.silence_s, origin=origin, on_fault=self.ended_badly
        )

    def _target(self, session: aiohttp.ClientSession, question: Question) -> Target:
        """Where the question goes. Azure's addresses name the model: many may be asked for."""
        name = question.endpoint, question.model if self.account.kind == "azure" else ""
        known = self._targets.get(name)
        if known is None or known.loop is not asyncio.get_running_loop():
            if len(self._targets) >= MOST_TARGETS:
                self._targets.clear()
            method = "GET" if question.body is None else "POST"
            known = Target(method, self.url(question.endpoint, question.model), session)
            self._targets[name] = known
        return known

    def _fields(self, caller: Mapping[str, str], *, has_body: bool) -> bytes:
        """The headers as they are sent. Most callers bring none of their own: those are made
        once."""
        if caller:
            return written(self._headers(caller, has_body=has_body))
        known = self._own_fields.get(has_body)
        if known is None:
            known = self._own_fields[has_body] = written(self._headers(caller, has_body=has_body))
        return known

    def _headers(self, caller: Mapping[str, str], *, has_body: bool) -> dict[str, str]:
        sent = {name: value for name, value in caller.items() if name in PASSED_ON}
        sent["accept"] = "*/*"
        sent["user-agent"] = "aiguardian"  # some vendors refuse requests without one
        sent["accept-encoding"] = "identity"
        if has_body:
            sent["content-type"] = "application/json"
        key = self.account.api_key.reveal() if self.account.api_key else None
        own = caller if key is None and self.account.takes_callers_key else {}
        kind = self.account.kind
        if kind == "anthropic":
            sent.setdefault("anthropic-version", ANTHROPIC_VERSION)
            _set(sent, "x-api-key", key or own.get("x-api-key"))
            _set(sent, "authorization", own.get("authorization"))
        elif kind == "azure":
            _set(sent, "api-key", key or own.get("api-key"))
        else:
            _set(sent, "authorization", f"Bearer {key}" if key else own.get("authorization"))
        return sent


def _set(headers: dict[str, str], name: str, value: str | None) -> None:
    if value:
        headers[name] = value


def _versioned(base: str, kind: str) -> str:
    """The base URL with the version of the API at its end: with or without it, both are meant."""
    base = base.rstrip("/")
    if kind == "azure" or urlsplit(base).path.rsplit("/", 1)[-1].startswith("v"):
        return base
    return f"{base}/v1"


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    given = headers.get("retry-after")
    if given is None:
        return None
    with contextlib.suppress(ValueError):
        return max(0.0, float(given))
    return None


def _pause_s(attempt: int, wait_s: float | None) -> float:
    return wait_s if wait_s is not None else FIRST_PAUSE_S * 2**attempt * random.uniform(0.5, 1.5)
