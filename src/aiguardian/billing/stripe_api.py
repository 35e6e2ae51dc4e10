"""Stripe's API, as far as it is needed. Its library is imported when it is first asked.

Everything that makes something carries an idempotency key: a call that is repeated, by the library
after a lost connection or by us after a crash, makes nothing twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from aiguardian.billing.plans import Plan
from aiguardian.errors import NotAvailable
from aiguardian.settings.variable import Secret
from aiguardian.storage.billing import Usage

if TYPE_CHECKING:
    from stripe import StripeClient

log = logging.getLogger(__name__)
T = TypeVar("T")

RETRIES = 2
TIMEOUT_S = 10.0
TENANT = "aiguardian_organisation"
"""The key of Stripe's metadata under which we note whose something is."""


class RefusedByStripe(NotAvailable):
    """Stripe understood, and will not do it: another try changes nothing."""


class StripeApi:
    """Calls of Stripe, each in a thread. All raise `NotAvailable` when Stripe does not do it."""

    def __init__(self, key: Secret, endpoint: str | None = None) -> None:
        self._key = key
        self._endpoint = endpoint
        self._client: StripeClient | None = None

    def take_key(self, key: Secret) -> None:
        """Use another key from now on."""
        self._key, self._client = key, None

    async def create_customer(self, tenant: str) -> str:
        """The id of the organisation's customer: the same one, however often it is made."""
        made = await self._call(
            lambda client: client.v1.customers.create(
                {"name": tenant, "metadata": {TENANT: tenant}},
                {"idempotency_key": f"aiguardian-customer-{tenant}"},
            )
        )
        return str(made.id)

    async def checkout(self, customer: str, plan: Plan, *, tenant: str, return_url: str) -> str:
        """The address of a page where the plan can be bought."""
        items: list[Any] = [{"price": plan.price, "quantity": 1}]
        items += [{"price": meter.price} for meter in plan.meters.values()]
        mark = "&" if "?" in return_url else "?"
        made = await self._call(
            lambda client: client.v1.checkout.sessions.create(
                {
                    "mode": "subscription",
                    "customer": customer,
                    "line_items": items,
                    "client_reference_id": tenant,
                    "subscription_data": {"metadata": {TENANT: tenant}},
                    "success_url": f"{return_url}{mark}checkout=done",
                    "cancel_url": f"{return_url}{mark}checkout=cancelled",
                }
            )
        )
        return str(made.url)

    async def portal(self, customer: str, *, return_url: str) -> str:
        """The address of a page where the customer changes or ends what it pays for."""
        made = await self._call(
            lambda client: client.v1.billing_portal.sessions.create(
                {"customer": customer, "return_url": return_url}
            )
        )
        return str(made.url)

    async def subscription(self, name: str) -> dict[str, Any]:
        """A subscription as it is now."""
        found = await self._call(lambda client: client.v1.subscriptions.retrieve(name))
        told: dict[str, Any] = found.to_dict()
        return told

    async def report(self, usage: Usage) -> None:
        """Tell a meter; Stripe counts each id once."""
        await self._call(
            lambda client: client.v1.billing.meter_events.create(
                {
                    "event_name": usage.meter,
                    "payload": {
                        "stripe_customer_id": usage.customer,
                        "value": str(usage.amount),
                    },
                    "identifier": usage.id,
                    "timestamp": int(usage.at),
                },
                {"idempotency_key": usage.id},
            )
        )

    async def _call(self, ask: Callable[[StripeClient], T]) -> T:
        return await asyncio.to_thread(self._asked, ask)

    def _asked(self, ask: Callable[[StripeClient], T]) -> T:
        import stripe

        try:
            return ask(self._opened())
        except stripe.StripeError as error:
            # Its message may quote what was sent; its kind says enough.
            kind = type(error).__name__
            log.warning("Stripe did not do it: %s", kind)
            told = f"Stripe did not do it: {kind}."
            if isinstance(error, stripe.InvalidRequestError):
                raise RefusedByStripe(told) from None
            raise NotAvailable(told, retry_after_s=5) from None

    def _opened(self) -> StripeClient:
        if self._client is None:
            import stripe

            bases: Any = {"api": self._endpoint} if self._endpoint else None
            self._client = stripe.StripeClient(
                self._key.reveal(),
                base_addresses=bases,
                max_network_retries=RETRIES,
                http_client=stripe.RequestsClient(timeout=TIMEOUT_S),
            )
        return self._client
