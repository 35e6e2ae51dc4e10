"""One connection to an upstream, and the answers that come over it one after the other.

aiohttp opens it, with its names and its TLS. What goes over it is read here, by the parser that
reads what comes in to the gateway: aiohttp's reader was a tenth of a short proxied request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import aiohttp
import httptools

from aiguardian.proxy.faults import malformed

HEAD_BYTES = 64 * 1024
"""Of a response, interim ones included: a vendor's has one or two thousand."""
READ_AHEAD_BYTES = 128 * 1024
"""So much waits for whoever reads; then the upstream waits."""
IDLE_S = 30.0
"""A connection without a request is kept so long: shorter than most servers keep theirs."""
_SWITCHING = 101


class Reply:
    """A response whose head has come."""

    def __init__(self, line: Line, status: int, headers: Mapping[str, str]) -> None:
        self.status = status
        self.headers = headers
        """By name in lower case; of one that came twice, the first."""
        self.is_ended = False
        """Whether nothing follows what can be taken now."""
        self._line = line
        self._pieces: list[bytes] = []
        self._size = 0
        self._fault: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None

    def take(self) -> bytes:
        """What has come of the body and was not taken yet.

        Raises `aiohttp.ClientError` or `OSError` when that is nothing, for the connection broke.
        """
        if self._fault is not None and not self._pieces:
            raise self._fault
        taken = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces = []
        if self._size > READ_AHEAD_BYTES:
            self._line.resume()
        self._size = 0
        return taken

    async def wait(self) -> None:
        """Return when there is something to take, or when nothing follows."""
        if self._pieces or self.is_ended or self._fault is not None:
            return
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def add(self, piece: bytes) -> None:
        """A piece has come."""
        self._pieces.append(piece)
        before, self._size = self._size, self._size + len(piece)
        if before <= READ_AHEAD_BYTES < self._size:
            self._line.pause()
        self._wake()

    def end(self) -> None:
        """All of it has come."""
        self.is_ended = True
        self._wake()

    def fail(self, fault: Exception) -> None:
        """No more of it will come."""
        self._fault = fault
        self._wake()

    def close(self) -> None:
        """Let go of it; a connection whose answer was not read to its end is closed."""
        if not self.is_ended:
            self._line.close()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class Line(asyncio.Protocol):
    """One connection. It waits among `idle` when it has answered and stays open."""

    def __init__(self, connection: aiohttp.connector.Connection, idle: list[Line]) -> None:
        """Takes the connection over. Raises `aiohttp.ClientError` when it is gone by now."""
        if connection.protocol is None or connection.transport is None:
            raise aiohttp.ServerDisconnectedError
        self._connection = connection
        self._opener = connection.protocol
        self._transport = connection.transport
        self._loop = asyncio.get_running_loop()
        self._idle = idle
        self._deadline_s = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at_s = 0.0
        self._parser = httptools.HttpResponseParser(self)
        self._asked: asyncio.Future[Reply] | None = None
        self._reply: Reply | None = None
        self._headers: dict[str, str] = {}
        self._head_bytes = 0
        self._is_interim = False
        self._is_paused = False
        self._transport.set_protocol(self)

    async def ask(self, sent: bytes, *, within_s: float) -> Reply:
        """The response to this request, as soon as its head has come.

        Raises `TimeoutError`, `aiohttp.ClientError`, `OSError`, and `UpstreamFault` for what is
        not HTTP. Then, and when its caller leaves, the connection is closed.
        """
        asked: asyncio.Future[Reply] = self._loop.create_future()
        self._asked = asked
        self._head_bytes = 0
        self._deadline_s = self._loop.time() + within_s
        self._look_at(self._deadline_s)
        try:
            self._transport.write(sent)
            return await asked
        except BaseException:  # a caller that left, too: nobody reads what would come
            if self._asked is asked:
                self._asked = None
                self.close()
            elif not asked.cancelled() and asked.exception() is None:
                asked.result().close()  # by now the connection may answer somebody else
            raise

    def close(self) -> None:
        """End the connection."""
        if self in self._idle:
            self._idle.remove(self)
        self._transport.close()

    @property
    def is_open(self) -> bool:
        """Whether a request can be sent over it, as far as is known here."""
        return not self._transport.is_closing()

    def pause(self) -> None:
        """Read no more for now."""
        if self.is_open:
            self._is_paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        if self._is_paused and self.is_open:
            self._is_paused = False
            self._transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        """Read on. What comes unasked ends the connection: it could pass for the next answer."""
        if self._asked is None and self._reply is None:
            self.close()
            return
        is_head = self._reply is None
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail(malformed("is not HTTP"))
            return
        if is_head and self._reply is None:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._fail(malformed(f"has a head of more than {HEAD_BYTES:,} bytes"))

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits for something."""
        if self in self._idle:
            self._idle.remove(self)
        if self._timer is not None:
            self._timer.cancel()
        reply, self._reply = self._reply, None
        if self._asked is not None and not self._asked.done():
            self._asked.set_exception(exc or aiohttp.ServerDisconnectedError())
        elif reply is not None and exc is None and _ends_with_its_connection(reply):
            reply.end()
        elif reply is not None:
            reply.fail(exc or aiohttp.ClientPayloadError("The answer broke off."))
        self._connection.close()
        self._opener.connection_lost(exc)

    def on_message_begin(self) -> None:
        """A response begins, asked for or not."""
        self._headers = {}
        if self._asked is None:
            self.close()

    def on_header(self, name: bytes, value: bytes) -> None:
        """One of its headers."""
        self._headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))

    def on_headers_complete(self) -> None:
        """Its head is whole."""
        status = self._parser.get_status_code()
        self._is_interim = status < 200
        if status == _SWITCHING:
            self._fail(malformed("changes to another protocol"))
        if self._is_interim or self._asked is None or self._asked.done():
            return
        self._reply = Reply(self, status, self._headers)
        self._asked.set_result(self._reply)
        self._asked = None

    def on_body(self, body: bytes) -> None:
        """A piece of its body."""
        if self._reply is not None:
            self._reply.add(body)

    def on_message_complete(self) -> None:
        """It is whole: the connection may serve again."""
        reply, self._reply = self._reply, None
        if self._is_interim or reply is None:
            return
        reply.end()
        if not self._parser.should_keep_alive():
            self._transport.close()
            return
        if self._is_paused:
            self.resume()
        self._idle.append(self)
        self._deadline_s = self._loop.time() + IDLE_S
        self._look_at(self._deadline_s)

    def _look_at(self, at_s: float) -> None:
        """Look at this time whether the deadline has passed, or before: one timer goes on for all
        requests, and is set anew only for an earlier one."""
        if self._timer is not None:
            if self._timer_at_s <= at_s:
                return
            self._timer.cancel()
        self._timer_at_s = at_s
        self._timer = self._loop.call_later(at_s - self._loop.time(), self._look)

    def _look(self) -> None:
        """Give up an answer that has not begun in time, or end what was idle for long."""
        self._timer = None
        is_asked = self._asked is not None and not self._asked.done()
        if not is_asked and self not in self._idle:
            return  # an answer is on its way: whoever reads it has a limit
        if self._loop.time() < self._deadline_s:
            self._look_at(self._deadline_s)
        elif is_asked:
            self._fail(TimeoutError())
        else:
            self.close()

    def _fail(self, error: Exception) -> None:
        if self._asked is not None and not self._asked.done():
            self._asked.set_exception(error)
        elif self._reply is not None:
            self._reply.fail(aiohttp.ClientPayloadError("The answer is not HTTP."))
            self._reply = None
        self.close()


def _ends_with_its_connection(reply: Reply) -> bool:
    """Whether the body goes on until the connection ends (RFC 9112, section 6.3)."""
    coding = reply.headers.get("transfer-encoding")
    if coding is not None:
        return not coding.lower().endswith("chunked")
    return "content-length" not in reply.headers
