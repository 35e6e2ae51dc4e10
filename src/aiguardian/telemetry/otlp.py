"""Spans of sampled requests, sent by OTLP over HTTP.

A span is built after the request from what the `Exchange` holds, so an unsampled request pays
nothing; the OpenTelemetry SDK batches, sends and retries.
"""

from __future__ import annotations

import requests
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanContext, SpanKind, TraceFlags

from aiguardian.telemetry.exchange import Exchange


class OtlpTracer:
    """Two spans a request, the request's and its guard's, to an OTLP/HTTP collector."""

    def __init__(self, endpoint: str, *, sample_ratio: float, service: str) -> None:
        self.sample_ratio = sample_ratio
        self._resource = Resource.create({"service.name": service})
        exporter = OTLPSpanExporter(
            endpoint=endpoint.rstrip("/") + "/v1/traces", timeout=5, session=_Straight()
        )
        self._processor = BatchSpanProcessor(exporter)

    def record(self, exchange: Exchange, seconds: float) -> None:
        """Queue the request's span and, if a guard judged, the guard's."""
        start, end = exchange.started_ns, exchange.started_ns + int(seconds * 1e9)
        context = _context(exchange.trace_id, exchange.span_id)
        parent = _context(exchange.trace_id, exchange.parent_id) if exchange.parent_id else None
        self._processor.on_end(
            ReadableSpan(
                name=f"{exchange.method} {exchange.route}",
                context=context,
                parent=parent,
                resource=self._resource,
                kind=SpanKind.SERVER,
                attributes={
                    "http.request.method": exchange.method,
                    "http.route": exchange.route,
                    "http.response.status_code": exchange.status,
                    "aiguardian.request_id": exchange.request_id,
                    "aiguardian.client_type": exchange.client_type,
                },
                start_time=start,
                end_time=end,
            )
        )
        if not exchange.guard:
            return
        # The guard's span takes the request's span id with one bit turned: unique in the trace.
        inner = _context(exchange.trace_id, f"{int(exchange.span_id, 16) ^ 1:016x}")
        self._processor.on_end(
            ReadableSpan(
                name=f"guard {exchange.guard}",
                context=inner,
                parent=context,
                resource=self._resource,
                kind=SpanKind.INTERNAL,
                attributes={
                    "aiguardian.guard": exchange.guard,
                    "aiguardian.action": exchange.action or "unjudged",
                    "aiguardian.degraded": exchange.degraded,
                },
                start_time=end - int(exchange.guard_s * 1e9),
                end_time=end,
            )
        )

    def stop(self) -> None:
        """Send what is waiting; the SDK gives up after its own time limit."""
        self._processor.force_flush(5000)
        self._processor.shutdown()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped


class _Straight(requests.Session):
    """Follows no redirect: nobody but the operator says where spans go."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002 - requests' own
        """None, whatever the collector answers."""
        return None


def _context(trace_id: str, span_id: str) -> SpanContext:
    return SpanContext(
        int(trace_id, 16), int(span_id, 16), is_remote=False, trace_flags=TraceFlags(1)
    )
