"""API keys over HTTP: an organisation's administrators make, change, rotate and revoke its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from starlette.requests import Request
from starlette.routing import Route

from aiguardian.errors import Forbidden
from aiguardian.gateway.admin.answers import answer, etag, require_match
from aiguardian.gateway.admin.idempotency import Done, Idempotency
from aiguardian.gateway.admin.paging import cursor, read_cursor, read_limit, read_query
from aiguardian.gateway.decode import convert, read_object
from aiguardian.gateway.routes import by_method, post
from aiguardian.gateway.wire import Bodies, Receive, Scope, Send
from aiguardian.identity.keys import MOST_OVERLAP_S, USUAL_OVERLAP_S, Keys
from aiguardian.identity.principal import Principal
from aiguardian.identity.principal import Scope as Right
from aiguardian.storage.keys import StoredKey
from aiguardian.telemetry.exchange import Acted

PATH = "/api/v1/admin/keys"
_Name = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=100,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        description="For people.",
    ),
]
_Tenant = Annotated[str, Meta(pattern="^[A-Za-z0-9_.-]{1,64}$")]
_Scopes = Annotated[
    list[Right], Meta(min_length=1, max_length=5, description="`admin` includes `read`.")
]
_Policy = Annotated[str, Meta(pattern="^[A-Za-z0-9_.-]{1,64}$", description="Judges its traffic.")]
_Limits = Annotated[
    list[Annotated[str, Meta(max_length=80)]],
    Meta(max_length=20, description="As `600 requests/minute`, `10 usd/day soft`."),
]
_At = Annotated[float, Meta(description="Seconds since 1970.")]


class NewKey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a key is to be good for."""

    name: _Name
    scopes: _Scopes
    tenant: Annotated[
        _Tenant | None, Meta(description="Another organisation: for the operator only.")
    ] = None
    policy: _Policy | None = None
    limits: _Limits = []
    expires_at: _At | None = None


class KeyChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be another; what is not named stays."""

    name: _Name | UnsetType = UNSET
    scopes: _Scopes | UnsetType = UNSET
    policy: _Policy | UnsetType | None = UNSET
    limits: _Limits | UnsetType = UNSET
    expires_at: _At | UnsetType | None = UNSET


class KeyRotation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long the old key works beside the new one."""

    overlap_s: Annotated[
        float, Meta(ge=0, le=MOST_OVERLAP_S, description="Seconds; 0 ends the old key now.")
    ] = USUAL_OVERLAP_S


class KeyTold(Struct, frozen=True, kw_only=True):
    """A key, without the key."""

    id: Annotated[str, Meta(description="How the key begins.")]
    tenant: str
    name: str
    scopes: list[str]
    policy: str | None
    limits: list[str]
    created_at: _At
    created_by: Annotated[str, Meta(description="The id of the key that made it.")]
    expires_at: float | None
    revoked_at: float | None
    last_used_at: Annotated[float | None, Meta(description="To some ten seconds.")]
    replaces: Annotated[str | None, Meta(description="The key that it was rotated from.")]
    version: int
    is_live: Annotated[bool, Meta(description="Whether it works now.")]


class MadeKey(Struct, frozen=True, kw_only=True):
    """A new key, this once."""

    key: Annotated[
        str | None,
        Meta(description="The key itself. It cannot be told again: null in a repeated answer."),
    ]
    about: KeyTold


class KeyPage(Struct, frozen=True, kw_only=True):
    """Some keys, newest first."""

    items: list[KeyTold]
    next_cursor: Annotated[str | None, Meta(description="For the next page; null: it was all.")]


class KeyEndpoints:
    """The endpoints as methods, over the keys."""

    def __init__(
        self,
        bodies: Bodies,
        keys: Keys,
        *,
        idempotency: Idempotency,
        forget: Callable[[str], None],
        check_policy: Callable[[str, str], object],
    ) -> None:
        """`forget` is told the id of a key that was changed: it has another standing at once.
        `check_policy` raises `InvalidField` for a name that is no policy of the tenant's."""
        self._bodies = bodies
        self._keys = keys
        self._idempotency = idempotency
        self._forget = forget
        self._check_policy = check_policy

    def routes(self) -> list[Route]:
        """Their paths."""
        one = {"GET": self.read, "PATCH": self.change, "DELETE": self.remove}
        return [
            by_method(
                PATH,
                {"GET": self.page, "POST": self.create},
                needs={"GET": "read", "POST": "admin"},
            ),
            by_method(
                PATH + "/{id}", one, needs={"GET": "read", "PATCH": "admin", "DELETE": "admin"}
            ),
            post(PATH + "/{id}/rotate", self.rotate, needs="admin"),
            post(PATH + "/{id}/revoke", self.revoke, needs="admin"),
        ]

    async def page(self, scope: Scope, _: Receive, send: Send) -> None:
        """The organisation's keys, a page of them."""
        query = read_query(scope, ("limit", "cursor", "tenant"))
        limit, after = read_limit(query), read_cursor(query, tuple[float, str])
        tenant = _tenant_of(scope, query.get("tenant"))
        found = await asyncio.to_thread(self._keys.page, tenant, after=after, limit=limit + 1)
        shown, last = found[:limit], found[limit - 1 : limit]
        more = cursor((last[0].created_at, last[0].id)) if len(found) > limit else None
        told = KeyPage(items=[self._told(key) for key in shown], next_cursor=more)
        await answer(scope, send, told)

    async def create(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A new key, shown this once."""
        body = await self._bodies.read_json(scope, receive)
        asked = convert(read_object(body), NewKey)
        principal: Principal = scope["principal"]
        tenant = _tenant_of(scope, asked.tenant) or principal.tenant
        _check_scopes(principal, asked.scopes)
        if asked.policy is not None:
            self._check_policy(asked.policy, tenant)
        wanted = StoredKey(
            id="",
            digest=b"",
            pepper="",
            created_at=0.0,
            tenant=tenant,
            name=asked.name,
            scopes=tuple(sorted(set(asked.scopes))),
            created_by=principal.key_id,
            policy=asked.policy,
            limits=tuple(asked.limits),
            expires_at=asked.expires_at,
        )

        async def work() -> Done:
            key, text = await asyncio.to_thread(self._keys.create, wanted)
            _act(scope, "keys.create", key)
            return self._made(key, text)

        await self._idempotency.run(scope, send, body, work)

    async def read(self, scope: Scope, _: Receive, send: Send) -> None:
        """One key."""
        await self._show(scope, send, await self._find(scope))

    async def change(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Another name, other rights, limits or an end."""
        body = await self._bodies.read_json(scope, receive)
        asked = convert(read_object(body), KeyChange)
        key = await self._find(scope)
        require_match(scope, _etag(key))
        _check_scopes(scope["principal"], asked.scopes or ())
        if isinstance(asked.policy, str):
            self._check_policy(asked.policy, key.tenant)
        changed = await asyncio.to_thread(self._keys.change, key, replace(key, **_given(asked)))
        self._forget(key.id)
        _act(scope, "keys.change", key)
        await self._show(scope, send, changed)

    async def remove(self, scope: Scope, _: Receive, send: Send) -> None:
        """Delete a key that is at its end."""
        key = await self._find(scope)
        require_match(scope, _etag(key))
        await asyncio.to_thread(self._keys.remove, key)
        self._forget(key.id)
        _act(scope, "keys.delete", key)
        await answer(scope, send, self._told(key))

    async def rotate(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A new key with the same rights; the old one works on for a while."""
        body = await self._bodies.read_json(scope, receive)
        asked = convert(read_object(body), KeyRotation)
        old = await self._find(scope)
        by = scope["principal"].key_id

        async def work() -> Done:
            key, text = await asyncio.to_thread(
                self._keys.rotate, old, by=by, overlap_s=asked.overlap_s
            )
            self._forget(old.id)
            _act(scope, "keys.rotate", old, ("new", key.id))
            return self._made(key, text)

        await self._idempotency.run(scope, send, body, work)

    async def revoke(self, scope: Scope, _: Receive, send: Send) -> None:
        """End a key, at once here and within seconds in other processes."""
        key = await asyncio.to_thread(self._keys.revoke, await self._find(scope))
        self._forget(key.id)
        _act(scope, "keys.revoke", key)
        await self._show(scope, send, key)

    async def _find(self, scope: Scope) -> StoredKey:
        principal: Principal = scope["principal"]
        tenant = None if principal.is_operator else principal.tenant
        return await asyncio.to_thread(self._keys.get, Request(scope).path_params["id"], tenant)

    async def _show(self, scope: Scope, send: Send, key: StoredKey) -> None:
        await answer(scope, send, self._told(key), tag=_etag(key))

    def _made(self, key: StoredKey, text: str) -> Done:
        made = MadeKey(key=text, about=self._told(key))
        return Done(made, kept=msgspec.structs.replace(made, key=None))

    def _told(self, key: StoredKey) -> KeyTold:
        return KeyTold(
            id=key.id,
            tenant=key.tenant,
            name=key.name,
            scopes=list(key.scopes),
            policy=key.policy,
            limits=list(key.limits),
            created_at=key.created_at,
            created_by=key.created_by,
            expires_at=key.expires_at,
            revoked_at=key.revoked_at,
            last_used_at=key.last_used_at,
            replaces=key.replaces,
            version=key.version,
            is_live=self._keys.is_live(key),
        )


def _tenant_of(scope: Scope, asked: str | None) -> str | None:
    """Whose keys are meant; None: everyone's, which the operator sees who names nobody."""
    principal: Principal = scope["principal"]
    if principal.is_operator:
        return asked
    if asked not in (None, principal.tenant):
        raise Forbidden("This credential may not act for another organisation.", field="tenant")
    return principal.tenant


def _check_scopes(principal: Principal, scopes: Iterable[str]) -> None:
    """The metrics are of all organisations: no administrator of one gives a right to them."""
    if "metrics" in scopes and not principal.is_operator:
        raise Forbidden("Only the operator may give the right `metrics`.", field="scopes")


def _given(asked: KeyChange) -> dict[str, Any]:
    """The fields that are to change, as a stored key has them."""
    given = {
        name: value for name, value in msgspec.structs.asdict(asked).items() if value is not UNSET
    }
    return given | {name: tuple(given[name]) for name in given.keys() & {"scopes", "limits"}}


def _etag(key: StoredKey) -> str:
    return etag(key.id, key.version)


def _act(scope: Scope, act: str, key: StoredKey, *detail: tuple[str, str]) -> None:
    scope["exchange"].act(Acted(act=act, target=key.id, detail=(("tenant", key.tenant), *detail)))
