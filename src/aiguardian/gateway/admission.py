"""Who may begin: a fixed number of slots, and a bounded queue in order of priority.

The queue never grows past its limit: a newcomer is refused at once, or, if it ranks higher than
the lowest that waits, takes that one's place.
"""

from __future__ import annotations

import asyncio
import heapq
import math
from collections.abc import Callable

from aiguardian.errors import DeadlineExceeded, Overloaded
from aiguardian.processor import Deadline


class _Waiter:
    """One request in the queue. Sorts by priority, then by arrival."""

    __slots__ = ("admitted", "order", "priority")

    def __init__(self, priority: int, order: int, admitted: asyncio.Future[None]) -> None:
        self.priority = priority
        self.order = order
        self.admitted = admitted

    def __lt__(self, other: _Waiter) -> bool:
        return (-self.priority, self.order) < (-other.priority, other.order)


class Admission:
    """Slots for work that takes time; used from the event loop only."""

    def __init__(
        self,
        slots: int,
        queue_limit: int,
        *,
        on_reject: Callable[[], None] = lambda: None,
    ) -> None:
        self.slots = slots
        self.queue_limit = queue_limit
        self.busy = 0
        self._on_reject = on_reject
        self._queue: list[_Waiter] = []
        self._arrivals = 0
        self._mean_s = 0.05  # running mean of how long a slot is held, for Retry-After

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._queue)

    @property
    def is_full(self) -> bool:
        """Whether a newcomer could only come in by putting another out."""
        return len(self._queue) >= self.queue_limit

    async def enter(self, priority: int, deadline: Deadline) -> None:
        """Return when a slot is held; the caller owes one `leave()`.

        Raises `Overloaded` when the queue is full, `DeadlineExceeded` when time runs out first.
        """
        if self.busy < self.slots and not self._queue:
            self.busy += 1
            return
        self._make_room(priority)
        self._arrivals += 1
        waiter = _Waiter(priority, self._arrivals, asyncio.get_running_loop().create_future())
        heapq.heappush(self._queue, waiter)
        try:
            async with asyncio.timeout(deadline.remaining_s()):
                await waiter.admitted
        except TimeoutError:
            self._withdraw(waiter)
            raise DeadlineExceeded("The deadline passed while waiting for a worker.") from None
        except asyncio.CancelledError:
            self._withdraw(waiter)
            raise

    def leave(self, held_s: float) -> None:
        """Give a slot back after that many seconds, to the first that waits."""
        self._mean_s += 0.1 * (held_s - self._mean_s)
        while self._queue:
            waiter = heapq.heappop(self._queue)
            if not waiter.admitted.done():
                waiter.admitted.set_result(None)
                return
        self.busy -= 1

    def retry_after_s(self) -> int:
        """In how many seconds what waits now will be done, at least one."""
        return max(1, math.ceil(self._mean_s * (self.waiting + self.busy) / max(1, self.slots)))

    def _make_room(self, priority: int) -> None:
        if len(self._queue) < self.queue_limit:
            return
        self._on_reject()
        last = max(self._queue, default=None)
        if last is None or last.priority >= priority:
            raise self._overloaded()
        self._queue.remove(last)
        heapq.heapify(self._queue)
        if not last.admitted.done():
            last.admitted.set_exception(self._overloaded())

    def _overloaded(self) -> Overloaded:
        return Overloaded(
            f"All {self.slots} workers are busy and {len(self._queue)} requests wait already. "
            "Try again later, or send a higher priority.",
            retry_after_s=self.retry_after_s(),
        )

    def _withdraw(self, waiter: _Waiter) -> None:
        """Take a waiter that gave up out of the queue, or pass on the slot it just got."""
        if waiter in self._queue:
            self._queue.remove(waiter)
            heapq.heapify(self._queue)
        elif _was_admitted(waiter.admitted):
            self.leave(self._mean_s)


def _was_admitted(admitted: asyncio.Future[None]) -> bool:
    """Whether it holds a slot: one that was evicted is done too, with an exception."""
    return admitted.done() and not admitted.cancelled() and admitted.exception() is None
