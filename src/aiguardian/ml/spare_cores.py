"""Cores that nobody uses just now help with a list of things to do.

A network reads one pair of texts at a time on one core. Where several pairs wait and another core
is free, they are read side by side: the caller waits less, and the processors work no more. Who
asks while all cores are taken does the work alone, as without helpers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import count
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class SpareCores:
    """Shares work among as many threads as there are cores, those of all callers together. Safe to
    use from several threads at once."""

    def __init__(self, cores: int) -> None:
        self._free = threading.Semaphore(max(1, cores))
        self._helpers = ThreadPoolExecutor(max(1, cores - 1), "spare-core")

    def each(self, items: Sequence[Item], work: Callable[[Item], Result]) -> list[Result]:
        """What `work` makes of each item, in their order. Its first error ends the work, and is
        raised when nothing of it runs any more."""
        shared = _Shared(items, work)
        is_counted = self._free.acquire(blocking=False)
        helping: list[Future[None]] = []
        try:
            while len(helping) < len(items) - 1 and self._free.acquire(blocking=False):
                helping.append(self._helpers.submit(self._help, shared))
            shared.take()
        finally:
            if is_counted:
                self._free.release()
            self._dismiss(helping)
        return shared.results()

    def _help(self, shared: _Shared[Item, Result]) -> None:
        try:
            shared.take()
        finally:
            self._free.release()

    def _dismiss(self, helping: Sequence[Future[None]]) -> None:
        """Wait for who has begun; who has not need not begin any more."""
        for each in helping:
            if each.cancel():
                self._free.release()
        wait(helping)


class _Shared(Generic[Item, Result]):
    """Items that several threads take one after the other."""

    def __init__(self, items: Sequence[Item], work: Callable[[Item], Result]) -> None:
        self._items, self._work = items, work
        self._next = count()
        """Told to one thread at a time: `next` of it is one step of the interpreter."""
        self._found: list[Result | None] = [None] * len(items)
        self._error: BaseException | None = None

    def take(self) -> None:
        """Do what is left until nothing is, or somebody met an error."""
        while self._error is None and (number := next(self._next)) < len(self._items):
            try:
                self._found[number] = self._work(self._items[number])
            except BaseException as error:  # noqa: BLE001 - raised again to the caller, by `results`
                self._error = error

    def results(self) -> list[Result]:
        """Of all items in order; raises the error that was met."""
        if self._error is not None:
            raise self._error
        return self._found  # type: ignore[return-value]  # all are found
