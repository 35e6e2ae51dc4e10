"""Judges a vendor's request or answer by its carriers without sending it anywhere: for callers
who keep their own client.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from msgspec import UNSET, UnsetType
from starlette.routing import Route

from aiguardian.errors import GatewayError, InvalidField, NotAvailable
from aiguardian.gateway.check import CheckReport, CheckRequest
from aiguardian.gateway.decisions import tell_of_failure
from aiguardian.gateway.decode import convert, read_object
from aiguardian.gateway.envelope import Response, encode
from aiguardian.gateway.judging import while_connected
from aiguardian.gateway.persons import for_person
from aiguardian.gateway.routes import post
from aiguardian.gateway.wire import Bodies, Receive, Scope, Send, respond
from aiguardian.guards.security.guard import session_name
from aiguardian.policy.choice import Choice, check_bound
from aiguardian.policy.rules import Policy
from aiguardian.policy.shelf import Shelf
from aiguardian.proxy.carriers.carrier import Restore
from aiguardian.proxy.checking import Checking
from aiguardian.proxy.guarding import Asked, Guarding
from aiguardian.proxy.routes import PATHS
from aiguardian.storage.pseudonyms import PseudonymStore
from aiguardian.telemetry.exchange import Exchange
from aiguardian.text.placeholders import restored

PATH = "/api/v1/guards/check"


class CheckEndpoint:
    """The endpoint, over the guards."""

    def __init__(
        self,
        bodies: Bodies,
        guarding: Guarding,
        shelf: Shelf,
        *,
        choice: Choice,
        pseudonyms: PseudonymStore,
    ) -> None:
        self._bodies = bodies
        self._guarding = guarding
        self._shelf = shelf
        self._choice = choice
        self._pseudonyms = pseudonyms

    def routes(self) -> list[Route]:
        """Its path."""
        return [post(PATH, self.check, needs="guards")]

    async def check(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge what was sent, and answer with what may go on."""
        exchange: Exchange = scope["exchange"]
        exchange.guard = "check"
        body = await self._bodies.read_json(scope, receive)
        given = for_person(scope["principal"], convert(read_object(body), CheckRequest))
        asked = self._asked(given, scope)
        try:
            report = await while_connected(self._report(given, asked, exchange.started_s), receive)
        except GatewayError as error:
            tell_of_failure(exchange, "check", error)
            raise
        is_answer = given.response is not None and given.judge != "request"
        asked.tell(report.decision.action, direction="output" if is_answer else "input")
        exchange.action = report.decision.action
        answer = Response(
            request_id=exchange.request_id,
            service_type="check",
            success=True,
            data=report,
            error=None,
            processing_time=time.perf_counter() - exchange.started_s,
            service_used="check",
        )
        await respond(send, 200, encode(answer))

    def _asked(self, given: CheckRequest, scope: Scope) -> Asked:
        exchange: Exchange = scope["exchange"]
        wanted = given.judge or ("request" if given.request is not None else "response")
        if getattr(given, wanted) is None:
            raise InvalidField("Send the request, the response, or both.", field=wanted)
        return Asked(
            policy=self._policy(given, scope),
            request_id=exchange.request_id,
            tenant=exchange.tenant,
            session_id=given.session_id or exchange.request_id,
            user_id=given.user_id,
            timeout_s=given.timeout,
            traceparent=exchange.traceparent(),
            exchange=exchange,
        )

    def _policy(self, given: CheckRequest, scope: Scope) -> Policy:
        """Raises `Forbidden`, and `NotAvailable` where the key's own policy is not there."""
        bound: str | None = scope["principal"].policy
        check_bound(bound, given.policy)
        model = (given.request or {}).get("model")
        name = given.policy or self._choice.policy(
            bound=bound,
            wanted=None,
            path=PATHS[given.api],
            model=model if isinstance(model, str) else "",
        )
        try:
            return self._shelf.get(name, scope["exchange"].tenant)
        except InvalidField as error:
            if bound is None:
                raise
            raise NotAvailable("The policy that this key is bound to does not exist.") from error

    async def _report(self, given: CheckRequest, asked: Asked, started_s: float) -> CheckReport:
        checked = Checking(self._guarding, given.api, asked)
        request: dict[str, Any] | UnsetType = UNSET
        response: dict[str, Any] | UnsetType = UNSET
        if given.request is not None and given.judge != "response":
            request = await checked.request(given.request)
        if given.response is not None and given.judge != "request":
            restore = await self._restore(asked) if given.restore else None
            response = await checked.response(given.response, given.request or {}, restore)
        return CheckReport(
            decision=checked.decision,
            recommendation=checked.decision.action,
            policy=asked.policy.name,
            session_id=asked.session_id,
            request=request,
            response=response,
            texts=checked.texts,
            unjudged=checked.unjudged,
            processing_time_ms=(time.perf_counter() - started_s) * 1000,
        )

    async def _restore(self, asked: Asked) -> Restore:
        name = session_name(asked.tenant, asked.session_id)
        values = await asyncio.to_thread(self._pseudonyms.values, name)
        return lambda text: restored(text, values)[0]
