"""Usage by API: what an organisation used, summed up as it is asked for."""

from __future__ import annotations

import asyncio
from typing import Annotated, cast, get_args

from msgspec import Meta, Struct
from starlette.routing import Route

from aiguardian.audit.persons import Persons
from aiguardian.errors import InvalidField
from aiguardian.gateway.admin.answers import answer
from aiguardian.gateway.admin.audit import read_time
from aiguardian.gateway.admin.paging import cursor, read_cursor, read_limit, read_query
from aiguardian.gateway.routes import fetch
from aiguardian.gateway.wire import Receive, Scope, Send
from aiguardian.storage.usage_rows import Part, Total, UsageQuery, UsageStore

_PARTS: tuple[Part, ...] = get_args(Part)


class UsagePage(Struct, frozen=True, kw_only=True):
    """Sums of what was used."""

    totals: Annotated[
        list[Total],
        Meta(description="One for each combination of the parts that `by` names. Without a "
        "`model` no model was asked. `user` is a keyed digest, empty where nobody was named."),
    ]  # fmt: skip
    next_cursor: str | None


class UsageEndpoints:
    """The endpoint as a method, over the store."""

    def __init__(self, usage: UsageStore, persons: Persons) -> None:
        self._usage = usage
        self._persons = persons

    def routes(self) -> list[Route]:
        """Its path."""
        return [fetch("/api/v1/admin/usage", self.totals, needs="read")]

    async def totals(self, scope: Scope, _: Receive, send: Send) -> None:
        """The organisation's usage."""
        query = read_query(scope, ("by", "since", "until", "user_id", "limit", "cursor"))
        limit, after = read_limit(query), read_cursor(query, list[str])
        by = _parts(query.get("by", "day"))
        tenant, user = scope["exchange"].tenant, query.get("user_id", "")
        wanted = UsageQuery(
            tenant,
            since=read_time(query, "since", 0.0),
            until=read_time(query, "until", float("inf")),
            users=(self._persons.digest(tenant, user),) if user else (),
        )
        found = await asyncio.to_thread(self._usage.totals, wanted, by)
        ordered = sorted(found, key=lambda one: _key(one, by))
        left = [one for one in ordered if after is None or _key(one, by) > after]
        more = cursor(_key(left[limit - 1], by)) if len(left) > limit else None
        await answer(scope, send, UsagePage(totals=left[:limit], next_cursor=more))


def _parts(given: str) -> list[Part]:
    """The parts that are named, in that order; none for one total."""
    names = [name for name in given.split(",") if name]
    if len(set(names)) != len(names) or not set(names) <= set(_PARTS):
        raise InvalidField(f"by must name some of {', '.join(_PARTS)}, each once.", field="by")
    return cast("list[Part]", names)


def _key(total: Total, by: list[Part]) -> list[str]:
    return [total.parts[part] for part in by]
