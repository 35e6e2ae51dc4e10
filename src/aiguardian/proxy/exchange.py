"""One request through the proxy: judged, sent on, its answer judged, and what the client gets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from msgspec import UnsetType

from aiguardian.errors import GatewayError, GuardFailed, InvalidField, InvalidJson
from aiguardian.gateway.decode import read_object
from aiguardian.gateway.screen import ScreenReport
from aiguardian.processor import ACTIONS, Action
from aiguardian.proxy import echo
from aiguardian.proxy.carriers.carrier import Restore, rewritten
from aiguardian.proxy.carriers.read import Kind, request_carriers
from aiguardian.proxy.faults import UpstreamFault, broke_off, malformed
from aiguardian.proxy.guarding import Asked, Guarding, Judged, is_by_rule
from aiguardian.proxy.shapes.blocked import blocked_answer
from aiguardian.proxy.stream.answer import guarded_answer
from aiguardian.proxy.stream.hold import Holding
from aiguardian.proxy.stream.open import guarded_stream
from aiguardian.proxy.stream.sse import MalformedStream
from aiguardian.proxy.stream.steps import End, Judge, Mode, Step, Verdict
from aiguardian.proxy.upstream import Answer

T = TypeVar("T")
SSE = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Plain:
    """An answer in one piece."""

    status: int
    body: bytes
    content_type: str = "application/json"
    retry_after: str = ""


@dataclass(slots=True)
class Talk:
    """The state of one exchange: the request as sent, and what was decided so far."""

    kind: Kind
    asked: Asked
    guarding: Guarding
    mode: Mode
    request: dict[str, Any]
    restore: Restore | None = None
    decision: Action = "keep"
    unjudged: list[str] = field(default_factory=list)
    usage: dict[str, Any] | None = None

    @property
    def told(self) -> str:
        """The decision as the header tells it."""
        return "unjudged" if self.decision == "keep" and self.unjudged else self.decision

    def take(self, action: Action) -> None:
        """The severest decision of all stays."""
        self.decision = max(self.decision, action, key=ACTIONS.index)

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
        judged = await self.guarding.judge(carriers, self.asked)
        self.take(judged.action)
        self.unjudged += judged.unjudged
        if not judged.changes:
            return body, judged
        self.request = rewritten(carriers, self.request, judged.changes)
        return msgspec.json.encode(self.request), judged

    async def judge_answer(self, body: bytes) -> bytes:
        """The answer's body as it may be released. Raises `UpstreamFault`."""
        holding = Holding(mode=self.mode, restore=self.restore)
        try:
            answer = read_object(body)
            outcome = await self._driven(
                guarded_answer(self.kind, answer, holding, sent=self.request)
            )
        except InvalidJson as error:
            raise malformed("is not JSON") from error
        except InvalidField as error:
            where = error.field or "its top"
            raise malformed(f"is not what its API promises at {where}") from error
        if isinstance(answer.get("usage"), dict):
            self.usage = answer["usage"]
        self.unjudged += [f"{path}: {reason}" for path, reason in outcome.unjudged]
        if outcome.blocked is not None:
            return self._refusal(outcome.blocked, outcome.text)
        return body if outcome.body is answer else msgspec.json.encode(outcome.body)

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
        holding = Holding(mode=self.mode, restore=self.restore)
        stream = guarded_stream(self.kind, holding, sent=self.request)
        try:
            async with aclosing(chunks):
                async for chunk in chunks:
                    async for data, is_last in self._released(stream.feed(chunk)):
                        yield data
                        if is_last:
                            return
            async for data, is_last in self._released(stream.finish()):
                yield data
                if is_last:
                    return
            if not stream.is_complete:
                raise broke_off()
        except UpstreamFault as fault:
            yield stream.failed(fault.code, fault.message)
        except MalformedStream:
            broken = malformed("is not a stream of its API's events")
            yield stream.failed(broken.code, broken.message)
        except GatewayError as error:
            yield stream.failed(error.code, error.message)
        finally:
            self.usage = stream.usage or self.usage
            self.unjudged += [f"{path}: {why}" for path, why in stream.ledger.unjudged]

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

    async def _driven(self, steps: Generator[Judge, Verdict, T]) -> T:
        """What the steps return once their questions are answered."""
        try:
            step = next(steps)
            while True:
                step = steps.send(await self._verdict(step))
        except StopIteration as end:
            value: T = end.value
            return value

    async def _verdict(self, question: Judge) -> Verdict:
        report = await self.guarding.one(question.text, question.direction, self.asked)
        if report is None:
            return Verdict("keep")
        self._note(report, question.path)
        action = report.decision.action
        if action == "block" and question.binds and not is_by_rule(report):
            raise GuardFailed(report.decision.reason)
        self.take(action if question.binds else ("flag" if action != "keep" else "keep"))
        output = None if isinstance(report.output, UnsetType) else report.output
        return Verdict(action, output, reason=report.decision.reason)

    def _note(self, report: ScreenReport, path: str) -> None:
        for guard in report.unjudged:
            self.unjudged.append(f"{path}: {guard.guard}: {guard.message}")


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
