"""The carriers of a vendor's request or answer judged one by one, with what was said of each."""

from __future__ import annotations

import time
from typing import Any, Literal

from msgspec import UNSET, UnsetType

from aiguardian.errors import GuardFailed, InvalidField
from aiguardian.gateway.check import CheckedText
from aiguardian.gateway.screened import ScreenReport
from aiguardian.policy.rules import Direction
from aiguardian.processor import ACTIONS, Decision
from aiguardian.proxy.carriers.carrier import Restore, rewritten
from aiguardian.proxy.carriers.read import Kind, request_carriers
from aiguardian.proxy.guarding import Asked, Guarding, is_by_rule
from aiguardian.proxy.shapes.blocked import blocked_answer
from aiguardian.proxy.stream.answer import Answer, guarded_answer
from aiguardian.proxy.stream.hold import Holding
from aiguardian.proxy.stream.steps import Judge, Verdict


class Checking:
    """The state of one check: what was decided so far, of which texts."""

    def __init__(self, guarding: Guarding, kind: Kind, asked: Asked) -> None:
        self._guarding = guarding
        self._kind = kind
        self._asked = asked
        self.texts: list[CheckedText] = []
        self.unjudged: list[str] = []
        self.decision = Decision("keep", 1.0, "No rule stops it.")

    async def request(self, body: dict[str, Any]) -> dict[str, Any] | UnsetType:
        """The body as it may be sent, where that is another than the one given.

        Raises `InvalidField` with the path of a value of the wrong type, and `GuardFailed` where
        only the want of a verdict blocks.
        """
        carriers = _within("request", request_carriers, self._kind, body)
        judged = await self._guarding.judge(carriers, self._asked)
        for carrier, report in zip(carriers.texts, judged.reports, strict=True):
            self._note("request", carrier.path, carrier.role, carrier.direction, report,
                       known=carrier.known)  # fmt: skip
        self.unjudged += judged.unjudged
        if judged.failure and judged.action != "block":
            raise GuardFailed(judged.failure, retry_after_s=1)
        self._take(Decision(judged.action, self.decision.confidence, judged.reason))
        if judged.action == "block" or not judged.changes:
            return UNSET
        changed: dict[str, Any] = rewritten(carriers, body, judged.changes)
        return changed

    async def response(
        self, body: dict[str, Any], sent: dict[str, Any], restore: Restore | None
    ) -> dict[str, Any] | UnsetType:
        """The answer as it may be shown, where that is another than the one given; for a blocked
        one, what the vendor's clients read as a refusal. Raises as `request`."""
        holding = Holding(mode="hold", restore=restore)
        outcome = await self._driven(body, holding, sent)
        self.unjudged += [f"{path}: {reason}" for path, reason in outcome.unjudged]
        if outcome.unjudged and self._asked.policy.unjudged != "pass":
            reason = f"A part was not judged: {self.unjudged[-1]}"
            self._take(Decision(self._asked.policy.unjudged, 1.0, reason))
        if self.decision.action == "block" and self._kind != "embeddings":
            return blocked_answer(
                self._kind,
                sent,
                self.decision.reason,
                answer_id=self._asked.request_id,
                created=int(time.time()),
            )
        return UNSET if outcome.body is body or outcome.body is None else outcome.body

    async def _driven(self, body: dict[str, Any], holding: Holding, sent: dict[str, Any]) -> Answer:
        steps = guarded_answer(self._kind, body, holding, sent=sent)
        try:
            question = _within("response", next, steps)
            while True:
                verdict = await self._verdict(question)
                question = _within("response", steps.send, verdict)
        except StopIteration as end:
            answer: Answer = end.value
            return answer

    async def _verdict(self, question: Judge) -> Verdict:
        report = await self._guarding.one(question.text, question.direction, self._asked)
        self._note("response", question.path, question.role, question.direction, report,
                   known=question.known)  # fmt: skip
        if report is None:
            return Verdict("keep")
        if report.decision.action == "block" and not is_by_rule(report):
            raise GuardFailed(report.decision.reason, retry_after_s=1)
        self.unjudged += [f"{question.path}: {one.guard}: {one.message}" for one in report.unjudged]
        output = None if isinstance(report.output, UnsetType) else report.output
        return Verdict(report.decision.action, output, reason=report.decision.reason)

    def _note(
        self,
        of: Literal["request", "response"],
        path: str,
        role: str,
        direction: Direction,
        report: ScreenReport | None,
        *,
        known: bool,
    ) -> None:
        told = CheckedText(
            of=of, path=path, role=role, direction=direction, known=known, report=report
        )
        self.texts.append(told)
        if report is not None:
            self._take(report.decision)

    def _take(self, decision: Decision) -> None:
        if ACTIONS.index(decision.action) > ACTIONS.index(self.decision.action):
            self.decision = decision


def _within(where: str, work: Any, *given: Any) -> Any:
    """What `work` returns; a fault of a field's is one of the field below `where`."""
    try:
        return work(*given)
    except InvalidField as error:
        field = f"{where}.{error.field}" if error.field else where
        raise InvalidField(error.message, field=field) from error
