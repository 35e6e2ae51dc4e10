"""One request through the proxy: judged, sent on, its answer judged, and what the client gets."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Sequence
from contextlib import aclosing
from typing import Any

import msgspec
from msgspec import Raw, Struct, UnsetType, field

from aiguardian.errors import GatewayError, GuardFailed, InvalidField, InvalidJson, NotAvailable
from aiguardian.gateway.decode import read_object
from aiguardian.processor import Action, Report, severer
from aiguardian.proxy import echo
from aiguardian.proxy.answers import Answer, Origin
from aiguardian.proxy.carriers.carrier import Restore, rewritten
from aiguardian.proxy.carriers.read import Kind, request_carriers
from aiguardian.proxy.faults import UpstreamFault, broke_off, malformed
from aiguardian.proxy.guarding import Asked, Guarding, Judged, is_by_rule
from aiguardian.proxy.shapes.blocked import blocked_answer
from aiguardian.proxy.stream.answer import Answer as Guarded
from aiguardian.proxy.stream.answer import guarded_answer
from aiguardian.proxy.stream.guarded import GuardedStream
from aiguardian.proxy.stream.hold import Holding
from aiguardian.proxy.stream.open import guarded_stream
from aiguardian.proxy.stream.sse import MalformedStream
from aiguardian.proxy.stream.steps import End, Judge, Mode, Step, Verdict

SSE = "text/event-stream"


class Plain(Struct, frozen=True):
    """An answer in one piece."""

    status: int
    body: bytes
    retry_after: str = ""


class _Head(Struct):
    """What is read of a long list of numbers."""

    usage: Any = None
    model: Any = None


class Talk(Struct, eq=False):
    """The state of one exchange: the request as sent, and what was decided so far."""

    kind: Kind
    asked: Asked
    guarding: Guarding
    mode: Mode
    request: dict[str, Any]
    restore: Restore | None = None
    keeps_names: bool = False
    """Whether placeholders are kept for the time of the exchange."""
    decision: Action = "keep"
    unjudged: list[str] = field(default_factory=list)
    usage: dict[str, Any] | None = None
    model_told: str = ""
    """The model that says to have answered."""
    origin: Origin | None = None
    """Who answers; None while nobody does."""
    found_nothing: bool = False
    """Whether the guards found nothing at all in the request."""
    is_complete: bool = False
    """Whether the answer came to its own end."""
    is_broken: bool = False
    """Whether it came, but cannot be read, or has no end of its own."""
    is_settled: bool = False
    answered: Action = "keep"
    """The severest decision on the answer."""
    is_told: bool = False
    """Whether the decision on the answer was told to whoever records it."""
    sent: tuple[str, ...] = ()
    """The texts of the request."""
    said: list[tuple[str, str]] = field(default_factory=list)
    """The texts of the answer with their paths, as they came, in pieces."""
    risk: float = 0.0
    """The highest that any guard gave a piece of the answer."""
    running: GuardedStream | None = None

    @property
    def told(self) -> str:
        """The decision as the header tells it."""
        return "unjudged" if self.decision == "keep" and self.unjudged else self.decision

    @property
    def may_be_kept(self) -> bool:
        """Whether the answer is whole and went out as it came, but for restored names."""
        return self.is_complete and self.answered in ("keep", "flag")

    def is_plain(self) -> bool:
        """Whether the guards looked for personal data in the request, and found nothing at all."""
        plan = self.guarding.plan(self.asked.policy, "input")
        return self.found_nothing and plan.heeds_personal_data

    def take(self, action: Action) -> None:
        """The severest decision of all stays."""
        self.decision = severer(self.decision, action)

    def tell_answer(self) -> None:
        """Tell of the decision on the answer, once and before its last byte leaves. Raises
        `NotAvailable` where it must be recorded and cannot."""
        if not self.is_told:
            self.is_told = True
            self.asked.tell(self.answered, direction="output")

    @property
    def streams(self) -> bool:
        """Whether the client wants the answer as events."""
        return self.request.get("stream") is True

    @property
    def model(self) -> str:
        """The model that is asked, empty when none is named."""
        model = self.request.get("model")
        return model if isinstance(model, str) else ""

    async def judge_request(self, body: bytes) -> tuple[bytes, Judged]:
        """The body as it may be sent on, and the verdict. Raises `GatewayError`."""
        carriers = request_carriers(self.kind, self.request)
        self.sent = tuple([carrier.text for carrier in carriers.texts])
        judged = await self.guarding.judge(carriers, self.asked)
        self.take(judged.action)
        self.unjudged += judged.unjudged
        self.found_nothing = judged.action == "keep" and not judged.unjudged
        if not judged.changes:
            return body, judged
        self.request = rewritten(carriers, self.request, judged.changes)
        return msgspec.json.encode(self.request), judged

    async def judge_answer(self, body: bytes) -> bytes:
        """The answer's body as it may be released. Raises `UpstreamFault`."""
        try:
            answer = read_object(body)
            outcome = await self._guarded(answer)
        except InvalidJson as error:
            self.is_broken = True
            raise malformed("is not JSON") from error
        except InvalidField as error:
            self.is_broken = True
            where = error.field or "its top"
            raise malformed(f"is not what its API promises at {where}") from error
        self._note_body(answer)
        self._miss(outcome.unjudged)
        if outcome.blocked is not None:
            self._answer("block")
        self.tell_answer()
        if outcome.blocked is not None:
            return self._refusal(outcome.blocked, outcome.text)
        return body if outcome.body is answer else msgspec.json.encode(outcome.body)

    def pass_numbers(self, body: bytes) -> bytes:
        """The body of an answer that is a list of numbers, which nobody reads: as it came."""
        try:
            head = msgspec.json.decode(body, type=_Head)
        except msgspec.DecodeError as error:
            raise malformed("is not JSON") from error
        self._note_body({"usage": head.usage, "model": head.model})
        return body

    def _note_body(self, answer: dict[str, Any]) -> None:
        if isinstance(answer.get("usage"), dict):
            self.usage = answer["usage"]
        if isinstance(answer.get("model"), str):
            self.model_told = answer["model"]
        self.is_complete = True

    def counted(self) -> dict[str, Any] | None:
        """The provider's count of tokens as it stands, though the stream may have been left."""
        return (self.running.usage if self.running else None) or self.usage

    def answered_as(self) -> str:
        """The model that says to answer."""
        return (self.running.model if self.running else "") or self.model_told

    def _refusal(self, reason: str, text: str) -> bytes:
        prefix = {"messages": "msg_", "responses": "resp_"}.get(self.kind, "chatcmpl-")
        refused = blocked_answer(
            self.kind,
            self.request,
            reason,
            answer_id=prefix + self.asked.request_id,
            created=int(time.time()),
            text=text,
        )
        return msgspec.json.encode(refused)

    async def stream(self, chunks: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
        """The events that may be released, as they may. Ends with an error event, never with a
        clean end, when the upstream's stream does not come to its own."""
        self.running = stream = guarded_stream(self.kind, self._holding(), sent=self.request)
        stream.hides_usage = self.origin is not None and self.origin.hides_usage
        try:
            async with aclosing(chunks):
                async for chunk in chunks:
                    async for data, is_last in self._released(stream.feed(chunk)):
                        if is_last:
                            self._tell_block(stream)
                        yield data
                        if is_last:
                            return
            async for data, is_last in self._released(stream.finish()):
                if is_last:
                    self._tell_block(stream)
                yield data
                if is_last:
                    return
            if not stream.is_complete:
                self.is_broken = True
                raise broke_off()
            self.is_complete = True
            self._miss(stream.ledger.unjudged)
            self.tell_answer()
        except UpstreamFault as fault:
            self._tell_failure(fault.code)
            yield stream.failed(fault.code, fault.message)
        except MalformedStream:
            self.is_broken = True
            broken = malformed("is not a stream of its API's events")
            self._tell_failure(broken.code)
            yield stream.failed(broken.code, broken.message)
        except GatewayError as error:
            self._tell_failure(error.code)
            yield stream.failed(error.code, error.message)
        finally:
            self.usage = stream.usage or self.usage

    async def _released(
        self, steps: Generator[Step, Verdict | None, Any]
    ) -> AsyncIterator[tuple[bytes, bool]]:
        """The bytes of the steps, and whether they are the last ones."""
        verdict: Verdict | None = None
        while True:
            try:
                step = steps.send(verdict)
            except StopIteration:
                return
            verdict = None
            if isinstance(step, Judge):
                verdict = await self._verdict(step)
            elif isinstance(step, End):
                yield step.data, True
                return
            else:
                yield step.data, False

    async def _guarded(self, answer: dict[str, Any]) -> Guarded:
        """What may go of an answer that came at once. Raises `InvalidField`."""
        steps = guarded_answer(self.kind, answer, self._holding(), sent=self.request)
        try:
            step = next(steps)
            while True:
                step = steps.send(await self._verdict(step))
        except StopIteration as end:
            guarded: Guarded = end.value
            return guarded

    async def _verdict(self, question: Judge) -> Verdict:
        self.said.append((question.path, question.text[question.context_start :]))
        report = await self.guarding.one(
            question.text, question.direction, self.asked, is_piece=self.running is not None
        )
        if report is None:
            return Verdict("keep")
        for guard in report.unjudged:
            self.unjudged.append(f"{question.path}: {guard.guard}: {guard.message}")
        self.risk = max(self.risk, *[_risk(one) for one in report.reports.values()], 0.0)
        action = report.decision.action
        if action == "block" and question.binds and not is_by_rule(report):
            raise GuardFailed(report.decision.reason)
        bound: Action = action if question.binds or action == "keep" else "flag"
        self._answer(bound)
        output = None if isinstance(report.output, UnsetType) else report.output
        return Verdict(action, output, reason=report.decision.reason)

    def _holding(self) -> Holding:
        refuses = self.asked.policy.unjudged == "block" and self.mode != "observe"
        return Holding(mode=self.mode, restore=self.restore, refuses_unjudged=refuses)

    def _tell_block(self, stream: GuardedStream) -> None:
        self._miss(stream.ledger.unjudged)
        self._answer("block")
        self.tell_answer()

    def _answer(self, action: Action) -> None:
        """Take in a decision on the answer."""
        self.take(action)
        self.answered = severer(self.answered, action)

    def _miss(self, missed: Sequence[tuple[str, str]]) -> None:
        """Take in the parts of the answer that were not judged, by path and reason."""
        if not missed:
            return
        self.unjudged += [f"{path}: {reason}" for path, reason in missed]
        self.asked.tally.miss(reason for _, reason in missed)
        if self.asked.policy.unjudged != "pass":
            self._answer("flag")  # what would block has done so

    def _tell_failure(self, code: str) -> None:
        """A guard or the upstream failed amid a stream: there is no verdict on the rest."""
        self.asked.tally.miss((code,))
        with contextlib.suppress(NotAvailable):  # the stream breaks off as it is
            self.tell_answer()


def _risk(report: Report | Raw) -> float:
    """The risk that a guard told, here or from its instance."""
    if isinstance(report, Report):
        return report.risk
    return msgspec.json.decode(report, type=_Told).risk


class _Told(Struct):
    """What is read of an instance's report."""

    risk: float = 0.0


async def echoed(talk: Talk) -> AsyncGenerator[bytes]:
    """The built-in upstream's events, with a breath between them as from a network."""
    for event in echo.events(talk.kind, talk.request, talk.asked.request_id):
        yield event
        await asyncio.sleep(0)


def echo_body(talk: Talk) -> bytes:
    """The built-in upstream's whole answer."""
    return msgspec.json.encode(echo.answer(talk.kind, talk.request, talk.asked.request_id))


def vendor_error(answer: Answer, body: bytes) -> bytes:
    """The vendor's error as it came, but for its code: `upstream_error`, and the vendor's own
    beside it. A body that is not the vendor's shape is replaced."""
    try:
        told = read_object(body)
        error = told["error"]
        if not isinstance(error, dict):
            raise TypeError
    except (GatewayError, KeyError, TypeError):
        raise malformed(f"is an error ({answer.status}) without the error's shape") from None
    own = {"upstream_code": error["code"]} if error.get("code") is not None else {}
    return msgspec.json.encode(told | {"error": error | own | {"code": "upstream_error"}})
