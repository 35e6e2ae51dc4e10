"""The way to an MCP server over streamable HTTP: one request, and its answer as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass

import aiohttp

from aiguardian.mcp.servers import Server
from aiguardian.mcp.sessions import HEADER

CONNECT_S = 10.0
ANSWER_BYTES = 16_777_216
"""The largest answer in one piece."""
PASSED_ON = frozenset({"accept", "last-event-id"})
"""Headers of the client's that a server gets, beside those of the protocol (Mcp-…)."""
PASSED_BACK = frozenset({"mcp-session-id", "mcp-protocol-version", "retry-after", "allow"})
SSE, JSON = "text/event-stream", "application/json"


class ServerFault(Exception):
    """No answer, or none that can be used. The message holds no text of the exchange."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that has begun."""

    response: aiohttp.ClientResponse
    silence_s: float | None
    """Between two pieces; None: however long."""

    @property
    def status(self) -> int:
        """Its HTTP status."""
        return self.response.status

    @property
    def content_type(self) -> str:
        """The type without its parameters, in lower case."""
        given = self.response.headers.get("content-type", "")
        return given.partition(";")[0].strip().lower()

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Those that the client gets."""
        return [
            (name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
            for name, value in self.response.headers.items()
            if name.lower() in PASSED_BACK
        ]

    async def chunks(self) -> AsyncGenerator[bytes]:
        """The body as it comes. Raises `ServerFault` when it stops before its end."""
        while True:
            try:
                async with asyncio.timeout(self.silence_s):
                    chunk = await self.response.content.readany()
            except TimeoutError:
                raise ServerFault(504, "upstream_timeout", "The server fell silent.") from None
            except (aiohttp.ClientError, OSError):
                raise ServerFault(502, "upstream_error", "The answer broke off.") from None
            if not chunk:
                return
            yield chunk

    async def body(self) -> bytes:
        """The whole body. Raises `ServerFault`."""
        pieces, size = [], 0
        async for chunk in self.chunks():
            size += len(chunk)
            if size > ANSWER_BYTES:
                raise malformed(f"is larger than {ANSWER_BYTES:,} bytes")
            pieces.append(chunk)
        return b"".join(pieces)

    def close(self) -> None:
        """Let go of the connection."""
        self.response.close()


def malformed(what: str) -> ServerFault:
    """An answer that cannot be read, and so not be judged."""
    return ServerFault(502, "upstream_malformed", f"The server's answer {what}.")


def sent_headers(
    server: Server,
    caller: Mapping[bytes, bytes],
    *,
    credential: bytes | None,
    session: str | None,
) -> dict[str, str]:
    """What the server gets: the protocol's headers, those that its settings pass, and its own.
    `credential` is the header that proved the caller to this gateway: nobody else gets it.
    `session` is the server's own id of the session."""
    sent: dict[str, str] = {}
    for name, value in caller.items():
        text = name.decode("latin-1")
        if name == credential or text == HEADER:
            continue
        if text in PASSED_ON or text in server.passes or text.startswith("mcp-"):
            sent[text] = value.decode("latin-1")
    if session is not None:
        sent[HEADER] = session
    sent |= {name: value.reveal() for name, value in server.headers.items()}
    return sent | {"accept-encoding": "identity"}


async def ask(
    session: aiohttp.ClientSession,
    server: Server,
    method: str,
    body: bytes | None,
    *,
    headers: Mapping[str, str],
) -> Answer:
    """Begin an answer; a GET listens, however long nothing comes. Raises `ServerFault`."""
    sent = dict(headers)
    if body is not None:
        sent["content-type"] = JSON
    listens = method == "GET"
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S)
    try:
        async with asyncio.timeout(None if listens else server.timeout_s):
            response = await session.request(
                method, server.url, data=body, headers=sent, timeout=timeout,
                allow_redirects=False,
            )  # fmt: skip
    except TimeoutError:
        told = f"The server did not answer within {server.timeout_s:g} seconds."
        raise ServerFault(504, "upstream_timeout", told) from None
    except (aiohttp.ClientError, OSError):
        raise ServerFault(502, "upstream_error", "The server cannot be reached.") from None
    answer = Answer(response, None if listens else server.silence_s)
    if 300 <= response.status < 400:
        answer.close()
        raise malformed("is a redirect, which is not followed")
    if response.headers.get("content-encoding", "identity").lower() not in {"identity", ""}:
        answer.close()
        raise malformed("is compressed, which was not asked for")
    return answer
