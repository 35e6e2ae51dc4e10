"""Where entries come in: numbered, put into the journal before the caller has its answer.

When the journal cannot take an entry, either the request fails (`is_required`), or it goes on,
says that it is not recorded, and the first entry that is taken again tells how many are missing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from aiguardian.audit.entry import Told, encode
from aiguardian.audit.journal import Journal, JournalFull
from aiguardian.errors import NotAvailable

log = logging.getLogger(__name__)


class Trail:
    """Takes entries, for one thread."""

    def __init__(
        self,
        journal: Journal,
        chain: str,
        *,
        is_required: bool,
        opening: dict[str, str | int],
        on_lost: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`opening` is told by the chain's first entry, which is written with the next one."""
        self.chain = chain
        self._journal = journal
        self._is_required = is_required
        self._opening = opening
        self._on_lost = on_lost
        self._clock = clock
        self._number = 0
        self._is_failing = False
        self._lost = 0
        self._lost_since = 0.0

    def record(self, told: Told) -> bool:
        """Take an entry of what happened, and tell whether it was taken.

        Raises `NotAvailable` if it must be and cannot.
        """
        try:
            if not self._number:
                self._put(Told(kind="opened", detail=self._opening))
            if self._lost:
                missing: dict[str, str | int] = {"lost": self._lost, "since": int(self._lost_since)}
                self._put(Told(kind="gap", detail=missing))
                self._lost = 0
            self._put(told)
        except (OSError, JournalFull) as error:
            self._fail(error)
            return False
        self._is_failing = False
        return True

    def _put(self, told: Told) -> None:
        number = self._number + 1
        self._journal.append(encode(told, chain=self.chain, number=number, at=self._clock()))
        self._number = number

    def _fail(self, error: OSError | JournalFull) -> None:
        self._on_lost()
        if not self._is_failing:
            self._is_failing = True
            reason = error.strerror if isinstance(error, OSError) else "too much waits in it"
            log.error("the audit journal takes no entry: %s", reason)
        if self._is_required:
            raise NotAvailable(
                "The audit cannot be written, and nothing is answered without it.",
                retry_after_s=1,
            ) from error
        self._lost_since = self._lost_since if self._lost else self._clock()
        self._lost += 1
