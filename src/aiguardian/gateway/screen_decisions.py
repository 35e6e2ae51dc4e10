"""A decision by several guards as whoever records it is told."""

from __future__ import annotations

from msgspec import UnsetType

from aiguardian.gateway.directory import Directory
from aiguardian.gateway.judgement import tell_of_reports
from aiguardian.gateway.reading import heard, unjudged_parts
from aiguardian.gateway.screen import ScreenRequest
from aiguardian.gateway.screened import ScreenReport
from aiguardian.telemetry.exchange import Decided, Exchange


def tell_of_screen(
    exchange: Exchange,
    directory: Directory,
    request: ScreenRequest,
    report: ScreenReport,
    *,
    degraded: bool,
) -> None:
    """Tell of the verdict of several guards. Raises as `tell_of_process`."""
    versions = {name: directory.versions[name] for name in report.reports}
    gaps = tuple(unjudged_parts(report))
    action: str = report.decision.action
    exchange.decide(
        Decided(
            guard="screen",
            action="unjudged" if gaps and action == "keep" else action,
            versions=tuple(versions.items()),
            policy=request.policy or "",
            direction=request.direction,
            categories=_grounds(report),
            unjudged=gaps,
            degraded=degraded,
        )
    )
    tell_of_reports(
        exchange,
        directory.versions,
        report,
        text=request.text if request.messages is None else request.messages,
        direction=request.direction,
    )


def _grounds(report: ScreenReport) -> tuple[str, ...]:
    """The categories of the rules that applied; without a policy, all alarms."""
    if not isinstance(report.applied, UnsetType):
        return tuple(dict.fromkeys(one.category for one in report.applied))
    said = (heard(report, guard) for guard in report.reports)
    return tuple(dict.fromkeys(alarm for each in said if each for alarm in each.alarms))
