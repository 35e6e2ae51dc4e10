"""The texts of a request or an answer, judged by a policy: one decision and the changes to make."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import Struct, UnsetType

from aiguardian.gateway.dispatch import Dispatcher
from aiguardian.gateway.envelope import GuardName
from aiguardian.gateway.judgement import tell_of_reports
from aiguardian.gateway.screen import ScreenReport, ScreenRequest, screen
from aiguardian.policy.rules import Direction, GuardRules, Policy
from aiguardian.policy.shelf import Shelf
from aiguardian.processor import ACTIONS, Action
from aiguardian.proxy.carriers.carrier import Carrier, Carriers
from aiguardian.proxy.tally import Tally
from aiguardian.telemetry.exchange import Exchange

NOT_OF_THE_TRUSTED = frozenset({"injection"})
"""What is not looked for where the application itself speaks: its orders are meant."""


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
    tally: Tally = msgspec.field(default_factory=Tally)

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


@dataclass(slots=True)
class Judged:
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
        if ACTIONS.index(action) > ACTIONS.index(self.action):
            self.action, self.reason = action, reason


class Guarding:
    """Judges carriers through the dispatcher."""

    def __init__(self, dispatcher: Dispatcher, shelf: Shelf) -> None:
        self._dispatcher = dispatcher
        self._shelf = shelf

    async def judge(self, carriers: Carriers, asked: Asked) -> Judged:
        """One decision on all texts. Raises `GatewayError` for what no policy could decide.

        The texts are judged side by side; the pool of workers bounds how many at once.
        """
        judged = Judged(unjudged=[f"{path}: {reason}" for path, reason in carriers.unjudged])
        asked.tally.miss(reason for _, reason in carriers.unjudged)
        if judged.unjudged and asked.policy.unjudged != "pass":
            judged.add(asked.policy.unjudged, f"A part was not judged: {judged.unjudged[0]}")
        asking = [
            self.one(carrier.text, carrier.direction, asked, trusted=carrier.trusted)
            for carrier in carriers.texts
        ]
        # one alone needs no task of its own: a tenth of what the request costs here
        reports = [await asking[0]] if len(asking) == 1 else [*await asyncio.gather(*asking)]
        judged.reports = reports
        for place, (carrier, report) in enumerate(zip(carriers.texts, reports, strict=True)):
            if report is None:
                continue
            _take(judged, place, carrier, report)
        return judged

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
        rules = asked.policy.guards(direction)
        if not rules:
            return None
        request = ScreenRequest(
            text=text,
            policy=asked.policy.name,
            direction=direction,
            session_id=asked.session_id,
            user_id=asked.user_id,
            timeout=asked.timeout_s,
            options=self._of_the_trusted(rules) if trusted else {},
        )
        report, degraded = await screen(
            self._dispatcher,
            self._shelf,
            request,
            request_id=asked.request_id,
            tenant=asked.tenant,
            traceparent=asked.traceparent,
            policy=asked.policy,
            tell=None if asked.exchange is None else asked.exchange.decide,
        )
        directory = self._dispatcher.directory
        asked.tally.take(report, directory, degraded=degraded)
        if asked.exchange is not None:
            tell_of_reports(asked.exchange, directory, request, report, is_piece=is_piece)
        return report

    def _of_the_trusted(self, rules: Mapping[str, GuardRules]) -> dict[GuardName, dict[str, Any]]:
        """Options for a text of the application's own: the checks that its policy heeds, without
        those that make no sense there."""
        if "securityguard" not in rules:
            return {}
        checks = [
            check
            for check in self._dispatcher.directory.get("securityguard").processor.categories
            if check not in NOT_OF_THE_TRUSTED
            and rules["securityguard"].rule(check).act != "ignore"
        ]
        return {"securityguard": {"checks": checks}} if checks else {}


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
