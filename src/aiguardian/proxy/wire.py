"""One request over a connection to an upstream, written in one piece.

For each request a session of aiohttp does what browsers need: cookies, redirects, tracing, uploads
in parts. That was a quarter of what a short request cost the proxy (2026-11-21). Connections are
opened by aiohttp as before; what goes over them is `proxy.line`'s.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

import aiohttp
from yarl import URL

from aiguardian.proxy.line import Line, Reply

_BREAKS = re.compile(r"[\r\n\0]")


class Target:
    """Where requests of one kind go, and the connections there that wait for one."""

    def __init__(self, method: str, url: str, session: aiohttp.ClientSession) -> None:
        """Raises `ValueError` for what is no URL."""
        self.loop = asyncio.get_running_loop()
        request = aiohttp.ClientRequest(method, URL(url), loop=self.loop, session=session)
        line = f"{method} {request.url.raw_path_qs} HTTP/1.1\r\nHost: {request.headers['Host']}\r\n"
        self.head = line.encode("ascii")
        self.idle: list[Line] = []
        self._request = request

    def rested(self) -> Line | None:
        """A connection that waits for a request; None: there is none."""
        while self.idle:
            line = self.idle.pop()
            if line.is_open:
                return line
        return None

    async def line(
        self, session: aiohttp.ClientSession, *, limits: aiohttp.ClientTimeout, within_s: float
    ) -> Line:
        """A new connection. Raises `aiohttp.ClientError`, `OSError`, `TimeoutError`."""
        if session.connector is None:
            raise aiohttp.ClientConnectionError("The session is closed.")
        async with asyncio.timeout(within_s):
            connection = await session.connector.connect(self._request, traces=[], timeout=limits)
        try:
            return Line(connection, self.idle)
        except aiohttp.ClientError:
            connection.close()
            raise


async def send(
    session: aiohttp.ClientSession,
    target: Target,
    body: bytes | None,
    *,
    fields: bytes,
    limits: aiohttp.ClientTimeout,
    within_s: float,
) -> Reply:
    """The response as soon as its head has come. `fields` are the headers, `written`. Of the
    limits, those on connecting count; all of it takes so many seconds at the most.

    Raises `aiohttp.ClientError`, `OSError`, `TimeoutError`, and `UpstreamFault` for what is not
    HTTP.
    """
    length = b"" if body is None else b"content-length: %d\r\n" % len(body)
    head = b"%b%b%b\r\n" % (target.head, fields, length)
    if session.closed:
        raise aiohttp.ClientConnectionError("The session is closed.")
    line = target.rested()
    if line is None:
        began = target.loop.time()
        line = await target.line(session, limits=limits, within_s=within_s)
        within_s -= target.loop.time() - began
    return await line.ask(head + body if body else head, within_s=within_s)


def written(headers: Mapping[str, str]) -> bytes:
    """Headers as they are sent. Raises `aiohttp.ClientConnectionError` for what is none."""
    fields = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    if fields.count("\r") != len(headers) or _BREAKS.search(fields.replace("\r\n", "")):
        raise aiohttp.ClientConnectionError("A header has a line break in it.")
    return fields.encode()
