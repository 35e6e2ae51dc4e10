"""The texts of a request or an answer, judged by a policy: one decision and the changes to make."""

from __future__ import annotations

import asyncio

from msgspec import Struct, UnsetType, field

from aiguardian.errors import DeadlineExceeded
from aiguardian.gateway.dispatch import Dispatcher
from aiguardian.gateway.envelope import Terms
from aiguardian.gateway.judgement import tell_of_reports
from aiguardian.gateway.plans import Plan
from aiguardian.gateway.screen import screen_text
from aiguardian.gateway.screened import ScreenReport
from aiguardian.policy.rules import Direction, Policy
from aiguardian.policy.shelf import Shelf
from aiguardian.processor import Action, severer
from aiguardian.proxy.carriers.carrier import Carrier, Carriers
from aiguardian.proxy.tally import Tally
from aiguardian.telemetry.exchange import Exchange

AT_ONCE = 4
"""Texts of one request that are judged at the same time, each by two guards in most policies: an
eighth of the queue of workers as it is set by default. Chosen on 2026-11-22."""


class Asked(Struct, frozen=True):
    """What judging needs to know of the request: by whom, under which policy, until when."""

    policy: Policy
    """As it was when the request came: a new version is for the next one."""
    request_id: str
    tenant: str
    session_id: str
    user_id: str | None
    timeout_s: float
    traceparent: str = ""
    exchange: Exchange | None = None
    """Who records what is decided; None: nobody does."""
    tally: Tally = field(default_factory=Tally)

    def tell(self, action: str, *, direction: Direction, status: int = 200) -> None:
        """Tell of the decision on all texts since the last one, before the caller learns of it.
        Raises `NotAvailable` where it must be recorded and cannot."""
        told = self.tally.told(
            action,
            by=self.exchange.guard if self.exchange is not None else "proxy",
            policy=self.policy.name,
            direction=direction,
            status=status,
        )
        if self.exchange is not None:
            self.exchange.decide(told)


class Judged(Struct, eq=False):
    """What became of all texts together."""

    action: Action = "keep"
    reason: str = ""
    changes: dict[int, str] = field(default_factory=dict)
    """New texts by their place among the carriers."""
    unjudged: list[str] = field(default_factory=list)
    """Why a part was not judged: path and reason."""
    reports: list[ScreenReport | None] = field(default_factory=list)
    """In the order of the carriers; None where the policy has no rules for the direction."""
    failure: str = ""
    """Why a guard gave no verdict, where that alone is what blocks: no fault of the text."""

    @property
    def told(self) -> str:
        """The decision as the header tells it."""
        return "unjudged" if self.action == "keep" and self.unjudged else self.action

    def add(self, action: Action, reason: str) -> None:
        """Take in the verdict on one text."""
        if action != self.action and severer(action, self.action) == action:
            self.action, self.reason = action, reason


class Guarding:
    """Judges carriers through the dispatcher."""

    def __init__(self, dispatcher: Dispatcher, shelf: Shelf) -> None:
        self._dispatcher = dispatcher
        self._shelf = shelf

    def plan(self, policy: Policy, direction: Direction) -> Plan:
        """What a policy means for texts from there."""
        return self._dispatcher.plans.plan(policy, direction)

    @property
    def has_remote(self) -> bool:
        """Whether any guard has instances elsewhere."""
        return self._dispatcher.has_remote

    async def judge(self, carriers: Carriers, asked: Asked) -> Judged:
        """One decision on all texts. Raises `GatewayError` for what no policy could decide.

        The texts are judged side by side, a few at once: they wait for workers in the queue that
        all requests share, and a long conversation alone would fill it.
        """
        judged = Judged()
        if carriers.unjudged:
            judged.unjudged = [f"{path}: {reason}" for path, reason in carriers.unjudged]
            asked.tally.miss(reason for _, reason in carriers.unjudged)
            if asked.policy.unjudged != "pass":
                judged.add(asked.policy.unjudged, f"A part was not judged: {judged.unjudged[0]}")
        judged.reports = reports = await self._all(carriers.texts, asked)
        for place, (carrier, report) in enumerate(zip(carriers.texts, reports, strict=True)):
            if report is None:
                continue
            _take(judged, place, carrier, report)
        return judged

    async def _all(self, texts: tuple[Carrier, ...], asked: Asked) -> list[ScreenReport | None]:
        """The report on each text. Raises `DeadlineExceeded` when there are too many to judge."""
        if len(texts) == 1:  # needs no task of its own: a tenth of what the request costs here
            return [await self._of(texts[0], asked)]
        if len(texts) <= AT_ONCE:
            return [*await asyncio.gather(*(self._of(text, asked) for text in texts))]
        room = asyncio.Semaphore(AT_ONCE)

        async def in_turn(text: Carrier) -> ScreenReport | None:
            async with room:
                return await self._of(text, asked)

        try:
            async with asyncio.timeout(asked.timeout_s), asyncio.TaskGroup() as turns:
                asking = [turns.create_task(in_turn(text)) for text in texts]
        except TimeoutError:
            raise DeadlineExceeded("The deadline passed before each text was judged.") from None
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return [one.result() for one in asking]

    async def _of(self, carrier: Carrier, asked: Asked) -> ScreenReport | None:
        return await self.one(carrier.text, carrier.direction, asked, trusted=carrier.trusted)

    async def one(
        self,
        text: str,
        direction: Direction,
        asked: Asked,
        *,
        trusted: bool = False,
        is_piece: bool = False,
    ) -> ScreenReport | None:
        """The report on one text; None where the policy has no rules for its direction."""
        dispatcher, exchange = self._dispatcher, asked.exchange
        plan = dispatcher.plans.plan(asked.policy, direction, is_trusted=trusted)
        if not plan.has_rules:
            return None
        report, degraded = await screen_text(
            dispatcher,
            self._shelf,
            plan,
            text,
            terms=Terms(
                user_id=asked.user_id, session_id=asked.session_id, timeout=asked.timeout_s
            ),
            request_id=asked.request_id,
            tenant=asked.tenant,
            traceparent=asked.traceparent,
            tell=None if exchange is None else exchange.decide,
        )
        versions = dispatcher.directory.versions
        asked.tally.take(report, versions, degraded=degraded)
        if exchange is not None:
            tell_of_reports(
                exchange, versions, report, text=text, direction=direction, is_piece=is_piece
            )
        return report


def is_by_rule(report: ScreenReport) -> bool:
    """Whether a rule blocks, and not only the want of a verdict."""
    applied = () if isinstance(report.applied, UnsetType) else report.applied
    return not report.unjudged or any(one.action == "block" for one in applied)


def _take(judged: Judged, place: int, carrier: Carrier, report: ScreenReport) -> None:
    decision = report.decision
    if decision.action == "block" and not is_by_rule(report):
        judged.failure = judged.failure or decision.reason
    else:
        judged.add(decision.action, decision.reason)
    if decision.action == "rewrite" and not isinstance(report.output, UnsetType):
        judged.changes[place] = report.output
    for guard in report.unjudged:
        judged.unjudged.append(f"{carrier.path}: {guard.guard}: {guard.message}")
    for name, each in report.reports.items():
        parts = getattr(each, "unjudged", ())
        if parts and not isinstance(parts, UnsetType):
            judged.unjudged.append(f"{carrier.path}: {name}: {parts[0].reason}")
