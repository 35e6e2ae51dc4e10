"""Who may use how much: finds the windows of a caller and charges them, shared or here.

With Redis all gateways count together. This process counts along, so that it can decide by itself
while Redis is away; then each gateway grants the whole limit, less what passed through it before.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

from aiguardian.gateway.limits.memory_counters import MemoryCounters
from aiguardian.gateway.limits.metrics import LimitMetrics
from aiguardian.gateway.limits.redis_counters import RedisCounters, RedisLost
from aiguardian.gateway.limits.window import Charge, Standing, Whose, Window
from aiguardian.identity.client import UNKNOWN, Clients, neighbourhood
from aiguardian.identity.principal import Principal
from aiguardian.settings.rates import Limit, RateLimits
from aiguardian.telemetry.exchange import Spent

log = logging.getLogger(__name__)

PROBE_S = 0.5
"""Between two tries to reach a Redis that is away."""
SURE_S = 2.0
"""So long a Redis that answered is believed to be there when nobody asks it anything."""
MOST_KNOWN = 50_000
"""Callers whose windows are at hand; past it they are made anew."""
Correction = tuple[Window, int, int]
"""A window, the step that was charged, and what to add to it."""


class Plans(Protocol):
    """The plans that organisations pay for."""

    def limits(self, tenant: str) -> tuple[Limit, ...] | None:
        """What the plan of an organisation allows; None: it has no plan."""

    def use(self, tenant: str, spent: list[Spent], *, requests: int) -> None:
        """So many requests of an organisation were answered, and used models so."""


class Limiter:
    """Charges windows. Only for the event loop."""

    def __init__(
        self,
        rates: RateLimits,
        *,
        local: MemoryCounters,
        shared: RedisCounters | None,
        metrics: LimitMetrics,
        clients: Clients,
        plans: Plans | None = None,
    ) -> None:
        self._rates = rates
        self._local = local
        self._shared = shared
        self._clients = clients
        self.plans = plans
        self._is_up = False
        self.was_tried = asyncio.Event()
        """Set when Redis was asked once: before, nobody knows whether it is there."""
        self._known: dict[tuple[Whose, str], tuple[tuple[Limit, ...], list[Window]]] = {}
        self._correcting: set[asyncio.Task[None]] = set()
        self.metrics = metrics
        self.limits_users = bool(rates.per_user)
        self.counts_here = shared is None
        """Whether this process counts alone, in its own memory."""
        self._limits_all = bool(plans is not None or rates != RateLimits())
        if shared is not None:
            metrics.redis_up.set(0)

    @property
    def is_shared(self) -> bool:
        """Whether Redis answers, and all gateways count together."""
        return self._is_up

    def concerns(self, caller: Principal) -> bool:
        """Whether anything limits this caller: where nothing does, nothing is done."""
        return self._limits_all or bool(caller.limits.each)

    def address(
        self, client: tuple[str, int] | None, headers: Sequence[tuple[bytes, bytes]]
    ) -> str | None:
        """The address that a request is counted by; None: by none."""
        if not self._rates.per_ip:
            return None
        found = self._clients.address(client, headers)
        return None if found == UNKNOWN else neighbourhood(found)

    def windows(self, caller: Principal, address: str | None) -> Sequence[Window]:
        """Every window of a caller."""
        tenant, own = caller.tenant, caller.limits.each
        limits = self._of_key(own) if own else self._rates.per_key
        found = self._windows("key", f"{tenant}\n{caller.key_id}", limits)
        plan = self.plans.limits(tenant) if self.plans is not None else None
        if of_organisation := self._rates.per_organisation if plan is None else plan:
            found = (*found, *self._windows("organisation", tenant, of_organisation))
        if caller.user_id is not None:
            found = (*found, *self.windows_of_user(tenant, caller.user_id))
        if address is not None:
            found = (*found, *self._windows("ip", address, self._rates.per_ip))
        return found

    def windows_of_user(self, tenant: str, user: str) -> Sequence[Window]:
        """The windows of one user of an organisation."""
        return self._windows("user", f"{tenant}\n{user}", self._rates.per_user)

    def _windows(self, whose: Whose, subject: str, limits: tuple[Limit, ...]) -> Sequence[Window]:
        """The windows of one caller, made once as long as its limits are the same."""
        if not limits:
            return ()
        known = self._known.get((whose, subject))
        if known is not None and known[0] is limits:
            return known[1]
        windows = [Window(whose, subject, limit) for limit in limits]
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[whose, subject] = limits, windows
        return windows

    def _of_key(self, own: tuple[Limit, ...]) -> tuple[Limit, ...]:
        """A key's own limits, and of RATE_LIMIT_PER_KEY what names another unit."""
        if not self._rates.per_key:
            return own
        named = {limit.unit for limit in own}
        others = tuple(limit for limit in self._rates.per_key if limit.unit not in named)
        return own + others if others else own

    def take_request_here(self, windows: Sequence[Window]) -> list[Standing] | None:
        """One request from all windows that count requests, by this process's own counts; None,
        and nothing is taken, if it does not fit into one of them."""
        return self._local.take_request(windows)

    def take_here(self, charges: Sequence[Charge]) -> list[Standing]:
        """`take` by this process's own counts."""
        return self._local.take(charges)

    async def take(self, charges: Sequence[Charge]) -> list[Standing]:
        """How each window stands, all charged unless a hard one refuses. Redis is waited for
        50 ms at the most; then, and while it is away, this process decides."""
        if self._shared is None:
            return self.take_here(charges)
        if self._is_up:
            try:
                told = await self._shared.take(charges)
            except RedisLost as lost:
                self._lose(str(lost))
            else:
                if not any(standing.is_refused for standing in told):
                    self._local.add(charges)
                return told
        self.metrics.decided_here.inc()
        return self._local.take(charges)

    def correct(self, corrections: Sequence[Correction]) -> None:
        """Set right what was charged by estimate. Returns at once."""
        for window, step, amount in corrections:
            self._local.correct(window, step, amount)
        if self._shared is not None and self._is_up and corrections:
            task = asyncio.create_task(self._correct_shared(self._shared, corrections))
            self._correcting.add(task)
            task.add_done_callback(self._correcting.discard)

    async def watch(self) -> None:
        """Look for Redis while it is away, and now and then while it is there, since without
        requests nothing else would tell of its loss; keep long windows. Until cancelled."""
        if self._shared is None:
            await self._local.watch()
            return
        clock, sure_until_s = asyncio.get_running_loop().time, 0.0
        try:
            while True:
                if not self._is_up or clock() >= sure_until_s:
                    await self._probe(self._shared)
                    self.was_tried.set()
                    sure_until_s = clock() + SURE_S
                await asyncio.sleep(PROBE_S)
        finally:
            await self.close()

    async def close(self) -> None:
        """Send the last corrections, then end the connections."""
        if self._shared is not None:
            if self._correcting:
                await asyncio.wait(self._correcting, timeout=1.0)
            await self._shared.close()

    async def move(self, address: str) -> bool:
        """Use Redis at another address, or with another password; False when none was set."""
        if self._shared is None:
            return False
        await self._shared.move(address)
        return True

    async def _probe(self, shared: RedisCounters) -> None:
        try:
            await shared.try_it()
        except RedisLost as lost:
            self._lose(str(lost))
        else:
            self._find()

    async def _correct_shared(
        self, shared: RedisCounters, corrections: Sequence[Correction]
    ) -> None:
        try:
            await shared.correct(corrections)
        except RedisLost as lost:
            self._lose(str(lost))

    def _lose(self, why: str) -> None:
        if self._is_up:
            log.warning("Redis is lost (%s): limits are kept by each gateway alone", why)
        self._is_up = False
        self.metrics.redis_up.set(0)

    def _find(self) -> None:
        if not self._is_up:
            log.info("Redis answers: limits are shared")
        self._is_up = True
        self.metrics.redis_up.set(1)


def once(windows: Sequence[Window]) -> list[Charge]:
    """What one request is charged."""
    return [window.once for window in windows if window.limit.unit == "requests"]
