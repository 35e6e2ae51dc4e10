"""Every metric of the program, on a registry of its own; label values are bounded.

A label's value is a route of ours, a guard's name, an enumerated word or an instance that the
operator configured, never anything a caller sent.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from aiguardian import __version__
from aiguardian.telemetry.exchange import Exchange, Spent

# A second series for every counter, which nobody reads.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the library leaves it untyped

REQUEST_BUCKETS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30)
GUARD_BUCKETS_S = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 5, 30)


class Timings:
    """Counts and durations by label values, counted without a lock: one thread only, the event
    loop's. Prometheus's own counters and histograms cost eight times as much a request."""

    def __init__(self, buckets_s: tuple[float, ...]) -> None:
        self._buckets_s = buckets_s
        self._rows: dict[tuple[str, ...], list[float]] = {}

    def add(self, labels: tuple[str, ...], seconds: float) -> None:
        """Count one event that took so long."""
        row = self._rows.get(labels)
        if row is None:
            row = self._rows[labels] = [0.0] * (len(self._buckets_s) + 2)
        row[bisect_left(self._buckets_s, seconds)] += 1
        row[-1] += seconds

    def counts(self) -> dict[tuple[str, ...], float]:
        """How many events there were, by labels."""
        return {labels: sum(row[:-1]) for labels, row in list(self._rows.items())}

    def histogram(self, label: int) -> dict[str, tuple[list[tuple[str, float]], float]]:
        """Cumulative buckets and the sum of seconds, by one of the labels."""
        totals: dict[str, list[float]] = {}
        for labels, row in list(self._rows.items()):
            total = totals.setdefault(labels[label], [0.0] * len(row))
            totals[labels[label]] = [one + other for one, other in zip(total, row, strict=True)]
        bounds = [f"{bound:g}" for bound in self._buckets_s] + ["+Inf"]
        return {
            value: (list(zip(bounds, accumulate(row[:-1]), strict=True)), row[-1])
            for value, row in totals.items()
        }


class Sums(Collector):
    """A counter by label values, summed without a lock: as `Timings`, for one thread only."""

    def __init__(
        self, name: str, about: str, labels: tuple[str, ...], *, registry: CollectorRegistry
    ) -> None:
        self._name = name
        self._about = about
        self._labels = labels
        self._sums: dict[tuple[str, ...], float] = {}
        registry.register(self)

    def add(self, labels: tuple[str, ...], amount: float = 1.0) -> None:
        """Add so much."""
        self._sums[labels] = self._sums.get(labels, 0.0) + amount

    def collect(self) -> Iterator[Metric]:
        """All of its samples."""
        family = CounterMetricFamily(self._name, self._about, labels=self._labels)
        for values, amount in list(self._sums.items()):
            family.add_metric(values, amount)
        yield family


class _TimingsCollector(Collector):
    """Hands two `Timings` to Prometheus as two counters and two histograms."""

    def __init__(self, requests: Timings, verdicts: Timings) -> None:
        self._requests = requests
        self._verdicts = verdicts

    def collect(self) -> Iterator[Metric]:
        """All of their samples."""
        yield _counter(
            "aiguardian_requests",
            "Requests by route, status and kind of client.",
            ("route", "status", "client_type"),
            self._requests,
        )
        yield _histogram(
            "aiguardian_request_seconds",
            "Seconds from the first byte of a request to the end of its response.",
            "route",
            self._requests,
        )
        yield _counter(
            "aiguardian_verdicts",
            "Answers of guards by action; unjudged means there was no verdict.",
            ("guard", "action"),
            self._verdicts,
        )
        yield _histogram(
            "aiguardian_guard_seconds",
            "Seconds a guard took, the hop to its instance included.",
            "guard",
            self._verdicts,
        )


def _counter(name: str, about: str, labels: tuple[str, ...], timings: Timings) -> Metric:
    family = CounterMetricFamily(name, about, labels=labels)
    for values, count in timings.counts().items():
        family.add_metric(values, count)
    return family


def _histogram(name: str, about: str, label: str, timings: Timings) -> Metric:
    family = HistogramMetricFamily(name, about, labels=(label,))
    for value, (buckets, total) in timings.histogram(0).items():
        family.add_metric((value,), buckets, total)
    return family


class Metrics:
    """The counters, gauges and histograms; `text()` renders them for Prometheus."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        self.requests = Timings(REQUEST_BUCKETS_S)
        self.verdicts = Timings(GUARD_BUCKETS_S)
        registry.register(_TimingsCollector(self.requests, self.verdicts))
        self.in_flight = Gauge(
            "aiguardian_requests_in_flight", "Requests being answered.", registry=registry
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
        self.authentication_failures = Counter(
            "aiguardian_authentication_failures",
            "Requests without a credential, with a wrong one, or refused unread after many.",
            ("reason",),
            registry=registry,
        )
        self.shadow_decisions = Counter(
            "aiguardian_shadow_decisions",
            "Decisions by a second policy beside the one in force: what was and would be done.",
            ("action", "shadow_action"),
            registry=registry,
        )
        self.shadow_lost = Counter(
            "aiguardian_shadow_lost",
            "Texts that the policy beside the one in force did not decide on, by reason.",
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
        self.dependency_up = Gauge(
            "aiguardian_dependency_up",
            "Whether a server that the gateway leans on answers.",
            ("dependency",),
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
        self.upstream_calls = Sums(
            "aiguardian_upstream_calls",
            "Calls to an upstream by how they ended; broken: an answer without its end or sense.",
            ("upstream", "outcome"),
            registry=registry,
        )
        self.upstream_wait = Sums(
            "aiguardian_upstream_wait_seconds",
            "Seconds until the answers of an upstream began.",
            ("upstream",),
            registry=registry,
        )
        self.upstream_breaker = Gauge(
            "aiguardian_upstream_breaker_state",
            "The circuit breaker of an upstream: 0 closed, 1 half-open, 2 open.",
            ("upstream",),
            registry=registry,
        )
        self.upstream_tokens = Sums(
            "aiguardian_upstream_tokens",
            "Tokens by direction; source says whether the provider counted them.",
            ("upstream", "direction", "source"),
            registry=registry,
        )
        self.upstream_cost = Sums(
            "aiguardian_upstream_cost_usd",
            "US dollars, by the shipped price table.",
            ("upstream", "source"),
            registry=registry,
        )
        self.upstream_unpriced = Sums(
            "aiguardian_upstream_unpriced",
            "Answers of models whose price is not known.",
            ("upstream",),
            registry=registry,
        )
        self.cache_lookups = Counter(
            "aiguardian_cache_lookups",
            "Requests looked up in the cache of answers, by what was found.",
            ("result",),
            registry=registry,
        )
        self.audit_lost = Counter(
            "aiguardian_audit_lost",
            "Audit entries that the journal could not take: refused, or answered unrecorded.",
            registry=registry,
        )
        self.requests_unkept = Counter(
            "aiguardian_requests_unkept",
            "Requests that are not recorded because too many waited to be.",
            registry=registry,
        )
        self.keeping_failures = Counter(
            "aiguardian_keeping_failures",
            "Times that what was recorded could not be moved to the database.",
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

    def count_request(self, exchange: Exchange, seconds: float) -> None:
        """Count one finished request."""
        labels = (exchange.route, str(exchange.status), exchange.client_type)
        self.requests.add(labels, seconds)

    def count_verdict(self, guard: str, action: str, seconds: float) -> None:
        """Count one answer of a guard, `unjudged` included."""
        self.verdicts.add((guard, action), seconds)

    def count_upstream_call(self, upstream: str, outcome: str, seconds: float) -> None:
        """Count one call to an upstream; `seconds` until its answer began."""
        self.upstream_calls.add((upstream, outcome))
        self.upstream_wait.add((upstream,), seconds)

    def count_spent(self, spent: Spent, *, is_priced: bool) -> None:
        """Count the tokens and the price of one answer."""
        name, source = spent.upstream, spent.source
        self.upstream_tokens.add((name, "input", source), spent.input_tokens)
        self.upstream_tokens.add((name, "output", source), spent.output_tokens)
        self.upstream_cost.add((name, source), spent.cost_usd)
        if not is_priced:
            self.upstream_unpriced.add((name,))

    def text(self) -> bytes:
        """All metrics in Prometheus's text format."""
        return generate_latest(self.registry)
