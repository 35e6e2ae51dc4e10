"""Google's clients send their key in the address: here it is taken out before anyone reads it."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import parse_qsl, urlencode

from aiguardian.gateway.wire import App, Receive, Scope, Send

KEY, GOOGLES = b"x-api-key", b"x-goog-api-key"


class QueryKey:
    """Wraps the gate. On the paths given, and on no other, `?key=` and the header X-Goog-Api-Key
    stand for X-API-Key, unless that is there; the key is gone from the address."""

    def __init__(self, app: App, paths: Collection[str]) -> None:
        self._app = app
        self._paths = frozenset(paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, its key in the header."""
        if scope["type"] == "http" and scope["path"] in self._paths:
            scope = _with_header(scope)
        await self._app(scope, receive, send)


def _with_header(scope: Scope) -> Scope:
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    keys = [value for name, value in pairs if name == "key"]
    left = [(name, value) for name, value in pairs if name != "key"]
    given = dict(scope["headers"])
    headers = [(name, value) for name, value in scope["headers"] if name != GOOGLES]
    key = given.get(GOOGLES) or (keys[0].encode() if len(keys) == 1 else None)
    if key and KEY not in given:
        headers.append((KEY, key))
    return {**scope, "headers": headers, "query_string": urlencode(left).encode()}
