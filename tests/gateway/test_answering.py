"""Whole answers go out in one write; everything else as uvicorn sends it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from aiguardian.gateway.server import BoundedProtocol

Messages = list[dict[str, Any]]


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


def whole(body: bytes, *, status: int = 200, **headers: bytes) -> Messages:
    given = [(name.encode(), value) for name, value in headers.items()]
    length = (b"content-length", b"%d" % len(body))
    return [
        {"type": "http.response.start", "status": status, "headers": [length, *given]},
        {"type": "http.response.body", "body": body},
    ]


@contextlib.asynccontextmanager
async def serving(
    messages: Messages,
) -> AsyncIterator[tuple[Callable[[bytes], Any], list[bytes]]]:
    written: list[bytes] = []

    async def app(_: Any, __: Any, send: Any) -> None:
        for message in messages:
            await send(message)

    class Watched(BoundedProtocol):
        def connection_made(self, transport: Any) -> None:
            super().connection_made(Noted(transport, written))

    config = uvicorn.Config(app, http=Watched, ws="none", lifespan="off", log_config=None)
    config.load()
    state = ServerState()
    state.default_headers = [(b"date", b"today")]
    server = await asyncio.get_running_loop().create_server(
        lambda: Watched(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())

    async def ask(request: bytes) -> bytes:
        writer.write(request)
        if b"connection: close" not in request:
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
    async with serving(whole(b"ab")) as (ask, written):
        answer = await ask(GET * 4 + CLOSING)
    assert answer.count(b"HTTP/1.1 200 OK") == 5
    assert answer.count(b"\r\n\r\nab") == 5
    assert written[0].endswith(b"\r\n\r\nab")


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
    messages: Messages = [
        {"type": "http.response.start", "status": 200, "headers": []},
        {"type": "http.response.body", "body": b"one", "more_body": True},
        {"type": "http.response.body", "body": b"two"},
    ]
    async with serving(messages) as (ask, written):
        answer = await ask(GET)
    assert len(written) == 3
    assert b"transfer-encoding: chunked" in written[0]
    assert answer.endswith(b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n")


async def test_a_known_length_in_two_pieces_is_sent_whole() -> None:
    first, last = whole(b"onetwo")
    pieces = [{**last, "body": b"one", "more_body": True}, {**last, "body": b"two"}]
    async with serving([first, *pieces]) as (ask, _):
        answer = await ask(GET)
    assert answer.endswith(b"\r\n\r\nonetwo")


@pytest.mark.parametrize("value", [b"a\r\nx-forged: 1", b"a\nx-forged: 1", b"a\rb"])
async def test_a_header_with_a_line_break_is_never_sent(value: bytes) -> None:
    async with serving(whole(b"hello", x_one=value)) as (ask, _):
        answer = await ask(GET)
    assert b"forged" not in answer
    assert answer.startswith(b"HTTP/1.1 500 ")


async def test_a_body_of_another_length_than_announced_is_never_sent_as_whole() -> None:
    first, last = whole(b"hello")
    async with serving([first, {**last, "body": b"hello, and more"}]) as (ask, _):
        answer = await ask(GET)
    assert b"and more" not in answer


async def test_a_head_without_a_body_is_a_fault_of_ours() -> None:
    async with serving(whole(b"hello")[:1]) as (ask, _):
        answer = await ask(GET)
    assert answer.startswith(b"HTTP/1.1 500 ")
