"""Log lines as JSON in Elastic Common Schema fields, written in batches by one thread.

The event loop writes a line as text and appends it to a bounded queue: a full pipe or a slow disk
costs lines, which are counted, and never a request. An exception is logged by its type and its
frames; its message may quote what a caller sent, so it is left out.
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
"""Some 13 MB of lines: two seconds of the fastest traffic one process can answer."""
FLUSH_S = 0.2

_encode = msgspec.json.Encoder().encode
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
        self._lines: deque[str] = deque()
        self._wake = threading.Event()
        self._is_stopping = False
        self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)
        self.dropped = 0
        self.least_status = 0
        """Requests that ended with a lower status get no line: see `configure`."""

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
        """Queue the line of one finished request, if it is severe enough to be told."""
        if exchange.status < self.least_status:
            return
        self._queue(_line(exchange, seconds, self.service))

    def event(self, fields: dict[str, Any]) -> None:
        """Queue a line of ready fields."""
        self._queue(_encode(fields).decode())

    def _queue(self, line: str) -> None:
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
        """Write queued lines, at most 500 at a time."""
        stream = self._stream or sys.stdout
        while self._lines:
            count = min(len(self._lines), 500)
            batch = [self._lines.popleft() for _ in range(count)]
            try:
                stream.write("\n".join(batch) + "\n")
                stream.flush()
            except (OSError, ValueError):  # the reader of our output is gone
                self._drop(count)
                return


class SharedFields(
    msgspec.Struct,
    frozen=True,
    omit_defaults=True,
    rename={
        "level": "log.level",
        "method": "http.request.method",
        "status": "http.response.status_code",
        "route": "url.path",
        "client_type": "aiguardian.client_type",
        "guard": "aiguardian.guard",
        "action": "aiguardian.action",
        "degraded": "aiguardian.degraded",
        "error_code": "error.code",
        "ecs_version": "ecs.version",
        "service": "service.name",
        "dataset": "event.dataset",
    },
):
    """What the lines of many requests have in common: words of ours, so of few kinds."""

    level: str
    message: str
    method: str
    status: int
    route: str
    client_type: str
    guard: str = ""
    action: str = ""
    degraded: bool = False
    error_code: str = ""
    ecs_version: str | None = None
    service: str | None = None
    dataset: str | None = None


@lru_cache(maxsize=1024)
def _shared(
    service: str,
    method: str,
    route: str,
    status: int,
    client_type: str,
    guard: str,
    action: str,
    degraded: bool,
    error_code: str,
) -> str:
    """These fields as JSON, without the brace that opens it."""
    fields = SharedFields(
        level="error" if status >= 500 else "info",
        message=f"{method} {route} {status}",
        method=method,
        status=status,
        route=route,
        client_type=client_type,
        guard=guard,
        action=action,
        degraded=degraded,
        error_code=error_code,
        ecs_version=ECS_VERSION,
        service=service,
        dataset="aiguardian.request",
    )
    return _encode(fields).decode()[1:]


def _line(exchange: Exchange, seconds: float, service: str) -> str:
    """The line of one request. Written as text, for it is much of what a short request costs: what
    differs from line to line are ids in hexadecimal, which need no escaping, and whole numbers,
    for Python takes ten times as long to write a float."""
    guard_us = int(exchange.guard_s * 1e6)
    guard_ms = (
        f'"aiguardian.guard_ms":{guard_us // 1000}.{guard_us % 1000:03d},' if guard_us else ""
    )
    shared = _shared(
        service,
        exchange.method,
        exchange.route,
        exchange.status,
        exchange.client_type,
        exchange.guard,
        exchange.action,
        exchange.degraded,
        exchange.error_code,
    )
    return (
        f'{{"@timestamp":"{_timestamp(exchange.started_ns / 1e9 + seconds)}",'
        f'"event.duration":{int(seconds * 1e9)},"http.request.id":"{exchange.request_id}",'
        f'"http.request.body.bytes":{exchange.body_bytes},"trace.id":"{exchange.trace_id}",'
        f'"span.id":"{exchange.span_id}",{guard_ms}{shared}'
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


LEAST_STATUS = {"DEBUG": 0, "INFO": 0, "WARNING": 500, "ERROR": 500, "CRITICAL": 600}
"""By the least severe level that is written: a request that ends with 500 or more is an error, and
none is critical."""


def configure(writer: LogWriter, level: str) -> None:
    """Send all of `logging` through the writer; what is less severe than `level` is left out."""
    writer.least_status = LEAST_STATUS[level]
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
