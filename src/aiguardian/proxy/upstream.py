"""Whoever answers behind the proxy: one HTTP API, its key, its timeouts and its breaker.

A request is tried again only while nothing of an answer has come, and only for what another try
may mend: no connection, 429, 5xx. A stream that has begun is never begun anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import aiohttp

from aiguardian.gateway.circuit import CircuitBreaker, State
from aiguardian.proxy.faults import (
    UpstreamFault,
    broke_off,
    malformed,
    refused_for_now,
    timed_out,
    unreachable,
)
from aiguardian.settings.groups import Upstream as UpstreamSettings

PATHS = {
    "chat": "/chat/completions",
    "responses": "/responses",
    "completions": "/completions",
    "embeddings": "/embeddings",
    "messages": "/messages",
    "models": "/models",
}
"""Below the version of the API, by the name of the endpoint."""
SPOKEN: Mapping[str, frozenset[str]] = {
    "openai": frozenset({"chat", "responses", "completions", "embeddings", "models"}),
    "ollama": frozenset({"chat", "responses", "completions", "embeddings", "models"}),
    "azure": frozenset({"chat", "responses", "completions", "embeddings"}),
    "anthropic": frozenset({"messages", "models"}),
}
"""The endpoints that each kind of upstream has."""
ANTHROPIC_VERSION = "2023-06-01"

RETRIED = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
LONGEST_RETRY_AFTER_S = 5.0
"""A longer wait is the caller's business: it is told."""
FIRST_PAUSE_S = 0.2
ANSWER_BYTES = 32 * 1024 * 1024
"""The largest answer that is read whole."""
PASSED_ON = frozenset(
    {"anthropic-version", "anthropic-beta", "openai-organization", "openai-project", "openai-beta"}
)
"""Headers of the caller that the upstream gets, beside the key."""


@dataclass(slots=True)
class Answer:
    """An answer that has begun: its head, and its body as it comes."""

    status: int
    headers: Mapping[str, str]
    _response: aiohttp.ClientResponse
    _silence_s: float

    @property
    def content_type(self) -> str:
        """The type without its parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    async def chunks(self) -> AsyncGenerator[bytes]:
        """The body as it comes. Raises `UpstreamFault` when it stops before its end."""
        content = self._response.content
        while True:
            try:
                async with asyncio.timeout(self._silence_s):
                    chunk = await content.readany()
            except TimeoutError:
                self.close()
                raise timed_out(f"was silent for {self._silence_s:g} seconds") from None
            except (aiohttp.ClientError, OSError):
                self.close()
                raise broke_off() from None
            if not chunk:
                return
            yield chunk

    async def body(self) -> bytes:
        """The whole body. Raises `UpstreamFault`."""
        pieces, size = [], 0
        async for chunk in self.chunks():
            size += len(chunk)
            if size > ANSWER_BYTES:
                self.close()
                raise malformed(f"is larger than {ANSWER_BYTES:,} bytes")
            pieces.append(chunk)
        return b"".join(pieces)

    def close(self) -> None:
        """Let go of the connection; one whose body was not read to its end is closed."""
        self._response.close()


class Upstream:
    """One base URL. Used from the event loop only."""

    def __init__(
        self,
        settings: UpstreamSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        on_change: Callable[[State], None] = lambda _: None,
    ) -> None:
        self._settings = settings
        self._base = _versioned(settings.base_url or "", settings.kind)
        self._pause = pause
        self.breaker = CircuitBreaker(clock=clock, failures_to_open=5, on_change=on_change)

    def speaks(self, endpoint: str) -> bool:
        """Whether this kind of upstream has the endpoint."""
        return endpoint in SPOKEN[self._settings.kind]

    async def ask(
        self,
        session: aiohttp.ClientSession,
        endpoint: str,
        body: bytes | None,
        *,
        model: str,
        headers: Mapping[str, str],
    ) -> Answer:
        """Begin an answer. `headers` are the caller's; a body of None is a GET.

        Raises `UpstreamFault` when no answer begins; one with an error status is an answer.
        """
        url = self.url(endpoint, model)
        sent = self._headers(headers, has_body=body is not None)
        for attempt in range(self._settings.retries + 1):
            is_last = attempt == self._settings.retries
            if not self.breaker.allows_call():
                raise refused_for_now(1)
            self.breaker.begin()
            try:
                answer = await self._once(session, url, body, sent)
            except UpstreamFault:
                self.breaker.fail()
                if is_last:
                    raise
                await self._pause(_pause_s(attempt, None))
                continue
            except BaseException:  # the caller has gone: no word on the upstream
                self.breaker.abandon()
                raise
            if answer.status >= 500:
                self.breaker.fail()
            else:
                self.breaker.succeed()
            wait_s = _retry_after_s(answer.headers)
            is_hopeless = wait_s is not None and wait_s > LONGEST_RETRY_AFTER_S
            if answer.status not in RETRIED or is_last or is_hopeless:
                return answer
            answer.close()
            await self._pause(_pause_s(attempt, wait_s))
        raise unreachable()  # not reached: the last attempt returns or raises

    def url(self, endpoint: str, model: str) -> str:
        """Where the endpoint is."""
        if self._settings.kind == "azure" and endpoint != "responses":
            deployment = f"/openai/deployments/{quote(model, safe='')}"
            return f"{self._base}{deployment}{PATHS[endpoint]}?api-version={self._version()}"
        if self._settings.kind == "azure":
            return f"{self._base}/openai/responses?api-version={self._version()}"
        return self._base + PATHS[endpoint]

    def _version(self) -> str:
        return quote(self._settings.api_version, safe="")

    async def _once(
        self,
        session: aiohttp.ClientSession,
        url: str,
        body: bytes | None,
        headers: Mapping[str, str],
    ) -> Answer:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=self._settings.connect_s)
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                response = await session.request(
                    "GET" if body is None else "POST",
                    url,
                    data=body,
                    headers=headers,
                    timeout=timeout,
                    allow_redirects=False,
                )
        except TimeoutError:
            raise timed_out(f"did not answer within {self._settings.timeout_s:g} seconds") from None
        except (aiohttp.ClientError, OSError):
            raise unreachable() from None
        if 300 <= response.status < 400:
            response.close()
            raise malformed("is a redirect, which is not followed")
        head = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, head, response, self._settings.silence_s)

    def _headers(self, caller: Mapping[str, str], *, has_body: bool) -> dict[str, str]:
        sent = {name: value for name, value in caller.items() if name in PASSED_ON}
        sent["accept-encoding"] = "identity"
        if has_body:
            sent["content-type"] = "application/json"
        key = self._settings.api_key.reveal() if self._settings.api_key else None
        kind = self._settings.kind
        if kind == "anthropic":
            sent.setdefault("anthropic-version", ANTHROPIC_VERSION)
            _set(sent, "x-api-key", key or caller.get("x-api-key"))
            if key is None:
                _set(sent, "authorization", caller.get("authorization"))
        elif kind == "azure":
            _set(sent, "api-key", key or caller.get("api-key"))
        else:
            _set(sent, "authorization", f"Bearer {key}" if key else caller.get("authorization"))
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
    with contextlib.suppress(ValueError):
        return max(0.0, float(headers.get("retry-after", "")))
    return None


def _pause_s(attempt: int, wait_s: float | None) -> float:
    return wait_s if wait_s is not None else FIRST_PAUSE_S * 2**attempt * random.uniform(0.5, 1.5)
