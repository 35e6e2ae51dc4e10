"""Bodies in and responses out, on plain ASGI."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, NoReturn

from aiguardian.errors import (
    InvalidRequest,
    Overloaded,
    PayloadTooLarge,
    SlowClient,
    UnsupportedMediaType,
)
from aiguardian.gateway.cycle import in_task
from aiguardian.telemetry.exchange import Exchange

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

JSON = b"application/json"
NDJSON = b"application/x-ndjson"
_JSON_TYPES = frozenset({b"application/json"})
_NDJSON_TYPES = frozenset(
    {b"application/x-ndjson", b"application/ndjson", b"application/jsonl", b"application/json"}
)


class ClientGone(Exception):
    """The client closed the connection; nobody is there to be told anything."""


class Bodies:
    """Reads request bodies under a limit each and a limit on all of them together."""

    def __init__(
        self,
        *,
        limit: int,
        total: int,
        timeout_s: float,
        on_reject: Callable[[], None] = lambda: None,
    ) -> None:
        self.limit = limit
        self.timeout_s = timeout_s
        self._total = total
        self._held = 0
        self._on_reject = on_reject
        self._reading: dict[asyncio.Task[Any], float] = {}

    async def read_json(self, scope: Scope, receive: Receive) -> bytes:
        """Return the body of a JSON request.

        Raises `UnsupportedMediaType`, `PayloadTooLarge` (before reading on), `SlowClient`,
        `Overloaded` when other bodies fill the memory for them, `ClientGone`.
        """
        headers: dict[bytes, bytes] = scope["headers_by_name"]
        if headers.get(b"content-type") != JSON or b"content-encoding" in headers:
            _check_type(headers, _JSON_TYPES, "application/json")
        exchange: Exchange = scope["exchange"]
        arrived: bytes | None = scope.get("arrived")
        if arrived is not None:  # before anybody asked for it, see `gateway.protocol`
            self._count(exchange, len(arrived))
            return arrived
        announced = _announced_length(headers)
        if announced is not None and announced > self.limit:
            raise self._too_large()
        await in_task()
        task: asyncio.Task[Any] = asyncio.current_task()  # type: ignore[assignment]  # there is one
        self._reading[task] = exchange.started_s
        try:
            return await self._collect(exchange, receive)
        except asyncio.CancelledError:
            if task in self._reading:  # not for its slowness
                raise
            task.uncancel()
            raise SlowClient(
                f"The body did not arrive within {self.timeout_s:g} seconds."
            ) from None
        finally:
            self._reading.pop(task, None)

    async def watch(self) -> None:
        """Stop readings that take too long, until cancelled. One look now and then at all of
        them: a timer for each would cost a short request a tenth of its time."""
        while True:
            await asyncio.sleep(min(0.25, self.timeout_s / 4))
            oldest = time.perf_counter() - self.timeout_s
            for task, started_s in list(self._reading.items()):
                if started_s < oldest:
                    del self._reading[task]
                    task.cancel()

    async def _collect(self, exchange: Exchange, receive: Receive) -> bytes:
        message = await receive()
        pieces: list[bytes] = []
        while True:
            if message["type"] == "http.disconnect":
                raise ClientGone
            piece = message.get("body", b"")
            self._count(exchange, len(piece))
            if not message.get("more_body", False):
                break
            pieces.append(piece)
            message = await receive()
        return b"".join((*pieces, piece)) if pieces else piece

    def _count(self, exchange: Exchange, size: int) -> None:
        exchange.body_bytes += size
        self._held += size
        if exchange.body_bytes > self.limit:
            raise self._too_large()
        if self._held > self._total:
            self._refuse()

    def hold(self, size: int) -> None:
        """Count so many bytes as held in memory, until `let_go`; raises `Overloaded`, but
        counts them all the same."""
        self._held += size
        if self._held > self._total:
            self._refuse()

    def release(self, exchange: Exchange) -> None:
        """The request has ended: its body no longer counts."""
        self._held -= exchange.body_bytes

    def let_go(self, size: int) -> None:
        """So many bytes are no longer held."""
        self._held -= size

    def _refuse(self) -> NoReturn:
        self._on_reject()
        raise Overloaded(
            "The memory for requests that are being read is full. Try again later.",
            retry_after_s=1,
        )

    def _too_large(self) -> PayloadTooLarge:
        return PayloadTooLarge(f"The body is larger than {self.limit:,} bytes, the most accepted.")


def check_ndjson(scope: Scope) -> None:
    """Raise `UnsupportedMediaType` unless the request announces NDJSON."""
    _check_type(scope["headers_by_name"], _NDJSON_TYPES, "application/x-ndjson")


def _check_type(headers: dict[bytes, bytes], allowed: frozenset[bytes], best: str) -> None:
    given = headers.get(b"content-type", b"")
    if given not in allowed:
        kind, _, parameters = given.lower().partition(b";")
        if kind.strip() not in allowed:
            raise UnsupportedMediaType(f"Content-Type must be {best}.", field="Content-Type")
        charset = parameters.partition(b"charset=")[2].split(b";")[0].strip(b"\"' ")
        if charset not in {b"", b"utf-8", b"utf8", b"us-ascii"}:
            raise UnsupportedMediaType("The charset must be UTF-8.", field="Content-Type")
    if headers.get(b"content-encoding", b"identity").lower() not in {b"identity", b""}:
        raise UnsupportedMediaType(
            "A compressed body is not accepted: send it without Content-Encoding.",
            field="Content-Encoding",
        )


def _announced_length(headers: dict[bytes, bytes]) -> int | None:
    given = headers.get(b"content-length")
    if given is None:
        return None
    if not given.isdigit():
        raise InvalidRequest("Content-Length is not a number of bytes.", field="Content-Length")
    return int(given[:19])  # more digits than any limit has; Python refuses to read 4,300


async def respond(
    send: Send,
    status: int,
    body: bytes,
    *,
    content_type: bytes = JSON,
    headers: Iterable[tuple[bytes, bytes]] = (),
) -> None:
    """Send a whole response."""
    told = [
        (b"content-type", content_type),
        (b"content-length", b"%d" % len(body)),
        *headers,
    ]
    whole = getattr(send, "whole", None)  # the gate's, see `gateway.answering`
    if whole is not None and whole(status, told, body):
        return
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": body})
