"""The limiter that the settings describe."""

from __future__ import annotations

import time
from collections.abc import Callable

from aiguardian.gateway.limits.ledger import Ledger
from aiguardian.gateway.limits.limiter import Limiter, Plans
from aiguardian.gateway.limits.memory_counters import MemoryCounters
from aiguardian.gateway.limits.metrics import LimitMetrics
from aiguardian.gateway.limits.redis_counters import RedisCounters
from aiguardian.gateway.limits.window import SHORTEST_S
from aiguardian.identity.client import Clients
from aiguardian.settings.groups import Settings
from aiguardian.settings.rates import RateLimits
from aiguardian.storage.engine import Database
from aiguardian.storage.sealing import Secrets, secrets_of
from aiguardian.telemetry.metrics import Metrics


def build_limiter(
    settings: Settings,
    metrics: Metrics,
    database: Database | None,
    plans: Plans | None = None,
) -> Limiter:
    """Counts in Redis where one is set, else in this process, long windows kept in the database."""
    # Only development lacks a SECRET_KEY; its gateways share Redis all the same.
    digest_key = (secrets_of(settings.access) or Secrets((b"",))).lasting("limits/1")
    address = settings.redis.address()
    began = time.time() - time.monotonic()

    def clock_s() -> float:
        return began + time.monotonic()  # never goes back

    ledger = None
    if database is not None and address is None:
        ledger = _ledger(settings.rates, database, digest_key, clock_s)
    return Limiter(
        settings.rates,
        local=MemoryCounters(clock_s, ledger=ledger),
        shared=RedisCounters(address.reveal(), digest_key) if address else None,
        metrics=LimitMetrics(metrics.registry),
        clients=Clients(settings.identity.trusted_proxies),
        plans=plans,
    )


def _ledger(
    rates: RateLimits, database: Database, digest_key: bytes, clock_s: Callable[[], float]
) -> Ledger:
    from aiguardian.storage.limit_counter_table import LimitCounterTable  # SQLAlchemy

    return Ledger(
        LimitCounterTable(database),
        digest_key,
        clock_s,
        reads_at_start=any(
            limit.window_s >= SHORTEST_S
            for limits in (rates.per_key, rates.per_user, rates.per_ip, rates.per_organisation)
            for limit in limits
        ),
    )
