"""Check `system`: is this process well, and the machine under it?

Each figure has two limits: past the first somebody should look today, past the second now.
Chosen by judgement in November 2026, not measured; each says what breaks beyond it.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiguardian.guards.health.schemas import HealthCheck, Status
from aiguardian.guards.health.vitals import SystemVitals

GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a figure stops being healthy; the bigger the figure the worse."""

    degraded: float
    unhealthy: float

    def status(self, figure: float) -> Status:
        """The status of a figure."""
        if figure >= self.unhealthy:
            return "unhealthy"
        return "degraded" if figure >= self.degraded else "healthy"


CPU_SHARE = Limits(0.90, 2.0)
"""Of all cores. A full CPU alone is only busy: the queue and the lag say when it hurts."""
LOAD_PER_CORE = Limits(1.5, 4.0)
"""Past 1 work waits for a core; at 4 a guard takes four times as long."""
MEMORY_USED = Limits(0.90, 0.96)
"""Of the machine or container; the kernel kills the process soon after."""
DISK_USED = Limits(0.90, 0.97)
"""Of the database's volume; when it is full no audit row can be written."""
DISK_ROOM_BYTES = (10 * GIB, 2 * GIB)
"""A big disk with a small free share still has room: shares count only below these bytes."""
FILES_USED = Limits(0.80, 0.95)
"""Of the file descriptor limit; past it no connection is accepted."""
LAG_MS = Limits(50.0, 250.0)
"""A deadline is promised within 100 ms: half of that is a warning, 250 ms breaks it."""
QUEUE_USED = Limits(0.50, 0.95)
"""Of the admission queue; past it callers get 503."""


def system_checks(vitals: SystemVitals) -> list[HealthCheck]:
    """One row for each figure that is known; one `degraded` row when none is."""
    rows = (
        _processor(vitals),
        _load(vitals),
        _memory(vitals),
        _disk(vitals),
        _files(vitals),
        _event_loop(vitals),
        _workers(vitals),
        _queue(vitals),
        _log(vitals),
    )
    known = [row for row in rows if row is not None]
    if known:
        return known
    detail = "No figures of this process are measured here; ask the gateway, not this instance."
    return [HealthCheck(name="system", status="degraded", detail=detail)]


def _row(name: str, status: Status, fact: str, *, remedy: str) -> HealthCheck:
    detail = fact if status == "healthy" else f"{fact} {remedy}"
    return HealthCheck(name=name, status=status, detail=detail)


def _processor(vitals: SystemVitals) -> HealthCheck | None:
    if vitals.cpu_percent is None or not vitals.cpu_count:
        return None
    status = CPU_SHARE.status(vitals.cpu_percent / 100 / vitals.cpu_count)
    up = "" if vitals.uptime_s is None else f", up {_duration(vitals.uptime_s)}"
    return _row(
        "cpu",
        status,
        f"{vitals.cpu_percent:.0f} % of {vitals.cpu_count * 100} % by this process "
        f"(limit {CPU_SHARE.degraded:.0%}){up}.",
        remedy="Add an instance, or lower the rate limit.",
    )


def _load(vitals: SystemVitals) -> HealthCheck | None:
    if vitals.load_1m_per_core is None:
        return None
    return _row(
        "load",
        LOAD_PER_CORE.status(vitals.load_1m_per_core),
        f"Load {vitals.load_1m_per_core:.2f} a core (limit {LOAD_PER_CORE.degraded}).",
        remedy="Something here wants more cores than there are: look with top.",
    )


def _memory(vitals: SystemVitals) -> HealthCheck | None:
    if vitals.memory_available_bytes is None or not vitals.memory_total_bytes:
        return None
    used = 1 - vitals.memory_available_bytes / vitals.memory_total_bytes
    own = "" if vitals.rss_bytes is None else f"; this process holds {_size(vitals.rss_bytes)}"
    return _row(
        "memory",
        MEMORY_USED.status(used),
        f"{_size(vitals.memory_available_bytes)} of {_size(vitals.memory_total_bytes)} "
        f"available (limit {1 - MEMORY_USED.degraded:.0%}){own}.",
        remedy="Free memory or raise the container's limit before the kernel kills a process.",
    )


def _disk(vitals: SystemVitals) -> HealthCheck | None:
    if vitals.disk_free_bytes is None or not vitals.disk_total_bytes:
        return None
    status = DISK_USED.status(1 - vitals.disk_free_bytes / vitals.disk_total_bytes)
    warn_below, alarm_below = DISK_ROOM_BYTES
    if vitals.disk_free_bytes >= warn_below:
        status = "healthy"
    elif vitals.disk_free_bytes >= alarm_below and status == "unhealthy":
        status = "degraded"
    return _row(
        "disk",
        status,
        f"{_size(vitals.disk_free_bytes)} of {_size(vitals.disk_total_bytes)} free "
        f"(limit {1 - DISK_USED.degraded:.0%}).",
        remedy="Delete old logs or grow the volume: a full disk stops the audit trail.",
    )


def _files(vitals: SystemVitals) -> HealthCheck | None:
    if vitals.open_files is None or not vitals.open_files_limit:
        return None
    return _row(
        "open_files",
        FILES_USED.status(vitals.open_files / vitals.open_files_limit),
        f"{vitals.open_files} of {vitals.open_files_limit} file descriptors in use "
        f"(limit {FILES_USED.degraded:.0%}).",
        remedy="Raise ulimit -n, and look for connections that are never closed.",
    )


def _event_loop(vitals: SystemVitals) -> HealthCheck | None:
    if vitals.event_loop_lag_ms is None:
        return None
    status = LAG_MS.status(vitals.event_loop_lag_ms)
    fact = f"Callbacks run {vitals.event_loop_lag_ms:.1f} ms late (limit {LAG_MS.degraded:.0f})."
    remedy = "Something computes on the event loop, or the machine has no core to spare."
    return HealthCheck(
        name="event_loop",
        status=status,
        detail=fact if status == "healthy" else f"{fact} {remedy}",
        latency_ms=vitals.event_loop_lag_ms,
    )


def _workers(vitals: SystemVitals) -> HealthCheck | None:
    if vitals.workers_busy is None or not vitals.workers_total:
        return None
    is_short = vitals.workers_busy >= vitals.workers_total and bool(vitals.queue_depth)
    return _row(
        "workers",
        "degraded" if is_short else "healthy",
        f"{vitals.workers_busy} of {vitals.workers_total} workers busy.",
        remedy="All are busy and work waits: add an instance, or send less.",
    )


def _queue(vitals: SystemVitals) -> HealthCheck | None:
    if vitals.queue_depth is None or not vitals.queue_limit:
        return None
    return _row(
        "queue",
        QUEUE_USED.status(vitals.queue_depth / vitals.queue_limit),
        f"{vitals.queue_depth} of {vitals.queue_limit} places taken "
        f"(limit {QUEUE_USED.degraded:.0%}).",
        remedy="Callers get 503 when it is full: add an instance, or send less.",
    )


def _log(vitals: SystemVitals) -> HealthCheck | None:
    if vitals.log_lines_dropped is None:
        return None
    return _row(
        "log",
        "degraded" if vitals.log_lines_dropped else "healthy",
        f"{vitals.log_lines_dropped} log lines dropped lately (limit 0).",
        remedy="Whatever reads the log is too slow or its disk is full.",
    )


def _size(size_bytes: int) -> str:
    if size_bytes >= GIB:
        return f"{size_bytes / GIB:.1f} GiB"
    return f"{size_bytes / (1 << 20):.0f} MiB"


def _duration(seconds: float) -> str:
    if seconds >= 86_400:
        return f"{seconds / 86_400:.1f} days"
    return f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{seconds:.0f} s"
