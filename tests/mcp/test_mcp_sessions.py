"""A session belongs to the one that it was begun for: nobody else knows that there is one."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from asgi import Reply
from house import UNIFIED, House, opened

from aiguardian.mcp.sessions import Owner, Sessions
from aiguardian.settings.mcp import Mcp

OWNER = Owner("acme", "", "one")
CALL = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {}}).encode()


@pytest.mark.parametrize("session", ["s-1", "", "a.b.c", "." * 9, "x" * 4_096, "~!"])
def test_an_id_is_known_again_by_its_owner_alone(session: str) -> None:
    sessions = Sessions(b"k" * 32)
    tied = sessions.tied(session, OWNER)
    assert tied.isascii()
    assert tied.isprintable()
    assert sessions.untied(tied, OWNER) == session
    for other in (replace(OWNER, tenant="other"), replace(OWNER, user="jane"),
                  replace(OWNER, server="two")):  # fmt: skip
        assert sessions.untied(tied, other) is None
    assert Sessions(b"l" * 32).untied(tied, OWNER) is None


@pytest.mark.parametrize("given", ["", "s-1", "s-1.", ".", "s-1.AAAAAAAAAAAAAAAAAAAAAA", "ü.ü"])
def test_what_was_not_tied_here_is_no_session(given: str) -> None:
    assert Sessions(b"k" * 32).untied(given, OWNER) is None


def test_the_borders_between_tenant_user_and_server_count() -> None:
    sessions = Sessions(b"k" * 32)
    tied = sessions.tied("s", Owner("ab", "c", "one"))
    assert sessions.untied(tied, Owner("a", "bc", "one")) is None


class Sessional:
    """A server that begins a session for whoever asks without one, and knows those it began."""

    def __init__(self) -> None:
        self.known: list[str] = []
        self.asked: list[tuple[str, str]] = []

    async def answer(self, request: web.Request) -> web.Response:
        given = request.headers.get("mcp-session-id", "")
        self.asked.append((request.method, given))
        if given and given not in self.known:
            return web.Response(status=404)
        if not given:
            given = f"session-{len(self.known)}"
            self.known.append(given)
        said = {"jsonrpc": "2.0", "id": 1, "result": {}}
        return web.json_response(said, headers={"mcp-session-id": given})


@contextlib.asynccontextmanager
async def served(home: Path) -> AsyncIterator[tuple[House, Sessional]]:
    server = Sessional()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = site._server.sockets[0].getsockname()  # type: ignore[union-attr]
    file = home / "mcp.yaml"
    file.write_text(
        "".join(
            f"{head}  {name}:\n    url: http://127.0.0.1:{url[1]}/{name}\n"
            for name, head in (("one", "servers:\n"), ("two", ""))
        )
    )
    try:
        async with opened(home, mcp=Mcp(servers=file)) as house:
            yield house, server
    finally:
        await runner.cleanup()


async def test_a_session_of_another_tenant_is_unknown_and_its_server_hears_nothing(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as (house, server):
        acme, again, other = house.key("proxy"), house.key("proxy"), house.key(tenant="other")

        async def call(key: str, session: str | None, name: str = "one", **more: Any) -> Reply:
            method = more.get("method", "POST")
            named = {"mcp-session-id": session} if session is not None else {}
            body = CALL if method == "POST" else b""
            return await house.ask(method, f"/mcp/{name}", key, body, **named)

        begun = await call(acme, None)
        session = begun.header("mcp-session-id")
        assert begun.status == 200
        assert session is not None
        for key in (acme, again):  # a key that takes another's place goes on with the session
            reply = await call(key, session)
            assert (reply.status, reply.header("mcp-session-id")) == (200, session)
        assert server.asked == [("POST", ""), *[("POST", "session-0")] * 2]
        server.asked.clear()
        never = await call(acme, "never-begun.AAAAAAAAAAAAAAAAAAAAAA")
        for key in (other, UNIFIED):
            for method in ("POST", "GET", "DELETE"):
                reply = await call(key, session, method=method)
                assert reply.status == 404
                assert reply.error() == never.error(), "nor does it show that another has it"
        assert (await call(acme, session, "two")).status == 404
        assert (await call(other, "session-0")).status == 404, "the server's own id is no key"
        assert server.asked == []
        assert (await call(acme, session, method="DELETE")).status == 200
        assert server.asked == [("DELETE", "session-0")]
