"""HTTP on the wire: headers that are slow, endless or no HTTP, and what comes after them."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from aiguardian.gateway import protocol as gateway_protocol
from aiguardian.gateway.protocol import HEADER_BYTES, BoundedProtocol

REQUEST = b"GET / HTTP/1.1\r\nhost: x\r\n"


class QuickProtocol(BoundedProtocol):
    header_timeout_s = 0.05


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["path"] == "/echo":
        body = b""
        while (message := await receive())["more_body"]:
            body += message["body"]
        body += message["body"]
        length = b"%d" % len(body)
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]}
        )
        await send({"type": "http.response.body", "body": body})
        return
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}
    )
    await send({"type": "http.response.body", "body": b"ok"})


@contextlib.asynccontextmanager
async def connected(
    state: ServerState | None = None,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    config = uvicorn.Config(app, http=QuickProtocol, ws="none", lifespan="off", log_config=None)
    config.load()
    state = state or ServerState()
    server = await asyncio.get_running_loop().create_server(
        lambda: QuickProtocol(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    try:
        async with asyncio.timeout(2):
            yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        for connection in list(state.connections):
            connection.transport.abort()
        server.close()


async def answered(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    assert b"200 OK" in head
    return await reader.readexactly(2)


async def refused(reader: asyncio.StreamReader, status: bytes, code: str) -> None:
    answer = await reader.read()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 " + status + b" ")
    assert b"connection: close" in head
    assert b"content-length: %d" % len(body) in head
    told = json.loads(body)
    assert told["error"]["code"] == code
    assert list(told) == [
        "request_id",
        "service_type",
        "success",
        "data",
        "error",
        "processing_time",
        "service_used",
        "degraded",
    ]


async def test_a_request_is_answered_and_the_next_on_the_same_connection_too() -> None:
    async with connected() as (reader, writer):
        for _ in range(2):
            writer.write(REQUEST + b"\r\n")
            assert await answered(reader) == b"ok"


async def test_a_client_that_says_nothing_is_told_so() -> None:
    async with connected() as (reader, _):
        await refused(reader, b"408", "request_timeout")


async def test_headers_that_do_not_end_in_time_are_refused() -> None:
    async with connected() as (reader, writer):
        writer.write(REQUEST + b"x-a: b\r\n")
        await refused(reader, b"408", "request_timeout")


async def test_slow_headers_of_a_second_request_are_refused_too() -> None:
    async with connected() as (reader, writer):
        writer.write(REQUEST + b"\r\n")
        await answered(reader)
        writer.write(b"GET / HT")
        await refused(reader, b"408", "request_timeout")


async def test_between_two_requests_there_is_time() -> None:
    async with connected() as (reader, writer):
        writer.write(REQUEST + b"\r\n")
        await answered(reader)
        await asyncio.sleep(0.05)
        await asyncio.sleep(0.03)
        writer.write(REQUEST + b"\r\n")
        assert await answered(reader) == b"ok"


async def test_headers_are_refused_when_they_pass_their_size() -> None:
    async with connected() as (reader, writer):
        writer.write(REQUEST + b"x-a: " + b"b" * (HEADER_BYTES - len(REQUEST) - 5))
        await writer.drain()
        writer.write(b"b")  # and no more: a client that is still sending may lose the answer
        await refused(reader, b"431", "headers_too_large")


async def test_large_headers_of_several_requests_are_not_added_up() -> None:
    async with connected() as (reader, writer):
        for _ in range(4):
            writer.write(REQUEST + b"x-a: " + b"b" * (HEADER_BYTES // 2))
            await writer.drain()
            await asyncio.sleep(0.005)
            writer.write(b"\r\n\r\n")
            assert await answered(reader) == b"ok"


OFFER = b"connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n"
"""What Java's HttpClient sends with every request that is not encrypted."""


@pytest.mark.parametrize(
    "pieces",
    [
        [b"content-length: 3\r\n\r\nabc"],
        [b"content-length: 3\r\n\r\n", b"abc"],
        [b"content-le", b"ngth: 3\r\n\r\na", b"bc"],
        [b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"],
        [b"transfer-encoding: chunked\r\n\r\n", b"1\r\na\r\n", b"2\r\nbc\r\n0\r\n\r\n"],
    ],
)
async def test_the_body_of_a_request_that_offers_another_protocol_arrives(
    pieces: list[bytes],
) -> None:
    async with connected() as (reader, writer):
        for start in (b"POST /echo HTTP/1.1\r\nhost: x\r\n" + OFFER, b"POST /echo HTTP/1.1\r\n"):
            writer.write(start)
            for piece in pieces:
                writer.write(piece)
                await asyncio.sleep(0.005)
            assert await reader.readuntil(b"abc")


async def test_requests_behind_an_offer_are_answered_too() -> None:
    post = b"POST /echo HTTP/1.1\r\nhost: x\r\n" + OFFER + b"content-length: 3\r\n\r\nabc"
    async with connected() as (reader, writer):
        writer.write(post + post + REQUEST + OFFER + b"\r\n" + REQUEST + b"\r\n")
        for _ in range(2):
            assert b"200 OK" in await reader.readuntil(b"abc")
        for _ in range(2):
            assert await answered(reader) == b"ok"


async def test_an_offer_and_the_end_of_the_connection_go_together() -> None:
    offer = OFFER.replace(b"Upgrade,", b"close, Upgrade,")
    async with connected() as (reader, writer):
        writer.write(REQUEST + offer + b"\r\n")
        assert (await reader.read()).endswith(b"ok")


async def test_headers_behind_an_offer_are_bounded_too() -> None:
    async with connected() as (reader, writer):
        writer.write(REQUEST + OFFER + b"x-a: " + b"b" * HEADER_BYTES)
        await refused(reader, b"431", "headers_too_large")


async def test_what_is_no_http_is_refused_in_the_shape_of_every_error() -> None:
    for garbage in (
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        b"hello\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"CONNECT x:443 HTTP/1.1\r\nhost: x\r\n\r\n",
    ):
        async with connected() as (reader, writer):
            writer.write(garbage)
            await refused(reader, b"400", "invalid_request")


async def test_a_body_that_goes_on_after_its_answer_is_taken_for_a_while_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("aiguardian.gateway.protocol.LINGER_S", 0.05)
    async with connected() as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nsome")
        assert await answered(reader) == b"ok"
        writer.write(b"more")
        assert await reader.read() == b""


async def test_a_body_that_ends_after_its_answer_leaves_the_connection_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("aiguardian.gateway.protocol.LINGER_S", 0.02)
    async with connected() as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 8\r\n\r\nsome")
        assert await answered(reader) == b"ok"
        writer.write(b"more")
        await asyncio.sleep(0.04)
        writer.write(REQUEST + b"\r\n")
        assert await answered(reader) == b"ok"


async def stopped(state: ServerState) -> None:
    """Tell every connection that the server stops, as uvicorn does."""
    while not state.connections:  # noqa: ASYNC110 - uvicorn's own set, no event
        await asyncio.sleep(0.001)
    for connection in list(state.connections):
        connection.shutdown()


@pytest.mark.parametrize("sent_before", [b"", b"GET / HT"])
async def test_a_request_that_is_on_its_way_when_the_server_stops_is_answered(
    sent_before: bytes,
) -> None:
    state = ServerState()
    async with connected(state) as (reader, writer):
        writer.write(sent_before)
        await writer.drain()
        await asyncio.sleep(0.005)
        await stopped(state)
        writer.write((REQUEST + b"\r\n")[len(sent_before) :])
        assert await answered(reader) == b"ok"


async def test_a_connection_that_brings_no_request_does_not_hold_up_a_stop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gateway_protocol, "ARRIVAL_S", 0.02)
    state = ServerState()
    async with connected(state) as (reader, _):
        await stopped(state)
        assert await reader.read() == b""


async def test_an_idle_connection_ends_at_once_when_the_server_stops() -> None:
    state = ServerState()
    async with connected(state) as (reader, writer):
        writer.write(REQUEST + b"\r\n")
        await answered(reader)
        await stopped(state)
        assert await reader.read() == b""
