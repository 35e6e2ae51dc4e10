"""What the guards said of all texts of a request, or of its answer, summed up for one decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import UNSET

from aiguardian.gateway.reading import unjudged_parts
from aiguardian.gateway.screened import ScreenReport
from aiguardian.policy.rules import Direction
from aiguardian.processor import Report
from aiguardian.telemetry.exchange import Decided


class Tally:
    """Takes reports in, and tells of them once. Keeps no text and no place in one: the path to a
    text may hold a caller's words."""

    def __init__(self) -> None:
        self._versions: dict[str, str] = {}
        self._categories: dict[str, None] = {}
        self._gaps: dict[str, None] = {}
        self._degraded = False

    def take(self, report: ScreenReport, versions: Mapping[str, str], *, degraded: bool) -> None:
        """The report on one text; `versions` are those of all guards."""
        is_whole = not report.unjudged
        for name, said in report.reports.items():
            self._versions[name] = versions[name]
            is_whole = is_whole and isinstance(said, Report) and said.unjudged is UNSET
        if not is_whole:
            self.miss(unjudged_parts(report))
        if report.applied:
            self._categories.update(dict.fromkeys([one.category for one in report.applied]))
        self._degraded = self._degraded or degraded

    def miss(self, reasons: Iterable[str]) -> None:
        """Why parts were not judged."""
        self._gaps.update(dict.fromkeys(reasons))

    def told(
        self, action: str, *, by: str, policy: str, direction: Direction, status: int
    ) -> Decided:
        """The decision on all that was taken in since the last one; `by` which endpoint."""
        decided = Decided(
            guard=by,
            action="unjudged" if self._gaps and action == "keep" else action,
            versions=tuple(self._versions.items()),
            policy=policy,
            direction=direction,
            categories=tuple(self._categories),
            unjudged=tuple(self._gaps),
            degraded=self._degraded,
            status=status,
        )
        self._versions, self._categories, self._gaps = {}, {}, {}
        self._degraded = False
        return decided
