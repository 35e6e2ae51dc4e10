"""The paths of the MCP servers, put together from the settings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import aiohttp
from starlette.routing import Route

from aiguardian.gateway.screening import Screening
from aiguardian.gateway.wire import Bodies
from aiguardian.mcp.guarding import Guarding
from aiguardian.mcp.routes import McpEndpoints
from aiguardian.mcp.servers import Server, read_servers
from aiguardian.mcp.sessions import Sessions
from aiguardian.mcp.tool_routes import ToolEndpoints
from aiguardian.policy.read import PolicyError
from aiguardian.settings.destinations import Outbound
from aiguardian.settings.mcp import Mcp
from aiguardian.storage.engine import Database
from aiguardian.storage.tools import MemoryTools, ToolStore


def build_mcp(
    settings: Mcp,
    bodies: Bodies,
    screening: Screening,
    *,
    database: Database | None,
    session: Callable[[], aiohttp.ClientSession | None],
    session_key: bytes,
    stopping: asyncio.Event,
    environ: Mapping[str, str],
    outbound: Outbound,
) -> list[Route]:
    """The paths; without a file of servers they lead to none. `session_key` ties sessions to their
    owners. Raises `PolicyError`."""
    servers = _servers(settings, environ, outbound)
    store = _store(database)
    guarding = Guarding(screening, store, on_change=settings.on_change)
    return [
        *McpEndpoints(
            bodies,
            servers,
            guarding,
            screening,
            sessions=Sessions(session_key),
            session=session,
            stopping=stopping,
        ).routes(),
        *ToolEndpoints(bodies, servers, store, on_change=settings.on_change).routes(),
    ]


def _servers(settings: Mcp, environ: Mapping[str, str], outbound: Outbound) -> dict[str, Server]:
    if settings.servers is None:
        return {}
    try:
        text = settings.servers.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        told = "The file cannot be read as UTF-8."
        raise PolicyError(settings.servers.name, 1, told) from error
    name = settings.servers.name
    return read_servers(text, file=name, environ=environ, outbound=outbound)


def _store(database: Database | None) -> ToolStore:
    if database is None:
        return MemoryTools()
    from aiguardian.storage.tool_table import ToolTable  # SQLAlchemy, for who keeps something

    return ToolTable(database)
