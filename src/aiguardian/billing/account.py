"""Organisations as Stripe's customers: made when they first buy, changed by Stripe's messages."""

from __future__ import annotations

from dataclasses import dataclass, replace

from aiguardian.billing.events import Message, read_message, read_subscription
from aiguardian.billing.standing import PlansInForce
from aiguardian.billing.stripe_api import StripeApi
from aiguardian.errors import NotFound
from aiguardian.settings.variable import Secret
from aiguardian.storage.billing import BillingStore, Noted


@dataclass(frozen=True, slots=True)
class Taken:
    """A message of Stripe's, and what became of it."""

    outcome: Noted
    message: Message


class Accounts:
    """What organisations do at Stripe, and what Stripe tells of it."""

    def __init__(
        self,
        store: BillingStore,
        api: StripeApi,
        in_force: PlansInForce,
        *,
        webhook_secret: Secret,
        return_url: str,
    ) -> None:
        self._store = store
        self._api = api
        self.in_force = in_force
        self.plans = in_force.plans
        self._webhook_secret = webhook_secret
        self._return_url = return_url

    def take_webhook_secret(self, secret: Secret) -> None:
        """Believe messages that are signed with this one from now on."""
        self._webhook_secret = secret

    async def checkout(self, tenant: str, plan: str) -> str:
        """The address of the page where the plan is bought. Raises `NotAvailable`."""
        customer = await self._store.customer(tenant)
        if customer is None:
            customer = await self._store.link(tenant, await self._api.create_customer(tenant))
        bought = self.plans.each[plan]
        return await self._api.checkout(
            customer, bought, tenant=tenant, return_url=self._return_url
        )

    async def portal(self, tenant: str) -> str:
        """The address of the page where it is changed. Raises `NotAvailable`, and `NotFound` for
        who has never bought anything."""
        customer = await self._store.customer(tenant)
        if customer is None:
            raise NotFound("This organisation has bought nothing yet: see POST /checkout.")
        return await self._api.portal(customer, return_url=self._return_url)

    async def take(self, body: bytes, signature: str | None, *, now_s: float) -> Taken:
        """Take a message of Stripe's, once, however often and in which order they come.

        Raises `InvalidRequest` for what Stripe has not signed, `InvalidField`, and `NotAvailable`:
        Stripe then sends it again.
        """
        message = read_message(body, signature, self._webhook_secret)
        if message.customer and message.tenant:
            await self._store.link(message.tenant, message.customer)
        noted = await self._store.note(message.id, message.subscription, at=now_s)
        if noted == "tied":
            noted = await self._settled(message, now_s)
        if noted == "applied":
            await self.in_force.refresh()
        return Taken(noted, message)

    async def _settled(self, message: Message, now_s: float) -> Noted:
        """Two messages of one second contradict each other: Stripe says what holds."""
        told = message.subscription
        if told is None:
            return await self._store.note(message.id, None, at=now_s)
        now = read_subscription(await self._api.subscription(told.id), as_of=told.as_of)
        return await self._store.note(message.id, replace(now, id=told.id), at=now_s, settled=True)
