"""Marking a finding as false: what would let it pass, at what cost, and applying it."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated
from uuid import uuid4

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.routing import Route

from aiguardian.errors import Conflict, InvalidField, NotFound
from aiguardian.gateway.admin.answers import answer
from aiguardian.gateway.admin.idempotency import Done, Idempotency
from aiguardian.gateway.admin.paging import cursor, read_cursor, read_limit, read_query
from aiguardian.gateway.decode import convert, read_object
from aiguardian.gateway.routes import Rights, by_method, fetch, post
from aiguardian.gateway.wire import Bodies, Receive, Scope, Send
from aiguardian.policy.marking import Desk
from aiguardian.policy.proposing import OptionKind, Proposal, applied_text
from aiguardian.policy.shelf import Shelf
from aiguardian.policy.stored import StoredPolicies
from aiguardian.storage.allow_list import AllowList, ListFull, digest
from aiguardian.storage.marks import MarkRow, MarkStore
from aiguardian.storage.policies import PoliciesFull, VersionConflict
from aiguardian.storage.request_rows import RequestStore
from aiguardian.telemetry.exchange import Acted, Exchange

_ROOT = "/api/v1/admin/false-positives"
_RIGHTS: Rights = {"GET": "read", "POST": "admin"}
_ID = re.compile(r"[0-9a-f-]{36}")
_Id = Annotated[str, Meta(pattern=f"^{_ID.pattern}$")]


class MarkRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A finding that was none."""

    request_id: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]
    category: Annotated[str, Meta(min_length=1, max_length=64, examples=["injection"])]
    guard: Annotated[
        str | None, Meta(description="Default: the one that found such a thing in the request.")
    ] = None
    value: Annotated[
        Annotated[str, Meta(min_length=1, max_length=4096)] | None,
        Meta(description="The very string that was found, to allow it. Only a digest is kept."),
    ] = None
    # PostgreSQL keeps no text with a NUL in it
    note: Annotated[str, Meta(max_length=500, pattern=r"^[^\x00]*$")] = ""


class ApplyRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which of a proposal's options is to be applied."""

    option: OptionKind


class MarkTold(Struct, frozen=True, kw_only=True):
    """A marked finding and what is proposed for it."""

    id: str
    request_id: str
    note: str
    author: Annotated[str, Meta(description="The id of the key that marked it.")]
    at: Annotated[float, Meta(description="Seconds since 1970.")]
    applied: Annotated[str, Meta(description="The option that was applied; empty: none yet.")]
    proposal: Proposal


class MarkPage(Struct, frozen=True, kw_only=True):
    """A page of marked findings, newest first."""

    items: list[MarkTold]
    next_cursor: str | None


class _Kept(Struct, frozen=True, kw_only=True):
    """What is kept of a proposal."""

    proposal: Proposal
    allow_digest: str = ""
    """Keyed, in hexadecimal."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What proposals are made from and applied to."""

    shelf: Shelf
    stored: StoredPolicies
    requests: RequestStore
    marks: MarkStore
    allow_list: AllowList
    allow_list_key: bytes
    clock: Callable[[], float] = time.time


class FalsePositiveEndpoints:
    """The endpoints as methods, over the recorded traffic and the policies."""

    def __init__(self, bodies: Bodies, sources: Sources, idempotency: Idempotency) -> None:
        self._bodies = bodies
        self._sources = sources
        self._idempotency = idempotency

    def routes(self) -> list[Route]:
        """Their paths."""
        return [
            by_method(_ROOT, {"GET": self.all, "POST": self.mark}, needs=_RIGHTS),
            fetch(f"{_ROOT}/{{id}}", self.one, needs="read"),
            post(f"{_ROOT}/{{id}}/apply", self.apply, needs="admin"),
        ]

    async def mark(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Propose what would let a finding pass, and tell what else that would change."""
        exchange: Exchange = scope["exchange"]
        body = await self._bodies.read_json(scope, receive)
        given = convert(read_object(body), MarkRequest)

        async def mark() -> Done:
            row = await asyncio.to_thread(self._marked, given, exchange)
            detail = (("request", row.request_id), ("guard", row.guard), ("category", row.category))
            exchange.act(Acted(act="policies.mark", target=row.id, detail=detail))
            return Done(_told(row), kept=_told(row))

        await self._idempotency.run(scope, send, body, mark)

    async def all(self, scope: Scope, _: Receive, send: Send) -> None:
        """The findings that were marked, newest first."""
        query = read_query(scope, ("limit", "cursor"))
        limit, before = read_limit(query), read_cursor(query, tuple[float, _Id])
        tenant = scope["exchange"].tenant

        def read() -> list[MarkRow]:
            return self._sources.marks.newest(tenant, limit=limit + 1, before=before)

        rows = await asyncio.to_thread(read)
        more = cursor((rows[limit - 1].at, rows[limit - 1].id)) if len(rows) > limit else None
        page = MarkPage(items=[_told(row) for row in rows[:limit]], next_cursor=more)
        await answer(scope, send, page)

    async def one(self, scope: Scope, _: Receive, send: Send) -> None:
        """One of them."""
        await answer(scope, send, _told(await asyncio.to_thread(self._row, scope)))

    async def apply(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Change the policy, or the allow-list, as an option says."""
        exchange: Exchange = scope["exchange"]
        given = convert(read_object(await self._bodies.read_json(scope, receive)), ApplyRequest)
        row = await asyncio.to_thread(self._row, scope)
        applied = await asyncio.to_thread(self._applied, row, given.option, exchange.key_id)
        detail = (("option", given.option), ("request", row.request_id))
        exchange.act(Acted(act="policies.apply_mark", target=row.id, detail=detail))
        await answer(scope, send, _told(applied))

    def _marked(self, given: MarkRequest, exchange: Exchange) -> MarkRow:
        sources, now = self._sources, self._sources.clock()
        desk = Desk(sources.shelf, sources.requests, sources.marks, exchange.tenant)
        mark, proposal = desk.proposal(
            given.request_id,
            given.category,
            guard=given.guard,
            value=given.value or "",
            now=now,
        )
        value = digest(given.value, sources.allow_list_key).hex() if given.value else ""
        row = MarkRow(
            tenant=exchange.tenant,
            id=str(uuid4()),
            request_id=mark.request_id,
            guard=mark.guard,
            category=mark.category,
            proposal=msgspec.json.encode(_Kept(proposal=proposal, allow_digest=value)).decode(),
            author=exchange.key_id,
            note=given.note,
            at=now,
        )
        sources.marks.add(row)
        return row

    def _row(self, scope: Scope) -> MarkRow:
        mark_id: str = Request(scope).path_params["id"]
        row = None
        if _ID.fullmatch(mark_id):
            row = self._sources.marks.get(scope["exchange"].tenant, mark_id)
        if row is None:
            raise NotFound(f"There is no such mark. GET {_ROOT} lists them.")
        return row

    def _applied(self, row: MarkRow, option: OptionKind, author: str) -> MarkRow:
        if row.applied:
            raise Conflict(f"Its option {row.applied} was applied already.")
        kept = msgspec.json.decode(row.proposal, type=_Kept)
        if option not in (one.kind for one in kept.proposal.options):
            raise InvalidField(
                f"The proposal has no such option: {' '.join(kept.proposal.refused)}",
                field="option",
            )
        if option == "allow":
            self._allow(row, kept)
        else:
            self._set_threshold(row, kept.proposal, author)
        self._sources.marks.apply(row.tenant, row.id, option)
        return replace(row, applied=option)

    def _allow(self, row: MarkRow, kept: _Kept) -> None:
        note = row.note[:200] or f"False positive {row.id}."
        try:
            value = bytes.fromhex(kept.allow_digest)
            self._sources.allow_list.add(row.tenant, [value], note=note)
        except ListFull:
            raise Conflict("The allow-list is full.") from None

    def _set_threshold(self, row: MarkRow, proposal: Proposal, author: str) -> None:
        found = self._sources.shelf.shelved(proposal.policy, row.tenant)
        if found.origin == "file":
            rule = next(one.after for one in proposal.options if one.kind == "threshold")
            place = f"{proposal.direction}.{proposal.guard}.{proposal.category}"
            raise Conflict(
                f"{proposal.policy} is a file of the operator's: set {place} to {rule} there."
            )
        try:
            self._sources.stored.write(
                row.tenant,
                proposal.policy,
                applied_text(proposal, found),
                expected=found.version,
                author=author,
                note=f"False positive {row.id}. {row.note}"[:500].strip(),
            )
        except VersionConflict:
            raise Conflict("The policy was changed since: mark the request again.") from None
        except PoliciesFull:
            raise Conflict("There are too many policies already.") from None


def _told(row: MarkRow) -> MarkTold:
    return MarkTold(
        id=row.id,
        request_id=row.request_id,
        note=row.note,
        author=row.author,
        at=row.at,
        applied=row.applied,
        proposal=msgspec.json.decode(row.proposal, type=_Kept).proposal,
    )
