"""A sign-in service as Clerk is one: it has keys, serves them over HTTP, and signs tokens."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from aiohttp import web
from joserfc import jws
from joserfc.jwk import RSAKey

ISSUER = "http://127.0.0.1"
"""Until the service runs: then its address stands here."""
USER, ORG, PARTY = "user_2abcDEF", "org_2xyz", "https://app.example.com"


@cache
def rsa(name: str, bits: int = 2048) -> RSAKey:
    """The RSA key of that name: the same in every test of a run, for making one is slow."""
    return RSAKey.generate_key(bits, parameters={"kid": name})


def public(name: str, **more: str) -> dict[str, Any]:
    """The key as a set of keys shows it."""
    return {**rsa(name).as_dict(private=False), "kid": name, **more}


def claims(**other: Any) -> dict[str, Any]:
    """What Clerk's tokens say, version 2; None takes a claim out."""
    now = int(time.time())
    said: dict[str, Any] = {
        "iss": ISSUER,
        "sub": USER,
        "sid": "sess_1",
        "azp": PARTY,
        "exp": now + 60,
        "nbf": now - 10,
        "iat": now,
        "v": 2,
        "o": {"id": ORG, "rol": "admin", "slg": "acme"},
        **other,
    }
    return {name: value for name, value in said.items() if value is not None}


def token(said: dict[str, Any] | bytes | None = None, *, key: str = "one", **header: Any) -> bytes:
    """A token signed with the key; `header` changes the header."""
    body = said if isinstance(said, bytes) else json.dumps(said or claims()).encode()
    head = {"alg": "RS256", "typ": "JWT", "kid": key, **header}
    head = {name: value for name, value in head.items() if value is not None}
    return jws.serialize_compact(head, body, rsa(key)).encode()


class Issuer:
    """Serves whatever `body` is, and counts who asked."""

    def __init__(self) -> None:
        self.keys = [public("one")]
        self.status = 200
        self.body: bytes | None = None
        self.asked: list[dict[str, str]] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        """The set of keys."""
        self.asked.append(dict(request.headers))
        body = json.dumps({"keys": self.keys}).encode() if self.body is None else self.body
        headers = {"Location": "/elsewhere"} if self.status in {301, 302, 307} else {}
        return web.Response(body=body, status=self.status, headers=headers)

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[None]:
        """Listen on a port of this machine."""
        app = web.Application()
        app.router.add_get("/.well-known/jwks.json", self.answer)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/.well-known/jwks.json"
        try:
            yield
        finally:
            await runner.cleanup()
