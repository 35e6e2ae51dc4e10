"""Spans as a real collector would receive them: over HTTP, in protobuf."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

pytest.importorskip("opentelemetry.sdk")

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from aiguardian.app import Program
from aiguardian.gateway.vitals import LiveVitals
from aiguardian.settings.groups import Settings, Tracing
from aiguardian.telemetry.exchange import Exchange
from aiguardian.telemetry.otlp import OtlpTracer
from aiguardian.telemetry.traces import NullTracer

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Collector:
    def __init__(self) -> None:
        self.paths: list[str] = []
        self.requests: list[ExportTraceServiceRequest] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    import gzip

                    body = gzip.decompress(body)
                collector.paths.append(self.path)
                collector.requests.append(ExportTraceServiceRequest.FromString(body))
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self._thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}
        )
        self._thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()

    def spans(self) -> list[Any]:
        return [
            span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def resource(self) -> dict[str, str]:
        resource = self.requests[0].resource_spans[0].resource
        return {one.key: one.value.string_value for one in resource.attributes}


@pytest.fixture
def collector() -> Iterator[Collector]:
    one = Collector()
    yield one
    one.close()


def exchange(**fields: Any) -> Exchange:
    one = Exchange.begin(
        method="POST",
        request_id=None,
        traceparent=f"00-{TRACE}-{PARENT}-01".encode(),
        sample_ratio=0.0,
        started_s=0.0,
        started_ns=1_790_000_000_000_000_000,
    )
    for name, value in {"status": 200, "route": "/x", **fields}.items():
        setattr(one, name, value)
    return one


def attributes(span: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}


def test_a_request_and_its_guard_are_two_spans_of_the_callers_trace(collector: Collector) -> None:
    tracer = OtlpTracer(collector.url + "/", sample_ratio=0.5, service="a-test")
    one = exchange(guard="tokenguard", action="keep", guard_s=0.25)
    tracer.record(one, 1.0)
    tracer.stop()
    assert set(collector.paths) == {"/v1/traces"}
    outer, inner = collector.spans()
    assert {outer.trace_id.hex(), inner.trace_id.hex()} == {TRACE}
    assert outer.span_id.hex() == one.span_id
    assert outer.parent_span_id.hex() == PARENT
    assert inner.parent_span_id == outer.span_id
    assert inner.span_id not in {outer.span_id, outer.parent_span_id}
    assert (outer.name, inner.name) == ("POST /x", "guard tokenguard")
    assert outer.end_time_unix_nano - outer.start_time_unix_nano == 1_000_000_000
    assert inner.end_time_unix_nano - inner.start_time_unix_nano == 250_000_000
    assert attributes(outer)["http.response.status_code"] == 200
    assert attributes(outer)["aiguardian.request_id"] == one.request_id
    assert attributes(inner) == {
        "aiguardian.guard": "tokenguard",
        "aiguardian.action": "keep",
        "aiguardian.degraded": False,
    }
    assert collector.resource()["service.name"] == "a-test"
    assert tracer.sample_ratio == 0.5


def test_a_request_without_parent_or_guard_is_a_root_span_alone(collector: Collector) -> None:
    tracer = OtlpTracer(collector.url, sample_ratio=1.0, service="a-test")
    tracer.record(exchange(parent_id=""), 0.1)
    tracer.record(exchange(guard="biasguard"), 0.1)
    tracer.stop()
    root, *_, unjudged = collector.spans()
    assert root.parent_span_id == b""
    assert attributes(unjudged)["aiguardian.action"] == "unjudged"
    assert len(collector.spans()) == 3


async def test_the_program_sends_sampled_requests_only(collector: Collector, tmp_path: Any) -> None:
    settings = Settings(tracing=Tracing(endpoint=collector.url, sample_ratio=0.0))
    program = Program(settings, {}, LiveVitals(tmp_path), "a-test")
    program.logs._stream = open(tmp_path / "log", "w")  # noqa: SIM115, ASYNC230, PTH123 - closed below
    sent = []

    async def send(message: Any) -> None:
        sent.append(message)

    async with program.run():
        for flags in ("01", "00"):
            scope = {
                "type": "http",
                "method": "GET",
                "path": "/health/live",
                "headers": [(b"traceparent", f"00-{TRACE}-{PARENT}-{flags}".encode())],
                "client": ("127.0.0.1", 1),
            }
            await program.app(scope, None, send)  # type: ignore[arg-type]  # no body is read
    program.logs._stream.close()
    (span,) = collector.spans()
    assert (span.name, span.trace_id.hex()) == ("GET /health/live", TRACE)
    told = dict(sent[0]["headers"])[b"traceparent"].decode()
    assert told == f"00-{TRACE}-{span.span_id.hex()}-01"


def test_without_an_endpoint_nothing_is_recorded(tmp_path: Any) -> None:
    program = Program(Settings(), {}, LiveVitals(tmp_path), "a-test")
    program.dispatcher.close()
    assert isinstance(program.tracer, NullTracer)
    program.tracer.record(exchange(), 0.1)
    program.tracer.stop()
    assert program.tracer.sample_ratio == 0.0
