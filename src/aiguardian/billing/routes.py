"""Billing over HTTP: what an organisation pays for, where it buys and changes it, Stripe's word."""

from __future__ import annotations

import time

from starlette.routing import Route

from aiguardian.billing.account import Accounts
from aiguardian.billing.plans import Plan
from aiguardian.billing.standing import Standing
from aiguardian.errors import InvalidField, NotAvailable
from aiguardian.gateway.admin.answers import answer
from aiguardian.gateway.admin.billing import (
    BillingShown,
    CheckoutRequest,
    PlanShown,
    PortalRequest,
    StripePage,
    WebhookTaken,
)
from aiguardian.gateway.decode import convert, read_object
from aiguardian.gateway.routes import fetch, post
from aiguardian.gateway.wire import Bodies, Receive, Scope, Send
from aiguardian.telemetry.exchange import Acted, Exchange

PATH = "/api/v1/billing"
WEBHOOK = "/api/v1/webhooks/stripe"


class BillingEndpoints:
    """The endpoints as methods, over the accounts at Stripe."""

    def __init__(self, bodies: Bodies, accounts: Accounts | None, reason: str) -> None:
        """Without accounts, every path answers 503 with the reason."""
        self._bodies = bodies
        self._accounts = accounts
        self._reason = reason

    def routes(self) -> list[Route]:
        """Their paths."""
        return [
            fetch(PATH, self.show, needs="read"),
            post(f"{PATH}/checkout", self.checkout, needs="admin"),
            post(f"{PATH}/portal", self.portal, needs="admin"),
            post(WEBHOOK, self.webhook, needs=None),
        ]

    async def show(self, scope: Scope, _: Receive, send: Send) -> None:
        """The organisation's plan, and all plans."""
        accounts = self._there()
        await answer(scope, send, _shown(accounts, scope["principal"].tenant))

    async def checkout(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page of Stripe's where a plan is bought."""
        accounts = self._there()
        body = await self._bodies.read_json(scope, receive)
        asked = convert(read_object(body), CheckoutRequest)
        sold = [name for name, plan in accounts.plans.each.items() if plan.price]
        if asked.plan not in sold:
            raise InvalidField(
                f"plan is none that is sold. Allowed: {', '.join(sold)}.", field="plan"
            )
        url = await accounts.checkout(scope["principal"].tenant, asked.plan)
        _note(scope, "billing.checkout", asked.plan)
        await answer(scope, send, StripePage(url=url), status=201)

    async def portal(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page of Stripe's where a customer changes or ends what it pays for."""
        accounts = self._there()
        body = await self._bodies.read_json(scope, receive)
        convert(read_object(body), PortalRequest)
        url = await accounts.portal(scope["principal"].tenant)
        _note(scope, "billing.portal", "")
        await answer(scope, send, StripePage(url=url), status=201)

    async def webhook(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A message of Stripe's. Anything but 2xx, and Stripe sends it again."""
        accounts = self._there()
        body = await self._bodies.read_json(scope, receive)
        signature: bytes | None = scope["headers_by_name"].get(b"stripe-signature")
        shown = None if signature is None else signature.decode("latin-1")
        taken = await accounts.take(body, shown, now_s=time.time())
        subscription = taken.message.subscription
        if taken.outcome == "applied" and subscription is not None:
            exchange: Exchange = scope["exchange"]
            exchange.tenant = taken.message.tenant or ""
            detail = (("status", subscription.status),)
            exchange.act(Acted(act="billing.change", target=subscription.id, detail=detail))
        await answer(scope, send, WebhookTaken(outcome=taken.outcome))

    def _there(self) -> Accounts:
        if self._accounts is None:
            raise NotAvailable(self._reason)
        return self._accounts


def _shown(accounts: Accounts, tenant: str) -> BillingShown:
    standing: Standing | None = accounts.in_force.of(tenant)
    subscription = standing.subscription if standing else None
    free = accounts.plans.free
    return BillingShown(
        plan=None if standing is None else _plan(standing.plan, free),
        is_paid=standing is not None and standing.is_paid,
        status=subscription.status if subscription else None,
        paid_until=subscription.paid_until if subscription else None,
        plans=[_plan(plan, free) for plan in accounts.plans.each.values()],
    )


def _plan(plan: Plan, free: Plan | None) -> PlanShown:
    return PlanShown(
        name=plan.name,
        about=plan.about,
        limits=[str(limit) for limit in plan.limits],
        metered=list(plan.meters),
        is_free=plan is free,
    )


def _note(scope: Scope, act: str, target: str) -> None:
    exchange: Exchange = scope["exchange"]
    exchange.act(Acted(act=act, target=target))
