"""A stand-in for Bedrock: a real HTTP server that speaks Converse and its event streams.

The encoding of event streams: Amazon's event stream specification (prelude, headers, payload, each
with its CRC-32).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
import zlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from aiohttp import web


def frame(payload: Any, **headers: str) -> bytes:
    """One message of an event stream."""
    head = b""
    for name, value in headers.items():
        key = (":" + name.replace("_", "-")).encode()
        head += bytes([len(key)]) + key + b"\x07" + struct.pack(">H", len(value)) + value.encode()
    body = json.dumps(payload).encode()
    prelude = struct.pack(">II", 16 + len(head) + len(body), len(head))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + head + body
    return message + struct.pack(">I", zlib.crc32(message))


def event(kind: str, payload: Any) -> bytes:
    return frame(payload, event_type=kind, content_type="application/json", message_type="event")


def exception(kind: str, message: str) -> bytes:
    return frame({"message": message}, exception_type=kind, message_type="exception")


def text_events(pieces: Iterable[str], stop: str = "end_turn") -> list[bytes]:
    """A streamed answer of one text."""
    return [
        event("messageStart", {"role": "assistant"}),
        *(
            event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": piece}})
            for piece in pieces
        ),
        event("contentBlockStop", {"contentBlockIndex": 0}),
        event("messageStop", {"stopReason": stop}),
        event(
            "metadata",
            {
                "usage": {"inputTokens": 10, "outputTokens": 5, "totalTokens": 15},
                "metrics": {"latencyMs": 9},
            },
        ),
    ]


def answer(*content: dict[str, Any], stop: str = "end_turn") -> dict[str, Any]:
    """A whole answer."""
    return {
        "output": {"message": {"role": "assistant", "content": list(content)}},
        "stopReason": stop,
        "usage": {"inputTokens": 10, "outputTokens": 5, "totalTokens": 15},
        "metrics": {"latencyMs": 9},
    }


@dataclass
class Bedrock:
    """Answers as told; remembers what it was asked."""

    url: str = ""
    whole: dict[str, Any] = field(default_factory=lambda: answer({"text": "Fine."}))
    events: list[bytes] = field(default_factory=list)
    ends: str = "well"
    status: int = 200
    kind: str = ""
    """Of the error, when there is one."""
    seen: list[tuple[str, str, Any, dict[str, str]]] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        _, _, model, operation = unquote(request.path).split("/", 3)
        head = {name.lower(): value for name, value in request.headers.items()}
        self.seen.append((model, operation, await request.json(), head))
        if self.status != 200:
            told = {"x-amzn-ErrorType": self.kind}
            return web.json_response({"message": "secret words"}, status=self.status, headers=told)
        if operation == "converse":
            return web.json_response(self.whole)
        response = web.StreamResponse(
            headers={"content-type": "application/vnd.amazon.eventstream"}
        )
        await response.prepare(request)
        await self._stream(request, response)
        return response

    async def _stream(self, request: web.Request, response: web.StreamResponse) -> None:
        try:
            for one in self.events:
                await response.write(one)
                await asyncio.sleep(0)
            while self.ends == "endless":
                await response.write(self.events[1])
                await asyncio.sleep(0.005)
        except (ConnectionError, asyncio.CancelledError):
            self.left.set()
            raise
        if self.ends == "cut":
            assert request.transport is not None
            request.transport.abort()
        elif self.ends == "silence":
            await asyncio.sleep(60)
        else:
            await response.write_eof()


@contextlib.asynccontextmanager
async def bedrock() -> AsyncIterator[Bedrock]:
    """It, running."""
    served = Bedrock()
    app = web.Application()
    app.router.add_post("/{path:.*}", served.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    served.url = f"http://127.0.0.1:{port}"
    yield served
    await runner.cleanup()
