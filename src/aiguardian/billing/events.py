"""Stripe's webhook messages: whether they are Stripe's, and what they say.

A message is believed by its signature alone (HMAC-SHA256 over its time and body, five minutes of
tolerance), which Stripe's own library checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from aiguardian.billing.stripe_api import TENANT
from aiguardian.errors import InvalidField, InvalidRequest
from aiguardian.settings.variable import Secret
from aiguardian.storage.billing import Subscription

TOLERANCE_S = 300
"""As Stripe recommends: who listens in cannot send a message again later."""
MOST_ITEMS = 50


@dataclass(frozen=True, slots=True)
class Message:
    """What a message says, as far as it matters here."""

    id: str
    subscription: Subscription | None = None
    customer: str | None = None
    tenant: str | None = None
    """Whose the customer is, where the message names it."""


def read_message(body: bytes, signature: str | None, secret: Secret) -> Message:
    """The message in a body that Stripe has signed. Raises `InvalidRequest`, `InvalidField`."""
    import stripe

    try:
        text = body.decode()
        stripe.WebhookSignature.verify_header(text, signature, secret.reveal(), TOLERANCE_S)
    except UnicodeDecodeError:
        raise InvalidRequest("The body is not UTF-8.") from None
    except stripe.SignatureVerificationError:
        raise InvalidRequest(
            "The signature is not Stripe's, or older than five minutes: see STRIPE_WEBHOOK_SECRET.",
            field="Stripe-Signature",
        ) from None
    try:
        return _message(msgspec.json.decode(body, type=dict[str, Any]))
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError, AttributeError):
        raise InvalidField("The message has not the shape of Stripe's events.") from None


def _message(event: Mapping[str, Any]) -> Message:
    kind, told = str(event["type"]), event["data"]["object"]
    if kind.startswith("customer.subscription."):
        subscription = read_subscription(told, as_of=int(event["created"]))
        return Message(
            str(event["id"]),
            subscription,
            subscription.customer,
            (told.get("metadata") or {}).get(TENANT),
        )
    if kind == "checkout.session.completed":
        customer = told.get("customer")
        return Message(str(event["id"]), None, customer, told.get("client_reference_id"))
    return Message(str(event["id"]))


def read_subscription(told: Mapping[str, Any], *, as_of: int) -> Subscription:
    """A subscription in Stripe's JSON, as it was at that second."""
    items = told["items"]["data"][:MOST_ITEMS]
    ends = [one["current_period_end"] for one in items if one.get("current_period_end")]
    if told.get("current_period_end"):  # before Stripe's version of March 2025 it stood here
        ends.append(told["current_period_end"])
    return Subscription(
        id=str(told["id"]),
        customer=str(told["customer"]),
        prices=tuple(str(one["price"]["id"]) for one in items),
        status=str(told["status"]),
        paid_until=float(max(ends)) if ends else None,
        as_of=as_of,
    )
