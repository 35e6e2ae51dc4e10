"""What one request may use, what it has reserved, and what its answer says of it.

Requests are counted at the gate, before the body is read; the tokens and dollars of a request to
a model when it is read: an estimate is reserved, and set right once the model has answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import ceil

from aiguardian.errors import RateLimited
from aiguardian.gateway.limits.limiter import Correction, Limiter, once
from aiguardian.gateway.limits.window import Charge, Standing, Window, shown
from aiguardian.gateway.wire import Headers
from aiguardian.settings.rates import NANO_USD, Unit
from aiguardian.telemetry.exchange import Decided, Exchange


class Allowance:
    """The windows of one request."""

    _reserved: Sequence[Standing] = ()
    _lines = 0
    _is_exceeded = False
    """Whether a limit was passed that refuses nothing."""

    def __init__(
        self, limiter: Limiter, windows: Sequence[Window], *, exchange: Exchange, tenant: str
    ) -> None:
        self._limiter = limiter
        self._windows = windows
        self._exchange = exchange
        self._tenant = tenant
        self._told: list[Standing] = []
        self.limits_users = limiter.limits_users

    async def count_request(self) -> None:
        """One more request. Raises `RateLimited`."""
        await self._take(once(self._windows))

    def count_request_here(self) -> None:
        """`count_request` where no other gateway counts along, and nothing is to be awaited."""
        told = self._limiter.take_request_here(self._windows)
        if told is not None:
            self._told = told
        else:
            self._note_taken(self._limiter.take_here(once(self._windows)))

    async def name_user(self, user: str | None) -> None:
        """The body names a user: count the request for that one too. Raises `RateLimited`."""
        if of_user := self._windows_of(user):
            await self._take(once(of_user))

    async def count_line(self, user: str | None) -> None:
        """One line of a batch, whose first is the request. Raises `RateLimited`."""
        self._lines += 1
        if self._lines > 1:
            await self.count_request()
        await self.name_user(user)

    async def reserve(self, *, tokens: int, cost_usd: float, user: str | None = None) -> None:
        """Set an estimate aside until `settle`, before a model is asked. Raises `RateLimited`
        when it does not fit."""
        of_user = self._windows_of(user)
        amounts: dict[Unit, int] = {"tokens": tokens, "usd": ceil(cost_usd * NANO_USD)}
        await self._take(once(of_user) + _charges([*self._windows, *of_user], amounts))

    def settle(self) -> None:
        """Put what was used in place of what was reserved, and on the plan's bill. What our cache
        answered is free, and so is a request that was refused."""
        spent, plans = self._exchange.spent, self._limiter.plans
        if plans is not None:
            is_answered = 200 <= self._exchange.status < 400
            plans.use(self._tenant, spent, requests=int(is_answered))
        if not self._reserved:
            return
        used = [one for one in spent if one.source != "cache"]
        amounts: Mapping[Unit, int] = {
            "tokens": sum(one.input_tokens + one.output_tokens for one in used),
            "usd": round(sum(one.cost_usd for one in used) * NANO_USD),
        }
        corrections: list[Correction] = [
            (one.charge.window, one.step, amounts[one.charge.window.limit.unit] - one.charge.amount)
            for one in self._reserved
        ]
        self._reserved = ()
        self._limiter.correct([one for one in corrections if one[2]])

    def headers(self) -> Headers:
        """RateLimit-Limit, -Remaining and -Reset of the window nearest to its end, and
        RateLimit-Policy with all (draft-ietf-httpapi-ratelimit-headers-07)."""
        if not self._told:
            return []
        told = self._told
        tightest = told[0] if len(told) == 1 else min(told, key=_share_left)
        window = tightest.charge.window
        policies = window.policy_told
        if len(told) > 1:
            policies = b", ".join([one.charge.window.policy_told for one in told])
        limit = window.limit
        left = max(0, limit.amount - tightest.used)
        headers = [
            (b"ratelimit-limit", window.amount_told),
            (b"ratelimit-remaining", b"%d" % shown(limit.unit, left)),
            (b"ratelimit-reset", b"%d" % -(-tightest.reset_ms // 1000)),
            (b"ratelimit-policy", policies),
        ]
        if self._is_exceeded:
            passed = [one for one in told if one.wait_ms and not one.is_refused]
            labels = "; ".join(one.charge.window.label for one in passed)
            if passed:
                headers.append((b"x-aiguardian-limit-exceeded", labels.encode()))
        return headers

    def _windows_of(self, user: str | None) -> list[Window]:
        """Those of a user whom the body names; not of who has proved to be that one."""
        if not user or not self._limiter.limits_users:
            return []
        windows = self._limiter.windows_of_user(self._tenant, user)
        return [window for window in windows if window not in self._windows]

    async def _take(self, charges: list[Charge]) -> None:
        if charges:
            self._note_taken(await self._limiter.take(charges))

    def _note_taken(self, told: list[Standing]) -> None:
        exceeded: list[Standing] = []
        reserved: list[Standing] = []
        newest = {one.charge.window.name: one for one in (*self._told, *told)}
        self._told = list(newest.values())
        for standing in told:
            window = standing.charge.window
            if standing.wait_ms:
                exceeded.append(standing)
            if window.limit.unit != "requests":
                reserved.append(standing)
        refused = [one for one in exceeded if one.is_refused] if exceeded else exceeded
        if not refused:
            # before anything may raise: what is reserved must be settled
            self._reserved = [*self._reserved, *reserved]
        for standing in exceeded:
            self._is_exceeded = self._is_exceeded or not standing.is_refused
            self._limiter.metrics.count(standing)
            self._note(standing)
        if refused:
            raise _too_much(max(refused, key=lambda standing: standing.wait_ms))

    def _note(self, standing: Standing) -> None:
        window = standing.charge.window
        self._exchange.decide(
            Decided(
                guard="limits",
                action="block" if standing.is_refused else "flag",
                categories=(f"{window.whose}_{window.limit.unit}",),
                status=429 if standing.is_refused else 200,
            )
        )


def _charges(windows: Iterable[Window], amounts: Mapping[Unit, int]) -> list[Charge]:
    return [
        Charge(window, amounts[window.limit.unit])
        for window in windows
        if window.limit.unit in amounts
    ]


def _too_much(standing: Standing) -> RateLimited:
    window = standing.charge.window
    limit = window.limit
    if standing.charge.needed > limit.amount:
        why = "this request alone is estimated to need more"
    else:
        why = f"all of it is used, or not enough is left; next in {ceil(standing.wait_ms / 1000)} s"
    return RateLimited(
        f"The limit of this {_NAMES[window.whose]} is {limit}: {why}.",
        retry_after_s=max(1, ceil(standing.wait_ms / 1000)),
    )


_NAMES = {"key": "key", "user": "user", "ip": "address", "organisation": "organisation"}


def _share_left(standing: Standing) -> float:
    return standing.remaining / (standing.charge.window.limit.amount or 1)
