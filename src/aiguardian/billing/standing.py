"""Which plan each organisation has now, in memory: every request asks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from aiguardian.billing.plans import Plan, Plans
from aiguardian.errors import NotAvailable
from aiguardian.settings.rates import Limit
from aiguardian.storage.billing import BillingStore, Subscription

log = logging.getLogger(__name__)

REFRESH_S = 15.0
"""After so long, what another gateway was told by Stripe counts here too."""
PAYING = frozenset({"active", "trialing", "past_due"})
"""Stripe's words for a subscription that gives what it promises. past_due: a payment failed and
Stripe tries again, for as long as its settings say; then it becomes unpaid or canceled."""
GRACE_S = 7 * 86_400.0
"""A plan counts for so long after what is paid has ended without a word from Stripe: a week in
which its messages did not reach us must not stop those who paid. Chosen; Stripe itself sends
again for three days."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An organisation's plan, and what it hangs on."""

    plan: Plan
    subscription: Subscription | None = None
    is_paid: bool = False


class PlansInForce:
    """Plans by organisation, as last read."""

    def __init__(self, plans: Plans, store: BillingStore, clock_s: Callable[[], float]) -> None:
        self.plans = plans
        self._store = store
        self._clock_s = clock_s
        self._standings: dict[str, Standing] = {}

    def of(self, tenant: str) -> Standing | None:
        """The organisation's standing; None when it has no plan and there is no free one."""
        found = self._standings.get(tenant)
        if found is None and self.plans.free is not None:
            return Standing(self.plans.free)
        return found

    def limits(self, tenant: str) -> tuple[Limit, ...] | None:
        """What its plan allows; None: it has none."""
        found = self.of(tenant)
        return None if found is None else found.plan.limits

    async def refresh(self) -> None:
        """Read it anew. Raises `NotAvailable`; what was known stays."""
        standings: dict[str, Standing] = {}
        for tenant, subscription in await self._store.standing():
            found = self._standing(subscription)
            held = standings.get(tenant)
            if found is not None and (held is None or _rank(found) > _rank(held)):
                standings[tenant] = found
        self._standings = standings

    async def watch(self) -> None:
        """Read it again and again, until cancelled."""
        while True:
            try:
                await self.refresh()
            except NotAvailable:
                log.warning("plans could not be read anew, the last ones stay")
            await asyncio.sleep(REFRESH_S)

    def _standing(self, subscription: Subscription) -> Standing | None:
        plan = self.plans.of_prices(subscription.prices)
        if plan is None:
            log.warning("a subscription is to prices that no plan has")
            return None
        end = subscription.paid_until
        is_over = end is not None and self._clock_s() > end + GRACE_S
        if subscription.status in PAYING and not is_over:
            return Standing(plan, subscription, is_paid=True)
        return None if self.plans.free is None else Standing(self.plans.free, subscription)


def _rank(standing: Standing) -> tuple[bool, int]:
    """A plan that is paid for comes first, then what Stripe told of last."""
    subscription = standing.subscription
    return standing.is_paid, subscription.as_of if subscription else 0
