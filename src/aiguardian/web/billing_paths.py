"""The paths of billing: what an organisation pays for, and what Stripe tells."""

from __future__ import annotations

from typing import Any

from aiguardian.web.admin_paths import admin_operation

_UNSET = "503 says why where billing is not set up."


def billing_paths() -> dict[str, Any]:
    """Every path of billing by address."""
    return {
        "/api/v1/billing": {
            "get": admin_operation(
                "showBilling",
                "The organisation's plan, and all plans",
                f"Needs `read`. {_UNSET}",
                answer="BillingShown",
            )
        },
        "/api/v1/billing/checkout": {
            "post": admin_operation(
                "checkout",
                "A page of Stripe's where a plan is bought",
                f"Needs `admin`. {_UNSET}",
                answer="StripePage",
                asked="CheckoutRequest",
                status=201,
            )
        },
        "/api/v1/billing/portal": {
            "post": admin_operation(
                "billingPortal",
                "A page of Stripe's where a plan is changed or ended",
                f"Needs `admin`, and a plan that was bought. {_UNSET}",
                answer="StripePage",
                asked="PortalRequest",
                status=201,
                failures=(404,),
            )
        },
        "/api/v1/webhooks/stripe": {"post": _webhook()},
    }


def _webhook() -> dict[str, Any]:
    operation = admin_operation(
        "stripeWebhook",
        "A message of Stripe's",
        "For Stripe: believed by its signature, taken once, in whatever order messages come. "
        f"{_UNSET}",
        answer="WebhookTaken",
    )
    for status in ("401", "403", "429"):  # no key is asked for
        del operation["responses"][status]
    signature = {
        "name": "Stripe-Signature",
        "in": "header",
        "required": True,
        "description": "Stripe's signature of the body, with its time.",
        "schema": {"type": "string"},
    }
    operation["security"] = []
    operation["parameters"] = [signature, *operation["parameters"]]
    operation["requestBody"] = {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
    return operation
