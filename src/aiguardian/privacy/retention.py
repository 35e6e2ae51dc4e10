"""What is deleted by age, everywhere, with proof of it: a job, and what it last did."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from msgspec import Struct

from aiguardian.audit.retention import remove_aged
from aiguardian.audit.signing import PublicKeys, Signer
from aiguardian.errors import NotAvailable
from aiguardian.settings.recording import Recording
from aiguardian.storage.audit_rows import AuditStore
from aiguardian.storage.request_rows import RequestStore
from aiguardian.storage.usage_rows import UsageStore

DAY_S = 86_400.0
MOST_SET_FORWARD_S = DAY_S
"""Corrections of clocks are smaller. Ours: one day of the shortest term, which is one day."""


def time_passed() -> float:
    """Seconds that only go forward; with those that a machine slept through, where it tells."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Expires(Protocol):
    """A store whose rows have a time of their own."""

    def expire(self) -> int:
        """Delete those past it, and tell how many there were."""
        ...


class Gone(Struct, frozen=True, kw_only=True):
    """What was deleted of one kind."""

    rows: int
    before: float | None = None
    """Rows from before this time went; None: each had a time of its own."""
    digest: str = ""
    """Only these rows give it: the proof beside the count."""
    broken: list[str] = []
    """Chains of the audit that do not verify, and were left alone."""


class Swept(Struct, frozen=True, kw_only=True):
    """One run of the job."""

    at: float
    gone: dict[str, Gone]


class Retention:
    """Deletes by age. Safe from several threads: one run at a time."""

    def __init__(
        self,
        terms: Recording,
        audit: AuditStore,
        requests: RequestStore,
        usage: UsageStore,
        *,
        signer: Signer,
        keys: PublicKeys,
        others: Mapping[str, Expires],
        clock: Callable[[], float] = time.time,
        elapsed: Callable[[], float] = time_passed,
    ) -> None:
        """`clock` is the time of day; `elapsed` counts seconds whatever is done to that."""
        self._began_s, self._elapsed = clock() - elapsed(), elapsed
        self._terms = terms
        self._audit = audit
        self._dated: dict[str, RequestStore | UsageStore] = {"requests": requests, "usage": usage}
        self._signer = signer
        self._keys = keys
        self._others = others
        self._clock = clock
        self._running = threading.Lock()
        self.last: Swept | None = None
        """What the last run did, in this process."""

    def days(self) -> dict[str, int]:
        """For how many days what is kept; 0: for ever."""
        terms = self._terms
        return {
            "audit": terms.retain_audit_days,
            "requests": terms.retain_requests_days,
            "usage": terms.retain_usage_days,
        }

    def run(self) -> Swept:
        """Delete what is too old. Raises `NotAvailable`; what went by then is gone. A clock that
        was set forward makes nothing old."""
        with self._running:
            now = self._clock()
            if now - self._elapsed() - self._began_s > MOST_SET_FORWARD_S:
                raise NotAvailable(
                    "The clock was set forward since the start, so nothing is deleted by age: if "
                    "it is right now, restart."
                )
            gone = {name: Gone(rows=store.expire()) for name, store in self._others.items()}
            for name, days in self.days().items():
                if days:
                    gone[name] = self._remove(name, now - days * DAY_S, now)
            self.last = Swept(at=now, gone=gone)
            return self.last

    def _remove(self, name: str, before: float, now: float) -> Gone:
        if name == "audit":
            aged = remove_aged(self._audit, self._signer, self._keys, before=before, now=now)
            return Gone(rows=aged.entries, before=before, digest=aged.digest, broken=aged.broken)
        removed = self._dated[name].remove_before(before)
        return Gone(rows=removed.rows, before=before, digest=removed.digest)
