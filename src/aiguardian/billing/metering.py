"""What organisations on metered plans use, told to Stripe: each use once, whatever breaks.

Counted in memory, written down every `SAVE_S` under an id of its own, reported from there, and
taken away once Stripe has it. A crash in between reports an id again, which Stripe counts once.
What is lost when the process is killed is what was used in the last `SAVE_S`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from uuid import uuid4

from aiguardian.billing.plans import Meter
from aiguardian.billing.standing import PlansInForce
from aiguardian.billing.stripe_api import RefusedByStripe, StripeApi
from aiguardian.errors import NotAvailable
from aiguardian.settings.rates import Unit
from aiguardian.storage.billing import FIRST, BillingStore, Usage
from aiguardian.telemetry.exchange import Spent

log = logging.getLogger(__name__)

SAVE_S = 2.0
AT_ONCE = 100
LONGEST_PAUSE_S = 60.0
OLDEST_S = 34 * 86_400.0
"""Stripe takes no usage that is older than 35 days."""
MICRO = 1_000_000
"""Dollars are reported in millionths."""


class Metering:
    """Counts and reports. Only for the event loop."""

    def __init__(
        self,
        plans: PlansInForce,
        store: BillingStore,
        api: StripeApi,
        *,
        clock_s: Callable[[], float],
    ) -> None:
        self._plans = plans
        self._store = store
        self._api = api
        self._clock_s = clock_s
        self._counted: dict[tuple[str, str], int] = {}
        self._unsaved: list[Usage] = []

    def use(self, tenant: str, spent: Iterable[Spent], *, requests: int) -> None:
        """So many requests of an organisation were answered, and used models so."""
        standing = self._plans.of(tenant)
        if standing is None or not standing.plan.meters or standing.subscription is None:
            return
        used = [one for one in spent if one.source != "cache"]
        amounts: dict[Unit, int] = {
            "requests": requests,
            "tokens": sum(one.input_tokens + one.output_tokens for one in used),
            "usd": round(sum(one.cost_usd for one in used) * MICRO),
        }
        for unit, meter in standing.plan.meters.items():
            self._count(standing.subscription.customer, meter, amounts[unit])

    def _count(self, customer: str, meter: Meter, amount: int) -> None:
        if amount > 0:
            key = (customer, meter.event)
            self._counted[key] = self._counted.get(key, 0) + amount

    async def watch(self) -> None:
        """Write down, until cancelled; then write down what is left."""
        is_told = False
        try:
            while True:
                await asyncio.sleep(SAVE_S)
                try:
                    await self.save()
                    is_told = False
                except NotAvailable:
                    if not is_told:
                        log.warning("usage cannot be written down now; it is tried again")
                    is_told = True
        finally:
            await asyncio.shield(self._last())

    async def watch_reports(self) -> None:
        """Report, until cancelled; ever more seldom while Stripe does not take it."""
        pause_s = SAVE_S
        while True:
            await asyncio.sleep(pause_s)
            try:
                is_all_taken = await self.report()
            except NotAvailable as error:
                log.warning("usage waits to be reported: %s", error.message)
                is_all_taken = False
            pause_s = SAVE_S if is_all_taken else min(2 * pause_s, LONGEST_PAUSE_S)

    async def save(self) -> None:
        """Write down what was counted. Raises `NotAvailable`, and keeps it."""
        now = self._clock_s()
        counted, self._counted = self._counted, {}
        self._unsaved += [
            Usage(str(uuid4()), customer, event, amount, now)
            for (customer, event), amount in counted.items()
        ]
        if self._unsaved:
            await self._store.add_usage(self._unsaved)
            self._unsaved = []

    async def report(self) -> bool:
        """Tell Stripe all that waits; whether it took all. What it refuses stays and waits, and
        holds up nothing behind it. Raises `NotAvailable`."""
        place, is_all_taken = FIRST, True
        while usage := await self._store.unreported(place, AT_ONCE):
            for one in usage:
                if await self._is_done(one):
                    await self._store.reported([one.id])
                else:
                    is_all_taken = False
            place = usage[-1].place
        return is_all_taken

    async def _is_done(self, usage: Usage) -> bool:
        if usage.at <= self._clock_s() - OLDEST_S:
            log.error("usage of a month ago was never taken and is given up: %s", usage.id)
            return True
        try:
            await self._api.report(usage)
        except RefusedByStripe:
            log.error("Stripe refuses usage of the meter %s: see the plans' events", usage.meter)
            return False
        return True

    async def _last(self) -> None:
        try:
            await self.save()
        except NotAvailable:
            log.error("usage of the last seconds could not be written down")
