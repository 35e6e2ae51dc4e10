"""Policies by API: a tenant's own, checked before they are kept, with all that they were before."""

from __future__ import annotations

import asyncio
from typing import Annotated

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.routing import Route

from aiguardian.errors import Conflict, InvalidField, NotFound, PreconditionFailed
from aiguardian.gateway.admin.answers import answer, etag, require_match
from aiguardian.gateway.admin.paging import cursor, read_cursor, read_limit, read_query
from aiguardian.gateway.decode import convert, read_object
from aiguardian.gateway.routes import Rights, by_method, fetch, post
from aiguardian.gateway.wire import Bodies, Receive, Scope, Send
from aiguardian.policy.read import MOST_BYTES, NAME, PolicyError
from aiguardian.policy.shelf import Origin, Shelf, Shelved
from aiguardian.policy.stored import StoredPolicies
from aiguardian.storage.policies import (
    MOST_POLICIES,
    PoliciesFull,
    PolicyVersion,
    VersionConflict,
)
from aiguardian.telemetry.exchange import Acted, Exchange

_ROOT = "/api/v1/admin/policies"
_RIGHTS: Rights = {"GET": "read", "PUT": "admin", "DELETE": "admin"}

Text = Annotated[str, Meta(max_length=MOST_BYTES, description="The policy in YAML.")]
Note = Annotated[
    str,
    # PostgreSQL keeps no text with a NUL in it
    Meta(max_length=500, pattern=r"^[^\x00]*$", description="Why, for who reads its versions."),
]
MOST_VERSIONS = 1_000_000_000
_Version = Annotated[int, Meta(ge=1, le=MOST_VERSIONS)]


class PolicyWrite(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A policy to keep."""

    text: Text
    note: Note = ""


class PolicyCheck(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A policy to check without keeping it."""

    text: Text


class RollbackRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which version comes into force again."""

    version: Annotated[
        int, Meta(ge=1, le=MOST_VERSIONS, description="It gets a new number, at the end.")
    ]
    note: Note = ""


class PolicyEntry(Struct, frozen=True, kw_only=True):
    """One policy of a list."""

    name: str
    origin: Annotated[
        Origin,
        Meta(description="A `file` of the operator's, `stored` by this API, or `built-in`."),
    ]
    description: str
    version: Annotated[int, Meta(description="Of a stored one; else 0.")]
    digest: Annotated[str, Meta(description="Of its text: another text has another.")]
    fault: Annotated[
        str, Meta(description="Why its newest version is not the one in force; usually empty.")
    ] = ""


class PolicyPage(Struct, frozen=True, kw_only=True):
    """A page of policies, by name."""

    items: list[PolicyEntry]
    next_cursor: str | None


class KeptPolicy(Struct, frozen=True, kw_only=True):
    """A policy in force, with its text."""

    name: str
    origin: Origin
    version: int
    digest: str
    text: str


class CheckedPolicy(Struct, frozen=True, kw_only=True):
    """Whether a text can be used as a policy."""

    valid: bool
    line: Annotated[int | None, Meta(description="Of the fault, from 1.")] = None
    message: Annotated[str, Meta(description="The fault, and what would be right.")] = ""


class WrittenVersion(Struct, frozen=True, kw_only=True):
    """One version of a policy."""

    version: int
    is_live: Annotated[bool, Meta(description="False: the policy was deleted then.")]
    author: Annotated[str, Meta(description="The id of the key that wrote it.")]
    note: str
    at: Annotated[float, Meta(description="Seconds since 1970.")]
    text: str


class VersionPage(Struct, frozen=True, kw_only=True):
    """A page of versions, newest first."""

    items: list[WrittenVersion]
    next_cursor: str | None


class PolicyEndpoints:
    """The endpoints as methods, over the shelf and what tenants keep on it."""

    def __init__(self, bodies: Bodies, shelf: Shelf, stored: StoredPolicies) -> None:
        self._bodies = bodies
        self._shelf = shelf
        self._stored = stored

    def routes(self) -> list[Route]:
        """Their paths."""
        one = {"GET": self.read, "PUT": self.write, "DELETE": self.delete}
        return [
            fetch(_ROOT, self.all, needs="read"),
            post(f"{_ROOT}/validate", self.check, needs="read"),
            by_method(f"{_ROOT}/{{name}}", one, needs=_RIGHTS),
            fetch(f"{_ROOT}/{{name}}/versions", self.versions, needs="read"),
            post(f"{_ROOT}/{{name}}/rollback", self.roll_back, needs="admin"),
        ]

    async def all(self, scope: Scope, _: Receive, send: Send) -> None:
        """The policies that there are for the caller's organisation."""
        query = read_query(scope, ("limit", "cursor"))
        limit, after = read_limit(query), read_cursor(query, tuple[str])
        tenant = _tenant(scope)
        names = [name for name in sorted(self._shelf.names(tenant)) if not after or name > after[0]]
        entries = [self._entry(tenant, name) for name in names[:limit]]
        more = cursor((names[limit - 1],)) if len(names) > limit else None
        await answer(scope, send, PolicyPage(items=entries, next_cursor=more))

    async def read(self, scope: Scope, _: Receive, send: Send) -> None:
        """One policy, with the ETag that changing it needs."""
        await self._told(scope, send, _name(scope))

    async def write(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Keep a policy; it is in force here at once and everywhere within seconds."""
        given = convert(read_object(await self._bodies.read_json(scope, receive)), PolicyWrite)
        name = _name(scope)
        is_new = await self._put(scope, name, given.text, note=given.note, act="policies.put")
        await self._told(scope, send, name, status=201 if is_new else 200)

    async def delete(self, scope: Scope, _: Receive, send: Send) -> None:
        """Keep it no longer. A built-in policy of that name is in force again."""
        name = _name(scope)
        present = self._mine(_tenant(scope), name)
        if present is None or present.origin != "stored":
            raise NotFound("There is no stored policy of that name.")
        await self._put(scope, name, None, note="", act="policies.delete")
        await self.all(scope, _, send)

    async def check(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Whether a text is a policy; nothing is kept."""
        given = convert(read_object(await self._bodies.read_json(scope, receive)), PolicyCheck)
        try:
            await asyncio.to_thread(self._stored.read, "policy", given.text)
        except PolicyError as error:
            told = CheckedPolicy(valid=False, line=error.line, message=error.message)
            await answer(scope, send, told)
            return
        await answer(scope, send, CheckedPolicy(valid=True))

    async def versions(self, scope: Scope, _: Receive, send: Send) -> None:
        """What it was before, newest first."""
        query = read_query(scope, ("limit", "cursor"))
        limit, before = read_limit(query), read_cursor(query, tuple[_Version])
        found = await self._history(scope, limit=limit + 1, before=before[0] if before else None)
        if not found and before is None:
            raise NotFound("No policy of that name was ever stored.")
        more = cursor((found[limit - 1].version,)) if len(found) > limit else None
        page = VersionPage(items=[_written(one) for one in found[:limit]], next_cursor=more)
        await answer(scope, send, page)

    async def roll_back(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Bring an older version into force again, as a new one."""
        given = convert(read_object(await self._bodies.read_json(scope, receive)), RollbackRequest)
        name = _name(scope)
        found = await self._history(scope, limit=1, before=given.version + 1)
        wanted = found[0] if found and found[0].version == given.version else None
        if wanted is None or not wanted.is_live:
            raise InvalidField("There is no such version with a text.", field="version")
        note = given.note or f"Back to version {wanted.version}."
        await self._put(scope, name, wanted.text, note=note, act="policies.roll_back")
        await self._told(scope, send, name)

    async def _put(self, scope: Scope, name: str, text: str | None, *, note: str, act: str) -> bool:
        """Write a version over the one that the caller has seen; tell whether there was none."""
        exchange: Exchange = scope["exchange"]
        present = self._mine(exchange.tenant, name)
        if present is not None and present.origin == "file":
            raise Conflict("This policy is a file of the operator's: change it there.")
        is_stored = present is not None and present.origin == "stored"
        if present is not None and (is_stored or b"if-match" in scope["headers_by_name"]):
            require_match(scope, _tag(present))
        try:
            written = await asyncio.to_thread(
                self._stored.write,
                exchange.tenant,
                name,
                text,
                expected=present.version if present is not None else 0,
                author=exchange.key_id,
                note=note,
            )
        except PolicyError as error:
            raise InvalidField(f"line {error.line}: {error.message}", field="text") from error
        except VersionConflict:
            raise PreconditionFailed(
                "It was changed meanwhile: read it again, and send its ETag as If-Match."
            ) from None
        except PoliciesFull:
            raise Conflict(f"There are {MOST_POLICIES} policies already, the most.") from None
        exchange.act(Acted(act=act, target=name, detail=(("version", written.version),)))
        return not is_stored

    async def _told(self, scope: Scope, send: Send, name: str, *, status: int = 200) -> None:
        found = self._mine(_tenant(scope), name)
        if found is None:
            raise NotFound(f"There is no such policy. GET {_ROOT} lists them.")
        told = KeptPolicy(
            name=name,
            origin=found.origin,
            version=found.version,
            digest=found.policy.version,
            text=found.text,
        )
        await answer(scope, send, told, status=status, tag=_tag(found))

    async def _history(
        self, scope: Scope, *, limit: int, before: int | None
    ) -> list[PolicyVersion]:
        tenant, name = _tenant(scope), _name(scope)
        return await asyncio.to_thread(
            self._stored.history, tenant, name, limit=limit, before=before
        )

    def _mine(self, tenant: str, name: str) -> Shelved | None:
        try:
            return self._shelf.shelved(name, tenant)
        except InvalidField:
            return None

    def _entry(self, tenant: str, name: str) -> PolicyEntry:
        found = self._shelf.shelved(name, tenant)
        return PolicyEntry(
            name=name,
            origin=found.origin,
            description=found.policy.description,
            version=found.version,
            digest=found.policy.version,
            fault=self._shelf.fault(name, tenant),
        )


def _name(scope: Scope) -> str:
    name: str = Request(scope).path_params["name"]
    if not NAME.fullmatch(name):
        raise InvalidField(
            "A policy's name is lower-case letters, digits, - and _, at most 64.", field="name"
        )
    return name


def _tenant(scope: Scope) -> str:
    exchange: Exchange = scope["exchange"]
    return exchange.tenant


def _tag(found: Shelved) -> str:
    return etag(found.policy.name, found.origin, found.version, found.policy.version)


def _written(version: PolicyVersion) -> WrittenVersion:
    return WrittenVersion(
        version=version.version,
        is_live=version.is_live,
        author=version.author,
        note=version.note,
        at=version.at,
        text=version.text,
    )
