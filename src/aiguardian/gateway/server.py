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
from typing import Any, ClassVar

import httptools
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from aiguardian.gateway.answering import Answer
from aiguardian.gateway.closing import turn_away
from aiguardian.gateway.wire import App

HEADER_BYTES = 64 * 1024
"""The largest request line and headers together; nginx's default is half of it."""
LINGER_S = 10.0
"""How long a client may go on sending a body after its answer (a 413, say). Closing at once
would reset the connection and often lose the answer on its way."""
ARRIVAL_S = 1.0
"""For the first request of a connection, or the rest of a request's headers, when the server stops:
the peer may have sent it already, and would take a closed connection for a failure."""
LISTENERS = 32
"""uvloop accepts one connection a turn from each; under an onrush of requests turns are long, and
a probe that connects anew waits for its turn (docs/decisions.md, 13)."""


_KEEPING = (b"close", b"keep-alive")
"""The words of a Connection header that are about the connection, not about another protocol."""


class BoundedProtocol(HttpToolsProtocol):
    """HTTP/1.1 on one connection, with a limit in bytes and seconds on a request's headers."""

    header_timeout_s: ClassVar[float] = 10.0
    is_leaving: ClassVar[bool] = False
    """Whether each connection ends with the answer that is given on it."""

    _is_in_headers = False
    _header_bytes = 0
    _header_timer: asyncio.TimerHandle | None = None
    _linger_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Give the client so long to begin."""
        super().connection_made(transport)
        self._wait_for_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timers."""
        self._stop_waiting()
        self._stop_lingering()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse; headers that go on after this piece are counted and timed."""
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")
        except httptools.HttpParserUpgrade as offer:
            self._stay(data[offer.args[0] :])
        if not self._is_in_headers:
            return
        self._header_bytes += len(data)
        if self._header_bytes > HEADER_BYTES:
            self._refuse(b"431 Request Header Fields Too Large", "headers_too_large")
        elif self._header_timer is None:
            self._wait_for_headers()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._is_in_headers, self._header_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its headers are whole."""
        if self.parser.should_upgrade():
            return  # read once more, see `_stay`
        self._is_in_headers = False
        if self._header_timer is not None:
            self._stop_waiting()
        super().on_headers_complete()
        if self.is_leaving:
            self.cycle.keep_alive = False

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        async def answered(scope: Any, receive: Any, _: Any) -> None:
            await app(scope, receive, Answer(cycle).send)

        super()._start_asgi_task(cycle, answered)

    def on_message_complete(self) -> None:
        """Its body is whole."""
        if self.parser.should_upgrade():
            return
        if self._linger_timer is not None:
            self._stop_lingering()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Its answer is sent; the rest of an unread body is thrown away, for a while."""
        if self.cycle.more_body and not self.transport.is_closing():
            self._linger_timer = self.loop.call_later(LINGER_S, self.transport.close)
        super().on_response_complete()

    def timeout_keep_alive_handler(self) -> None:
        """End an idle connection; at once if its client does not even read its last answer."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        super().timeout_keep_alive_handler()

    def shutdown(self) -> None:
        """The server stops: an idle connection ends, one on which a request is on its way goes on
        until that is answered."""
        cycle = self.cycle
        is_answering = cycle is not None and not cycle.response_complete
        is_idle = cycle is not None and not self._is_in_headers
        if is_answering or is_idle or self.transport.is_closing():
            super().shutdown()
            return
        self._stop_waiting()
        self._header_timer = self.loop.call_later(ARRIVAL_S, self.transport.close)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - as uvicorn calls it
        """Tell a client that does not speak HTTP so, in the shape of every other error."""
        self._refuse(b"400 Bad Request", "invalid_request")

    def _stay(self, rest: bytes) -> None:
        """Go on with HTTP/1.1 where the client offers another protocol (RFC 9110, 7.8), as Java's
        does with every request. The parser would throw the body away, so it reads the request
        once more, without the offer."""
        method = self.parser.get_method()
        if method == b"CONNECT":
            self.send_400_response("Invalid HTTP request received.")
            return
        lines = [b"%b %b HTTP/%b" % (method, self.url, self.parser.get_http_version().encode())]
        for name, value in self.headers:
            if name == b"connection":
                kept = [part for part in value.split(b",") if part.strip().lower() in _KEEPING]
                lines.append(b"connection:" + b",".join(kept))
            elif name != b"upgrade":
                lines.append(name + b": " + value)
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn's
        self.data_received(b"\r\n".join([*lines, b"", rest]))

    def _wait_for_headers(self) -> None:
        self._header_timer = self.loop.call_later(self.header_timeout_s, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def _stop_lingering(self) -> None:
        if self._linger_timer is not None:
            self._linger_timer.cancel()
            self._linger_timer = None

    def _too_slow(self) -> None:
        self._header_timer = None
        self._refuse(b"408 Request Timeout", "request_timeout")

    def _refuse(self, status: bytes, code: str) -> None:
        if self.transport.is_closing():
            return
        body = (
            f'{{"request_id":null,"service_type":null,"success":false,"data":null,'
            f'"error":{{"code":"{code}","message":"{status.decode()[4:]}."}},'
            f'"processing_time":0.0,"service_used":null,"degraded":false}}'
        ).encode()
        self.transport.write(
            b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
            b"connection: close\r\n\r\n%b" % (status, len(body), body)
        )
        self.transport.close()


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
