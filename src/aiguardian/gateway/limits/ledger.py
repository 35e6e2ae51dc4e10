"""Long windows over restarts: what they used is written beside the requests, and read at a start.

A budget for a day that forgot itself at each restart would be none. What is lost when the process
is killed is what was used in the last `SAVE_S`; windows shorter than `SHORTEST_S` are not kept.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable

from aiguardian.errors import NotAvailable
from aiguardian.gateway.limits.window import STEPS, Window
from aiguardian.storage.limit_counters import CounterStore, Used

log = logging.getLogger(__name__)

SAVE_S = 1.0
MOST_UNSAVED = 100_000
"""Steps that wait for a database that is away; more are not kept, and a log line says so."""


def window_digest(window: Window, key: bytes) -> bytes:
    """16 bytes that stand for whose window it is and what it counts, and tell nothing of them."""
    limit = window.limit
    told = f"{window.whose}\n{window.subject}\n{limit.unit}/{limit.window_s}/{limit.is_hard}"
    return hashlib.blake2b(told.encode("utf-8", "surrogatepass"), key=key, digest_size=16).digest()


class Ledger:
    """What long windows used: as the process before left it, and since."""

    def __init__(
        self,
        store: CounterStore,
        digest_key: bytes,
        clock_s: Callable[[], float],
        *,
        reads_at_start: bool = True,
    ) -> None:
        """Without `reads_at_start` nothing is read before there is something to write."""
        self._is_wanted = reads_at_start
        self._store = store
        self._key = digest_key
        self._clock_s = clock_s
        self._before: dict[bytes, dict[int, int]] | None = None
        self._unsaved: dict[tuple[str, int], tuple[Window, int]] = {}

    def before(self, window: Window) -> dict[int, int]:
        """What the window's steps used before this process counted it; handed out once."""
        if not self._before or not window.is_long:
            return {}
        return self._before.pop(window_digest(window, self._key), {})

    def note(self, window: Window, step: int, amount: int) -> None:
        """So much more, or less, was used of a long window; to be written soon."""
        key = (window.name, step)
        known = self._unsaved.get(key)
        if known is not None:
            self._unsaved[key] = window, known[1] + amount
        elif len(self._unsaved) < MOST_UNSAVED:
            self._unsaved[key] = window, amount

    async def watch(self, merge: Callable[[Window, dict[int, int]], None]) -> None:
        """Read once, then write again and again, until cancelled; then write what is left.

        `merge` takes what a window used before, where requests came before it was known.
        """
        is_told = False
        try:
            while True:
                try:
                    await self._look(merge)
                    is_told = False
                except NotAvailable:
                    if not is_told:
                        log.warning("what limits used cannot be kept now; it is tried again")
                    is_told = True
                await asyncio.sleep(SAVE_S)
        finally:
            await asyncio.shield(self._last())

    async def _look(self, merge: Callable[[Window, dict[int, int]], None]) -> None:
        if self._before is None:
            if not (self._is_wanted or self._unsaved):
                return
            self._before = await self._loaded()
            for window, _ in list(self._unsaved.values()):
                if steps := self.before(window):
                    merge(window, steps)
        await self.save()

    async def _loaded(self) -> dict[bytes, dict[int, int]]:
        found: dict[bytes, dict[int, int]] = {}
        for one in await self._store.load(self._clock_s()):
            found.setdefault(one.window, {})[one.step] = one.amount
        return found

    async def save(self) -> None:
        """Write what was noted since the last time. Raises `NotAvailable`, and keeps it."""
        if not self._unsaved:
            return
        noted, self._unsaved = self._unsaved, {}
        used = [
            Used(window_digest(window, self._key), step, amount, _expiry(window, step))
            for (_, step), (window, amount) in noted.items()
            if amount
        ]
        try:
            await self._store.add(used, self._clock_s())
        except NotAvailable:
            for (_, step), (window, amount) in noted.items():
                self.note(window, step, amount)
            raise

    async def _last(self) -> None:
        try:
            await self.save()
        except NotAvailable:
            log.warning("what limits used in the last seconds could not be kept")


def _expiry(window: Window, step: int) -> float:
    return (step + STEPS + 1) * window.step_ms / 1000
