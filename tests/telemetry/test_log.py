"""Log lines: their fields, what they leave out, and that no stream can stop a request."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from aiguardian.telemetry import log as log_module
from aiguardian.telemetry.exchange import Exchange
from aiguardian.telemetry.log import QUEUE_LINES, EcsHandler, LogWriter, configure, frames

CANARY = "kanarienvogel-7Qx9"


def exchange(**fields: Any) -> Exchange:
    one = Exchange.begin(
        method="POST",
        request_id=None,
        traceparent=None,
        sample_ratio=0.0,
        started_s=0.0,
        started_ns=1_790_000_000_123_000_000,
    )
    for name, value in {"status": 200, **fields}.items():
        setattr(one, name, value)
    return one


def written(fill: Callable[[LogWriter], None]) -> list[dict[str, Any]]:
    stream = io.StringIO()
    writer = LogWriter(stream)
    writer.start()
    fill(writer)
    writer.stop()
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_lines_name_the_service_that_wrote_them() -> None:
    stream = io.StringIO()
    writer = LogWriter(stream, service="tokenguard")
    writer.start()
    writer.request(exchange(), 0.25)
    EcsHandler(writer).emit(logging.LogRecord("x", logging.INFO, "", 1, "told", None, None))
    writer.stop()
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["service.name"] for line in lines] == ["tokenguard", "tokenguard"]


def test_a_request_is_one_line_with_the_names_of_ecs() -> None:
    one = exchange(route="/x/{y}", guard="tokenguard", action="keep", guard_s=0.0015, body_bytes=9)
    (line,) = written(lambda writer: writer.request(one, 0.25))
    assert line == {
        "@timestamp": "2026-09-21T14:13:20.373Z",
        "log.level": "info",
        "message": "POST /x/{y} 200",
        "ecs.version": "8.17",
        "service.name": "codeguardians-gateway",
        "event.dataset": "aiguardian.request",
        "event.duration": 250_000_000,
        "http.request.method": "POST",
        "http.request.id": one.request_id,
        "http.request.body.bytes": 9,
        "http.response.status_code": 200,
        "url.path": "/x/{y}",
        "trace.id": one.trace_id,
        "span.id": one.span_id,
        "aiguardian.client_type": "api",
        "aiguardian.guard": "tokenguard",
        "aiguardian.guard_ms": 1.5,
        "aiguardian.action": "keep",
    }


@pytest.mark.parametrize(
    ("level", "told"), [("DEBUG", 3), ("INFO", 3), ("WARNING", 1), ("ERROR", 1), ("CRITICAL", 0)]
)
def test_requests_less_severe_than_the_level_get_no_line(level: str, told: int) -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:

        def three(writer: LogWriter) -> None:
            configure(writer, level)
            for status in (200, 404, 503):
                writer.request(exchange(status=status), 0.0)

        assert len(written(three)) == told
    finally:
        root.handlers[:] = before[0]
        root.setLevel(before[1])
        logging.getLogger("aiguardian").setLevel(logging.NOTSET)


def test_an_error_is_told_by_its_code_and_level() -> None:
    lines = written(
        lambda writer: (
            [
                writer.request(exchange(status=status, error_code="x", degraded=True), 0.0)
                for status in (499, 500, 503)
            ]
            and None
        )
    )
    assert [line["log.level"] for line in lines] == ["info", "error", "error"]
    assert lines[0]["error.code"] == "x"
    assert lines[0]["aiguardian.degraded"] is True


def logged(level: int = logging.DEBUG) -> tuple[logging.Logger, LogWriter, io.StringIO]:
    stream = io.StringIO()
    writer = LogWriter(stream)
    logger = logging.Logger("some.module", level)  # noqa: LOG001 - one that no other test knows
    logger.addHandler(EcsHandler(writer))
    return logger, writer, stream


def line_of(writer: LogWriter, stream: io.StringIO) -> dict[str, Any]:
    writer._flush()
    (line,) = stream.getvalue().splitlines()
    read: dict[str, Any] = json.loads(line)
    return read


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error", "critical"])
def test_records_of_logging_become_lines(level: str) -> None:
    logger, writer, stream = logged()
    getattr(logger, level)("%s and %d – 中", "one", 2)
    line = line_of(writer, stream)
    assert line["log.level"] == level
    assert line["message"] == "one and 2 – 中"
    assert line["log.logger"] == "some.module"
    assert line["event.dataset"] == "aiguardian.app"
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z", line["@timestamp"])


def raise_with_text() -> None:
    try:
        raise KeyError(CANARY)
    except KeyError as error:
        raise ValueError(f"cannot read {CANARY}") from error


def test_an_exception_is_told_by_type_and_frames_and_never_by_its_message() -> None:
    logger, writer, stream = logged()
    try:
        raise_with_text()
    except ValueError:
        logger.exception("it failed")
    line = line_of(writer, stream)
    assert line["error.type"] == "ValueError"
    assert line["error.stack_trace"].splitlines()[-1].endswith(" raise_with_text")
    assert "test_log.py:" in line["error.stack_trace"]
    assert CANARY not in stream.getvalue()


def test_frames_are_bounded() -> None:
    def deep(left: int) -> None:
        if not left:
            raise ValueError("deep enough")
        deep(left - 1)

    with pytest.raises(ValueError, match="deep enough") as caught:
        deep(100)
    assert len(frames(caught.value).splitlines()) == 20
    assert frames(None) == ""


@pytest.mark.parametrize("arguments", [(1, 2), ("x",), ()])
def test_a_record_that_cannot_be_formatted_harms_nobody(arguments: tuple[Any, ...]) -> None:
    logger, writer, stream = logged()
    logger.warning("%d of %d of %d", *arguments)
    assert line_of(writer, stream)["message"] == "%d of %d of %d"


def test_text_that_is_no_unicode_costs_no_other_line() -> None:
    logger, writer, stream = logged()
    logger.warning("a file called \udcff")
    logger.warning("the next")
    writer._flush()
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["message"] for line in lines][-1] == "the next"
    assert len(lines) == 2


def test_a_full_queue_drops_and_counts() -> None:
    dropped = []
    writer = LogWriter(io.StringIO(), on_drop=lambda *_: dropped.append(1))
    for _ in range(QUEUE_LINES + 3):
        writer.event({})
    assert writer.dropped == len(dropped) == 3
    assert len(writer._lines) == QUEUE_LINES


class Broken(io.StringIO):
    """Fails until it is mended."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error: Exception | None = error

    def write(self, text: str, /) -> int:
        if self.error:
            raise self.error
        return super().write(text)


@pytest.mark.parametrize(
    "error", [BrokenPipeError(), OSError(28, "no space"), ValueError("closed")]
)
def test_a_broken_stream_costs_lines_that_are_counted_and_the_writer_goes_on(
    error: Exception,
) -> None:
    stream, counted = Broken(error), []
    writer = LogWriter(stream, on_drop=lambda count=1: counted.append(count))
    writer.event({"number": 1})
    writer.event({"number": 2})
    writer._flush()
    assert writer.dropped == sum(counted) == 2
    stream.error = None
    writer.event({"number": 3})
    writer._flush()
    assert stream.getvalue() == '{"number":3}\n'


def test_a_blocked_stream_does_not_block_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_module, "FLUSH_S", 0.001)
    blocked, is_writing = threading.Event(), threading.Event()

    class Blocked(io.StringIO):
        def write(self, text: str, /) -> int:
            is_writing.set()
            blocked.wait(5)
            return super().write(text)

    stream = Blocked()
    writer = LogWriter(stream)
    writer.start()
    writer.event({})
    assert is_writing.wait(2)
    for _ in range(QUEUE_LINES + 1):
        writer.event({})
    assert writer.dropped == 1
    blocked.set()
    writer.stop()
    assert stream.getvalue().count("\n") == QUEUE_LINES + 1


def test_stopping_writes_what_is_queued_and_stopping_what_never_started_is_no_fault() -> None:
    lines = written(lambda writer: [writer.event({"n": n}) for n in range(1700)] and None)
    assert [line["n"] for line in lines] == list(range(1700))
    LogWriter().stop()


def test_without_a_stream_lines_go_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    writer = LogWriter()
    writer.event({"a": 1})
    writer._flush()
    assert capsys.readouterr().out == '{"a":1}\n'


def test_configure_sends_all_of_logging_through_the_writer() -> None:
    stream = io.StringIO()
    writer = LogWriter(stream)
    configure(writer, "WARNING")
    logging.getLogger("any").info("quiet")
    logging.getLogger("any").warning("loud")
    logging.getLogger("uvicorn.error").info("quiet")
    logging.getLogger("asyncio").error("loud too")
    told = [json.loads(line)["message"] for line in writer._lines]
    assert told == ["loud", "loud too"]
    assert sys.stdout is not stream
