"""What the guards said of all texts of a request, or of its answer, summed up for one decision."""

from __future__ import annotations

from collections.abc import Iterable

from aiguardian.gateway.directory import Directory
from aiguardian.gateway.reading import applied, unjudged_parts
from aiguardian.gateway.screen import ScreenReport
from aiguardian.policy.rules import Direction
from aiguardian.telemetry.exchange import Decided


class Tally:
    """Takes reports in, and tells of them once. Keeps no text and no place in one: the path to a
    text may hold a caller's words."""

    def __init__(self) -> None:
        self._versions: dict[str, str] = {}
        self._categories: dict[str, None] = {}
        self._gaps: dict[str, None] = {}
        self._degraded = False

    def take(self, report: ScreenReport, directory: Directory, *, degraded: bool) -> None:
        """The report on one text."""
        for name in report.reports:
            self._versions.setdefault(name, directory.get(name).processor.version)
        self._categories.update(dict.fromkeys(one.category for one in applied(report)))
        self.miss(unjudged_parts(report))
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
