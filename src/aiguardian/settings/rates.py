"""Limits on use: how much of what in which time, as settings and stored keys write them.

    600 requests/minute      2000000 tokens/day      10 usd/day soft

A budget is a limit in US dollars. Amounts are whole numbers of the unit's smallest part, so that
sums are exact whoever adds them: requests, tokens, billionths of a dollar.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal, get_args

from aiguardian.settings.variable import Variable

Unit = Literal["requests", "tokens", "usd"]
UNITS: tuple[Unit, ...] = get_args(Unit)
NANO_USD = 1_000_000_000
"""Parts of a dollar. One token of the cheapest model of 2026 costs 20 of them."""
MOST = 2**53 // 1000
"""The largest amount: a Redis script counts in doubles, exact to 2^53."""
WINDOWS_S = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
LONGEST_S = 366 * 86_400

_LIMIT = re.compile(
    r"(?P<amount>\d{1,15}(?:\.\d{1,9})?) ?(?P<unit>requests?|tokens?|usd)"
    r" ?(?:/|per) ?(?:(?P<name>second|minute|hour|day|week)|(?P<count>\d{1,8})(?P<letter>[smhd]))"
    r"(?: (?P<kind>soft|hard))?"
)
_LETTERS_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


@dataclass(frozen=True, slots=True)
class Limit:
    """The most of one unit that may be used within any window of that length."""

    amount: int
    """In the unit's smallest part."""
    unit: Unit
    window_s: int
    is_hard: bool = True
    """Whether what exceeds it is refused; else it passes and is told of."""

    def __str__(self) -> str:
        amount = f"{Decimal(self.amount) / NANO_USD:f}" if self.unit == "usd" else str(self.amount)
        name = next((name for name, s in WINDOWS_S.items() if s == self.window_s), "")
        return (
            f"{amount} {self.unit}/{name or f'{self.window_s}s'}{'' if self.is_hard else ' soft'}"
        )


def read_limit(text: str) -> Limit:
    """Return the limit that a text names; raises `ValueError` with the mend."""
    found = _LIMIT.fullmatch(" ".join(text.lower().split()))
    if found is None:
        raise ValueError(
            "is not an amount, a unit (requests, tokens, usd), a slash and a window "
            "(second, minute, hour, day, week, or 90s, 15m, 12h, 30d), perhaps with `soft`"
        )
    unit: Unit = next(one for one in UNITS if one.startswith(found["unit"].rstrip("s")))
    amount = Decimal(found["amount"]) * (NANO_USD if unit == "usd" else 1)
    if amount != int(amount):
        raise ValueError(f"has a part of one of its {unit}")
    if amount > MOST:
        raise ValueError(f"is more than {MOST // NANO_USD if unit == 'usd' else MOST} {unit}")
    window_s = WINDOWS_S.get(found["name"] or "") or (
        int(found["count"]) * _LETTERS_S[found["letter"]]
    )
    if not 1 <= window_s <= LONGEST_S:
        raise ValueError("has a window that is not between 1 second and 366 days")
    return Limit(int(amount), unit, window_s, is_hard=found["kind"] != "soft")


def read_limits(texts: Iterable[str]) -> tuple[Limit, ...]:
    """Return one limit a text; raises `ValueError` naming the first that is none."""
    limits = []
    for text in texts:
        try:
            limits.append(read_limit(text))
        except ValueError as error:
            raise ValueError(f"{text[:80]!r} {error}") from None
    if twice := _twice(limits):
        raise ValueError(twice)
    return tuple(limits)


def _twice(limits: Iterable[Limit]) -> str:
    """What is wrong when two limits count the same; empty when none do."""
    seen: dict[tuple[Unit, int, bool], Limit] = {}
    for limit in limits:
        same = seen.setdefault((limit.unit, limit.window_s, limit.is_hard), limit)
        if same is not limit:
            return f"'{same}' and '{limit}' count the same; keep the lower"
    return ""


@dataclass(frozen=True, slots=True)
class RateLimits:
    """How much a caller may use; several limits stand side by side, separated by commas."""

    per_key: Annotated[
        tuple[Limit, ...],
        Variable(
            "RATE_LIMIT_PER_KEY",
            "For each key that has no limits of its own.",
            "600 requests/minute, 10 usd/day",
        ),
    ] = ()
    per_user: Annotated[
        tuple[Limit, ...],
        Variable("RATE_LIMIT_PER_USER", "For each user of an organisation.", "5 usd/day soft"),
    ] = ()
    per_ip: Annotated[
        tuple[Limit, ...],
        Variable(
            "RATE_LIMIT_PER_IP", "For each address, IPv6 by its /64 net.", "1000 requests/minute"
        ),
    ] = ()
    per_organisation: Annotated[
        tuple[Limit, ...],
        Variable(
            "RATE_LIMIT_PER_ORGANISATION",
            "For each organisation whose plan names none.",
            "20000000 tokens/day",
        ),
    ] = ()


def rate_faults(given: RateLimits) -> list[str]:
    """What no type expresses, one sentence a fault."""
    named = {
        "RATE_LIMIT_PER_KEY": given.per_key,
        "RATE_LIMIT_PER_USER": given.per_user,
        "RATE_LIMIT_PER_IP": given.per_ip,
        "RATE_LIMIT_PER_ORGANISATION": given.per_organisation,
    }
    return [
        f"{name}: {twice}. For example: {name}=600 requests/minute, 10 usd/day"
        for name, limits in named.items()
        if (twice := _twice(limits))
    ]
