"""The job that deletes by age, beside the requests; what it did stands in the audit."""

from __future__ import annotations

import asyncio
import logging

from aiguardian.errors import GatewayError
from aiguardian.gateway.recording import Recorder
from aiguardian.privacy.retention import Gone, Retention, Swept

log = logging.getLogger(__name__)

SWEEP_S = 3_600.0
"""Between two runs: chosen by us."""
FIRST_S = 60.0
"""Until the first run after a start, when there is other work."""


class Sweeper:
    """Runs the job."""

    def __init__(self, retention: Retention, recorder: Recorder) -> None:
        self.retention = retention
        self._recorder = recorder

    async def watch(self) -> None:
        """Delete, again and again."""
        await asyncio.sleep(FIRST_S)
        while True:
            try:
                await self.run()
            except GatewayError as error:
                log.warning("what is too old could not be deleted: %s", error)
            await asyncio.sleep(SWEEP_S)

    async def run(self) -> Swept:
        """Delete once. Raises `NotAvailable`."""
        swept = await asyncio.to_thread(self.retention.run)
        done = {name: gone for name, gone in swept.gone.items() if gone.rows or gone.broken}
        if done:
            self._recorder.note("retention.delete", detail=_detail(done))
        return swept


def _detail(done: dict[str, Gone]) -> dict[str, str | int]:
    """The proof, as an entry of the audit has it."""
    detail: dict[str, str | int] = {}
    for name, gone in done.items():
        detail[name] = gone.rows
        if gone.digest:
            detail[f"{name}_digest"] = gone.digest
        if gone.before is not None:
            detail[f"{name}_before"] = int(gone.before)
        if gone.broken:
            detail[f"{name}_broken"] = ",".join(gone.broken)
    return detail
