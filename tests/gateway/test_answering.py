"""Whole answers go out in one write; everything else as uvicorn sends it. What may wait does so in
a task, what needs none is answered without one.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import pairwise
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from aiguardian.gateway.cycle import in_task
from aiguardian.gateway.protocol import BoundedProtocol
from aiguardian.gateway.wire import respond

Message = dict[str, Any]


class Noted(asyncio.Transport):
    """Notes each write on its way to the real transport."""

    def __init__(self, transport: asyncio.Transport, written: list[bytes]) -> None:
        self._transport = transport
        self._written = written

    def write(self, data: Any) -> None:
        self._written.append(bytes(data))
        self._transport.write(data)

    def __getattribute__(self, name: str) -> Any:
        if name in {"write", "_transport", "_written"}:
            return object.__getattribute__(self, name)
        return getattr(self._transport, name)


class Sending:
    """Sends as the gate does, without what it adds."""

    def __init__(self, scope: Any, send: Any) -> None:
        self._scope = scope
        self._send = send

    async def __call__(self, message: Any) -> None:
        await self._send(message)

    def whole(self, status: int, headers: Any, body: bytes) -> bool:
        is_sent: bool = self._scope["answer"](self._scope, status, headers, body)
        return is_sent


App = Callable[[Any, Any, Any], Awaitable[None]]


def whole(body: bytes, *, status: int = 200, **headers: bytes) -> App:
    """An application that answers so."""
    told = [(name.encode(), value) for name, value in headers.items()]

    async def app(scope: Any, _: Any, send: Any) -> None:
        await respond(Sending(scope, send), status, body, headers=told)

    return app


def piecemeal(*messages: Message) -> App:
    """An application that sends these."""

    async def app(_: Any, __: Any, send: Any) -> None:
        for message in messages:
            await send(message)

    return app


@contextlib.asynccontextmanager
async def serving(
    app: App, *, keep_alive_s: float = 5
) -> AsyncIterator[tuple[Callable[..., Awaitable[bytes]], list[bytes]]]:
    written: list[bytes] = []

    class Watched(BoundedProtocol):
        def connection_made(self, transport: Any) -> None:
            super().connection_made(Noted(transport, written))

    config = uvicorn.Config(
        app,
        http=Watched,
        ws="none",
        lifespan="off",
        log_config=None,
        timeout_keep_alive=keep_alive_s,  # type: ignore[arg-type]  # seconds, and parts of them
    )
    config.load()
    state = ServerState()
    state.default_headers = [(b"date", b"today")]
    server = await asyncio.get_running_loop().create_server(
        lambda: Watched(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())

    async def ask(request: bytes, *, is_last: bool = True, reads: bool = False) -> bytes:
        writer.write(request)
        if not is_last and not reads:
            return b""
        if is_last and b"connection: close" not in request:
            writer.write_eof()
        return await reader.read()

    try:
        async with asyncio.timeout(2):
            yield ask, written
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        for connection in list(state.connections):
            connection.transport.abort()
        server.close()


GET = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
CLOSING = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"


async def test_a_whole_answer_is_one_write_with_every_header_and_the_body() -> None:
    async with serving(whole(b"hello", x_one=b"1", x_two=b"\xfc")) as (ask, written):
        answer = await ask(GET)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert len(written) == 1
    assert body == b"hello"
    lines = head.split(b"\r\n")
    assert lines[0] == b"HTTP/1.1 200 OK"
    assert {b"content-length: 5", b"x_one: 1", b"x_two: \xfc"} <= set(lines)
    assert sum(line.startswith(b"date: ") for line in lines) == 1


async def test_answers_to_requests_sent_together_come_in_their_order() -> None:
    async with serving(whole(b"ab")) as (ask, _):
        answer = await ask(GET * 4 + CLOSING)
    assert answer.count(b"HTTP/1.1 200 OK") == 5
    assert answer.count(b"\r\n\r\nab") == 5


@pytest.mark.parametrize("status", [200, 404, 503])
async def test_a_head_alone_is_answered_without_a_body(status: int) -> None:
    async with serving(whole(b"hello", status=status)) as (ask, _):
        answer = await ask(b"HEAD / HTTP/1.1\r\nhost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert answer.endswith(b"\r\n\r\n")


async def test_who_wants_the_connection_closed_is_told_so() -> None:
    async with serving(whole(b"hello")) as (ask, _):
        answer = await ask(CLOSING)
    assert b"\r\nconnection: close\r\n" in answer
    assert answer.endswith(b"\r\n\r\nhello")


async def test_a_stream_is_sent_piece_by_piece_its_head_first() -> None:
    app = piecemeal(
        {"type": "http.response.start", "status": 200, "headers": []},
        {"type": "http.response.body", "body": b"one", "more_body": True},
        {"type": "http.response.body", "body": b"two"},
    )
    async with serving(app) as (ask, written):
        answer = await ask(GET)
    assert len(written) == 3
    assert b"transfer-encoding: chunked" in written[0]
    assert answer.endswith(b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n")


async def test_a_known_length_in_two_pieces_is_sent_whole() -> None:
    app = piecemeal(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"6")]},
        {"type": "http.response.body", "body": b"one", "more_body": True},
        {"type": "http.response.body", "body": b"two"},
    )
    async with serving(app) as (ask, _):
        answer = await ask(GET)
    assert answer.endswith(b"\r\n\r\nonetwo")


@pytest.mark.parametrize("value", [b"a\r\nx-forged: 1", b"a\nx-forged: 1", b"a\rb"])
async def test_a_header_with_a_line_break_is_never_sent(value: bytes) -> None:
    async with serving(whole(b"hello", x_one=value)) as (ask, _):
        answer = await ask(GET)
    assert b"forged" not in answer
    assert answer.startswith(b"HTTP/1.1 500 ")


@pytest.mark.parametrize("request_", [GET, CLOSING])
async def test_what_waits_without_a_task_is_a_fault_of_ours(request_: bytes) -> None:
    async def app(_: Any, __: Any, send: Any) -> None:
        await asyncio.get_running_loop().create_future()
        await send({})

    async with serving(app) as (ask, _):
        answer = await ask(request_)
    assert answer.startswith(b"HTTP/1.1 500 ")


async def test_what_asks_for_a_task_may_wait_and_be_cut_short() -> None:
    tasks: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        tasks.append(asyncio.current_task())
        await in_task()
        tasks.append(asyncio.current_task())
        await in_task()  # and needs no second
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.01):
                await asyncio.get_running_loop().create_future()
        await whole(b"hello")(scope, receive, send)

    async with serving(app) as (ask, _):
        answer = await ask(CLOSING)
    assert answer.endswith(b"\r\n\r\nhello")
    assert tasks[0] is None
    assert tasks[1] is not None


@pytest.mark.parametrize("cuts", [(), (1,), (20,), (70,), (80,), (30, 75), (60, 70, 80)])
async def test_a_body_is_the_same_however_it_comes(cuts: tuple[int, ...]) -> None:
    post = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 40\r\n\r\n" + bytes(range(40, 80))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body: bytes | None = scope.get("arrived")
        if body is None:
            await in_task()
            body, is_more = b"", True
            while is_more:
                message = await receive()
                body, is_more = body + message["body"], message["more_body"]
        await whole(body)(scope, receive, send)

    async with serving(app) as (ask, _):
        pieces = [post[start:stop] for start, stop in pairwise((0, *cuts, len(post)))]
        for piece in pieces[:-1]:
            await ask(piece, is_last=False)
            await asyncio.sleep(0.01)
        answer = await ask(pieces[-1])
    assert answer.endswith(b"\r\n\r\n" + bytes(range(40, 80)))


async def test_many_requests_at_once_on_one_connection_are_all_answered() -> None:
    async with serving(whole(b"ab")) as (ask, _):
        answer = await ask(GET * 2_000 + CLOSING)
    assert answer.count(b"\r\n\r\nab") == 2_001


async def test_an_idle_connection_ends_and_one_that_is_used_goes_on() -> None:
    async with serving(whole(b"ab"), keep_alive_s=0.15) as (ask, written):
        for _ in range(5):
            await ask(GET, is_last=False)
            await asyncio.sleep(0.05)
        assert len(written) == 5
        assert (await ask(b"", is_last=False, reads=True)).count(b"ab") == 5
