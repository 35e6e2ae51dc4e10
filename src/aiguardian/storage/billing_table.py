"""The `BillingStore` in the database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select

from aiguardian.storage.billing import MESSAGES_S, Noted, Place, Subscription, Usage, verdict
from aiguardian.storage.conflicts import insert
from aiguardian.storage.engine import Database, T, Work
from aiguardian.storage.tables import (
    billing_customers,
    billing_subscriptions,
    billing_usage,
    webhook_messages,
)

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

SENDER = "stripe:"
"""Before the ids of Stripe's messages, which share their table with others'."""


class BillingTable:
    """See `BillingStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def customer(self, tenant: str) -> str | None:
        """As the protocol says."""
        wanted = select(billing_customers.c.customer).where(billing_customers.c.tenant == tenant)

        async def read(connection: AsyncConnection) -> str | None:
            found: str | None = await connection.scalar(wanted)
            return found

        return await self._do(read)

    async def link(self, tenant: str, customer: str) -> str:
        """As the protocol says."""
        wanted = select(billing_customers.c.customer).where(billing_customers.c.tenant == tenant)

        async def write(connection: AsyncConnection) -> str:
            row = {"tenant": tenant, "customer": customer}
            await connection.execute(
                insert(connection, billing_customers).values(row).on_conflict_do_nothing()
            )
            found: str | None = await connection.scalar(wanted)
            return found or customer

        return await self._do(write, writes=True)

    async def standing(self) -> list[tuple[str, Subscription]]:
        """As the protocol says."""
        wanted = select(billing_customers.c.tenant, *billing_subscriptions.c).join(
            billing_subscriptions, billing_subscriptions.c.customer == billing_customers.c.customer
        )

        async def read(connection: AsyncConnection) -> list[tuple[str, Subscription]]:
            rows = await connection.execute(wanted)
            return [(tenant, _subscription(row)) for tenant, *row in rows]

        return await self._do(read)

    async def note(
        self, message: str, subscription: Subscription | None, *, at: float, settled: bool = False
    ) -> Noted:
        """As the protocol says, in one transaction."""

        async def write(connection: AsyncConnection) -> Noted:
            # first: it holds the row, so that of two deliveries at once the second waits here
            new = await connection.execute(
                insert(connection, webhook_messages)
                .values(id=SENDER + message, at=at)
                .on_conflict_do_nothing()
            )
            if not new.rowcount:
                return "repeated"
            noted: Noted = "applied"
            if subscription is not None:
                noted = await _take(connection, subscription, settled=settled)
            if noted == "tied":
                await connection.execute(_message(message))
            await connection.execute(_old(at))
            return noted

        return await self._do(write, writes=True)

    async def add_usage(self, usage: Sequence[Usage]) -> None:
        """As the protocol says."""

        async def write(connection: AsyncConnection) -> None:
            if usage:
                await connection.execute(
                    insert(connection, billing_usage).on_conflict_do_nothing(),
                    [asdict(one) for one in usage],
                )

        await self._do(write, writes=True)

    async def unreported(self, after: Place, most: int) -> list[Usage]:
        """As the protocol says."""
        at, name = billing_usage.c.at, billing_usage.c.id
        is_behind = or_(at > after[0], and_(at == after[0], name > after[1]))
        wanted = select(*billing_usage.c).where(is_behind).order_by(at, name).limit(most)

        async def read(connection: AsyncConnection) -> list[Usage]:
            return [Usage(*row) for row in await connection.execute(wanted)]

        return await self._do(read)

    async def reported(self, ids: Iterable[str]) -> None:
        """As the protocol says."""
        gone = billing_usage.delete().where(billing_usage.c.id.in_(list(ids)))

        async def write(connection: AsyncConnection) -> None:
            await connection.execute(gone)

        await self._do(write, writes=True)

    async def _do(self, work: Work[T], *, writes: bool = False) -> T:
        return await asyncio.wrap_future(self._database.submit(work, writes=writes))


async def _take(connection: AsyncConnection, subscription: Subscription, *, settled: bool) -> Noted:
    columns = billing_subscriptions.c
    row = asdict(subscription) | {"prices": " ".join(subscription.prices)}
    made = await connection.execute(
        insert(connection, billing_subscriptions).values(row).on_conflict_do_nothing()
    )
    if made.rowcount:
        return "applied"
    found = await connection.execute(
        select(*columns).where(columns.id == subscription.id).with_for_update()
    )
    known = _subscription(found.one())
    noted = verdict(known, subscription, settled=settled)
    if noted == "applied":
        row["as_of"] = max(subscription.as_of, known.as_of)
        await connection.execute(
            billing_subscriptions.update().where(columns.id == subscription.id).values(row)
        )
    return noted


def _subscription(row: Sequence[Any]) -> Subscription:
    id_, customer, prices, status, paid_until, as_of = row
    return Subscription(id_, customer, tuple(prices.split()), status, paid_until, as_of)


def _message(message: str) -> Any:
    return webhook_messages.delete().where(webhook_messages.c.id == SENDER + message)


def _old(at: float) -> Any:
    return webhook_messages.delete().where(
        webhook_messages.c.id.startswith(SENDER, autoescape=True),
        webhook_messages.c.at < at - MESSAGES_S,
    )
