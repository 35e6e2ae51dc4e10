"""What billing's paths take and give: their shapes, for `billing/` and for the document."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class PlanShown(Struct, frozen=True, kw_only=True):
    """One plan."""

    name: str
    about: str
    limits: list[str]
    metered: list[str]
    is_free: bool


class BillingShown(Struct, frozen=True, kw_only=True):
    """What the organisation has, and what there is."""

    plan: PlanShown | None
    is_paid: bool
    status: Annotated[str | None, Meta(description="The subscription's, in Stripe's words.")]
    paid_until: Annotated[float | None, Meta(description="Seconds since 1970.")]
    plans: list[PlanShown]


class CheckoutRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which plan to buy."""

    plan: Annotated[str, Meta(min_length=1, max_length=64)]


class PortalRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing needs to be said."""


class StripePage(Struct, frozen=True, kw_only=True):
    """Where to send the customer."""

    url: str


class WebhookTaken(Struct, frozen=True, kw_only=True):
    """What became of a message."""

    outcome: Annotated[str, Meta(description="`applied`, `repeated` or `stale`.")]
