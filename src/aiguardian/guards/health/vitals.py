"""Live figures that somebody else measures: HealthGuard itself reads no clock and no machine.

The gateway implements `Vitals` from its dispatcher; `FixedVitals` is the in-memory twin for
tests and for a guard that runs by itself. A figure nobody knows is None and is not judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

Circuit = Literal["closed", "half_open", "open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemVitals:
    """This process and the machine under it, as of now."""

    uptime_s: float | None = None
    cpu_count: int | None = None
    cpu_percent: float | None = None
    """Of this process over a recent window; 100 is one core."""
    load_1m_per_core: float | None = None
    rss_bytes: int | None = None
    memory_available_bytes: int | None = None
    memory_total_bytes: int | None = None
    """Of the container where it has a limit, else of the machine."""
    disk_free_bytes: int | None = None
    disk_total_bytes: int | None = None
    """Of the volume that holds the database."""
    open_files: int | None = None
    open_files_limit: int | None = None
    event_loop_lag_ms: float | None = None
    """p95 over a recent window: how late a callback runs that was due."""
    workers_busy: int | None = None
    workers_total: int | None = None
    queue_depth: int | None = None
    queue_limit: int | None = None
    log_lines_dropped: int | None = None
    """Over a recent window, not since the start: else one burst is told for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One place where a guard runs; `url` is None in this process."""

    url: str | None = None
    state: Circuit = "closed"
    healthy: bool = True
    outstanding: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceVitals:
    """One guard as the dispatcher sees it. Counts and percentiles are of a recent window."""

    name: str
    mode: Literal["in_process", "remote"] = "in_process"
    instances: tuple[Instance, ...] = (Instance(),)
    requests: int = 0
    errors: int = 0
    """Answers that never came for a fault of the guard; callers' faults don't count."""
    timeouts: int = 0
    unjudged: int = 0
    p50_ms: float | None = None
    p95_ms: float | None = None
    self_tests_passed: bool | None = None
    """None: not run yet."""
    self_tests_failed: tuple[str, ...] = ()
    last_self_test_s_ago: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryVitals:
    """A question with a known property of its answer, when it was last asked."""

    name: str
    fault: str = ""
    """What was wrong with the answer; empty when nothing was."""
    asked_s_ago: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamVitals:
    """A provider of answers as the proxy sees it. Counts are of a recent window."""

    name: str
    state: str = "closed"
    """Of its circuit breaker."""
    calls: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    """`answered`, `refused` (4xx), `rate_limited`, `failed` (5xx), `timeout`, `unreachable`,
    `malformed`; `broken` are answers that began and had no end."""
    p50_ms: float | None = None
    p95_ms: float | None = None
    """Until an answer began."""
    answers: int = 0
    """That were looked at for what follows."""
    refusals: int = 0
    empty: int = 0
    canaries: tuple[CanaryVitals, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerLook:
    """What one answer looks like, without a word of it."""

    length: int
    """Code points."""
    is_empty: bool
    is_refusal: bool
    language: str
    """ISO 639-1; empty where it cannot be told."""
    risk: float
    """The highest that any guard gave it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LooksVitals:
    """A provider's first answers since the start, and its latest."""

    name: str
    baseline: tuple[AnswerLook, ...] = ()
    recent: tuple[AnswerLook, ...] = ()


class Vitals(Protocol):
    """Where the figures come from. All are called on the event loop and must not block."""

    def system(self) -> SystemVitals:
        """This process and its machine, as of now."""
        ...

    def services(self) -> dict[str, ServiceVitals]:
        """Every registered guard by name; empty where no dispatcher runs in this process."""
        ...

    def upstreams(self) -> dict[str, UpstreamVitals]:
        """Every provider behind the proxy by name; empty where there is no proxy."""
        ...

    def looks(self) -> dict[str, LooksVitals]:
        """What the answers of each provider look like."""
        ...


@dataclass(frozen=True, slots=True)
class FixedVitals:
    """Figures that were handed in: for tests, and for a guard that runs by itself."""

    of_system: SystemVitals = field(default_factory=SystemVitals)
    of_services: tuple[ServiceVitals, ...] = ()
    of_upstreams: tuple[UpstreamVitals, ...] = ()
    of_looks: tuple[LooksVitals, ...] = ()

    def system(self) -> SystemVitals:
        """The figures handed in."""
        return self.of_system

    def services(self) -> dict[str, ServiceVitals]:
        """The guards handed in, by name."""
        return {service.name: service for service in self.of_services}

    def upstreams(self) -> dict[str, UpstreamVitals]:
        """The providers handed in, by name."""
        return {upstream.name: upstream for upstream in self.of_upstreams}

    def looks(self) -> dict[str, LooksVitals]:
        """The answers' looks handed in, by provider."""
        return {looks.name: looks for looks in self.of_looks}
