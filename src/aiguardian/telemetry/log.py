"""Log lines as JSON in Elastic Common Schema fields, written in batches by one thread.

The event loop only appends to a bounded queue: a full pipe or a slow disk costs lines, which
are counted, and never a request. An exception is logged by its type and its frames; its
message may quote what a caller sent, so it is left out.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TextIO

import msgspec

from aiguardian.telemetry.exchange import Exchange

SERVICE = "codeguardians-gateway"
ECS_VERSION = "8.17"
QUEUE_LINES = 20_000
"""About 8 MB of lines: two seconds of the fastest traffic one process can answer."""
FLUSH_S = 0.2

_encode_lines = msgspec.json.Encoder().encode_lines
_LEVELS = {"CRITICAL": "critical", "ERROR": "error", "WARNING": "warning", "INFO": "info"}


class LogWriter:
    """A bounded queue of log records and the thread that writes them."""

    def __init__(
        self,
        stream: TextIO | None = None,
        *,
        service: str = SERVICE,
        on_drop: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.service = service
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
            self._drop(1)
            return
        self._lines.append(line)

    def _drop(self, count: int) -> None:
        self.dropped += count
        self._on_drop(count)

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
            batch = [_line(self._lines.popleft(), self.service) for _ in range(count)]
            try:
                stream.write(_encode_lines(batch).decode())
                stream.flush()
            except (OSError, ValueError):  # the reader of our output is gone
                self._drop(count)
                return


class RequestLine(
    msgspec.Struct,
    omit_defaults=True,
    rename={
        "timestamp": "@timestamp",
        "level": "log.level",
        "ecs_version": "ecs.version",
        "service": "service.name",
        "dataset": "event.dataset",
        "duration_ns": "event.duration",
        "method": "http.request.method",
        "request_id": "http.request.id",
        "body_bytes": "http.request.body.bytes",
        "status": "http.response.status_code",
        "route": "url.path",
        "trace_id": "trace.id",
        "span_id": "span.id",
        "client_type": "aiguardian.client_type",
        "guard": "aiguardian.guard",
        "guard_ms": "aiguardian.guard_ms",
        "action": "aiguardian.action",
        "degraded": "aiguardian.degraded",
        "error_code": "error.code",
    },
):
    """The line of one request. A struct, for it is the costliest thing a request leaves behind."""

    timestamp: str
    level: str
    message: str
    duration_ns: int
    method: str
    request_id: str
    body_bytes: int
    status: int
    route: str
    trace_id: str
    span_id: str
    client_type: str
    guard: str = ""
    guard_ms: float = 0.0
    action: str = ""
    degraded: bool = False
    error_code: str = ""
    ecs_version: str | None = None
    service: str | None = None
    dataset: str | None = None


def _line(
    line: dict[str, Any] | tuple[Exchange, float], service: str
) -> dict[str, Any] | RequestLine:
    if isinstance(line, dict):
        return line
    exchange, seconds = line
    return RequestLine(
        timestamp=_timestamp(exchange.started_ns / 1e9 + seconds),
        level="error" if exchange.status >= 500 else "info",
        message=f"{exchange.method} {exchange.route} {exchange.status}",
        duration_ns=int(seconds * 1e9),
        method=exchange.method,
        request_id=exchange.request_id,
        body_bytes=exchange.body_bytes,
        status=exchange.status,
        route=exchange.route,
        trace_id=exchange.trace_id,
        span_id=exchange.span_id,
        client_type=exchange.client_type,
        guard=exchange.guard,
        guard_ms=round(exchange.guard_s * 1000, 3),
        action=exchange.action,
        degraded=exchange.degraded,
        error_code=exchange.error_code,
        ecs_version=ECS_VERSION,
        service=service,
        dataset="aiguardian.request",
    )


@lru_cache(maxsize=4)
def _whole_second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _timestamp(seconds: float) -> str:
    whole = int(seconds)
    return f"{_whole_second(whole)}.{int((seconds - whole) * 1000):03d}Z"


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
            "message": _message(record),
            "ecs.version": ECS_VERSION,
            "service.name": self._writer.service,
            "event.dataset": "aiguardian.app",
            "log.logger": record.name,
        }
        if record.exc_info and record.exc_info[0]:
            fields["error.type"] = record.exc_info[0].__name__
            fields["error.stack_trace"] = frames(record.exc_info[1])
        self._writer.event(fields)


def _message(record: logging.LogRecord) -> str:
    """The record's text as Unicode; its pattern alone when its arguments do not fit that."""
    try:
        text = record.getMessage()
    except (TypeError, ValueError, KeyError):
        text = str(record.msg)
    return text.encode(errors="replace").decode()


def frames(error: BaseException | None) -> str:
    """Where an exception came from, innermost last: files, lines and functions only."""
    if error is None:
        return ""
    stack = traceback.extract_tb(error.__traceback__)
    return "\n".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in stack[-20:])


TELL_TOO_MUCH = ("boto3", "botocore", "s3transfer", "stripe", "urllib3")
"""Loggers that write whole requests and answers below WARNING: secrets, prompts, customers."""


def configure(writer: LogWriter, level: str) -> None:
    """Send all of `logging` through the writer."""
    root = logging.getLogger()
    root.handlers[:] = [EcsHandler(writer)]
    # DEBUG is ours alone: a database driver tells its statements there, with the values
    root.setLevel("INFO" if level == "DEBUG" else level)
    logging.getLogger("aiguardian").setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio"):
        logging.getLogger(name).handlers[:] = []
        logging.getLogger(name).propagate = True
    for name in TELL_TOO_MUCH:
        logging.getLogger(name).setLevel("WARNING")
    # Stopping and starting are told by the program itself, in words of its own.
    logging.getLogger("uvicorn.error").setLevel("WARNING")
