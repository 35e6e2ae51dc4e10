"""Server-sent events, read from bytes in any chunking and written again.

Source: the WHATWG HTML standard, section 9.2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from aiguardian.proxy.carriers.leaves import is_identifier

MOST_EVENT_BYTES = 16_777_216
"""An image in Base64 comes as one event; beyond this the upstream is at fault."""

KEEP_ALIVE = b":\n\n"
_LINE_END = re.compile(rb"\r\n|\n|\r")


class MalformedStream(ValueError):
    """The upstream's stream is not what its vendor publishes."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event; a comment has no data."""

    data: str | None
    name: str = ""


class SseReader:
    """Events from chunks of bytes."""

    def __init__(self, most_bytes: int = MOST_EVENT_BYTES) -> None:
        self._most_bytes = most_bytes
        self._chunks: list[bytes] = []  # of an unfinished line
        self._size = 0  # bytes of the unfinished event
        self._data: list[str] = []
        self._name = ""
        self._is_first = True

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """The events that this chunk completes. Raises `MalformedStream` for one too large."""
        self._size += len(chunk)
        self._chunks.append(chunk)
        if b"\n" in chunk or b"\r" in chunk or self._ends_with_return(chunk):
            yield from self._lines()
        if self._size > self._most_bytes:
            raise MalformedStream(f"An event of more than {self._most_bytes:,} bytes.")

    def _ends_with_return(self, chunk: bytes) -> bool:
        """A carriage return at the end of a chunk may be half a line end: it waits for the next."""
        return bool(chunk) and len(self._chunks) > 1 and self._chunks[-2].endswith(b"\r")

    def _lines(self) -> Iterator[Event]:
        text = b"".join(self._chunks)
        self._chunks = []
        position = 0
        for found in _LINE_END.finditer(text):
            if found.group() == b"\r" and found.end() == len(text):
                break
            event = self._line(text[position : found.start()])
            position = found.end()
            if event is not None:
                self._size = len(text) - position
                yield event
        if position < len(text):
            self._chunks = [text[position:]]

    def _line(self, line: bytes) -> Event | None:
        text = line.decode("utf-8", "replace")
        if self._is_first:
            text = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
            self._is_first = False
        if not text:
            return self._dispatched()
        field, _, value = text.partition(":")
        value = value.removeprefix(" ")
        if not field:
            return Event(None)
        if field == "data":
            self._data.append(value)
        elif field == "event":
            self._name = value
        return None

    def _dispatched(self) -> Event | None:
        data, name = self._data, self._name
        self._data, self._name = [], ""
        return Event("\n".join(data), name) if data else None


def event_object(event: Event) -> dict[str, Any]:
    """The JSON object of an event. Raises `MalformedStream`."""
    data = event.data or ""
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError):
        try:
            value = json.loads(data)  # reads a half of a surrogate pair, too
        except (ValueError, RecursionError) as error:
            raise MalformedStream("An event that is not JSON.") from error
    if not isinstance(value, dict):
        raise MalformedStream("An event that is not a JSON object.")
    return value


def event_bytes(value: dict[str, Any], name: str = "") -> bytes:
    """The event as it is sent, without a name that is not plain."""
    head = f"event: {name}\n".encode() if name and is_identifier(name) else b""
    return head + b"data: " + _encoded(value) + b"\n\n"


def _encoded(value: dict[str, Any]) -> bytes:
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:  # half a surrogate pair
        return json.dumps(value).encode()
