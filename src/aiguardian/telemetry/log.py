"""Log lines as JSON in Elastic Common Schema fields, written in batches by one thread.

The event loop only appends to a bounded queue: a full pipe or a slow disk costs lines, which
are counted, and never a request. An exception is logged by its type and its frames; its
message may quote what a caller sent, so it is left out.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TextIO

import msgspec

from aiguardian.telemetry.exchange import Exchange

SERVICE = "codeguardians-gateway"
QUEUE_LINES = 20_000
"""About 8 MB of lines: two seconds of the fastest traffic one process can answer."""
FLUSH_S = 0.2

_LEVELS = {"CRITICAL": "critical", "ERROR": "error", "WARNING": "warning", "INFO": "info"}


class LogWriter:
    """A bounded queue of log records and the thread that writes them."""

    def __init__(
        self, stream: TextIO | None = None, *, on_drop: Callable[[], None] = lambda: None
    ) -> None:
        self._stream = stream
        self._on_drop = on_drop
        self._lines: deque[dict[str, Any] | tuple[Exchange, float]] = deque()
        self._wake = threading.Event()
        self._is_stopping = False
        self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)
        self.dropped = 0

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is queued, then end. Gives up after five seconds of a blocked stream."""
        self._is_stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def request(self, exchange: Exchange, seconds: float) -> None:
        """Queue the line of one finished request."""
        self._queue((exchange, seconds))

    def event(self, fields: dict[str, Any]) -> None:
        """Queue a line of ready fields."""
        self._queue(fields)

    def _queue(self, line: dict[str, Any] | tuple[Exchange, float]) -> None:
        if len(self._lines) >= QUEUE_LINES:
            self.dropped += 1
            self._on_drop()
            return
        self._lines.append(line)

    def _run(self) -> None:
        while not self._is_stopping:
            self._wake.wait(FLUSH_S)
            self._flush()
        self._flush()

    def _flush(self) -> None:
        """Write queued lines in pieces of at most 500, so that the lock that threads share
        (the GIL) is never held for long."""
        stream = self._stream or sys.stdout
        while self._lines:
            count = min(len(self._lines), 500)
            batch = [_fields(self._lines.popleft()) for _ in range(count)]
            try:
                stream.write(msgspec.json.Encoder().encode_lines(batch).decode())
                stream.flush()
            except (OSError, ValueError):  # the reader of our output is gone
                self.dropped += count
                return


def _fields(line: dict[str, Any] | tuple[Exchange, float]) -> dict[str, Any]:
    if isinstance(line, dict):
        return line
    exchange, seconds = line
    level = "error" if exchange.status >= 500 else "info"
    end_s = exchange.started_ns / 1e9 + seconds
    fields: dict[str, Any] = {
        "@timestamp": _timestamp(end_s),
        "log.level": level,
        "message": f"{exchange.method} {exchange.route} {exchange.status}",
        "ecs.version": "8.17",
        "service.name": SERVICE,
        "event.dataset": "aiguardian.request",
        "event.duration": int(seconds * 1e9),
        "http.request.method": exchange.method,
        "http.request.id": exchange.request_id,
        "http.request.body.bytes": exchange.body_bytes,
        "http.response.status_code": exchange.status,
        "url.path": exchange.route,
        "trace.id": exchange.trace_id,
        "span.id": exchange.span_id,
        "aiguardian.client_type": exchange.client_type,
    }
    if exchange.guard:
        fields["aiguardian.guard"] = exchange.guard
        fields["aiguardian.guard_ms"] = round(exchange.guard_s * 1000, 3)
        fields["aiguardian.degraded"] = exchange.degraded
    if exchange.action:
        fields["aiguardian.action"] = exchange.action
    if exchange.error_code:
        fields["error.code"] = exchange.error_code
    return fields


def _timestamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


class EcsHandler(logging.Handler):
    """Hands records of the standard `logging` module to the writer, as ECS fields."""

    def __init__(self, writer: LogWriter) -> None:
        super().__init__()
        self._writer = writer

    def emit(self, record: logging.LogRecord) -> None:
        """Queue the record; the exception's message is left out, its frames are kept."""
        fields: dict[str, Any] = {
            "@timestamp": _timestamp(record.created),
            "log.level": _LEVELS.get(record.levelname, "debug"),
            "message": record.getMessage(),
            "ecs.version": "8.17",
            "service.name": SERVICE,
            "event.dataset": "aiguardian.app",
            "log.logger": record.name,
        }
        if record.exc_info and record.exc_info[0]:
            fields["error.type"] = record.exc_info[0].__name__
            fields["error.stack_trace"] = frames(record.exc_info[1])
        self._writer.event(fields)


def frames(error: BaseException | None) -> str:
    """Where an exception came from, innermost last: files, lines and functions only."""
    if error is None:
        return ""
    stack = traceback.extract_tb(error.__traceback__)
    return "\n".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in stack[-20:])


def configure(writer: LogWriter, level: str) -> None:
    """Send all of `logging` through the writer."""
    root = logging.getLogger()
    root.handlers[:] = [EcsHandler(writer)]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio"):
        logging.getLogger(name).handlers[:] = []
        logging.getLogger(name).propagate = True
    # Stopping and starting are told by the program itself, in words of its own.
    logging.getLogger("uvicorn.error").setLevel("WARNING")


def now_ns() -> int:
    """Nanoseconds since 1970, for spans and log lines."""
    return time.time_ns()
