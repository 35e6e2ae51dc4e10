"""Billing through Stripe: its keys, the plans, and where customers come back to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from aiguardian.settings.variable import Secret, Variable


@dataclass(frozen=True, slots=True)
class Billing:
    """Stripe. Without it nobody is billed, and its paths answer 503."""

    enabled: Annotated[bool, Variable("STRIPE_ENABLED", "Bill through Stripe.", "true")] = False
    secret_key: Annotated[
        Secret | None, Variable("STRIPE_SECRET_KEY", "Stripe's key.", "sk_live_…")
    ] = None
    webhook_secret: Annotated[
        Secret | None, Variable("STRIPE_WEBHOOK_SECRET", "Signs Stripe's webhooks.", "whsec_…")
    ] = None
    plans: Annotated[
        Path | None,
        Variable(
            "AIGUARDIAN_PLANS",
            "The file of plans: what each costs at Stripe, and its limits.",
            "/etc/aiguardian/plans.yaml",
        ),
    ] = None
    return_url: Annotated[
        str | None,
        Variable(
            "BILLING_RETURN_URL",
            "Where Stripe's pages lead back to.",
            "https://app.example.com/billing",
        ),
    ] = None
    endpoint: Annotated[
        str | None,
        Variable(
            "STRIPE_API_BASE",
            "Where Stripe is asked, if not at its own address.",
            "http://stripe:12111",
        ),
    ] = None


def why_not(given: Billing) -> str:
    """Why there is no billing; empty when there is."""
    if not given.enabled:
        return "Billing is not set up here: STRIPE_ENABLED is not true."
    needed = {
        "STRIPE_SECRET_KEY": given.secret_key,
        "STRIPE_WEBHOOK_SECRET": given.webhook_secret,
        "AIGUARDIAN_PLANS": given.plans,
        "BILLING_RETURN_URL": given.return_url,
    }
    missing = [name for name, value in needed.items() if value is None]
    if missing:
        return f"Billing is not set up here: {', '.join(missing)} is not set."
    return ""
