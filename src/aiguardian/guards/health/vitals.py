"""Live figures that somebody else measures: HealthGuard itself reads no clock and no machine.

The gateway implements `Vitals` from its dispatcher; `FixedVitals` is the in-memory twin for
tests and for a guard that runs by itself. A figure nobody knows is None and is not judged.
"""

from __future__ import annotations

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


class Vitals(Protocol):
    """Where the figures come from. Both are called on the event loop and must not block."""

    def system(self) -> SystemVitals:
        """This process and its machine, as of now."""
        ...

    def services(self) -> dict[str, ServiceVitals]:
        """Every registered guard by name; empty where no dispatcher runs in this process."""
        ...


@dataclass(frozen=True, slots=True)
class FixedVitals:
    """Figures that were handed in: for tests, and for a guard that runs by itself."""

    of_system: SystemVitals = field(default_factory=SystemVitals)
    of_services: tuple[ServiceVitals, ...] = ()

    def system(self) -> SystemVitals:
        """The figures handed in."""
        return self.of_system

    def services(self) -> dict[str, ServiceVitals]:
        """The guards handed in, by name."""
        return {service.name: service for service in self.of_services}
