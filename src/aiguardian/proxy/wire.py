"""One request over a session's pool of connections, written in one piece.

For each request a session of aiohttp does what browsers need: cookies, redirects, tracing, uploads
in parts. That was a quarter of what a short request cost the proxy (2026-11-21). The pool, the
names, TLS and the parser are aiohttp's as before; only what stands between them is left out.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.streams import StreamReader
from yarl import URL

from aiguardian.proxy.faults import malformed

_BREAKS = re.compile(r"[\r\n\0]")
_SWITCHING = 101
_LINE_BYTES = 8_190
"""The longest line of a response's head, aiohttp's own number."""
_HEADERS = 128
_READ_AHEAD_BYTES = 65_536


class Target:
    """Where requests of one kind go."""

    def __init__(self, method: str, url: str, session: aiohttp.ClientSession) -> None:
        """Raises `ValueError` for what is no URL."""
        self.loop = asyncio.get_running_loop()
        request = aiohttp.ClientRequest(method, URL(url), loop=self.loop, session=session)
        line = f"{method} {request.url.raw_path_qs} HTTP/1.1\r\nHost: {request.headers['Host']}\r\n"
        self.head = line.encode("ascii")
        self.request = request
        """What the pool needs to find or open a connection: it is never sent."""


class Reply:
    """A response whose head has come."""

    def __init__(
        self,
        connection: aiohttp.connector.Connection,
        status: int,
        headers: Mapping[str, str],
        content: StreamReader,
    ) -> None:
        self.status = status
        self.headers = headers
        """By name in any case; of one that came twice, the first."""
        self.content = content
        self._connection = connection
        content.on_eof(connection.release)

    def close(self) -> None:
        """Let go of the connection; one whose body was not read to its end is closed."""
        self._connection.close()


async def send(
    session: aiohttp.ClientSession,
    target: Target,
    body: bytes | None,
    *,
    fields: bytes,
    limits: aiohttp.ClientTimeout,
) -> Reply:
    """The response as soon as its head has come. `fields` are the headers, `written`. Of the
    limits, those on connecting count.

    Raises `aiohttp.ClientError`, `OSError`, `TimeoutError`, and `UpstreamFault` for a head that is
    not HTTP.
    """
    length = b"" if body is None else b"content-length: %d\r\n" % len(body)
    head = b"%b%b%b\r\n" % (target.head, fields, length)
    connector = session.connector
    if connector is None:
        raise aiohttp.ClientConnectionError("The session is closed.")
    connection = await connector.connect(target.request, traces=[], timeout=limits)
    try:
        return await _answered(connection, head + body if body else head)
    except BaseException:  # a caller that left, too: nobody reads what would come
        connection.close()
        raise


async def _answered(connection: aiohttp.connector.Connection, sent: bytes) -> Reply:
    protocol, transport = connection.protocol, connection.transport
    if protocol is None or transport is None:
        raise aiohttp.ServerDisconnectedError
    protocol.set_response_params(
        read_until_eof=True,
        auto_decompress=False,
        read_bufsize=_READ_AHEAD_BYTES,
        max_line_size=_LINE_BYTES,
        max_field_size=_LINE_BYTES,
        max_headers=_HEADERS,
    )
    transport.write(sent)
    try:
        message, content = await protocol.read()
        while message.code < 200 and message.code != _SWITCHING:  # an interim response
            message, content = await protocol.read()
    except HttpProcessingError as error:
        raise malformed("is not HTTP") from error
    return Reply(connection, message.code, message.headers, content)


def written(headers: Mapping[str, str]) -> bytes:
    """Headers as they are sent. Raises `aiohttp.ClientConnectionError` for what is none."""
    fields = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    if fields.count("\r") != len(headers) or _BREAKS.search(fields.replace("\r\n", "")):
        raise aiohttp.ClientConnectionError("A header has a line break in it.")
    return fields.encode()
