"""From the journal and the queues to the stores, beside the requests and once more at the end.

A kill takes at most the requests and the usage of the last `KEEP_S`; the audit it takes nothing
of. While the database is away the journal grows on disk and the queues up to their bounds.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from aiguardian.audit.journal import Journal
from aiguardian.audit.moving import Mover
from aiguardian.errors import GatewayError
from aiguardian.gateway.recording import BATCH, Batch, Recorder, save
from aiguardian.settings.recording import Store
from aiguardian.storage.request_rows import RequestStore
from aiguardian.storage.usage_rows import UsageStore
from aiguardian.telemetry.metrics import Metrics

log = logging.getLogger(__name__)

KEEP_S = 1.0
"""Between two moves: chosen by us. It is what a kill may take of requests and usage."""
REFUSED_S = 60.0
"""Between two counts of callers turned away."""
TAKE_OVER_S = 60.0
"""Between two looks for journals that nobody has locked: another gateway of this home may be killed
while this one goes on."""
LAST_S = 10.0
"""For the last move, at a stop. What is not moved by then stays in the journal."""


@dataclass(frozen=True, slots=True)
class Stores:
    """Where it all goes."""

    requests: RequestStore
    usage: UsageStore
    store: Store


class Keeper:
    """Moves what waits."""

    def __init__(
        self,
        recorder: Recorder,
        journal: Journal,
        mover: Mover,
        stores: Stores,
        *,
        take_over: Callable[[], int],
        sync_s: float,
        metrics: Metrics,
    ) -> None:
        """`take_over` moves what processes that have ended left behind."""
        self._recorder = recorder
        self._journal = journal
        self._mover = mover
        self._stores = stores
        self._take_over = take_over
        self._sync_s = sync_s
        self._metrics = metrics
        self._taking_over = threading.Lock()
        self._taken_over_at = float("-inf")
        self._is_away = False

    async def watch_sync(self) -> None:
        """Let what was written survive a power cut too, again and again."""
        while True:
            await asyncio.sleep(self._sync_s)
            try:
                await asyncio.to_thread(self._journal.sync)
            except OSError as error:  # the next entry will tell what is wrong
                log.error("the audit journal cannot be synced: %s", error.strerror)

    async def watch(self) -> None:
        """Move what waits, again and again."""
        counted_at = time.monotonic()
        while True:
            await asyncio.sleep(KEEP_S)
            if time.monotonic() - counted_at >= REFUSED_S:
                counted_at = time.monotonic()
                self._count_refused()
            await self.keep()

    async def keep(self, *, is_last: bool = False) -> None:
        """Move all that waits now; an error is told of once and tried again the next time."""
        try:
            await asyncio.to_thread(self._move, is_last=is_last)
            while (batch := self._recorder.take()) != Batch([], []):
                await self._save(batch)
                if len(batch.requests) < BATCH and not is_last:
                    break  # what came in meanwhile waits for the next time, as in the journal
        except GatewayError as error:
            self._metrics.keeping_failures.inc()
            if not self._is_away:
                log.warning("what was recorded cannot be kept yet: %s", error)
            self._is_away = True
        else:
            self._is_away = False

    async def stop(self) -> None:
        """Move the rest, as far as that is possible by now."""
        self._count_refused()
        try:
            async with asyncio.timeout(LAST_S):
                await self.keep(is_last=True)
        except TimeoutError:  # a thread still reads the journal: it ends with the process
            log.warning("what was recorded last stays in the journal until the next start")
            return
        self._journal.close()

    def _move(self, *, is_last: bool) -> None:
        with self._taking_over:
            if time.monotonic() - self._taken_over_at >= TAKE_OVER_S:
                taken = self._take_over()
                self._taken_over_at = time.monotonic()
                if taken:
                    log.info("the audit got %d entries that another process left behind", taken)
        self._mover.move(is_last=is_last)

    async def _save(self, batch: Batch) -> None:
        stores = self._stores
        try:
            await asyncio.to_thread(save, batch, stores.requests, stores.usage, store=stores.store)
        except BaseException:  # whatever it was, nothing was kept
            self._recorder.put_back(batch)
            raise

    def _count_refused(self) -> None:
        try:
            self._recorder.count_refused()
        except GatewayError as error:
            log.warning("callers that were turned away are not recorded: %s", error)
