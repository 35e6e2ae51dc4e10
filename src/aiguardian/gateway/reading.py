"""What a merged report says, from this process or from instances: rules met, gaps, languages."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import UnsetType

from aiguardian.gateway.dispatch import Outcome
from aiguardian.gateway.merging import Head, head
from aiguardian.gateway.screen import AppliedRule, ScreenReport
from aiguardian.processor import ACTIONS, Report, Unjudged


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
    gaps = [f"{one.guard}: {one.code}" for one in report.unjudged]
    for guard, data in report.reports.items():
        parts = _gaps(data)
        if not isinstance(parts, UnsetType):
            gaps += [f"{guard}: {part.reason}" for part in parts]
    return list(dict.fromkeys(gaps))


def _gaps(data: Report | msgspec.Raw) -> list[Unjudged] | UnsetType:
    """The parts that a guard did not judge; a report of this process is read as it is."""
    return (
        data.unjudged if isinstance(data, Report) else msgspec.json.decode(data, type=Head).unjudged
    )


def language(report: ScreenReport) -> str:
    """The language that BiasGuard read most of the text as; `und` when it was not asked."""
    data = report.reports.get("biasguard")
    if isinstance(data, msgspec.Raw):
        return msgspec.json.decode(data, type=_Read).language
    return str(getattr(data, "language", "und"))


class _Read(msgspec.Struct):
    language: str = "und"
