"""uvicorn with this program's bounds: slow or endless headers, quiet logs, a clean stop."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import Any

import uvicorn

from aiguardian.gateway.closing import turn_away
from aiguardian.gateway.protocol import BoundedProtocol
from aiguardian.gateway.wire import App

LISTENERS = 32
"""uvloop accepts one connection a turn from each; under an onrush of requests turns are long, and
a probe that connects anew waits for its turn (docs/decisions.md, 13)."""


class _Server(uvicorn.Server):
    """Tells when it listens, and goes on for a while after a SIGTERM if it was told to."""

    def __init__(
        self, config: uvicorn.Config, on_listening: Callable[[int], None], leaving: Leaving
    ) -> None:
        super().__init__(config)
        self._on_listening = on_listening
        self._leaving = leaving
        self._loop: asyncio.AbstractEventLoop | None = None

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell what would go on forever, then let requests in flight end."""
        self._leaving.begin()
        self._leaving.stop()
        if sockets and not self.force_exit:
            await turn_away(sockets[0])  # the others are its duplicates
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell the port."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        if self.started and sockets:
            self._on_listening(sockets[0].getsockname()[1])

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first SIGTERM begins the leaving; any other signal, or a second, stops at once."""
        leaving, loop = self._leaving, self._loop
        if sig != signal.SIGTERM or not leaving.seconds or leaving.has_begun or loop is None:
            super().handle_exit(sig, frame)
            return
        leaving.has_begun = True
        leaving.begin()
        stop = partial(super().handle_exit, sig, frame)
        loop.call_soon_threadsafe(loop.call_later, leaving.seconds, stop)


@dataclass(slots=True)
class Leaving:
    """What happens between a SIGTERM and the end of listening.

    A balancer goes on sending for as long as it has not noticed that readiness has ended. So
    requests are answered for so many seconds more, each with the end of its connection.
    """

    seconds: float = 0.0
    begin: Callable[[], None] = lambda: None
    """Ends readiness, and keeps no connection after its answer."""
    stop: Callable[[], None] = lambda: None
    """When listening ends: streams that wait for news are not worth waiting for."""
    has_begun: bool = False


def serve(
    app: App,
    *,
    host: str,
    port: int,
    header_timeout_s: float,
    keep_alive_s: int,
    drain_s: float,
    leave_s: float,
    on_leaving: Callable[[], None],
    on_listening: Callable[[int], None],
    on_stopping: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGTERM or SIGINT, then let requests in flight end.

    An idle connection is kept for `keep_alive_s`: longer than a balancer keeps it, which so never
    meets one that is just being closed here. After a SIGTERM it serves on for `leave_s` seconds;
    `on_leaving` ends readiness. `on_stopping` ends what has no end of its own, before the rest is
    waited for.

    Raises `OSError` when the address cannot be listened on.
    """
    protocol: Any = type("Protocol", (BoundedProtocol,), {"header_timeout_s": header_timeout_s})
    config = uvicorn.Config(
        app,
        http=protocol,
        ws="none",
        loop="auto",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=keep_alive_s,
        timeout_graceful_shutdown=max(1, int(drain_s)),
    )

    def leave() -> None:
        protocol.is_leaving = True
        on_leaving()

    listening = _listen(host, port)
    _tune_interpreter()
    # uvicorn raises the signal once more when it has stopped; by then it is dealt with.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    listeners = [listening, *(listening.dup() for _ in range(LISTENERS - 1))]
    _Server(config, on_listening, Leaving(leave_s, leave, on_stopping)).run(sockets=listeners)


def _tune_interpreter() -> None:
    """Worker threads give the interpreter back after 1 ms, so that probes stay prompt; and what
    has been loaded lives as long as the process, so that collections need not look through it.

    Collections come every 10,000 new objects instead of 700: what waits to be recorded and logged
    outlives the shorter span, and looking through it again and again was a twelfth of a short
    request. Nearly all that a request makes is freed without them.
    """
    sys.setswitchinterval(0.001)
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _listen(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
    except OSError:
        listening.close()
        raise
    return listening
