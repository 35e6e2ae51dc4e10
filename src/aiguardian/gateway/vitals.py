"""The live figures of this process and its guards, for HealthGuard and the probes."""

from __future__ import annotations

import asyncio
import math
import os
import resource
import statistics
import time
from collections import deque
from pathlib import Path
from typing import Protocol

import psutil

from aiguardian.gateway.directory import Entry
from aiguardian.gateway.dispatch import Dispatcher
from aiguardian.gateway.self_test import SelfTester
from aiguardian.guards.health.vitals import (
    Instance,
    LooksVitals,
    ServiceVitals,
    SystemVitals,
    UpstreamVitals,
)
from aiguardian.telemetry.log import LogWriter
from aiguardian.telemetry.metrics import Metrics

BEAT_S = 0.02
BEATS = 500
"""The last ten seconds of the event loop's punctuality."""


class LoopWatch:
    """How late the event loop is: a timer that should ring every 20 ms, and when it did."""

    def __init__(self, metrics: Metrics) -> None:
        self._late_s: deque[float] = deque(maxlen=BEATS)
        self._due = math.inf
        self.came = 0
        """Requests since the timer rang last; whoever lets them in counts them."""
        metrics.loop_lag.set_function(lambda: max(self._late_s, default=0.0))

    async def watch(self) -> None:
        """Measure until cancelled."""
        while True:
            self._due = time.monotonic() + BEAT_S
            self.came = 0
            await asyncio.sleep(BEAT_S)
            self._late_s.append(max(0.0, time.monotonic() - self._due))

    def overdue_s(self) -> float:
        """How late the loop is right now: since when the timer should have rung, and has not."""
        return time.monotonic() - self._due

    def p95_ms(self) -> float | None:
        """The 95th percentile of the last ten seconds."""
        if len(self._late_s) < 2:
            return None
        return statistics.quantiles(self._late_s, n=20)[-1] * 1000


class Providers(Protocol):
    """Who knows of the proxy's upstreams. `looks` may be asked from any thread."""

    def upstreams(self) -> dict[str, UpstreamVitals]:
        """Every upstream by name."""
        ...

    def looks(self) -> dict[str, LooksVitals]:
        """What the answers of each look like."""
        ...


class LiveVitals:
    """Implements HealthGuard's `Vitals`. Attached to the dispatcher once that exists."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._process = psutil.Process()
        self._process.cpu_percent()  # the first reading starts the window
        self._dispatcher: Dispatcher | None = None
        self._tester: SelfTester | None = None
        self._loop: LoopWatch | None = None
        self._logs: LogWriter | None = None
        self._dropped_before = 0
        self._providers: Providers | None = None

    def attach_providers(self, providers: Providers) -> None:
        """Say where the figures of the proxy's upstreams come from."""
        self._providers = providers

    def upstreams(self) -> dict[str, UpstreamVitals]:
        """Every upstream of the proxy by name."""
        return self._providers.upstreams() if self._providers else {}

    def looks(self) -> dict[str, LooksVitals]:
        """What the answers of each upstream look like."""
        return self._providers.looks() if self._providers else {}

    def attach(
        self, dispatcher: Dispatcher, tester: SelfTester, loop: LoopWatch, logs: LogWriter
    ) -> None:
        """Say where the figures come from."""
        self._dispatcher, self._tester, self._loop, self._logs = dispatcher, tester, loop, logs

    def system(self) -> SystemVitals:
        """This process and its machine, as of now."""
        cores = os.cpu_count() or 1
        memory = psutil.virtual_memory()
        limit = _container_memory_bytes()
        rss = self._process.memory_info().rss
        disk = psutil.disk_usage(str(self._home if self._home.exists() else Path.cwd()))
        workers = self._dispatcher.workers if self._dispatcher else None
        return SystemVitals(
            uptime_s=time.time() - self._process.create_time(),
            cpu_count=cores,
            cpu_percent=self._process.cpu_percent(),
            load_1m_per_core=os.getloadavg()[0] / cores,
            rss_bytes=rss,
            memory_available_bytes=min(memory.available, limit - rss)
            if limit
            else memory.available,
            memory_total_bytes=min(memory.total, limit) if limit else memory.total,
            disk_free_bytes=disk.free,
            disk_total_bytes=disk.total,
            open_files=self._process.num_fds(),
            open_files_limit=resource.getrlimit(resource.RLIMIT_NOFILE)[0],
            event_loop_lag_ms=self._loop.p95_ms() if self._loop else None,
            workers_busy=workers.busy if workers else None,
            workers_total=workers.slots if workers else None,
            queue_depth=workers.waiting if workers else None,
            queue_limit=workers.queue_limit if workers else None,
            log_lines_dropped=self._newly_dropped(),
        )

    def _newly_dropped(self) -> int | None:
        if self._logs is None:
            return None
        before, self._dropped_before = self._dropped_before, self._logs.dropped
        return self._dropped_before - before

    def services(self) -> dict[str, ServiceVitals]:
        """Every registered guard by name."""
        if self._dispatcher is None:
            return {}
        return {name: self._service(name, entry) for name, entry in self._dispatcher.directory}

    def _service(self, name: str, entry: Entry) -> ServiceVitals:
        recent = list(self._dispatcher.recent[name]) if self._dispatcher else []
        codes = [code for code, _ in recent]
        seconds = sorted(seconds for _, seconds in recent)
        result = self._tester.results.get(name) if self._tester else None
        return ServiceVitals(
            name=name,
            mode="remote" if entry.pool else "in_process",
            instances=_instances(entry),
            requests=len(recent),
            errors=sum(code in {"guard_failed", "not_available"} for code in codes),
            timeouts=codes.count("deadline_exceeded"),
            unjudged=sum(code not in _ACTIONS for code in codes),
            p50_ms=seconds[len(seconds) // 2] * 1000 if seconds else None,
            p95_ms=seconds[len(seconds) * 19 // 20] * 1000 if seconds else None,
            self_tests_passed=result.is_good if result else None,
            self_tests_failed=result.failed if result else (),
            last_self_test_s_ago=time.monotonic() - result.at if result else None,
        )


_ACTIONS = frozenset({"keep", "flag", "rewrite", "block"})


def _instances(entry: Entry) -> tuple[Instance, ...]:
    if entry.pool is None:
        return (Instance(),)
    return tuple(
        Instance(
            url=instance.url,
            state=instance.breaker.state.value,
            healthy=instance.is_healthy,
            outstanding=instance.outstanding,
        )
        for instance in entry.pool.instances
    )


def _container_memory_bytes() -> int | None:
    """The memory limit of this container (control groups version 2), if there is one."""
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return None
    return int(limit) if limit.isdigit() else None
