"""One text of an endpoint, judged by a policy; the decision is told to whoever records."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from aiguardian.errors import GatewayError, InvalidField, NotAvailable
from aiguardian.gateway.decisions import tell_of_failure
from aiguardian.gateway.dispatch import Dispatcher
from aiguardian.gateway.envelope import GuardName
from aiguardian.gateway.reading import severest
from aiguardian.gateway.screen import ScreenRequest, screen
from aiguardian.gateway.screen_decisions import tell_of_screen
from aiguardian.gateway.screened import ScreenReport
from aiguardian.policy.choice import Choice
from aiguardian.policy.rules import Direction, Policy
from aiguardian.policy.shelf import Shelf
from aiguardian.telemetry.exchange import Exchange

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
        """The report, told to whoever records. Raises `GatewayError`: `InvalidField` where the
        policy has no rules for the direction, else what kept every guard from a verdict."""
        request = ScreenRequest(
            text=question.text,
            policy=question.policy.name,
            direction=question.direction,
            session_id=question.session_id,
            guards=list(question.guards) if question.guards else None,
            timeout=question.timeout_s,
            options=dict(question.options),
        )
        directory = self._dispatcher.directory
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
            if question.is_recorded:
                tell_of_failure(exchange, "screen", error)
            raise
        exchange.degraded = exchange.degraded or degraded
        exchange.action = severest(exchange.action, report.decision.action)
        if question.is_recorded:
            tell_of_screen(exchange, directory, request, report, degraded=degraded)
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
