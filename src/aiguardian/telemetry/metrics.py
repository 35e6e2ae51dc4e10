"""Every metric of the program, on a registry of its own; label values are bounded.

A label's value is a route of ours, a guard's name, an enumerated word or an instance that the
operator configured, never anything a caller sent.
"""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from aiguardian import __version__
from aiguardian.telemetry.exchange import Exchange

REQUEST_BUCKETS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30)
GUARD_BUCKETS_S = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 5, 30)


class Metrics:
    """The counters, gauges and histograms; `text()` renders them for Prometheus."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        self.requests = Counter(
            "aiguardian_requests",
            "Requests by route, status and kind of client.",
            ("route", "status", "client_type"),
            registry=registry,
        )
        self.request_seconds = Histogram(
            "aiguardian_request_seconds",
            "Seconds from the first byte of a request to the end of its response.",
            ("route",),
            buckets=REQUEST_BUCKETS_S,
            registry=registry,
        )
        self.in_flight = Gauge(
            "aiguardian_requests_in_flight", "Requests being answered.", registry=registry
        )
        self.verdicts = Counter(
            "aiguardian_verdicts",
            "Answers of guards by action; unjudged means there was no verdict.",
            ("guard", "action"),
            registry=registry,
        )
        self.guard_seconds = Histogram(
            "aiguardian_guard_seconds",
            "Seconds a guard took, the hop to its instance included.",
            ("guard",),
            buckets=GUARD_BUCKETS_S,
            registry=registry,
        )
        self.guard_errors = Counter(
            "aiguardian_guard_errors",
            "Requests to a guard that ended without a verdict, by error code.",
            ("guard", "code"),
            registry=registry,
        )
        self.fallbacks = Counter(
            "aiguardian_fallbacks",
            "Verdicts given in process because no instance of the guard answered.",
            ("guard",),
            registry=registry,
        )
        self.retries = Counter(
            "aiguardian_retries",
            "Calls repeated on another instance of the guard.",
            ("guard",),
            registry=registry,
        )
        self.rejected = Counter(
            "aiguardian_rejected",
            "Requests refused under load, by what was full.",
            ("reason",),
            registry=registry,
        )
        self.queue_depth = Gauge(
            "aiguardian_queue_depth", "Requests that wait for a worker.", registry=registry
        )
        self.workers_busy = Gauge(
            "aiguardian_workers_busy", "Worker threads that are judging.", registry=registry
        )
        self.loop_lag = Gauge(
            "aiguardian_event_loop_lag_seconds",
            "How late the event loop was, the worst of the last ten seconds.",
            registry=registry,
        )
        self.instance_up = Gauge(
            "aiguardian_instance_up",
            "Whether the instance answered its last health check.",
            ("guard", "instance"),
            registry=registry,
        )
        self.breaker_state = Gauge(
            "aiguardian_breaker_state",
            "The circuit breaker of an instance: 0 closed, 1 half-open, 2 open.",
            ("guard", "instance"),
            registry=registry,
        )
        self.instance_failures = Counter(
            "aiguardian_instance_failures",
            "Calls to an instance that failed, by kind.",
            ("guard", "instance", "kind"),
            registry=registry,
        )
        self.self_test_passed = Gauge(
            "aiguardian_self_test_passed",
            "Whether the guard gave the expected decision on every known input.",
            ("guard",),
            registry=registry,
        )
        self.self_test_time = Gauge(
            "aiguardian_self_test_timestamp_seconds",
            "When the guard's self-test last ended.",
            ("guard",),
            registry=registry,
        )
        self.log_lines_dropped = Counter(
            "aiguardian_log_lines_dropped",
            "Log lines lost because they could not be written fast enough.",
            registry=registry,
        )
        Gauge(
            "aiguardian_build_info", "The version that runs.", ("version",), registry=registry
        ).labels(__version__).set(1)
        # One dict look-up instead of `labels()`, which costs a lock and three calls.
        self._request_children: dict[tuple[str, int, str], Counter] = {}
        self._seconds_children: dict[str, Histogram] = {}
        self._guard_children: dict[tuple[str, str], tuple[Counter, Histogram]] = {}

    def count_request(self, exchange: Exchange, seconds: float) -> None:
        """Count one finished request."""
        key = (exchange.route, exchange.status, exchange.client_type)
        counter = self._request_children.get(key)
        if counter is None:
            counter = self._request_children[key] = self.requests.labels(*key)
        counter.inc()
        histogram = self._seconds_children.get(exchange.route)
        if histogram is None:
            histogram = self.request_seconds.labels(exchange.route)
            self._seconds_children[exchange.route] = histogram
        histogram.observe(seconds)

    def count_verdict(self, guard: str, action: str, seconds: float) -> None:
        """Count one answer of a guard, `unjudged` included."""
        children = self._guard_children.get((guard, action))
        if children is None:
            children = (self.verdicts.labels(guard, action), self.guard_seconds.labels(guard))
            self._guard_children[guard, action] = children
        children[0].inc()
        children[1].observe(seconds)

    def text(self) -> bytes:
        """All metrics in Prometheus's text format."""
        return generate_latest(self.registry)
