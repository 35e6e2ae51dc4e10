"""What the limits tell Prometheus; labels are words of ours, never a key, user or address."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge

from aiguardian.gateway.limits.window import Standing


class LimitMetrics:
    """Counters of what was exceeded, and whether Redis answers."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.exceeded = Counter(
            "aiguardian_limits_exceeded",
            "Requests past a limit: refused (hard) or let through (soft).",
            ("whose", "unit", "kind"),
            registry=registry,
        )
        self.decided_here = Counter(
            "aiguardian_limits_decided_here",
            "Requests whose limits this gateway kept alone, because Redis did not answer.",
            registry=registry,
        )
        self.redis_up = Gauge(
            "aiguardian_redis_up",
            "Whether Redis answers; 1 too when none is set, as nothing is missing then.",
            registry=registry,
        )
        self.redis_up.set(1)

    def count(self, standing: Standing) -> None:
        """Count one window that was exceeded."""
        limit = standing.charge.window.limit
        kind = "hard" if limit.is_hard else "soft"
        self.exceeded.labels(standing.charge.window.whose, limit.unit, kind).inc()
