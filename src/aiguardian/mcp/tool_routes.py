"""What servers offered, for administrators: definitions first seen and last seen, by digest."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Annotated

from msgspec import Meta, Struct
from starlette.routing import Route

from aiguardian.errors import NotFound
from aiguardian.gateway.admin.answers import answer
from aiguardian.gateway.decode import convert, read_object
from aiguardian.gateway.routes import fetch, post
from aiguardian.gateway.wire import Bodies, Receive, Scope, Send
from aiguardian.mcp.seen import OnChange, objection
from aiguardian.storage.tools import ToolRecord, ToolStore
from aiguardian.telemetry.exchange import Acted, Exchange

TOOLS = "/api/v1/admin/mcp/{server}/tools"
FORGET = "/api/v1/admin/mcp/{server}/forget"
MOST_TARGET = 128
"""Characters of a tool's name in the audit: a server chose it."""


class ForgetRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which tool's next definition is to be the first."""

    tool: Annotated[str, Meta(min_length=1, max_length=1024)]


class KnownTool(Struct, frozen=True, kw_only=True):
    """One tool of a server, as this tenant's callers saw it."""

    tool: str
    first: str
    last: str
    is_changed: bool
    withheld: str
    first_at: float
    last_at: float


class KnownTools(Struct, frozen=True, kw_only=True):
    """All tools of a server, by name."""

    tools: list[KnownTool]


class ToolEndpoints:
    """The endpoints as methods, over the store."""

    def __init__(
        self, bodies: Bodies, servers: Collection[str], store: ToolStore, *, on_change: OnChange
    ) -> None:
        self._bodies = bodies
        self._servers = servers
        self._store = store
        self._on_change = on_change

    def routes(self) -> list[Route]:
        """Their paths."""
        return [
            fetch(TOOLS, self.known, needs="read"),
            post(FORGET, self.forget, needs="admin"),
        ]

    async def known(self, scope: Scope, _: Receive, send: Send) -> None:
        """The tools that were seen."""
        server = self._server(scope)
        records = await asyncio.to_thread(self._store.records, scope["exchange"].tenant, server)
        await answer(scope, send, KnownTools(tools=[self._told(one) for one in records]))

    async def forget(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the next definition of a tool for its first: what an administrator does who has
        looked at a change and finds it right."""
        server = self._server(scope)
        asked = convert(read_object(await self._bodies.read_json(scope, receive)), ForgetRequest)
        exchange: Exchange = scope["exchange"]
        tenant = exchange.tenant
        if not await asyncio.to_thread(self._store.forget, tenant, server, asked.tool):
            raise NotFound("No tool of that name was seen at this server.")
        exchange.act(Acted(act="mcp.forget", target=f"{server}/{asked.tool[:MOST_TARGET]}"))
        await self.known(scope, receive, send)

    def _server(self, scope: Scope) -> str:
        name: str = scope["path_params"]["server"]
        if name not in self._servers:
            raise NotFound("There is no such MCP server here: AIGUARDIAN_MCP_SERVERS names them.")
        return name

    def _told(self, record: ToolRecord) -> KnownTool:
        return KnownTool(
            tool=record.tool,
            first=record.first.hex(),
            last=record.last.hex(),
            is_changed=record.is_changed,
            withheld=objection(record, self._on_change),
            first_at=record.first_at,
            last_at=record.last_at,
        )
