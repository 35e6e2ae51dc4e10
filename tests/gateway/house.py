"""A whole gateway in production, with organisations, their keys and their people."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

from asgi import Client, Reply

from aiguardian.app import Program, create_app
from aiguardian.identity.keys import Keys
from aiguardian.identity.principal import SCOPES
from aiguardian.settings.groups import Access, Runtime, Secret, Settings
from aiguardian.settings.identity import Identity
from aiguardian.storage.keys import StoredKey

UNIFIED = "u" * 40


@dataclass
class House:
    """A gateway with organisations and their keys."""

    program: Program
    keys: Keys
    peers: Any = field(default_factory=lambda: count(1))

    def key(self, *scopes: str, tenant: str = "acme", **fields: Any) -> str:
        blank = StoredKey("", tenant, "n", b"", "", scopes or SCOPES, 0.0, "test")
        return self.keys.create(replace(blank, **fields))[1]

    async def ask(
        self, method: str, path: str, key: str = "", body: bytes = b"", **headers: str
    ) -> Reply:
        number = next(self.peers)  # an address for each: nobody is taken for a guesser
        peer = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
        path, _, query = path.partition("?")

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await self.program.app(scope | {"query_string": query.encode()}, receive, send)

        client = Client(app, peer=(peer, 1))
        given = {"x-api-key": key} if key else {}
        if body:
            given["content-type"] = "application/json"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await client.call(method, path, body, headers=given | named)


@asynccontextmanager
async def opened(
    home: Path, identity: Identity | None = None, **groups: Any
) -> AsyncIterator[House]:
    """Run the gateway over a database of its own, with these groups of settings."""
    program = create_app(
        Settings(
            runtime=Runtime(environment="production", home=home),
            access=Access(secret_key=Secret("s" * 64), unified_api_key=Secret(UNIFIED)),
            identity=identity or Identity(),
            **groups,
        )
    )
    assert program.identity.keys is not None
    # a machine that runs other tests beside these is no reason to shed requests
    program.loop_watch.overdue_s = lambda: 0.0  # type: ignore[method-assign]
    program.tester.watch = asyncio.Event().wait  # type: ignore[method-assign,assignment]  # self-tests load every model
    async with program.run():
        if program.shelf is not None:
            await program.shelf.read_stored()  # on a busy machine the start does not wait for it
        yield House(program, program.identity.keys)
