"""What a merged report says, from this process or from instances: rules met, gaps, languages."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import UNSET, UnsetType

from aiguardian.gateway.dispatch import Outcome
from aiguardian.gateway.merging import Head, head
from aiguardian.gateway.screened import AppliedRule, ScreenReport
from aiguardian.processor import ACTIONS, Report


def severest(one: str, other: str) -> str:
    """The severer of two actions; an empty one is none."""
    known = [action for action in ACTIONS if action in (one, other)]
    return known[-1] if known else other


def applied(report: ScreenReport) -> Sequence[AppliedRule]:
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
    gaps = dict.fromkeys([f"{one.guard}: {one.code}" for one in report.unjudged])
    for guard, data in report.reports.items():
        # a report of this process is read as it is
        said = data if isinstance(data, Report) else msgspec.json.decode(data, type=Head)
        if said.unjudged is not UNSET:
            gaps |= dict.fromkeys([f"{guard}: {part.reason}" for part in said.unjudged])
    return list(gaps)


def language(report: ScreenReport) -> str:
    """The language that BiasGuard read most of the text as; `und` when it was not asked."""
    data = report.reports.get("biasguard")
    if isinstance(data, msgspec.Raw):
        return msgspec.json.decode(data, type=_Read).language
    return str(getattr(data, "language", "und"))


class _Read(msgspec.Struct):
    language: str = "und"
