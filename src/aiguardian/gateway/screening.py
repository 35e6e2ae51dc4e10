"""One text of an endpoint, judged by a policy; the decision is told to whoever records."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
from msgspec import UnsetType

from aiguardian.errors import GatewayError, InvalidField, NotAvailable
from aiguardian.gateway.dispatch import Dispatcher, Outcome
from aiguardian.gateway.envelope import GuardName
from aiguardian.gateway.judgement import tell_of_reports
from aiguardian.gateway.merging import Head, head
from aiguardian.gateway.screen import ScreenReport, ScreenRequest, screen
from aiguardian.policy.choice import Choice
from aiguardian.policy.rules import Direction, Policy
from aiguardian.policy.shelf import Shelf
from aiguardian.processor import ACTIONS
from aiguardian.telemetry.exchange import Decided, Exchange

AT_ONCE = 4
"""Texts of one request that are judged side by side: twice what two cores can do."""


@dataclass(frozen=True, slots=True)
class Question:
    """A text, and how it is to be judged."""

    text: str
    direction: Direction
    policy: Policy
    session_id: str | None = None
    """Under which placeholders are kept; None: the id of the request."""
    options: Mapping[GuardName, dict[str, Any]] = field(default_factory=dict)
    guards: tuple[GuardName, ...] | None = None
    """Ask only these of the policy's guards."""
    is_recorded: bool = True
    """False for a part of a text whose whole is recorded."""
    timeout_s: float = 60.0


class Screening:
    """Judges texts through the dispatcher."""

    def __init__(self, dispatcher: Dispatcher, shelf: Shelf, choice: Choice) -> None:
        self._dispatcher = dispatcher
        self.shelf = shelf
        self._choice = choice

    def policy(self, scope: Mapping[str, Any], *, path: str, default: str | None = None) -> Policy:
        """The policy for a request, as it is now; `default` takes the place of the gateway's.

        Raises `Forbidden` for one that the caller may not choose, `NotAvailable` for one that its
        key is bound to and that is not there.
        """
        choice = self._choice if default is None else replace(self._choice, default=default)
        wanted = scope["headers_by_name"].get(b"x-aiguardian-policy")
        bound: str | None = scope["principal"].policy
        name = choice.policy(
            bound=bound,
            wanted=None if wanted is None else wanted.decode("latin-1"),
            path=path,
            model="",
        )
        try:
            return self.shelf.get(name, scope["exchange"].tenant)
        except InvalidField as error:
            if bound is None:
                raise
            raise NotAvailable("The policy that this key is bound to does not exist.") from error

    def checks(self, guard: str) -> tuple[str, ...]:
        """What a guard's findings may be called."""
        return self._dispatcher.directory.get(guard).processor.categories

    async def judge(self, exchange: Exchange, question: Question) -> ScreenReport:
        """The report. Raises `GatewayError`: `InvalidField` where the policy has no rules for the
        direction, else what kept every guard from a verdict."""
        request = ScreenRequest(
            text=question.text,
            policy=question.policy.name,
            direction=question.direction,
            session_id=question.session_id,
            guards=list(question.guards) if question.guards else None,
            timeout=question.timeout_s,
            options=dict(question.options),
        )
        try:
            report, degraded = await screen(
                self._dispatcher,
                self.shelf,
                request,
                request_id=exchange.request_id,
                tenant=exchange.tenant,
                traceparent=exchange.traceparent(),
                policy=question.policy,
                tell=exchange.decide if question.is_recorded else None,
            )
        except GatewayError as error:
            if error.status >= 500 and question.is_recorded:
                exchange.decide(self._unjudged(question, error))
            raise
        exchange.degraded = exchange.degraded or degraded
        exchange.action = severest(exchange.action, report.decision.action)
        if question.is_recorded:
            exchange.decide(self._decided(question, report, degraded=degraded))
            tell_of_reports(exchange, self._dispatcher.directory, request, report)
        return report

    async def judge_all(
        self, exchange: Exchange, questions: Sequence[Question]
    ) -> list[ScreenReport]:
        """A report a question, in order, a few at a time: many would fill the queue of workers.
        Raises as `judge`."""
        reports: list[ScreenReport] = []
        for start in range(0, len(questions), AT_ONCE):
            some = questions[start : start + AT_ONCE]
            reports += await asyncio.gather(*(self.judge(exchange, one) for one in some))
        return reports

    def _decided(self, question: Question, report: ScreenReport, *, degraded: bool) -> Decided:
        gaps = unjudged_parts(report)
        action: str = report.decision.action
        return Decided(
            guard="screen",
            action="unjudged" if action == "keep" and gaps else action,
            versions=tuple((name, self._version(name)) for name in report.reports),
            policy=question.policy.name,
            direction=question.direction,
            categories=tuple(dict.fromkeys(one.category for one in applied(report))),
            unjudged=tuple(gaps),
            degraded=degraded,
        )

    def _unjudged(self, question: Question, error: GatewayError) -> Decided:
        return Decided(
            guard="screen",
            action="unjudged",
            policy=question.policy.name,
            direction=question.direction,
            unjudged=(error.code,),
        )

    def _version(self, guard: str) -> str:
        return self._dispatcher.directory.get(guard).processor.version


def severest(one: str, other: str) -> str:
    """The severer of two actions; an empty one is none."""
    known = [action for action in ACTIONS if action in (one, other)]
    return known[-1] if known else other


def applied(report: ScreenReport) -> Sequence[Any]:
    """The rules of the policy that the text met."""
    return () if isinstance(report.applied, UnsetType) else report.applied


def is_by_rule(report: ScreenReport) -> bool:
    """Whether a rule blocks, and not only the want of a verdict."""
    return not report.unjudged or any(one.action == "block" for one in applied(report))


def heard(report: ScreenReport, guard: str) -> Head | None:
    """What a guard said, from this process or from an instance; None when it was not heard."""
    data = report.reports.get(guard)
    if data is None:
        return None
    return head(Outcome(data=data, action="keep", seconds=0.0))


def unjudged_parts(report: ScreenReport) -> list[str]:
    """Which guards, and which parts of the text, gave no verdict, and why."""
    gaps = [f"{one.guard}: {one.code}" for one in report.unjudged]
    for guard in report.reports:
        said = heard(report, guard)
        if said is not None and not isinstance(said.unjudged, UnsetType):
            gaps += [f"{guard}: {part.reason}" for part in said.unjudged]
    return list(dict.fromkeys(gaps))


def language(report: ScreenReport) -> str:
    """The language that BiasGuard read most of the text as; `und` when it was not asked."""
    data = report.reports.get("biasguard")
    if isinstance(data, msgspec.Raw):
        return msgspec.json.decode(data, type=_Read).language
    return str(getattr(data, "language", "und"))


class _Read(msgspec.Struct):
    language: str = "und"
