"""Who pays for what: customers, subscriptions as Stripe last told of them, usage to report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

MESSAGES_S = 40 * 86_400.0
"""For how long a message's id is known: Stripe sends again for three days, a person for thirty."""

Noted = Literal["applied", "repeated", "stale", "tied"]
"""What became of a message: applied; known already; older than what is known; of the same second
as what is known and saying something else, so that only Stripe can tell which is newer."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription, as Stripe said it was at some second."""

    id: str
    customer: str
    prices: tuple[str, ...]
    status: str
    """In Stripe's words: active, trialing, past_due, canceled, unpaid, incomplete, …"""
    paid_until: float | None
    """Seconds since 1970."""
    as_of: int
    """The second at which Stripe made the message that says so."""


Place = tuple[float, str]
"""A time and an id."""


@dataclass(frozen=True, slots=True)
class Usage:
    """So much to be told to Stripe's meter, once."""

    id: str
    customer: str
    meter: str
    amount: int
    at: float
    """Seconds since 1970."""

    @property
    def place(self) -> Place:
        """Where it stands in the queue."""
        return self.at, self.id


FIRST: Place = (0.0, "")


class BillingStore(Protocol):
    """Keeps them. Every method raises `NotAvailable` when it cannot be reached."""

    async def customer(self, tenant: str) -> str | None:
        """Stripe's id of an organisation, if it has one."""

    async def link(self, tenant: str, customer: str) -> str:
        """Note who that customer is; the id in force, which is the first that was noted."""

    async def standing(self) -> list[tuple[str, Subscription]]:
        """Every subscription of a known customer, with its organisation."""

    async def note(
        self, message: str, subscription: Subscription | None, *, at: float, settled: bool = False
    ) -> Noted:
        """Take a message's subscription, once, and never for a newer one. What is `tied` is
        neither taken nor known until it comes `settled`, straight from Stripe."""

    async def add_usage(self, usage: Sequence[Usage]) -> None:
        """Keep it until it is reported; what is kept already stays as it is."""

    async def unreported(self, after: Place, most: int) -> list[Usage]:
        """Usage that waits, in order of `place`, from behind that one on."""

    async def reported(self, ids: Iterable[str]) -> None:
        """Stripe has these."""


def verdict(known: Subscription | None, told: Subscription, *, settled: bool) -> Noted:
    """Whether what is told takes the place of what is known."""
    if known is None or told.as_of > known.as_of or settled:
        return "applied"
    if told.as_of < known.as_of:
        return "stale"
    return "applied" if told == known else "tied"


class MemoryBilling:
    """The `BillingStore` of a process that keeps nothing."""

    def __init__(self) -> None:
        self._customers: dict[str, str] = {}
        self._subscriptions: dict[str, Subscription] = {}
        self._messages: dict[str, float] = {}
        self._usage: dict[str, Usage] = {}

    async def customer(self, tenant: str) -> str | None:
        """As the protocol says."""
        return self._customers.get(tenant)

    async def link(self, tenant: str, customer: str) -> str:
        """As the protocol says."""
        if customer in self._customers.values() and self._customers.get(tenant) != customer:
            return self._customers.get(tenant, customer)
        return self._customers.setdefault(tenant, customer)

    async def standing(self) -> list[tuple[str, Subscription]]:
        """As the protocol says."""
        tenants = {customer: tenant for tenant, customer in self._customers.items()}
        return [
            (tenants[one.customer], one)
            for one in self._subscriptions.values()
            if one.customer in tenants
        ]

    async def note(
        self, message: str, subscription: Subscription | None, *, at: float, settled: bool = False
    ) -> Noted:
        """As the protocol says."""
        if message in self._messages:
            return "repeated"
        noted: Noted = "applied"
        if subscription is not None:
            known = self._subscriptions.get(subscription.id)
            noted = verdict(known, subscription, settled=settled)
            if noted == "tied":
                return noted
            if noted == "applied":
                as_of = max(subscription.as_of, known.as_of if known else 0)
                self._subscriptions[subscription.id] = replace(subscription, as_of=as_of)
        self._messages = {
            one: then for one, then in self._messages.items() if then > at - MESSAGES_S
        }
        self._messages[message] = at
        return noted

    async def add_usage(self, usage: Sequence[Usage]) -> None:
        """As the protocol says."""
        for one in usage:
            self._usage.setdefault(one.id, one)

    async def unreported(self, after: Place, most: int) -> list[Usage]:
        """As the protocol says."""
        waiting = sorted(self._usage.values(), key=lambda one: one.place)
        return [one for one in waiting if one.place > after][:most]

    async def reported(self, ids: Iterable[str]) -> None:
        """As the protocol says."""
        for one in ids:
            self._usage.pop(one, None)
