"""The paths of the drop-in endpoints. HTTP only: the vendors' shapes stand in their own modules."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.routing import Route

from aiguardian.dropin import google_errors, litellm, llm_guard, moderations, perspective
from aiguardian.dropin.discovery import discovery
from aiguardian.errors import GatewayError
from aiguardian.gateway.decode import convert, read_object
from aiguardian.gateway.envelope import GuardName
from aiguardian.gateway.judging import while_connected
from aiguardian.gateway.persons import own_session
from aiguardian.gateway.routes import fetch, post
from aiguardian.gateway.screened import ScreenReport
from aiguardian.gateway.screening import AT_ONCE, Question, Screening
from aiguardian.gateway.wire import App, Bodies, Receive, Scope, Send, respond
from aiguardian.guards.security.guard import session_name
from aiguardian.policy.rules import Direction, Policy
from aiguardian.proxy.carriers.carrier import Carrier
from aiguardian.proxy.shapes.errors import error_body as openai_error
from aiguardian.storage.pseudonyms import PseudonymStore
from aiguardian.telemetry.exchange import Exchange
from aiguardian.text.placeholders import restored

MODERATIONS = "/v1/moderations"
ANALYZE = "/v1alpha1/comments:analyze"
SUGGEST = "/v1alpha1/comments:suggestscore"
DISCOVERY = "/$discovery/rest"
LLM_GUARD: dict[str, Direction] = {
    "/analyze/prompt": "input",
    "/analyze/output": "output",
    "/scan/prompt": "input",
    "/scan/output": "output",
}
LITELLM = "/beta/litellm_basic_guardrail_api"
PERSPECTIVE = (ANALYZE, SUGGEST, DISCOVERY)

Answering = Callable[[dict[str, Any], "Asked"], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: where it came in, under which policy, and what is noted of it."""

    path: str
    policy: Policy
    exchange: Exchange


def refusals() -> dict[str, Callable[[GatewayError], bytes]]:
    """How an error that is met before these endpoints looks to their clients, by path."""
    return {
        MODERATIONS: _as_openai,
        **dict.fromkeys(PERSPECTIVE, google_errors.error_body),
        **dict.fromkeys(LLM_GUARD, _as_llm_guard),
    }


def _as_openai(error: GatewayError) -> bytes:
    status = _openai_status(error)
    told = openai_error("chat", status, error.code, error.message, param=error.field)
    return msgspec.json.encode(told)


def _openai_status(error: GatewayError) -> int:
    """There, a wrong field is a 400."""
    return 400 if error.status in {415, 422} else error.status


def _as_llm_guard(error: GatewayError) -> bytes:
    return msgspec.json.encode(llm_guard.error_body(error))


class DropInEndpoints:
    """The endpoints as methods, over the guards."""

    def __init__(
        self, bodies: Bodies, screening: Screening, *, pseudonyms: PseudonymStore, version: str
    ) -> None:
        """`version` is BiasGuard's."""
        self._bodies = bodies
        self._screening = screening
        self._pseudonyms = pseudonyms
        self._version = version
        self._refusals = refusals()
        self._statuses = {MODERATIONS: _openai_status, ANALYZE: google_errors.status_of}

    def routes(self) -> list[Route]:
        """Their paths."""
        answering: Mapping[str, Answering] = {
            MODERATIONS: self._moderations,
            ANALYZE: self._analyze,
            **dict.fromkeys(LLM_GUARD, self._llm_guard),
            LITELLM: self._litellm,
        }
        return [
            *(post(path, self._endpoint(path, one), needs="guards")
              for path, one in answering.items()),
            post(SUGGEST, self.suggest, needs="guards"),
            fetch(DISCOVERY, self.discover, needs="guards"),
        ]  # fmt: skip

    def _endpoint(self, path: str, answering: Answering) -> App:
        async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
            exchange: Exchange = scope["exchange"]
            exchange.guard = "screen"
            try:
                asked = Asked(path, self._screening.policy(scope, path=path), exchange)
                body = read_object(await self._bodies.read_json(scope, receive))
                told = await while_connected(answering(body, asked), receive)
            except GatewayError as error:
                await self._refuse(send, asked_path=path, error=error, exchange=exchange)
                return
            headers = [
                (b"x-aiguardian-policy", asked.policy.name.encode()),
                (b"x-aiguardian-decision", (exchange.action or "unjudged").encode()),
            ]
            await respond(send, 200, msgspec.json.encode(told), headers=headers)

        return endpoint

    async def _refuse(
        self, send: Send, *, asked_path: str, error: GatewayError, exchange: Exchange
    ) -> None:
        """An error as the vendor would tell it; one without a vendor's shape is the gate's."""
        shape = self._refusals.get(asked_path)
        if shape is None:
            raise error
        exchange.error_code = error.code
        status = self._statuses.get(asked_path, lambda one: one.status)(error)
        wait = [(b"retry-after", b"%d" % error.retry_after_s)] if error.retry_after_s else []
        await respond(send, status, shape(error), headers=wait)

    async def suggest(self, _: Scope, __: Receive, send: Send) -> None:
        """Perspective learned from what its clients suggested. Nothing here does."""
        message = "Suggested scores are not taken: the models here learn nothing from callers."
        await respond(send, 501, google_errors.body_of(501, message))

    async def discover(self, scope: Scope, _: Receive, send: Send) -> None:
        """Perspective's API as Google's clients look it up."""
        headers = scope["headers_by_name"]
        host = headers.get(b"host", b"localhost").decode("latin-1")
        scheme = headers.get(b"x-forwarded-proto", b"").decode("latin-1") or scope["scheme"]
        root = f"{'https' if scheme == 'https' else 'http'}://{host}/"
        await respond(send, 200, msgspec.json.encode(discovery(root)))

    async def _moderations(self, body: dict[str, Any], asked: Asked) -> dict[str, Any]:
        inputs = moderations.read_inputs(body)
        questions = [Question(one.text, "input", asked.policy) for one in inputs]
        reports = await self._screening.judge_all(asked.exchange, questions)
        return moderations.answer(
            inputs, reports, answer_id=asked.exchange.request_id, version=self._version
        )

    async def _analyze(self, body: dict[str, Any], asked: Asked) -> dict[str, Any]:
        wanted = perspective.read_analyze(body)
        if wanted.do_not_store:
            asked.exchange.on_judged = None
        report = await self._screening.judge(
            asked.exchange, Question(wanted.text, "input", asked.policy)
        )
        spans = perspective.spans_of(wanted)
        of_spans = [
            Question(
                wanted.text[start:end],
                "input",
                asked.policy,
                guards=("biasguard",),
                is_recorded=False,
            )
            for start, end in spans
        ]
        reports = await self._screening.judge_all(asked.exchange, of_spans)
        return perspective.answer(wanted, report, spans, reports)

    async def _llm_guard(self, body: dict[str, Any], asked: Asked) -> dict[str, Any]:
        direction = LLM_GUARD[asked.path]
        if direction == "input":
            prompt = convert(body, llm_guard.PromptRequest)
            text, names = prompt.prompt, prompt.scanners_suppress
        else:
            output = convert(body, llm_guard.OutputRequest)
            text, names = output.output, output.scanners_suppress
        off = llm_guard.suppressed(names, direction)
        report = await self._scan(text, direction, off, asked)
        told = llm_guard.answer(text, report, direction=direction, off=off)
        sanitized = told.pop("sanitized")
        if asked.path.startswith("/analyze/"):
            told["sanitized_prompt" if direction == "input" else "sanitized_output"] = sanitized
        return told

    async def _scan(
        self, text: str, direction: Direction, off: frozenset[str], asked: Asked
    ) -> ScreenReport | None:
        rules = asked.policy.guards(direction)
        left = llm_guard.guards_left(rules, off)
        if not left:
            return None
        checks = self._screening.checks("securityguard")
        question = Question(
            text,
            direction,
            asked.policy,
            guards=left,
            options=llm_guard.options(rules, off, checks),
        )
        return await self._screening.judge(asked.exchange, question)

    async def _litellm(self, body: dict[str, Any], asked: Asked) -> dict[str, Any]:
        wanted, call = litellm.read_call_body(body)
        carriers = (*call.texts, *call.beside)
        person, session_id = asked.exchange.user_id, call.session_id
        if person and session_id:
            session_id = own_session(person, session_id)
        reports: list[ScreenReport | None] = []
        for start in range(0, len(carriers), AT_ONCE):
            some = carriers[start : start + AT_ONCE]
            reports += await asyncio.gather(*(self._judged(one, session_id, asked) for one in some))
        told = litellm.answer(
            wanted, call, reports, blocks_unjudged=asked.policy.unjudged == "block"
        )
        if wanted.input_type == "response" and session_id and told["action"] != "BLOCKED":
            return await self._restored(told, wanted, session_id, asked.exchange)
        return told

    async def _judged(
        self, carrier: Carrier, session_id: str | None, asked: Asked
    ) -> ScreenReport | None:
        rules = asked.policy.guards(carrier.direction)
        if not rules:
            return None
        options: dict[GuardName, dict[str, Any]] = {}
        if carrier.trusted:
            checks = self._screening.checks("securityguard")
            options = llm_guard.options(rules, {"PromptInjection"}, checks)
        question = Question(
            carrier.text,
            carrier.direction,
            asked.policy,
            session_id=session_id,
            options=options,
        )
        return await self._screening.judge(asked.exchange, question)

    async def _restored(
        self,
        told: dict[str, Any],
        wanted: litellm.GuardrailRequest,
        session_id: str,
        exchange: Exchange,
    ) -> dict[str, Any]:
        """The answer with the values back that its request's placeholders stand for."""
        name = session_name(exchange.tenant, session_id)
        values = await asyncio.to_thread(self._pseudonyms.values, name)
        texts = told.get("texts", wanted.texts or [])
        shown = [restored(text, values)[0] for text in texts]
        if shown == texts:
            return told
        return told | {"action": "GUARDRAIL_INTERVENED", "texts": shown}
