"""The memory as a whole, for whoever must hand it out."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Any

from msgspec import Meta, Struct
from starlette.routing import Route

from aiguardian.errors import InvalidField
from aiguardian.gateway.decode import convert, read_object
from aiguardian.gateway.envelope import Response, encode
from aiguardian.gateway.persons import for_person, shown_session
from aiguardian.gateway.routes import post
from aiguardian.gateway.wire import Bodies, Receive, Scope, Send, respond
from aiguardian.guards.context.memories import Memories
from aiguardian.guards.context.memories import Scope as MemoryScope
from aiguardian.identity.principal import Principal
from aiguardian.processor import Deadline
from aiguardian.telemetry.exchange import Exchange

TIME_S = 60.0


class ExportRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose memory: a session, a user, or a user's session."""

    session_id: Annotated[str, Meta(min_length=1, max_length=256)] | None = None
    user_id: Annotated[str, Meta(min_length=1, max_length=256)] | None = None


class ExportedMemory(Struct, frozen=True, kw_only=True):
    """All that is kept, oldest first, with the facts read out of it."""

    user: str
    exported_at: Annotated[float, Meta(description="Seconds since 1970.")]
    sessions: Annotated[list[Any], Meta(description="Each with its `session` and its `turns`.")]


class MemoryEndpoints:
    """The endpoint as a method, over the memories."""

    def __init__(self, bodies: Bodies, memories: Memories) -> None:
        self._bodies = bodies
        self._memories = memories

    def routes(self) -> list[Route]:
        """Its path."""
        return [post("/api/v1/guards/memory/export", self.export, needs="guards")]

    async def export(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What the key that asks has kept for a session or a user."""
        exchange: Exchange = scope["exchange"]
        principal: Principal = scope["principal"]
        body = await self._bodies.read_json(scope, receive)
        asked = for_person(principal, convert(read_object(body), ExportRequest))
        if asked.session_id is None and asked.user_id is None:
            raise InvalidField("Name a session_id, a user_id or both.", field="session_id")
        whose = MemoryScope(exchange.tenant, asked.user_id or "", asked.session_id or "")
        kept = await asyncio.to_thread(self._memories.export, whose, deadline=Deadline(TIME_S))
        sessions = [
            one | {"session": shown_session(principal, one["session"])} for one in kept["sessions"]
        ]
        exported = ExportedMemory(
            user=kept["user"], exported_at=kept["exported_at"], sessions=sessions
        )
        answer = Response(
            request_id=exchange.request_id,
            service_type="contextguard",
            success=True,
            data=exported,
            error=None,
            processing_time=time.perf_counter() - exchange.started_s,
            service_used="contextguard",
        )
        await respond(send, 200, encode(answer))
