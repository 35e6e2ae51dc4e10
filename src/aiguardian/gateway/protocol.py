"""HTTP/1.1 on one connection: uvicorn's protocol with bounds, and quick for short requests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from aiguardian.gateway.cycle import Cycle, begin

HEADER_BYTES = 64 * 1024
"""The largest request line and headers together; nginx's default is half of it."""
LINGER_S = 10.0
"""How long a client may go on sending a body after its answer (a 413, say). Closing at once
would reset the connection and often lose the answer on its way."""
ARRIVAL_S = 1.0
"""For the first request of a connection, or the rest of a request's headers, when the server stops:
the peer may have sent it already, and would take a closed connection for a failure."""

_KEEPING = (b"close", b"keep-alive")
"""The words of a Connection header that are about the connection, not about another protocol."""


class BoundedProtocol(HttpToolsProtocol):
    """HTTP/1.1 on one connection, with a limit in bytes and seconds on a request's headers."""

    header_timeout_s: ClassVar[float] = 10.0
    is_leaving: ClassVar[bool] = False
    """Whether each connection ends with the answer that is given on it."""

    _is_in_headers = False
    _header_bytes = 0
    _idle_since_s = 0.0
    _starting: Cycle | None = None
    """Begins when all that has come by now is read."""
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
        if self.cycle is not None:
            self.cycle.scope.pop("answer", None)  # type: ignore[typeddict-item]  # holds this protocol

    def data_received(self, data: bytes) -> None:
        """Parse; headers that go on after this piece are counted and timed."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self._starting = None
            self.send_400_response("Invalid HTTP request received.")
        except httptools.HttpParserUpgrade as offer:
            self._stay(data[offer.args[0] :])
        if self._starting is not None:
            cycle, self._starting = self._starting, None
            self._start(cycle)
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
        self.url, self.headers, self.expect_100_continue = b"", [], False
        self.scope = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": "1.1",
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,  # type: ignore[typeddict-item]  # set with the connection
            "root_path": "",
            "headers": self.headers,
            "state": self.app_state.copy(),
        }

    def on_headers_complete(self) -> None:
        """Its headers are whole."""
        parser, scope = self.parser, self.scope
        if parser.should_upgrade():
            return  # read once more, see `_stay`
        self._is_in_headers = False
        if self._header_timer is not None:
            self._stop_waiting()
        version = parser.get_http_version()
        if version != "1.1":
            scope["http_version"] = version
        scope["method"] = parser.get_method().decode("ascii")
        address = httptools.parse_url(self.url)
        path = address.path.decode("ascii")
        scope["raw_path"] = address.path
        scope["path"] = unquote(path) if "%" in path else path
        scope["query_string"] = address.query or b""
        scope["answer"] = self.answer  # type: ignore[typeddict-unknown-key]  # beside ASGI
        former = self.cycle
        self.cycle = Cycle(
            self,
            scope,
            keep_alive=not self.is_leaving and version != "1.0" and parser.should_keep_alive(),
            expects_100=self.expect_100_continue,
            on_response=self.on_response_complete,
        )
        if former is None or former.response_complete:
            self._starting = self.cycle
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    def on_body(self, body: bytes) -> None:
        """A piece of its body."""
        cycle: Cycle = self.cycle  # type: ignore[assignment]  # made above
        if cycle.response_complete:
            return
        cycle.add(body)
        if len(cycle.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()

    def on_message_complete(self) -> None:
        """Its body is whole."""
        if self.parser.should_upgrade():
            return
        if self._linger_timer is not None:
            self._stop_lingering()
        cycle: Cycle = self.cycle  # type: ignore[assignment]  # made above
        if not cycle.response_complete:
            cycle.more_body = False
            cycle.tell()

    def answer(
        self, scope: Any, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes
    ) -> bool:
        """Give the request with this scope a whole answer; False: by ASGI's messages, please."""
        cycle: Cycle = self.cycle  # type: ignore[assignment]  # made above
        return cycle.scope is scope and cycle.answer(status, headers, body)

    def on_response_complete(self) -> None:
        """Its answer is sent; the rest of an unread body is thrown away, for a while."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        if self.cycle.more_body:
            self._linger_timer = self.loop.call_later(LINGER_S, self.transport.close)
        if self.flow.read_paused:
            self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self._idle_since_s = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._wait_while_idle(self.timeout_keep_alive)

    def timeout_keep_alive_handler(self) -> None:
        """End a connection that has been idle for so long; at once if its client does not even
        read its last answer. One timer goes on for all of a connection's requests."""
        self.timeout_keep_alive_task = None
        if self._is_in_headers or not self.cycle.response_complete:
            return  # begins anew after the answer
        left_s = self._idle_since_s + self.timeout_keep_alive - self.loop.time()
        if left_s > 0:
            self._wait_while_idle(left_s)
            return
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

    def _start(self, cycle: Cycle) -> None:
        """Begin to answer: at once if the request is whole, for it may end at once too."""
        if cycle.more_body or self.flow.write_paused:
            self._start_asgi_task(cycle, self.app)
            return
        cycle.scope["arrived"] = bytes(cycle.body)  # type: ignore[typeddict-unknown-key]  # beside ASGI
        left = begin(cycle.run_asgi(self.app))
        if left is not None:
            task = self.loop.create_task(left)
            task.add_done_callback(self.tasks.discard)
            self.tasks.add(task)

    def _wait_while_idle(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(
            seconds, self.timeout_keep_alive_handler
        )

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
