"""The proxy's paths. HTTP only: what a client of OpenAI or Anthropic sends and expects."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec
from starlette.routing import Route

from aiguardian.errors import GatewayError, GuardFailed, InvalidField, NotAvailable
from aiguardian.gateway.decisions import tell_of_failure
from aiguardian.gateway.decode import read_object
from aiguardian.gateway.judging import while_connected
from aiguardian.gateway.routes import fetch, post
from aiguardian.gateway.wire import Bodies, Receive, Scope, Send, respond
from aiguardian.guards.security.guard import session_name
from aiguardian.policy.choice import Choice
from aiguardian.policy.rules import Policy
from aiguardian.policy.shelf import Shelf
from aiguardian.proxy import echo
from aiguardian.proxy.asking import WISH, Asking
from aiguardian.proxy.budget import reserve, user_of
from aiguardian.proxy.carriers.read import Kind
from aiguardian.proxy.exchange import SSE, Plain, Talk, echo_body, echoed, vendor_error
from aiguardian.proxy.faults import UpstreamFault
from aiguardian.proxy.guarding import Asked, Guarding
from aiguardian.proxy.settling import Settling
from aiguardian.proxy.shapes.errors import error_body
from aiguardian.proxy.stream.steps import Mode
from aiguardian.storage.pseudonyms import PseudonymStore
from aiguardian.telemetry.exchange import Exchange
from aiguardian.text.placeholders import restored

log = logging.getLogger(__name__)

PATHS: dict[Kind, str] = {
    "chat": "/v1/chat/completions",
    "responses": "/v1/responses",
    "messages": "/v1/messages",
    "completions": "/v1/completions",
    "embeddings": "/v1/embeddings",
}
LONGEST_USER = 256
"""As the envelope has it: of a longer name, so much is what the user goes by."""
JUDGING_S = 60.0
"""For all verdicts on one request, or on one part of an answer."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the operator set for the proxy."""

    choice: Choice
    """Of the policy that judges a request."""
    mode: Mode


def refusals() -> dict[str, Callable[[GatewayError], bytes]]:
    """How an error that is met before these endpoints looks to their clients, by path."""

    def told(kind: Kind) -> Callable[[GatewayError], bytes]:
        return lambda error: msgspec.json.encode(
            error_body(kind, error.status, error.code, error.message, param=error.field)
        )

    return {path: told(kind) for kind, path in PATHS.items()} | {"/v1/models": told("chat")}


class ProxyEndpoints:
    """The endpoints as methods, over the guards and the upstream."""

    def __init__(
        self,
        bodies: Bodies,
        guarding: Guarding,
        shelf: Shelf,
        *,
        terms: Terms,
        asking: Asking | None,
        settling: Settling,
        pseudonyms: PseudonymStore,
    ) -> None:
        for name in terms.choice.for_all():  # a wrong name stops the start
            shelf.for_all(name)
        self._bodies = bodies
        self._guarding = guarding
        self._shelf = shelf
        self._terms = terms
        self._asking = asking
        self._settling = settling
        self._pseudonyms = pseudonyms

    def routes(self) -> list[Route]:
        """Their paths."""
        return [
            *(
                post(path, partial(self._serve, kind), needs="proxy")
                for kind, path in PATHS.items()
            ),
            fetch("/v1/models", self.models, needs="proxy"),
        ]

    async def models(self, scope: Scope, _: Receive, send: Send) -> None:
        """The upstreams' models, or the built-in one."""
        if self._asking is None:
            await respond(send, 200, msgspec.json.encode(echo.models()))
            return
        try:
            told = await self._asking.models(scope)
            kind = told.content_type.encode()
            await respond(send, told.status, told.body, content_type=kind)
        except UpstreamFault as fault:
            await _refuse(send, "chat", fault.status, fault.code, fault.message)

    async def _serve(self, kind: Kind, scope: Scope, receive: Receive, send: Send) -> None:
        exchange: Exchange = scope["exchange"]
        exchange.guard = "proxy"
        headers: list[tuple[bytes, bytes]] = []
        talk: Talk | None = None
        try:
            body = await self._bodies.read_json(scope, receive)
            request = read_object(body)
            await reserve(scope, kind, request, size_bytes=len(body))
            talk = self._talk(kind, request, scope)
            headers.append((b"x-aiguardian-policy", talk.asked.policy.name.encode()))
            await while_connected(self._run(talk, body, scope, send, headers), receive)
        except UpstreamFault as fault:
            exchange.error_code = fault.code
            wait = [(b"retry-after", b"%d" % fault.retry_after_s)] if fault.retry_after_s else []
            await _refuse(send, kind, fault.status, fault.code, fault.message, [*headers, *wait])
        except GatewayError as error:
            exchange.error_code = error.code
            if exchange.status:
                raise
            tell_of_failure(exchange, "proxy", error)
            wait = [(b"retry-after", b"%d" % error.retry_after_s)] if error.retry_after_s else []
            await _refuse(
                send, kind, error.status, error.code, error.message, [*headers, *wait],
                field=error.field,
            )  # fmt: skip
        finally:
            if talk is not None:  # though the client may have left: what was spent is spent
                self._settling.settle(talk, exchange)
                if talk.keeps_names:
                    await self._forget(talk.asked)

    def _talk(self, kind: Kind, request: dict[str, Any], scope: Scope) -> Talk:
        exchange: Exchange = scope["exchange"]
        exchange.user_id = exchange.user_id or (user_of(request) or "")[:LONGEST_USER]
        policy = self._policy(kind, request, scope)
        asked = Asked(
            policy=policy,
            request_id=exchange.request_id,
            tenant=exchange.tenant,
            session_id=f"proxy/{exchange.request_id}",
            user_id=None,
            timeout_s=JUDGING_S,
            traceparent=exchange.traceparent() if self._guarding.has_remote else "",
            exchange=exchange,
        )
        waits = self._guarding.plan(policy, "output").holds_back
        mode: Mode = self._terms.mode if waits else "observe"
        return Talk(kind, asked, self._guarding, mode, request)

    def _policy(self, kind: Kind, request: dict[str, Any], scope: Scope) -> Policy:
        """Raises `Forbidden` for one that the caller may not choose, `NotAvailable` for one that
        its key is bound to and that is not there."""
        bound: str | None = scope["principal"].policy
        wanted = scope["headers_by_name"].get(b"x-aiguardian-policy")
        model = request.get("model")
        name = self._terms.choice.policy(
            bound=bound,
            wanted=None if wanted is None else wanted.decode("latin-1"),
            path=PATHS[kind],
            model=model if isinstance(model, str) else "",
        )
        try:
            return self._shelf.get(name, scope["exchange"].tenant)
        except InvalidField as error:
            if bound is None:
                raise
            raise NotAvailable("The policy that this key is bound to does not exist.") from error

    async def _run(
        self, talk: Talk, body: bytes, scope: Scope, send: Send, headers: list[tuple[bytes, bytes]]
    ) -> None:
        exchange: Exchange = scope["exchange"]
        if self._asking is not None:
            self._asking.check(talk.kind, talk.model)
        sent, judged = await talk.judge_request(body)
        if not judged.failure:
            status = 400 if judged.action == "block" else 200
            talk.asked.tell(judged.action, direction="input", status=status)
        if judged.action == "block":
            exchange.action = "block"
            await _refuse(
                send, talk.kind, 400, "blocked_by_policy", judged.reason,
                [*headers, (b"x-aiguardian-decision", b"block")],
            )  # fmt: skip
            return
        if judged.failure:
            raise GuardFailed(judged.failure, retry_after_s=1)
        talk.keeps_names = bool(judged.changes)
        try:
            if talk.keeps_names:
                talk.restore = await self._restore(talk.asked)
            if self._asking is None:
                await self._echo(talk, send, headers)
            else:
                await self._forward(self._asking, talk, sent, scope, send, headers)
        finally:
            exchange.action = talk.decision
            if talk.running is not None:  # a client that left has seen a part of the answer
                with contextlib.suppress(NotAvailable):
                    talk.tell_answer()

    async def _restore(self, asked: Asked) -> Callable[[str], str]:
        name = session_name(asked.tenant, asked.session_id)
        values = await asyncio.to_thread(self._pseudonyms.values, name)
        return lambda text: restored(text, values)[0]

    async def _forget(self, asked: Asked) -> None:
        """The request's placeholders have served; losing the store now loses nothing else."""
        with contextlib.suppress(GatewayError):
            name = session_name(asked.tenant, asked.session_id)
            await asyncio.to_thread(self._pseudonyms.forget, name)

    async def _echo(self, talk: Talk, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        if talk.kind == "embeddings":
            raise InvalidField(
                "aiguardian/echo is no model and has no embeddings: set UPSTREAM_BASE_URL.",
                field="model",
            )
        if talk.streams:
            await _stream(send, talk, echoed(talk), headers)
            return
        body = await talk.judge_answer(echo_body(talk))
        await _plain(send, talk, Plain(200, body), headers)

    async def _forward(
        self,
        asking: Asking,
        talk: Talk,
        body: bytes,
        scope: Scope,
        send: Send,
        headers: list[tuple[bytes, bytes]],
    ) -> None:
        answer = await asking.ask(
            talk.kind, body, model=talk.model, scope=scope, is_plain=talk.is_plain
        )
        if answer.found:
            headers = [*headers, (WISH, answer.found.encode())]
        talk.origin = answer.origin if answer.status < 400 else None
        try:
            if answer.status >= 400:
                told = vendor_error(answer, await answer.body())
                wait = answer.headers.get("retry-after", "")
                await _plain(send, talk, Plain(answer.status, told, retry_after=wait), headers)
            elif answer.content_type == SSE:
                await _stream(send, talk, answer.chunks(), headers)
            else:
                whole = await answer.body()
                is_list = talk.kind == "embeddings"
                shown = talk.pass_numbers(whole) if is_list else await talk.judge_answer(whole)
                spent = self._settling.settle(talk, scope["exchange"])
                await _plain(send, talk, Plain(answer.status, shown), [*headers, *spent])
            if talk.may_be_kept:
                answer.keep()
        finally:
            answer.close()


async def _plain(
    send: Send, talk: Talk, answer: Plain, headers: Iterable[tuple[bytes, bytes]]
) -> None:
    told = [*headers, (b"x-aiguardian-decision", talk.told.encode())]
    if answer.retry_after:
        told.append((b"retry-after", answer.retry_after.encode()))
    await respond(send, answer.status, answer.body, headers=told)


async def _stream(
    send: Send,
    talk: Talk,
    chunks: AsyncGenerator[bytes],
    headers: Iterable[tuple[bytes, bytes]],
) -> None:
    """The head tells of the request's decision: the answer's is not known yet."""
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [
                (b"content-type", b"text/event-stream; charset=utf-8"),
                (b"cache-control", b"no-cache"),
                (b"x-accel-buffering", b"no"),
                *headers,
                (b"x-aiguardian-decision", talk.told.encode()),
            ],
        }
    )
    async with contextlib.aclosing(talk.stream(chunks)) as released:
        async for data in released:
            if data:
                await send({"type": "http.response.body", "body": data, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _refuse(
    send: Send,
    kind: Kind,
    status: int,
    code: str,
    message: str,
    headers: Iterable[tuple[bytes, bytes]] = (),
    *,
    field: str | None = None,
) -> None:
    body = error_body(kind, status, code, message, param=field)
    await respond(send, status, msgspec.json.encode(body), headers=headers)
