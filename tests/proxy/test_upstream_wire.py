"""One request over the pool of connections, against servers that say whatever bytes they like."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from aiguardian.proxy.faults import UpstreamFault
from aiguardian.proxy.wire import Reply, Target, send, written

LIMITS = aiohttp.ClientTimeout(total=None, sock_connect=5)
FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-One: a\r\nx-one: b\r\n\r\nfine"
EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"


class Server:
    """Answers each request with the same bytes, and keeps what came."""

    def __init__(self, answer: bytes, *, closes: bool = False) -> None:
        self.answer = answer
        self.closes = closes
        self.requests: list[bytes] = []
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                _, _, rest = head.lower().partition(b"content-length: ")
                body = await reader.readexactly(int(rest.split(b"\r")[0])) if rest else b""
                self.requests.append(head + body)
                writer.write(self.answer)
                if self.closes:
                    break
        writer.close()


@contextlib.asynccontextmanager
async def listening(server: Server) -> AsyncIterator[str]:
    running = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    async with running:
        yield f"http://127.0.0.1:{running.sockets[0].getsockname()[1]}/v1/x?a=%20b"


@pytest_asyncio.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(auto_decompress=False) as opened:
        yield opened


async def post(session: aiohttp.ClientSession, url: str, **headers: str) -> Reply:
    return await send(
        session, Target("POST", url, session), b"{}", fields=written(headers), limits=LIMITS
    )


async def test_the_request_is_what_http_asks_for(session: aiohttp.ClientSession) -> None:
    server = Server(FINE)
    async with listening(server) as url:
        reply = await post(session, url, authorization="Bearer k")
        assert await reply.content.read() == b"fine"
        reply.close()
    host = url.split("/")[2].encode()
    assert server.requests == [
        b"POST /v1/x?a=%20b HTTP/1.1\r\nHost: " + host + b"\r\nauthorization: Bearer k\r\n"
        b"content-length: 2\r\n\r\n{}"
    ]


async def test_names_are_read_in_any_case_and_the_first_of_two_counts(
    session: aiohttp.ClientSession,
) -> None:
    async with listening(Server(FINE)) as url:
        reply = await post(session, url)
        found = [reply.headers.get(name) for name in ("content-length", "x-one", "X-One", "x-two")]
        assert found == ["4", "a", "a", None]
        reply.close()


async def test_a_connection_whose_answer_was_read_serves_again(
    session: aiohttp.ClientSession,
) -> None:
    server = Server(FINE)
    async with listening(server) as url:
        for _ in range(3):
            reply = await post(session, url)
            assert await reply.content.read() == b"fine"
            reply.close()
    assert server.connections == 1


async def test_a_connection_with_an_unread_answer_does_not(session: aiohttp.ClientSession) -> None:
    server = Server(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
    async with listening(server) as url:
        (await post(session, url)).close()
        (await post(session, url)).close()
    assert server.connections == 2


async def test_an_interim_response_is_not_the_answer(session: aiohttp.ClientSession) -> None:
    async with listening(Server(EARLY + FINE)) as url:
        reply = await post(session, url)
        assert (reply.status, await reply.content.read()) == (200, b"fine")


async def test_what_is_not_http_is_malformed(session: aiohttp.ClientSession) -> None:
    async with listening(Server(b"220 mail.example.org ESMTP\r\n\r\n")) as url:
        with pytest.raises(UpstreamFault, match="is not HTTP") as fault:
            await post(session, url)
    assert fault.value.code == "upstream_malformed"


async def test_a_server_that_hangs_up_is_an_error_of_the_client(
    session: aiohttp.ClientSession,
) -> None:
    async with listening(Server(b"", closes=True)) as url:
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await post(session, url)


@pytest.mark.parametrize("value", ["a\r\nx-evil: 1", "a\nb", "a\rb", "a\0b"])
async def test_a_header_cannot_bring_another_one_in(
    session: aiohttp.ClientSession, value: str
) -> None:
    server = Server(FINE)
    async with listening(server) as url:
        with pytest.raises(aiohttp.ClientConnectionError, match="line break"):
            await post(session, url, authorization=value)
    assert server.requests == []


async def test_a_session_that_was_closed_sends_nothing() -> None:
    async with aiohttp.ClientSession() as opened:
        async with listening(Server(FINE)) as url:
            target = Target("POST", url, opened)
        await opened.close()
        with pytest.raises(aiohttp.ClientError):
            await send(opened, target, b"{}", fields=b"", limits=LIMITS)
