"""A thread with an event loop of its own: asynchronous drivers for code that is not."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

STOP_S = 5.0
"""How long a stop waits for what still runs."""


class LoopThread:
    """Runs coroutines for any thread. Starts at first use; after `stop`, starts anew."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def submit(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """The future result; asynchronous code awaits it through `asyncio.wrap_future`."""
        with self._lock:
            loop = self._loop or self._start()
            return asyncio.run_coroutine_threadsafe(work, loop)

    def stop(self) -> None:
        """End the thread; what still runs is cancelled."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        loop.call_soon_threadsafe(loop.stop)
        thread.join(STOP_S)

    def _start(self) -> asyncio.AbstractEventLoop:
        loop = self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=_run, args=(loop,), name=self._name, daemon=True
        )  # a daemon: a program that ends without a stop must not hang
        self._thread.start()
        return loop


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left, timeout=STOP_S))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(asyncio.sleep(0))  # transports close in the round after
        loop.close()
