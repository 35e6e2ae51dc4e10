"""Server-sent events one at a time, as they came but for their line ends: these become line feeds.

Source: the WHATWG HTML standard, section 9.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MOST_EVENT_BYTES = 16_777_216
"""Of one event; beyond this the server is at fault."""


class MalformedStream(ValueError):
    """A stream that cannot be read, so that nothing of it can be judged."""


@dataclass(frozen=True, slots=True)
class Event:
    """The lines of an event as they came, without their ends."""

    lines: tuple[bytes, ...]

    @property
    def raw(self) -> bytes:
        """The event as it is sent on."""
        return b"".join(line + b"\n" for line in self.lines) + b"\n"

    @property
    def data(self) -> str:
        """What the event carries; empty for a comment, or one that only marks a place."""
        values = [_value(line) for line in self.lines if _field(line) == b"data"]
        return "\n".join(value.decode("utf-8", "replace") for value in values)

    def carrying(self, data: bytes) -> bytes:
        """The same event with other data, which has no line end in it."""
        kept = [line for line in self.lines if _field(line) in {b"id", b"event", b"retry"}]
        return b"".join(line + b"\n" for line in kept) + b"data: " + data + b"\n\n"


class EventReader:
    """Events from bytes in any chunking. What stands after the last blank line is no event."""

    def __init__(self, most_bytes: int = MOST_EVENT_BYTES) -> None:
        self._most_bytes = most_bytes
        self._rest = b""
        self._ended_with_return = False
        self._lines: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """The events that this chunk completes. Raises `MalformedStream` for one too large."""
        if self._ended_with_return and chunk.startswith(b"\n"):  # the second half of a line end
            chunk = chunk[1:]
        if not chunk:
            return
        self._ended_with_return = chunk.endswith(b"\r")
        self._size += len(chunk)
        lines = _lines(self._rest + chunk)
        self._rest = lines.pop()
        for line in lines:
            if line:
                self._lines.append(line)
                continue
            if self._lines:
                yield Event(tuple(self._lines))
            self._lines = []
            self._size = 0
        self._size = max(self._size, len(self._rest))
        if self._size > self._most_bytes:
            raise MalformedStream(f"An event of more than {self._most_bytes:,} bytes.")


def _lines(text: bytes) -> list[bytes]:
    """The lines, the last one unfinished."""
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")


def _field(line: bytes) -> bytes:
    return line.partition(b":")[0].removeprefix(b"\xef\xbb\xbf")


def _value(line: bytes) -> bytes:
    return line.partition(b":")[2].removeprefix(b" ")
