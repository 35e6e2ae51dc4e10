"""Texts judged here and now, without a server: what the command line does with one, or with a
file of cases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from uuid import uuid4

import msgspec
from msgspec import Struct

from aiguardian.gateway.judge_endpoint import configured_judge
from aiguardian.gateway.screen import ScreenRequest, screen
from aiguardian.gateway.screened import ScreenReport
from aiguardian.gateway.vitals import LiveVitals
from aiguardian.identity.principal import DEFAULT_TENANT
from aiguardian.parts import Parts
from aiguardian.policy.cases import Case
from aiguardian.policy.rules import Policy, catalogue_of
from aiguardian.policy.shelf import Shelf
from aiguardian.processor import Action
from aiguardian.registry import build_guards, build_shelf
from aiguardian.settings.groups import Settings
from aiguardian.stores import build_stores


class Screened(Struct, frozen=True):
    """The verdict on one text, for the command line."""

    action: Action
    json: str


async def screen_once(settings: Settings, request: ScreenRequest) -> Screened:
    """Judge one text with the guards in this process; raises `GatewayError`."""
    parts = _parts(settings, "screen")
    try:
        report = await _judged(parts, build_shelf(settings, parts.guards), request)
    finally:
        parts.dispatcher.close()
    shown = msgspec.json.format(msgspec.json.encode(report), indent=2).decode()
    return Screened(report.decision.action, shown)


async def judge_by_policy(
    settings: Settings, policy: Policy, cases: Iterable[Case]
) -> AsyncIterator[tuple[Case, ScreenReport]]:
    """Each case with what the guards in this process and the policy make of it."""
    parts = _parts(settings, "policy test")
    try:
        for case in cases:
            request = ScreenRequest(text=case.text, direction=case.direction, policy=policy.name)
            shelf = Shelf.of(catalogue_of(parts.guards), policy)
            yield case, await _judged(parts, shelf, request)
    finally:
        parts.dispatcher.close()


def _parts(settings: Settings, name: str) -> Parts:
    """Enough to judge: nothing is served, kept or recorded."""
    vitals = LiveVitals(settings.runtime.home)
    guards = build_guards(vitals, build_stores(settings), configured_judge(settings))
    return Parts(settings, guards, vitals, name)


async def _judged(parts: Parts, shelf: Shelf, request: ScreenRequest) -> ScreenReport:
    report, _ = await screen(
        parts.dispatcher, shelf, request, request_id=str(uuid4()), tenant=DEFAULT_TENANT
    )
    return report
