"""A vendor for the proxy's benchmarks: chat completions, whole or streamed at a set pace.

Bytes are made once; a request costs it some thirty microseconds, so that proxies are measured and
not this program. The pace and the answer are told by the model's name: `whole`, `long` (8 kB), or
`paced-<pieces a second>`; 0 is without a pause. Usage: python -m benchmarks.proxy_vendor PORT
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

WORDS = (
    "The ferry to the island leaves at nine in the morning and comes back at noon. "
    "Bring something warm, since the wind out there is stronger than it looks from the pier. "
    "Most visitors walk to the lighthouse first and have their lunch in the village. "
)
PIECES = 50


def pieces(text: str, count: int = PIECES) -> list[str]:
    """The text in so many pieces."""
    size = -(-len(text) // count)
    return [text[at : at + size] for at in range(0, len(text), size)]


def whole_answer(text: str) -> bytes:
    """A chat completion with its head."""
    body = json.dumps(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": "gpt-4o-mini",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": text},
                    "logprobs": None,
                    "finish_reason": "stop",
                }
            ],
            "usage": {"prompt_tokens": 20, "completion_tokens": 60, "total_tokens": 80},
        }
    ).encode()
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    return head % len(body) + body


def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
    """One event, as a chunk of HTTP."""
    value = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "gpt-4o-mini",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    return framed(b"data: " + json.dumps(value).encode() + b"\n\n")


def framed(data: bytes) -> bytes:
    return b"%x\r\n" % len(data) + data + b"\r\n"


STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)
STREAM_END = framed(b"data: [DONE]\n\n") + b"0\r\n\r\n"
SHORT = "It leaves at nine."
ANSWERS = {"whole": whole_answer(SHORT), "long": whole_answer(WORDS * 33)}
PACED_TEXT = WORDS * 4
TOKEN = 4
"""Characters of a piece at a set pace: about a token."""


def stream_of(parts: list[str]) -> list[bytes]:
    """The chunks of a streamed answer."""
    said = [chunk({"content": part}) for part in parts]
    return [chunk({"role": "assistant", "content": ""}), *said, chunk({}, "stop")]


STREAM = stream_of(pieces(PACED_TEXT))
TOKENS = stream_of(pieces(PACED_TEXT, len(PACED_TEXT) // TOKEN))


class Vendor(asyncio.Protocol):
    """One connection; requests come one after the other."""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if not separator:
            return
        at = head.lower().find(b"content-length: ")
        length = int(head[at + 16 :].split(b"\r", 1)[0]) if at >= 0 else 0
        if len(body) >= length:
            self._received = b""
            self._answer(json.loads(body) if body else {})

    def _answer(self, request: dict[str, Any]) -> None:
        model = str(request.get("model", "whole")).rsplit("/", 1)[-1]
        if not request.get("stream"):
            self._transport.write(ANSWERS.get(model, ANSWERS["whole"]))
            return
        pace = float(model.removeprefix("paced-")) if model.startswith("paced-") else 0.0
        self._task = asyncio.ensure_future(self._stream(pace))

    async def _stream(self, pace: float) -> None:
        if not pace:
            self._transport.write(STREAM_HEAD + b"".join(STREAM) + STREAM_END)
            return
        self._transport.write(STREAM_HEAD)
        began = time.perf_counter()
        for number, piece in enumerate(TOKENS):
            self._transport.write(piece)
            await asyncio.sleep(began + (number + 1) / pace - time.perf_counter())
        self._transport.write(STREAM_END)


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Vendor, "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main())
