"""One request over the pool of connections, against servers that say whatever bytes they like."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from aiguardian.proxy import line as lines
from aiguardian.proxy.faults import UpstreamFault
from aiguardian.proxy.line import Reply
from aiguardian.proxy.wire import Target, send, written

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


async def post(
    session: aiohttp.ClientSession,
    url: str | Target,
    *,
    within_s: float = 5,
    **headers: str,
) -> Reply:
    target = Target("POST", url, session) if isinstance(url, str) else url
    return await send(
        session, target, b"{}", fields=written(headers), limits=LIMITS, within_s=within_s
    )


async def read(reply: Reply) -> bytes:
    """The whole body."""
    body = b""
    while True:
        body += (piece := reply.take())
        if not piece and reply.is_ended:
            return body
        await reply.wait()


async def test_the_request_is_what_http_asks_for(session: aiohttp.ClientSession) -> None:
    server = Server(FINE)
    async with listening(server) as url:
        reply = await post(session, url, authorization="Bearer k")
        assert await read(reply) == b"fine"
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
        found = [reply.headers.get(name) for name in ("content-length", "x-one", "x-two")]
        assert found == ["4", "a", None]
        reply.close()


async def test_a_connection_whose_answer_has_come_serves_again(
    session: aiohttp.ClientSession,
) -> None:
    server = Server(FINE)
    async with listening(server) as url:
        target = Target("POST", url, session)
        for _ in range(3):
            reply = await post(session, target)
            assert await read(reply) == b"fine"
            reply.close()
    assert server.connections == 1


async def test_a_connection_with_an_unread_answer_does_not(session: aiohttp.ClientSession) -> None:
    server = Server(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
    async with listening(server) as url:
        target = Target("POST", url, session)
        (await post(session, target)).close()
        (await post(session, target)).close()
    assert server.connections == 2


async def test_requests_at_once_have_a_connection_each(session: aiohttp.ClientSession) -> None:
    server = Server(FINE)
    async with listening(server) as url:
        target = Target("POST", url, session)
        for _ in range(2):
            replies = await asyncio.gather(*(post(session, target) for _ in range(5)))
            assert [await read(reply) for reply in replies] == [b"fine"] * 5
    assert server.connections == 5


async def test_an_answer_that_nobody_asked_for_is_not_the_next_ones(
    session: aiohttp.ClientSession,
) -> None:
    evil = FINE.replace(b"fine", b"evil")
    server = Server(FINE + evil)
    async with listening(server) as url:
        target = Target("POST", url, session)
        for _ in range(3):
            assert await read(await post(session, target)) == b"fine"
    assert server.connections == 3


async def test_an_idle_connection_is_closed_after_a_while(
    session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "IDLE_S", 0.02)
    server = Server(FINE)
    async with listening(server) as url:
        target = Target("POST", url, session)
        await read(await post(session, target))
        async with asyncio.timeout(5):
            while target.idle:  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.005)
        await read(await post(session, target))
    assert server.connections == 2


@pytest.mark.parametrize("piece_bytes", [1, 7, 1_000_000])
@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nfi\r\n2;x=y\r\nne\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nfine",
        b"HTTP/1.0 200 OK\r\n\r\nfine",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nfine",
    ],
)
async def test_a_body_is_read_however_its_end_is_told_and_however_it_comes(
    session: aiohttp.ClientSession, head: bytes, piece_bytes: int
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        for start in range(0, len(head), piece_bytes):
            writer.write(head[start : start + piece_bytes])
            await writer.drain()
            await asyncio.sleep(0)
        writer.close()

    running = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with running:
        url = f"http://127.0.0.1:{running.sockets[0].getsockname()[1]}/"
        reply = await post(session, url)
        assert (reply.status, await read(reply)) == (200, b"fine")


@pytest.mark.parametrize(
    "cut",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nno number\r\n",
    ],
)
async def test_an_answer_without_its_end_is_an_error_behind_what_came(
    session: aiohttp.ClientSession, cut: bytes
) -> None:
    async with listening(Server(cut, closes=True)) as url:
        reply = await post(session, url)
        await reply.wait()
        assert reply.take() == b"half"
        with pytest.raises(aiohttp.ClientPayloadError):
            await read(reply)


async def test_who_reads_slowly_holds_the_upstream_up(
    session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "READ_AHEAD_BYTES", 10_000)
    size = 20_000_000
    sent = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"{}")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        while sent < size:
            writer.write(bytes(100_000))
            await writer.drain()
            sent += 100_000
        writer.close()

    running = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with running:
        url = f"http://127.0.0.1:{running.sockets[0].getsockname()[1]}/"
        reply = await post(session, url)
        await asyncio.sleep(0.1)
        assert sent < size
        assert len(await read(reply)) == size


async def test_a_silent_server_is_given_up_and_its_connection_closed(
    session: aiohttp.ClientSession,
) -> None:
    server = Server(b"")
    async with listening(server) as url:
        target = Target("POST", url, session)
        with pytest.raises(TimeoutError):
            await post(session, target, within_s=0.02)
        server.answer = FINE
        assert await read(await post(session, target)) == b"fine"
    assert server.connections == 2


async def test_a_caller_that_leaves_closes_the_connection(session: aiohttp.ClientSession) -> None:
    server = Server(b"")
    async with listening(server) as url:
        target = Target("POST", url, session)
        asking = asyncio.create_task(post(session, target))
        while not server.requests:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.001)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        server.answer = FINE
        assert await read(await post(session, target)) == b"fine"
    assert server.connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n" + b"x-long: " + b"y" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 20_000 + b"\r\n",
        EARLY * 3_000 + FINE,
    ],
)
async def test_a_head_without_end_is_malformed(
    session: aiohttp.ClientSession, answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "HEAD_BYTES", 8_000)
    server = Server(b"")
    server.answer = answer[:-30]  # its end never comes
    async with listening(server) as url:
        with pytest.raises(UpstreamFault, match="head of more than"):
            await post(session, url)


async def test_a_change_of_protocol_is_malformed(session: aiohttp.ClientSession) -> None:
    answer = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
    async with listening(Server(answer)) as url:
        with pytest.raises(UpstreamFault, match="another protocol"):
            await post(session, url)


async def test_a_session_closes_with_connections_that_were_taken_from_it() -> None:
    server = Server(FINE)
    async with listening(server) as url, asyncio.timeout(5):
        async with aiohttp.ClientSession(auto_decompress=False) as opened:
            target = Target("POST", url, opened)
            await read(await post(opened, target))
            assert len(target.idle) == 1
        await asyncio.sleep(0)
        assert target.rested() is None


async def test_an_interim_response_is_not_the_answer(session: aiohttp.ClientSession) -> None:
    async with listening(Server(EARLY + FINE)) as url:
        reply = await post(session, url)
        assert (reply.status, await read(reply)) == (200, b"fine")


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
            await send(opened, target, b"{}", fields=b"", limits=LIMITS, within_s=5)
