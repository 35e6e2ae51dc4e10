"""Where Clerk tells of users and organisations. Sent again and out of order: that does no harm."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from msgspec import Struct
from starlette.routing import Route

from aiguardian.errors import NotAvailable
from aiguardian.gateway.envelope import Response, encode
from aiguardian.gateway.routes import post
from aiguardian.gateway.wire import Bodies, Receive, Scope, Send, respond
from aiguardian.identity.clerk_messages import Signatures, read_message
from aiguardian.identity.key_ring import KeyRing
from aiguardian.identity.keys import Keys
from aiguardian.identity.tokens import ClerkTokens
from aiguardian.storage.people import Change, PeopleStore
from aiguardian.telemetry.exchange import Exchange

PATH = "/api/v1/webhooks/clerk"
PAGE = 200

Erase = Callable[[str, str], object]
"""Deletes all that is kept of a tenant's user; blocks; raises `NotAvailable` to be asked again."""


class Received(Struct, frozen=True, kw_only=True):
    """What came of a message."""

    message: str
    was_known: bool
    """Whether it had come before: nothing was done."""


@dataclass(frozen=True, slots=True)
class Synchronised:
    """The parts that a message changes."""

    signatures: Signatures
    people: PeopleStore
    keys: Keys
    ring: KeyRing
    tokens: ClerkTokens
    erase: Erase


class ClerkWebhook:
    """The endpoint as a method; None: Clerk is not configured here."""

    def __init__(self, bodies: Bodies, parts: Synchronised | None) -> None:
        self._bodies = bodies
        self._parts = parts

    def routes(self) -> list[Route]:
        """Its path."""
        return [post(PATH, self.receive, needs=None)]

    async def receive(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one message. Raises `InvalidRequest`, `InvalidField`; `NotAvailable` when it could
        not be kept: Svix sends it again."""
        parts = self._parts
        if parts is None:
            raise NotAvailable(
                "Clerk is not configured here: set CLERK_ENABLED, CLERK_ISSUER and "
                "CLERK_WEBHOOK_SECRET."
            )
        body = await self._bodies.read_json(scope, receive)
        message = parts.signatures.check(body, scope["headers_by_name"])
        change = read_message(body).change()
        was_known = await asyncio.to_thread(_take, parts, message, change)
        if change is not None and not was_known:
            _forget(parts, change)
        await _answer(scope, send, Received(message=message, was_known=was_known))


def _take(parts: Synchronised, message: str, change: Change | None) -> bool:
    """Do what the message asks for, and note it last: what failed half-way is done again. Returns
    whether it had come before."""
    if parts.people.has_seen(message):
        return True
    if change is not None:
        parts.people.apply(change)
        if change.kind == "user" and change.is_gone:
            for tenant in [*parts.people.tenants(change.user), change.user]:
                parts.erase(tenant, change.user)
            parts.people.leave_all(change.user)
        if change.kind == "organisation" and change.is_gone:
            _revoke_all(parts.keys, change.organisation)
    parts.people.note(message)
    return False


def _forget(parts: Synchronised, change: Change) -> None:
    """Whoever is known here is looked up again."""
    if change.user:
        parts.tokens.forget(change.user)
    else:
        parts.tokens.forget_all()
        parts.ring.forget_tenant(change.organisation)


def _revoke_all(keys: Keys, tenant: str) -> None:
    """No key of an organisation outlives it."""
    after = None
    while page := keys.page(tenant, after=after, limit=PAGE):
        for key in page:
            keys.revoke(key)
        after = (page[-1].created_at, page[-1].id)


async def _answer(scope: Scope, send: Send, data: Received) -> None:
    exchange: Exchange = scope["exchange"]
    answer = Response(
        request_id=exchange.request_id,
        service_type="clerk",
        success=True,
        data=data,
        error=None,
        processing_time=time.perf_counter() - exchange.started_s,
        service_used="clerk",
    )
    await respond(send, 200, encode(answer))
