"""The audit by API: a tenant's own entries; for the operator, whether all of it is whole."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Annotated, Any, get_args

from msgspec import Meta, Raw, Struct
from starlette.routing import Route

from aiguardian.audit.anchors import Anchor, Anchors, anchor_of
from aiguardian.audit.entry import Kind
from aiguardian.audit.export import FORMATS, Format, exported
from aiguardian.audit.persons import Persons
from aiguardian.audit.signing import PublicKeys, Signer
from aiguardian.audit.verify import verify
from aiguardian.errors import Forbidden, InvalidField, Overloaded
from aiguardian.gateway.admin.answers import answer
from aiguardian.gateway.admin.paging import cursor, read_cursor, read_limit, read_query
from aiguardian.gateway.admin.streaming import stream
from aiguardian.gateway.routes import fetch
from aiguardian.gateway.wire import Receive, Scope, Send
from aiguardian.storage.audit_rows import AuditQuery, AuditRow, AuditStore, Place, place_of
from aiguardian.telemetry.exchange import Acted, Exchange

_ROOT = "/api/v1/admin/audit"
_FILTERS = ("since", "until", "kind", "key_id", "user_id", "guard", "action")
PAGE = 500


class AuditPage(Struct, frozen=True, kw_only=True):
    """Entries of the audit, newest first."""

    entries: Annotated[
        list[Raw],
        Meta(description="Each with its `hash`, over the one before it and its `entry`."),
    ]
    next_cursor: str | None


class AuditFault(Struct, frozen=True, kw_only=True):
    """The first thing that is wrong with a chain."""

    chain: str
    number: Annotated[int, Meta(description="Of the entry, from 1.")]
    reason: str


class AuditVerified(Struct, frozen=True, kw_only=True):
    """Whether the audit is whole."""

    is_whole: bool
    chains: int
    entries: int
    checkpoints: int
    faults: list[AuditFault]


class AuditCheckpoints(Struct, frozen=True, kw_only=True):
    """Signed checkpoints, by chain, and the key that checks them."""

    key_id: str
    public_key: Annotated[str, Meta(description="Ed25519 (RFC 8032), hexadecimal.")]
    checkpoints: list[Anchor]
    next_cursor: str | None


class AuditEndpoints:
    """The endpoints as methods, over the store."""

    def __init__(
        self,
        audit: AuditStore,
        persons: Persons,
        *,
        signer: Signer,
        keys: PublicKeys,
        anchors: Anchors,
    ) -> None:
        self._audit = audit
        self._persons = persons
        self._signer = signer
        self._keys = keys
        self._anchors = anchors
        self._is_verifying = False

    def routes(self) -> list[Route]:
        """Their paths."""
        return [
            fetch(_ROOT, self.all, needs="read"),
            fetch(f"{_ROOT}/export", self.export, needs="admin"),
            fetch(f"{_ROOT}/verify", self.verify, needs="read"),
            fetch(f"{_ROOT}/checkpoints", self.checkpoints, needs="read"),
        ]

    async def all(self, scope: Scope, _: Receive, send: Send) -> None:
        """The organisation's entries."""
        query = read_query(scope, ("limit", "cursor", *_FILTERS))
        limit, after = read_limit(query), read_cursor(query, tuple[float, str, int])
        wanted = self._query(query, scope["exchange"])

        def read() -> list[AuditRow]:
            return self._audit.page(wanted, after=after, limit=limit + 1)

        rows = await asyncio.to_thread(read)
        more = cursor(place_of(rows[limit - 1])) if len(rows) > limit else None
        entries = [Raw(exported(row, "jsonl")) for row in rows[:limit]]
        await answer(scope, send, AuditPage(entries=entries, next_cursor=more))

    async def export(self, scope: Scope, _: Receive, send: Send) -> None:
        """All of the organisation's entries that are wanted, a line each."""
        query = read_query(scope, ("format", *_FILTERS))
        kind: Any = query.get("format", "jsonl")
        if kind not in FORMATS:
            raise InvalidField(f"format must be one of {', '.join(FORMATS)}.", field="format")
        exchange: Exchange = scope["exchange"]
        wanted = self._query(query, exchange)
        exchange.act(Acted(act="audit.export", detail=(("format", kind),)))
        await stream(send, self._lines(wanted, kind), is_json=kind != "cef")

    async def verify(self, scope: Scope, _: Receive, send: Send) -> None:
        """Look at all of it. One at a time: it reads every entry there is."""
        _require_operator(scope)
        read_query(scope, ())
        if self._is_verifying:
            raise Overloaded("The audit is being verified already.", retry_after_s=5)
        self._is_verifying = True
        try:
            anchors = list(self._anchors.read())
            found = await asyncio.to_thread(verify, self._audit, self._keys, anchors=anchors)
        finally:
            self._is_verifying = False
        faults = [
            AuditFault(chain=one.chain, number=one.number, reason=one.reason)
            for one in found.faults
        ]
        told = AuditVerified(
            is_whole=not faults,
            chains=found.chains,
            entries=found.entries,
            checkpoints=found.checkpoints,
            faults=faults,
        )
        await answer(scope, send, told)

    async def checkpoints(self, scope: Scope, _: Receive, send: Send) -> None:
        """The checkpoints of each chain, for who keeps them elsewhere."""
        _require_operator(scope)
        query = read_query(scope, ("limit", "cursor"))
        limit, after = read_limit(query), read_cursor(query, tuple[str])
        last = after[0] if after else ""

        def read() -> tuple[list[str], list[Anchor]]:
            chains = [chain for chain in sorted(self._audit.chains()) if chain > last]
            known = [one for chain in chains[:limit] for one in self._audit.checkpoints(chain)]
            return chains, [anchor_of(one) for one in known]

        chains, told = await asyncio.to_thread(read)
        page = AuditCheckpoints(
            key_id=self._signer.key_id,
            public_key=self._signer.public_key.hex(),
            checkpoints=told,
            next_cursor=cursor((chains[limit - 1],)) if len(chains) > limit else None,
        )
        await answer(scope, send, page)

    def _lines(self, wanted: AuditQuery, kind: Format) -> Iterator[bytes]:
        after: Place | None = None
        while rows := self._audit.page(wanted, after=after, limit=PAGE):
            for row in rows:
                yield exported(row, kind)
            after = place_of(rows[-1])

    def _query(self, query: dict[str, str], exchange: Exchange) -> AuditQuery:
        user = query.get("user_id", "")
        kind = query.get("kind", "")
        if kind and kind not in get_args(Kind):
            raise InvalidField(f"kind must be one of {', '.join(get_args(Kind))}.", field="kind")
        return AuditQuery(
            exchange.tenant,
            since=read_time(query, "since", 0.0),
            until=read_time(query, "until", float("inf")),
            kind=kind,
            key_id=query.get("key_id", ""),
            users=(self._persons.digest(exchange.tenant, user),) if user else (),
            guard=query.get("guard", ""),
            action=query.get("action", ""),
        )


def read_time(query: dict[str, str], name: str, default: float) -> float:
    """Return a time in seconds since 1970; raises `InvalidField`."""
    given = query.get(name)
    if given is None:
        return default
    try:
        at = float(given)
    except ValueError:
        at = -1.0
    if not 0 <= at < 1e11:  # neither a NaN nor milliseconds
        raise InvalidField(f"{name} must be a number of seconds since 1970.", field=name)
    return at


def _require_operator(scope: Scope) -> None:
    """What spans all organisations is for who runs the gateway."""
    if not scope["principal"].is_operator:
        raise Forbidden("This is about all organisations: it is for the operator's key only.")
