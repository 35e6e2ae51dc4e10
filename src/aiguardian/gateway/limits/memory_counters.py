"""Windows counted in this process. For the event loop's thread alone: nothing here is locked."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence

from aiguardian.gateway.limits.ledger import Ledger
from aiguardian.gateway.limits.window import STEPS, Charge, Standing, Whose, Window

MOST_SUBJECTS = 100_000
"""Windows held of each kind of caller, some 60 MB when all are full; chosen so that a flood of
addresses fits into memory. The one asked for longest ago is forgotten first, and a flood of one
kind pushes out none of another."""


class _Row:
    """What one window used: by step, in order of time, and in all."""

    __slots__ = ("last", "now", "steps", "used")

    def __init__(self, before: dict[int, int]) -> None:
        self.steps = dict(sorted(before.items()))
        self.used = sum(before.values())
        self.last = next(reversed(self.steps), -1)
        """The newest step in which something was used; -1: there is none."""
        self.now = -1
        """The step of the last look."""

    def go_on(self, now: int) -> None:
        """It is this step now: drop those that no longer count."""
        if now == self.now:
            return
        self.now = now
        steps, oldest = self.steps, now - STEPS
        while steps and (first := next(iter(steps))) < oldest:
            self.used -= steps.pop(first)
        if not steps:
            self.last = -1

    def add(self, step: int, amount: int) -> None:
        """Add to a step."""
        self.used += amount
        if step in self.steps:
            self.steps[step] += amount
            return
        self.steps[step] = amount
        if step < self.last:
            self.steps = dict(sorted(self.steps.items()))
        else:
            self.last = step

    def wait_ms(self, charge: Charge, now_ms: int) -> int:
        """Until so much is free that the charge fits."""
        window = charge.window
        excess = self.used + charge.needed - window.limit.amount
        for step, used in self.steps.items():
            excess -= used
            if excess <= 0:
                return max(1, (step + STEPS + 1) * window.step_ms - now_ms)
        return window.limit.window_s * 1000


class MemoryCounters:
    """What each window used, by step."""

    def __init__(
        self,
        clock_s: Callable[[], float],
        *,
        most: int = MOST_SUBJECTS,
        ledger: Ledger | None = None,
    ) -> None:
        """`clock_s` tells seconds since 1970 and never goes back; `ledger` keeps long windows."""
        self._ledger = ledger
        self._clock_s = clock_s
        self._most = most
        self._held: dict[Whose, OrderedDict[str, _Row]] = {
            "key": OrderedDict(),
            "user": OrderedDict(),
            "ip": OrderedDict(),
            "organisation": OrderedDict(),
        }

    def take_request(self, windows: Sequence[Window]) -> list[Standing] | None:
        """`take` of one request from those windows that count requests, where it fits into each,
        as most do; None, and nothing is charged, where it does not."""
        now_ms = int(self._clock_s() * 1000)
        rows: list[tuple[Window, _Row, int]] = []
        for window in windows:
            limit = window.limit
            if limit.unit != "requests":
                continue
            step = now_ms // window.step_ms
            held = self._held[window.whose]
            row = held.get(window.name)
            if row is None or row.now != step:
                row = self._row(window, now_ms)
            else:
                held.move_to_end(window.name)
            if row.used >= limit.amount:
                return None
            rows.append((window, row, step))
        told = []
        for window, row, step in rows:
            if step == row.last:
                row.used += 1
                row.steps[step] += 1
            else:
                row.add(step, 1)
            if window.is_long and self._ledger is not None:
                self._ledger.note(window, step, 1)
            reset_ms = (row.last + STEPS + 1) * window.step_ms - now_ms
            told.append(Standing(window.once, row.used, step, reset_ms, 0))
        return told

    def take(self, charges: Sequence[Charge]) -> list[Standing]:
        """How each window stands, all charged if no hard one refuses; else none is."""
        now_ms = int(self._clock_s() * 1000)
        asked = []
        is_refused = False
        for charge in charges:
            limit = charge.window.limit
            row = self._row(charge.window, now_ms)
            wait_ms = 0
            if row.used + (charge.amount or 1) > limit.amount:
                wait_ms = row.wait_ms(charge, now_ms)
                is_refused = is_refused or limit.is_hard
            asked.append((charge, row, wait_ms))
        told = []
        for charge, row, wait_ms in asked:
            window, step = charge.window, now_ms // charge.window.step_ms
            if charge.amount and not is_refused:
                row.add(step, charge.amount)
                if self._ledger is not None and window.is_long:
                    self._ledger.note(window, step, charge.amount)
            reset_ms = 0 if row.last < 0 else (row.last + STEPS + 1) * window.step_ms - now_ms
            told.append(Standing(charge, row.used, step, max(0, reset_ms), wait_ms))
        return told

    def add(self, charges: Iterable[Charge]) -> None:
        """Charge without asking: somebody else has allowed it."""
        now_ms = self.now_ms()
        for charge in charges:
            if charge.amount:
                row = self._row(charge.window, now_ms)
                self._add(charge.window, row, now_ms // charge.window.step_ms, charge.amount)

    def correct(self, window: Window, step: int, amount: int) -> None:
        """Add to what one step used, or take from it, but no more than is there; a step that no
        longer counts is left alone."""
        now_ms = self.now_ms()
        row = self._row(window, now_ms)
        if step >= now_ms // window.step_ms - STEPS:
            there = row.steps.get(step, 0)
            if amount > 0 or there:
                self._add(window, row, step, max(amount, -there))

    def merge(self, window: Window, before: dict[int, int]) -> None:
        """The window was used before this process began, as it turns out."""
        now_ms = self.now_ms()
        steps = self._row(window, now_ms).steps
        both = {step: steps.get(step, 0) + before.get(step, 0) for step in {*steps, *before}}
        self._held[window.whose][window.name] = _Row(both)

    async def watch(self) -> None:
        """Keep long windows in the ledger, if there is one, until cancelled."""
        if self._ledger is not None:
            await self._ledger.watch(self.merge)

    def now_ms(self) -> int:
        """The time as steps are counted."""
        return int(self._clock_s() * 1000)

    def _add(self, window: Window, row: _Row, step: int, amount: int) -> None:
        row.add(step, amount)
        if self._ledger is not None and window.is_long:
            self._ledger.note(window, step, amount)

    def _row(self, window: Window, now_ms: int) -> _Row:
        """What the window used of what counts now."""
        held = self._held[window.whose]
        row = held.get(window.name)
        if row is None:
            row = _Row(self._ledger.before(window) if self._ledger is not None else {})
            while len(held) >= self._most:
                held.popitem(last=False)
            held[window.name] = row
        else:
            held.move_to_end(window.name)
        row.go_on(now_ms // window.step_ms)
        return row
