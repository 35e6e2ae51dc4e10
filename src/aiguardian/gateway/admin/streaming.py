"""Long answers, a line each: read in pieces on a thread, so that nobody else waits."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import islice

from aiguardian.gateway.wire import NDJSON, Send

LINES = 200
"""Of one piece."""


async def stream(send: Send, lines: Iterator[bytes], *, is_json: bool = True) -> None:
    """Send the lines as they are read. What goes wrong amid them breaks the answer off, so that
    it is not taken for whole; before the first one it is an error like any."""
    piece = await asyncio.to_thread(_next, lines)
    content_type = NDJSON if is_json else b"text/plain; charset=utf-8"
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-type", content_type), (b"cache-control", b"no-store")],
        }
    )
    while piece:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        piece = await asyncio.to_thread(_next, lines)
    await send({"type": "http.response.body", "body": b""})


def _next(lines: Iterator[bytes]) -> bytes:
    return b"".join(islice(lines, LINES))
