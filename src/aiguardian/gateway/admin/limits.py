"""What is left of a caller's limits, told without using any of it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct
from starlette.routing import Route

from aiguardian.errors import InvalidField
from aiguardian.gateway.admin.answers import answer
from aiguardian.gateway.admin.paging import read_query
from aiguardian.gateway.limits.limiter import Limiter
from aiguardian.gateway.limits.window import Charge, Standing
from aiguardian.gateway.routes import fetch
from aiguardian.gateway.wire import Receive, Scope, Send
from aiguardian.identity.principal import Principal
from aiguardian.settings.rates import NANO_USD

PATH = "/api/v1/admin/limits"
LONGEST_USER = 256


class LimitTold(Struct, frozen=True, kw_only=True):
    """One limit, and how it stands."""

    whose: Annotated[str, Meta(description="`key`, `user`, `ip` or `organisation`.")]
    limit: Annotated[str, Meta(description="As `600 requests/minute` or `10 usd/day soft`.")]
    used: Annotated[float, Meta(description="Within the window: requests, tokens or dollars.")]
    remaining: float
    reset_s: Annotated[float, Meta(description="Until all that is used now is free again.")]


class LimitsTold(Struct, frozen=True, kw_only=True):
    """Every limit of a caller."""

    limits: list[LimitTold]
    is_shared: Annotated[
        bool, Meta(description="Whether all gateways count together, or each by itself.")
    ]


class LimitEndpoints:
    """The endpoint as a method, over the limiter."""

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter

    def routes(self) -> list[Route]:
        """Its path."""
        return [fetch(PATH, self.show, needs="read")]

    async def show(self, scope: Scope, _: Receive, send: Send) -> None:
        """The limits of the key that asks, of its organisation, and of a user if one is named."""
        query = read_query(scope, ("user",))
        user = query.get("user")
        if user is not None and not 0 < len(user) <= LONGEST_USER:
            raise InvalidField(f"user must be 1 to {LONGEST_USER} characters.", field="user")
        limiter = self._limiter
        caller: Principal = scope["principal"]
        user = caller.acting_for(user)
        windows = limiter.windows(caller, limiter.address(scope["client"], scope["headers"]))
        if user is not None and user != caller.user_id:  # whose own are among them
            windows = [*windows, *limiter.windows_of_user(caller.tenant, user)]
        told = await limiter.take([Charge(window, 0) for window in windows])
        limits = [_told(standing) for standing in told]
        await answer(scope, send, LimitsTold(limits=limits, is_shared=limiter.is_shared))


def _told(standing: Standing) -> LimitTold:
    window = standing.charge.window
    parts = NANO_USD if window.limit.unit == "usd" else 1
    return LimitTold(
        whose=window.whose,
        limit=str(window.limit),
        used=standing.used / parts,
        remaining=standing.remaining / parts,
        reset_s=standing.reset_ms / 1000,
    )
