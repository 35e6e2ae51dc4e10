"""One request on a connection and its answer: what uvicorn does for every request is put off until
somebody needs it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from types import coroutine
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

_BODILESS = frozenset({204, 304})


class Cycle(RequestResponseCycle):
    """uvicorn's, and beside ASGI's messages a way to take a body and to give an answer whole."""

    access_log = False
    disconnected = False
    more_body = True
    response_started = False
    response_complete = False
    chunked_encoding: bool | None = None
    expected_content_length = 0
    body: Any = b""

    def __init__(  # not uvicorn's: that sets all of the above, for each request
        self,
        protocol: Any,
        scope: Any,
        *,
        keep_alive: bool,
        expects_100: bool,
        on_response: Callable[[], None],
    ) -> None:
        self.scope = scope
        self.transport = protocol.transport
        self.flow = protocol.flow
        self.logger = protocol.logger
        self.default_headers = protocol.server_state.default_headers
        self.keep_alive = keep_alive
        self.waiting_for_100_continue = expects_100
        self.on_response = on_response
        self._event: asyncio.Event | None = None

    @property
    def message_event(self) -> asyncio.Event:  # type: ignore[override]  # an attribute of uvicorn's
        """Set when there is something to receive. Made when somebody waits for it."""
        if self._event is None:
            self._event = asyncio.Event()
            if self.body or not self.more_body or self.disconnected or self.response_complete:
                self._event.set()
        return self._event

    def add(self, piece: bytes) -> None:
        """One more piece of the body; the first stays as it came."""
        if not self.body:
            self.body = piece
        elif isinstance(self.body, bytearray):
            self.body += piece
        else:
            self.body = bytearray(self.body)
            self.body += piece
        self.tell()

    def tell(self) -> None:
        """Wake whoever waits for something to receive."""
        if self._event is not None:
            self._event.set()

    def answer(self, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bool:
        """Send head and body in one write; False when this answer needs uvicorn's care, and nothing
        was sent. uvicorn writes each by itself and looks at each header twice by a pattern.

        `headers` tell the body's length, and nothing of the connection. Raises `RuntimeError` for a
        line break in one of them.
        """
        if (
            not self.keep_alive
            or self.response_started
            or self.disconnected
            or self.flow.write_paused
            or status < 200
            or status in _BODILESS
            or self.scope["method"] == "HEAD"
        ):
            return False
        lines = [b": ".join(header) for header in (*self.default_headers, *headers)]
        together = b"".join(lines)
        if b"\n" in together or b"\r" in together:
            raise RuntimeError("A header has a line break in it.")
        self.response_started = self.response_complete = True
        self.waiting_for_100_continue = False
        self.transport.write(STATUS_LINE[status] + b"\r\n".join((*lines, b"", body)))
        self.tell()
        self.on_response()
        return True


def begin(work: Any) -> Any:
    """Run a coroutine as far as it goes without waiting, outside of any task, and give back what
    is left of it: None when it has ended.

    A task costs a short request more than most of its duties do. What may wait says so first, by
    `in_task`; what waits without is a fault, told by an exception in it.
    """
    try:
        if work.send(None) is not None:
            work.throw(RuntimeError("A request that waits must be in a task, see `in_task`."))
    except StopIteration:
        return None
    return work


@coroutine
def _let_go() -> Any:
    yield


async def in_task() -> None:
    """Return in a task: timeouts, cancelling and all that waits need one."""
    if asyncio.current_task() is None:
        await _let_go()
