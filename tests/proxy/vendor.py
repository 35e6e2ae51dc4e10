"""A vendor for the proxy's tests: a real HTTP server that answers as it is told."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from asgi import Client

from aiguardian.app import Program, create_app
from aiguardian.settings.groups import Limits, Runtime, Settings, Upstream
from aiguardian.settings.policies import Policies

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Vendor:
    """Answers by its handler; remembers what it was asked."""

    handler: Handler | None = None
    bodies: list[Any] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a client has left before the end."""
    url: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.raw.append(body)
        self.heads.append({name.lower(): value for name, value in request.headers.items()})
        self.bodies.append(json.loads(body) if body else None)
        self.paths.append(request.path)
        self.asked.set()
        assert self.handler is not None
        try:
            return await self.handler(request)
        except (asyncio.CancelledError, ConnectionError):
            self.left.set()
            raise


def says(value: Any, *, status: int = 200, **headers: str) -> Handler:
    """One JSON answer, or the bytes given."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    named = {name.replace("_", "-"): each for name, each in headers.items()}
    named.setdefault("content-type", "application/json")

    async def handler(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body, headers=named)

    return handler


def streams(events: Iterable[bytes], *, ends: str = "well", pause_s: float = 0.0) -> Handler:
    """Server-sent events; `ends` well, by a cut, or by falling silent."""
    pieces = list(events)

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        for piece in pieces:
            await response.write(piece)
            await asyncio.sleep(pause_s)
        if ends == "cut":
            assert request.transport is not None
            request.transport.abort()
        elif ends == "silence":
            await asyncio.sleep(60)
        else:
            await response.write_eof()
        return response

    return handler


def event(value: Any, name: str = "") -> bytes:
    """One event with JSON data."""
    head = f"event: {name}\n" if name else ""
    data = value if isinstance(value, str) else json.dumps(value)
    return f"{head}data: {data}\n\n".encode()


def chat_answer(text: str) -> dict[str, Any]:
    """A chat completion with one choice."""
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": text},
            }
        ],
        "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
    }


def chat_events(pieces: Iterable[str]) -> list[bytes]:
    """The same as a stream of chunks."""

    def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return event(
            {
                "id": "c1",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": "m",
                "choices": [choice],
            }
        )

    return [
        chunk({"role": "assistant", "content": ""}),
        *(chunk({"content": piece}) for piece in pieces),
        chunk({}, "stop"),
        event("[DONE]"),
    ]


@dataclass
class Proxied:
    """A gateway in front of a vendor."""

    client: Client
    vendor: Vendor
    program: Program


@contextlib.asynccontextmanager
async def proxied(
    home: Path,
    *,
    policies: Policies | None = None,
    change: Callable[[Settings, str], Settings] = lambda settings, _: settings,
    **upstream: Any,
) -> AsyncIterator[Proxied]:
    """Both, running. `change` gets the settings and the vendor's address."""
    vendor = Vendor()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", vendor.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    vendor.url = f"http://127.0.0.1:{port}"
    settings = Settings(
        runtime=Runtime(home=home),
        limits=Limits(workers=2),
        policies=policies or Policies(),
        upstream=Upstream(**{"base_url": vendor.url, "retries": 0, **upstream}),
    )
    try:
        program = create_app(change(settings, vendor.url))
        async with program.run():
            await program.tester.run()  # so that every model is loaded
            yield Proxied(Client(program.app), vendor, program)
    finally:
        await runner.cleanup()
