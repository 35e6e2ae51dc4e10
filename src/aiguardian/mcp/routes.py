"""The paths of the guarded MCP servers. HTTP only: streamable HTTP as clients speak it.

Source: the protocol's specification, "Transports", versions of March 2025 to July 2026.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from typing import Any

import aiohttp
import msgspec
from starlette.routing import Route

from aiguardian.errors import GatewayError, NotFound
from aiguardian.gateway.judging import while_connected
from aiguardian.gateway.routes import by_method
from aiguardian.gateway.screening import Screening
from aiguardian.gateway.wire import Bodies, Receive, Scope, Send, respond
from aiguardian.mcp.guarding import Asked, Guarding, Judged
from aiguardian.mcp.messages import (
    INVALID_REQUEST,
    NO_VERDICT,
    Message,
    encoded,
    failure,
    owed_answers,
    read_messages,
)
from aiguardian.mcp.passing import Passing, refusal
from aiguardian.mcp.servers import Server
from aiguardian.mcp.sessions import HEADER, Owner, Sessions
from aiguardian.mcp.upstream import JSON, SSE, Answer, ServerFault, ask, malformed, sent_headers

PATH = "/mcp/{server}"
REPLY_S = 10.0
"""For a server to take what is answered in the client's place."""


class McpEndpoints:
    """The servers as endpoints, over the guards."""

    def __init__(
        self,
        bodies: Bodies,
        servers: Mapping[str, Server],
        guarding: Guarding,
        screening: Screening,
        *,
        sessions: Sessions,
        session: Callable[[], aiohttp.ClientSession | None],
        stopping: asyncio.Event,
    ) -> None:
        """`stopping` is set when the gateway stops: who listens is let go then. Raises
        `InvalidField` for a policy that a server names and that is not there."""
        for server in servers.values():
            if server.policy is not None:
                screening.shelf.for_all(server.policy)
        self._bodies = bodies
        self._servers = servers
        self._guarding = guarding
        self._screening = screening
        self._sessions = sessions
        self._session = session
        self._stopping = stopping

    def routes(self) -> list[Route]:
        """Their paths."""
        methods = {"POST": self.send, "GET": self.listen, "DELETE": self.end}
        return [by_method(PATH, methods, needs="proxy")]

    async def send(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What a client says, and what the server answers."""
        asked = self._asked(scope)
        body = await self._bodies.read_json(scope, receive)
        try:
            messages, is_batch = read_messages(body)
            owed = owed_answers(messages)
        except GatewayError as error:
            told = failure(None, INVALID_REQUEST, error.message, error.code)
            await _say(send, 400, [told], is_batch=False)
            return
        await while_connected(
            self._send(scope, send, asked, body, messages, owed=owed, is_batch=is_batch), receive
        )

    async def listen(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What a server says by itself, until the client leaves, the server ends it or the gateway
        stops."""
        asked = self._asked(scope)
        listening = self._pass(scope, send, asked, "GET", None, owed={})
        if await while_connected(self._until_stopping(listening), receive):
            return
        if asked.exchange.status:
            await send({"type": "http.response.body", "body": b""})
        else:
            told = failure(None, NO_VERDICT, "The gateway is stopping.", "not_available")
            await _say(send, 503, [told], is_batch=False, asked=asked)

    async def end(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The end of a session."""
        asked = self._asked(scope)
        await while_connected(self._pass(scope, send, asked, "DELETE", None, owed={}), receive)

    async def _until_stopping(self, work: Coroutine[Any, Any, None]) -> bool:
        """Whether the work came to its end before the gateway stopped."""
        working = asyncio.ensure_future(work)
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                working.result()
                return True
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            return False
        finally:
            stopping.cancel()
            working.cancel()

    def _asked(self, scope: Scope) -> Asked:
        name = scope["path_params"]["server"]
        server = self._servers.get(name)
        if server is None:
            raise NotFound("There is no such MCP server here: AIGUARDIAN_MCP_SERVERS names them.")
        scope["exchange"].guard = "mcp"
        policy = self._screening.policy(scope, path=f"/mcp/{name}", default=server.policy)
        owner = Owner(scope["exchange"].tenant, scope["principal"].user_id or "", name)
        return Asked(scope["exchange"], server, policy, owner, self._own_session(scope, owner))

    def _own_session(self, scope: Scope, owner: Owner) -> str | None:
        """The server's id of the session that the request is in, if it is in one."""
        given = scope["headers_by_name"].get(HEADER.encode())
        if given is None:
            return None
        session = self._sessions.untied(given.decode("latin-1"), owner)
        if session is None:
            raise NotFound("There is no such session here: begin a new one.")
        return session

    def _answered_headers(self, answer: Answer, asked: Asked) -> list[tuple[bytes, bytes]]:
        """The server's, with the session tied to its owner."""
        return [
            (name, self._sessions.tied(value.decode("latin-1"), asked.owner).encode("latin-1"))
            if name == HEADER.encode()
            else (name, value)
            for name, value in answer.headers()
        ]

    async def _send(
        self,
        scope: Scope,
        send: Send,
        asked: Asked,
        body: bytes,
        messages: list[Message],
        *,
        owed: dict[str | int, str],
        is_batch: bool,
    ) -> None:
        judged = [await self._judged(one, asked) for one in messages]
        stopped = [one for one in judged if not one.passes]
        if stopped:
            ids: list[str | int | None] = [*owed] or [None]
            errors = [refusal(one, stopped[0]) for one in ids]
            await _say(send, 200 if owed else 400, errors, is_batch=is_batch, asked=asked,
                       told="unjudged" if stopped[0].failure else "block")  # fmt: skip
            return
        if any(one.is_changed for one in judged):
            body = encoded([one.message for one in judged], is_batch=is_batch)
        await self._pass(scope, send, asked, "POST", body, owed=owed, told=judged[0].told)

    async def _judged(self, message: Message, asked: Asked) -> Judged:
        try:
            return await self._guarding.of_client(message, asked)
        except GatewayError as error:
            return Judged(message, failure=error.message)

    async def _pass(
        self,
        scope: Scope,
        send: Send,
        asked: Asked,
        method: str,
        body: bytes | None,
        *,
        owed: dict[str | int, str],
        told: str = "keep",
    ) -> None:
        headers = sent_headers(
            asked.server,
            scope["headers_by_name"],
            credential=scope.get("credential"),
            session=asked.session,
        )
        passing = Passing(self._guarding, asked, self._replies(asked, headers), dict(owed), told)
        try:
            answer = await self._ask(asked.server, method, body, headers)
            try:
                await self._give(send, answer, passing)
            finally:
                answer.close()
        except ServerFault as fault:
            asked.exchange.error_code = fault.code
            errors = [failure(one, NO_VERDICT, fault.message, fault.code) for one in owed]
            await _say(send, fault.status, errors[:1] or [
                failure(None, NO_VERDICT, fault.message, fault.code)
            ], is_batch=False, asked=asked)  # fmt: skip

    async def _ask(
        self, server: Server, method: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        session = self._session()
        if session is None:
            raise ServerFault(503, "upstream_error", "The gateway is stopping.")
        return await ask(session, server, method, body, headers=headers)

    def _replies(self, asked: Asked, headers: Mapping[str, str]) -> Any:
        async def reply(message: Message) -> None:
            # The server waits for an answer to what the client never saw; if it does not take
            # this one, its own patience ends that wait.
            with contextlib.suppress(ServerFault, TimeoutError):
                sent = {**headers, "accept": f"{JSON}, {SSE}"}
                sent.pop("last-event-id", None)
                body = msgspec.json.encode(message)
                (await self._ask(asked.server, "POST", body, sent)).close()

        return reply

    async def _give(self, send: Send, answer: Answer, passing: Passing) -> None:
        headers = self._answered_headers(answer, passing.asked)
        if answer.status in {401, 403} and "authorization" not in passing.asked.server.passes:
            raise ServerFault(502, "upstream_error", "The server refuses this gateway.")
        if answer.status >= 400:
            await self._give_error(send, answer, passing)
        elif answer.content_type == SSE:
            await _stream(send, answer, passing.stream(answer), passing, headers)
        else:
            body = await answer.body()
            if body and answer.content_type != JSON:
                raise malformed("is neither JSON nor a stream of events")
            given = await passing.whole(body) if body else b""
            await respond(
                send, answer.status, given, headers=[*headers, *_told(passing.asked, passing.told)]
            )

    async def _give_error(self, send: Send, answer: Answer, passing: Passing) -> None:
        """The server's error, judged where it is JSON-RPC; its status alone where it is not."""
        body = await answer.body()
        given: bytes
        try:
            given = await passing.whole(body)
        except ServerFault:
            told = f"The server answered with the status {answer.status}."
            given = msgspec.json.encode(
                failure(next(iter(passing.owed), None), NO_VERDICT, told, "upstream_error")
            )
        headers = self._answered_headers(answer, passing.asked)
        headers += _told(passing.asked, passing.told)
        await respond(send, answer.status, given, headers=headers)


def _told(asked: Asked, decision: str) -> list[tuple[bytes, bytes]]:
    return [
        (b"x-aiguardian-policy", asked.policy.name.encode()),
        (b"x-aiguardian-decision", decision.encode()),
    ]


async def _say(
    send: Send,
    status: int,
    messages: list[Message],
    *,
    is_batch: bool,
    asked: Asked | None = None,
    told: str = "unjudged",
) -> None:
    headers = _told(asked, told) if asked is not None else []
    await respond(send, status, encoded(messages, is_batch=is_batch), headers=headers)


async def _stream(
    send: Send,
    answer: Answer,
    events: AsyncGenerator[bytes],
    passing: Passing,
    headers: list[tuple[bytes, bytes]],
) -> None:
    """The head tells of the request's decision: the events' are not known yet."""
    head = [
        (b"content-type", b"text/event-stream"),
        (b"cache-control", b"no-cache"),
        (b"x-accel-buffering", b"no"),
        *headers,
        *_told(passing.asked, passing.told),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": head})
    async with contextlib.aclosing(events) as released:
        async for data in released:
            await send({"type": "http.response.body", "body": data, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
