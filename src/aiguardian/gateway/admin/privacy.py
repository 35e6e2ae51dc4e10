"""A person's data by API: all of it, or none of it any more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from starlette.routing import Route

from aiguardian.audit.persons import Persons
from aiguardian.gateway.admin.answers import answer
from aiguardian.gateway.admin.streaming import stream
from aiguardian.gateway.decode import convert, read_object
from aiguardian.gateway.routes import post
from aiguardian.gateway.wire import Bodies, Receive, Scope, Send
from aiguardian.privacy.erasure import Erasure
from aiguardian.privacy.person import Person
from aiguardian.telemetry.exchange import Acted, Exchange

_ROOT = "/api/v1/admin/privacy"


class PersonRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom it is about."""

    user_id: Annotated[
        Annotated[str, Meta(min_length=1, max_length=256)],
        Meta(description="As calls named it, in `user_id`."),
    ]
    sessions: Annotated[
        Annotated[list[Annotated[str, Meta(min_length=1, max_length=256)]], Meta(max_length=100)],
        Meta(description="Conversations of the person's that were held without a `user_id`."),
    ] = []


class PrivacyEndpoints:
    """The endpoints as methods, over all places."""

    def __init__(
        self,
        bodies: Bodies,
        erasure: Erasure,
        persons: Persons,
        *,
        settle: Callable[[], Awaitable[None]],
        forget_answers: Callable[[], int],
    ) -> None:
        """`settle` brings what still waits in memory to where it is found. `forget_answers` drops
        the answers of models that are kept to be given again, whosever they are."""
        self._bodies = bodies
        self._erasure = erasure
        self._persons = persons
        self._settle = settle
        self._forget_answers = forget_answers

    def routes(self) -> list[Route]:
        """Their paths."""
        return [
            post(f"{_ROOT}/export", self.export, needs="admin"),
            post(f"{_ROOT}/erase", self.erase, needs="admin"),
        ]

    async def export(self, scope: Scope, receive: Receive, send: Send) -> None:
        """All that is known of the person, a line each."""
        person = await self._person(scope, receive)
        self._note(scope["exchange"], "privacy.export", person, {})
        await stream(send, self._lines(person))

    async def erase(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forget the person everywhere, and answer with a receipt."""
        person = await self._person(scope, receive)
        also = {"answers": self._forget_answers()}
        work = asyncio.to_thread(self._erasure.erase, person, also=also)
        receipt = await asyncio.shield(work)
        done: dict[str, str | int] = {"receipt": receipt.statement.id, **receipt.statement.erased}
        self._note(scope["exchange"], "privacy.erase", person, done)
        await answer(scope, send, receipt)

    async def _person(self, scope: Scope, receive: Receive) -> Person:
        given = convert(read_object(await self._bodies.read_json(scope, receive)), PersonRequest)
        await self._settle()
        return Person(scope["exchange"].tenant, given.user_id, tuple(dict.fromkeys(given.sessions)))

    def _note(
        self, exchange: Exchange, act: str, person: Person, detail: dict[str, str | int]
    ) -> None:
        target = person.digest(self._persons)
        exchange.act(Acted(act=act, target=target, detail=tuple(detail.items())))

    def _lines(self, person: Person) -> Iterator[bytes]:
        for place, thing in self._erasure.export(person):
            yield msgspec.json.encode({"place": place, "data": thing}) + b"\n"
        yield b'{"place":"end"}\n'
