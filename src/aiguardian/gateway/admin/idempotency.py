"""Idempotency-Key: a request that is sent again is answered again, and not done again.

As draft-ietf-httpapi-idempotency-key-header describes it: the key is the caller's own word for
one request, and stands for that request only.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from msgspec import Raw, Struct

from aiguardian.errors import Conflict, InvalidField
from aiguardian.gateway.admin.answers import answer
from aiguardian.gateway.envelope import encode
from aiguardian.gateway.wire import Scope, Send
from aiguardian.identity.principal import Principal
from aiguardian.storage.idempotency import Answered, IdempotencyStore, KeyTaken

_KEY = re.compile(rb'"?[\x21\x23-\x7e]{1,255}"?\Z')


@dataclass(frozen=True, slots=True)
class Done:
    """What a request came to."""

    data: Struct
    kept: Struct
    """What a repetition is told: the same, but for what is shown once."""
    status: int = 201


class Idempotency:
    """Runs requests once."""

    def __init__(self, store: IdempotencyStore) -> None:
        self._store = store

    async def run(
        self, scope: Scope, send: Send, body: bytes, work: Callable[[], Awaitable[Done]]
    ) -> None:
        """Do the work and answer; under a key that was used, answer as then.

        Raises `InvalidField` for a key that is none, `Conflict` for one that is taken, and what
        the work raises.
        """
        given: bytes | None = scope["headers_by_name"].get(b"idempotency-key")
        if given is None:
            done = await work()
            await answer(scope, send, done.data, status=done.status)
            return
        if not _KEY.match(given):
            raise InvalidField(
                "Idempotency-Key must be 1 to 255 visible ASCII characters.",
                field="Idempotency-Key",
            )
        key = _digest(_owner(scope), given)
        asked = _digest(scope["method"].encode(), scope["path"].encode(), body)
        try:
            answered = await asyncio.to_thread(self._store.begin, key, asked)
        except KeyTaken:
            raise Conflict(
                "This Idempotency-Key stood for another request, or for one that still runs.",
                field="Idempotency-Key",
            ) from None
        if answered is not None:
            await answer(
                scope,
                send,
                Raw(answered.body),
                status=answered.status,
                headers=[(b"idempotent-replayed", b"true")],
            )
            return
        try:
            done = await work()
        except BaseException:  # whatever it was, it was not done: the key may be used again
            await asyncio.to_thread(self._store.give_up, key)
            raise
        await asyncio.to_thread(self._store.end, key, Answered(done.status, encode(done.kept)))
        await answer(scope, send, done.data, status=done.status)


def _owner(scope: Scope) -> bytes:
    """Whose keys these are: those of another caller never meet them."""
    principal: Principal = scope["principal"]
    return f"{principal.tenant}\n{principal.key_id}".encode()


def _digest(*parts: bytes) -> bytes:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.digest()
