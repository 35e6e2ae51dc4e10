"""A stream of envelopes in, a stream of answers out, line by line and in order.

Several lines are judged at once; answers wait for those before them. Memory stays bounded: at
most `WINDOW` lines are in work, and at most `OUTBOX_BYTES` of answers wait for a client that
sends without reading.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

from aiguardian.errors import GatewayError, PayloadTooLarge, SlowClient
from aiguardian.gateway.decisions import tell_of_failure, tell_of_process
from aiguardian.gateway.dispatch import Call, Dispatcher
from aiguardian.gateway.envelope import Response, encode, failure, read_request
from aiguardian.gateway.judging import answer, call_of
from aiguardian.gateway.persons import for_person
from aiguardian.gateway.wire import NDJSON, Bodies, ClientGone, Message, Receive, Send
from aiguardian.identity.principal import Principal
from aiguardian.telemetry.exchange import Exchange

WINDOW = 16
OUTBOX_BYTES = 4 * 1024 * 1024
BATCHES = 16
"""At once; each may hold a line that is still coming and a full outbox."""
STALL_S = 300.0
"""A client that has not read for so long is given up."""


class Batch:
    """One batch request."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        bodies: Bodies,
        exchange: Exchange,
        *,
        principal: Principal,
        count: Callable[[str | None], Awaitable[None]],
    ) -> None:
        """`count` counts one line of a user against the caller's limits, or raises."""
        self._dispatcher = dispatcher
        self._bodies = bodies
        self._exchange = exchange
        self._principal = principal
        self._count = count
        self._traceparent = exchange.traceparent()
        self._messages: asyncio.Queue[Message] = asyncio.Queue(1)
        self._answers: asyncio.Queue[asyncio.Task[bytes] | None] = asyncio.Queue(WINDOW)
        self._outbox = Outbox(OUTBOX_BYTES)

    async def run(self, receive: Receive, send: Send) -> None:
        """Answer every line, then return. Raises `ClientGone` if the client leaves first."""
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-type", NDJSON), (b"cache-control", b"no-store")],
            }
        )
        try:
            async with asyncio.TaskGroup() as group:
                reading = group.create_task(self._read(receive))
                group.create_task(self._take(group))
                group.create_task(self._collect())
                pouring = group.create_task(self._outbox.pour(send))
                pouring.add_done_callback(lambda _: reading.cancel())
        except* ClientGone:
            raise ClientGone from None
        await send({"type": "http.response.body", "body": b""})

    async def _read(self, receive: Receive) -> None:
        """Read one message ahead of the lines in work: a client that leaves is noticed there."""
        while (message := await receive())["type"] != "http.disconnect":
            await self._messages.put(message)
        raise ClientGone

    async def _take(self, group: asyncio.TaskGroup) -> None:
        """Start a task for each line as it comes."""
        read = self._messages.get
        try:
            async for line in lines(read, limit=self._bodies.limit, idle_s=self._bodies.timeout_s):
                await self._answers.put(group.create_task(self._judge(line)))
        except SlowClient as error:
            await self._answers.put(group.create_task(_told(error)))
        await self._answers.put(None)

    async def _collect(self) -> None:
        while (task := await self._answers.get()) is not None:
            await self._outbox.put(await task)
        self._outbox.close()

    async def _judge(self, line: bytes | GatewayError) -> bytes:
        """One line's answer; whatever is wrong with the line stays in it."""
        started, request_id, guard = time.perf_counter(), str(uuid4()), None
        told = self._exchange.line(request_id)
        size = len(line) if isinstance(line, bytes) else 0
        try:
            self._bodies.hold(size)
            if isinstance(line, GatewayError):
                raise line
            request = for_person(self._principal, read_request(line))
            await self._count(request.user_id)
            guard = told.guard = request.service_type
            told.user_id = told.user_id or request.user_id or ""
            call = call_of(
                self._dispatcher,
                guard,
                request.payload,
                request,
                request_id=request_id,
                tenant=told.tenant,
                traceparent=self._traceparent,
            )
            response = await self._answer(call, told, started)
        except GatewayError as error:
            told.status, told.error_code = error.status, error.code
            response = failure(
                error,
                request_id=request_id,
                service_type=guard,
                seconds=time.perf_counter() - started,
            )
        finally:
            self._bodies.let_go(size)
            told.finish(time.perf_counter() - started)
        return encode(response) + b"\n"

    async def _answer(self, call: Call, told: Exchange, started: float) -> Response:
        try:
            outcome = await self._dispatcher.judge(call)
        except GatewayError as error:
            tell_of_failure(told, call.guard, error)
            raise
        tell_of_process(told, self._dispatcher.directory, call, outcome)
        told.status, told.action = 200, outcome.action
        return answer(call, outcome, seconds=time.perf_counter() - started)


async def _told(error: GatewayError) -> bytes:
    return encode(failure(error, request_id=str(uuid4()), service_type=None, seconds=0.0)) + b"\n"


class Outbox:
    """Answers on their way out; `put` waits while too many bytes do."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting = bytearray()
        self._is_closed = False
        self._has_news = asyncio.Event()
        self._has_room = asyncio.Event()

    async def put(self, piece: bytes) -> None:
        """Add a piece, once there is room."""
        while len(self._waiting) >= self._limit:
            self._has_room.clear()
            await self._has_room.wait()
        self._waiting += piece
        self._has_news.set()

    def close(self) -> None:
        """Nothing follows."""
        self._is_closed = True
        self._has_news.set()

    async def pour(self, send: Send) -> None:
        """Send pieces as they come, until closed and empty."""
        while self._waiting or not self._is_closed:
            await self._has_news.wait()
            self._has_news.clear()
            piece, self._waiting = bytes(self._waiting), bytearray()
            self._has_room.set()
            if piece:
                await _sent(send, piece)
            if self._is_closed:
                self._has_news.set()


async def _sent(send: Send, piece: bytes) -> None:
    try:
        async with asyncio.timeout(STALL_S):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    except TimeoutError:
        raise ClientGone from None


async def lines(
    receive: Receive, *, limit: int, idle_s: float
) -> AsyncIterator[bytes | GatewayError]:
    """Yield the lines of a body that are not blank; an overlong one as its error.

    Raises `SlowClient` when nothing comes for `idle_s`, `ClientGone` at a disconnect.
    """
    buffer, is_skipping, more = bytearray(), False, True
    while more:
        try:
            async with asyncio.timeout(idle_s):
                message = await receive()
        except TimeoutError:
            raise SlowClient(f"No line came for {idle_s:g} seconds.") from None
        if message["type"] == "http.disconnect":
            raise ClientGone
        more = message.get("more_body", False)
        *whole, rest = message.get("body", b"").split(b"\n")
        for piece in whole:
            line = bytes(buffer) + piece
            buffer.clear()
            if is_skipping or len(line) > limit:
                is_skipping = False
                yield PayloadTooLarge(f"The line is longer than {limit:,} bytes.")
            elif line.strip():
                yield line
        if not is_skipping:
            buffer += rest
        if len(buffer) > limit:
            is_skipping = True
            buffer.clear()
    if is_skipping:
        yield PayloadTooLarge(f"The line is longer than {limit:,} bytes.")
    elif buffer.strip():
        yield bytes(buffer)
