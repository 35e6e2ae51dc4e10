"""Counting a request as it comes in, once it is known who calls."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, MutableMapping
from typing import Any

from aiguardian.gateway.limits.allowance import Allowance
from aiguardian.gateway.limits.limiter import Limiter
from aiguardian.gateway.wire import Headers
from aiguardian.identity.authenticate import INTERNAL
from aiguardian.identity.principal import Principal

UNCOUNTED = "/api/v1/billing"
LIMIT_HEADERS = (
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "RateLimit-Policy",
    "X-AIGuardian-Limit-Exceeded",
)
"""What a response says of the limits, see `Allowance.headers`."""


def enter(limiter: Limiter, scope: MutableMapping[str, Any]) -> Awaitable[None] | None:
    """Count the request and leave its allowance in the scope. Raises `RateLimited`, or gives what
    is to be awaited and does, where gateways count together.

    Probes have no caller and are never counted; a gateway that calls a guard's instance has
    counted the request already; and whose limits are used up may still buy more.
    """
    principal: Principal | None = scope.get("principal")
    if principal is None or scope["path"].startswith(UNCOUNTED):
        return None
    if principal.key_id == INTERNAL or not limiter.concerns(principal):
        return None
    windows = limiter.windows(principal, limiter.address(scope["client"], scope["headers"]))
    allowance = Allowance(limiter, windows, exchange=scope["exchange"], tenant=principal.tenant)
    scope["allowance"] = allowance
    if not limiter.counts_here:
        return allowance.count_request()
    allowance.count_request_here()
    return None


async def count_line(scope: Mapping[str, Any], user: str | None) -> None:
    """One more line of a batch, for its user too. Raises `RateLimited`."""
    allowance: Allowance | None = scope.get("allowance")
    if allowance is not None:
        await allowance.count_line(user)


def name_user(scope: Mapping[str, Any], user: str | None) -> Awaitable[None] | None:
    """The body names its user: what counts the request for that one too, where users have limits.
    Awaited, it raises `RateLimited`."""
    allowance: Allowance | None = scope.get("allowance")
    if user and allowance is not None and allowance.limits_users:
        return allowance.name_user(user)
    return None


def settle(scope: Mapping[str, Any]) -> None:
    """The request has ended: what it used takes the place of what it reserved."""
    allowance: Allowance | None = scope.get("allowance")
    if allowance is not None:
        allowance.settle()


def limit_headers(scope: Mapping[str, Any]) -> Headers:
    """What the response says of the limits; nothing when there are none."""
    allowance: Allowance | None = scope.get("allowance")
    return allowance.headers() if allowance is not None else []
