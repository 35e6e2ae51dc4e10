"""Billing as the settings describe it, or the reason why there is none."""

from __future__ import annotations

import time
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from aiguardian.billing.account import Accounts
from aiguardian.billing.metering import Metering
from aiguardian.billing.plans import load_plans
from aiguardian.billing.routes import BillingEndpoints
from aiguardian.billing.standing import PlansInForce
from aiguardian.billing.stripe_api import StripeApi
from aiguardian.gateway.wire import Bodies
from aiguardian.settings.billing import Billing as BillingSettings
from aiguardian.settings.billing import why_not
from aiguardian.settings.rates import Limit
from aiguardian.storage.billing import BillingStore, MemoryBilling
from aiguardian.storage.engine import Database
from aiguardian.telemetry.exchange import Spent


@dataclass(frozen=True, slots=True)
class Billing:
    """The parts of billing that the program runs."""

    accounts: Accounts
    in_force: PlansInForce
    metering: Metering
    api: StripeApi

    def limits(self, tenant: str) -> tuple[Limit, ...] | None:
        """What the plan of an organisation allows; None: it has none."""
        return self.in_force.limits(tenant)

    def use(self, tenant: str, spent: list[Spent], *, requests: int) -> None:
        """So many requests of an organisation were answered, and used models so."""
        self.metering.use(tenant, spent, requests=requests)

    def beside(self) -> list[Coroutine[Any, Any, None]]:
        """What runs beside the requests."""
        return [self.in_force.watch(), self.metering.watch(), self.metering.watch_reports()]


def build_billing(settings: BillingSettings, database: Database | None) -> Billing | None:
    """None where Stripe is not set. Raises `PolicyError` or `OSError` for a file of plans that
    cannot be used."""
    key, webhook_secret = settings.secret_key, settings.webhook_secret
    url = settings.return_url
    if why_not(settings) or key is None or webhook_secret is None or url is None:
        return None
    store = _store(database)
    api = StripeApi(key, settings.endpoint)
    in_force = PlansInForce(load_plans(settings.plans), store, time.time)
    accounts = Accounts(store, api, in_force, webhook_secret=webhook_secret, return_url=url)
    return Billing(accounts, in_force, Metering(in_force, store, api, clock_s=time.time), api)


def billing_endpoints(
    bodies: Bodies, billing: Billing | None, settings: BillingSettings
) -> BillingEndpoints:
    """The paths, which are there even where billing is not."""
    return BillingEndpoints(bodies, billing.accounts if billing else None, why_not(settings))


def _store(database: Database | None) -> BillingStore:
    if database is None:
        return MemoryBilling()
    from aiguardian.storage.billing_table import BillingTable  # SQLAlchemy

    return BillingTable(database)
