"""By what the gate's requests are answered: what every answer tells is put into each, and what is
whole goes out whole.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable

from aiguardian.gateway.limits.entry import limit_headers
from aiguardian.gateway.wire import Headers, Message, Scope, Send
from aiguardian.telemetry.exchange import Exchange

_UNRECORDED = (b"x-aiguardian-audit", b"unrecorded")
_NO_SNIFFING = (b"x-content-type-options", b"nosniff")


class Answering:
    """An ASGI `send` for one request."""

    __slots__ = ("_scope", "_send")

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send

    def __call__(self, message: Message) -> Awaitable[None]:
        """Send one of ASGI's messages."""
        if message["type"] == "http.response.start":
            message["headers"] = self._told(message["status"], message.get("headers", ()))
        return self._send(message)

    def whole(self, status: int, headers: Headers, body: bytes) -> bool:
        """Send an answer in one write, where the server can: else nothing is sent, and False."""
        answer = self._scope.get("answer")
        if answer is None:
            return False
        is_sent: bool = answer(self._scope, status, self._told(status, headers), body)
        return is_sent

    def _told(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> Headers:
        exchange: Exchange = self._scope["exchange"]
        exchange.status = status
        told = [
            *headers,
            (b"x-request-id", exchange.request_id.encode()),
            (b"traceparent", exchange.traceparent().encode()),
            _NO_SNIFFING,
            *limit_headers(self._scope),
        ]
        if exchange.is_unrecorded:
            told.append(_UNRECORDED)
        return told
