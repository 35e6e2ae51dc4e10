"""What runs beside the requests, from the start of the server to its stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import aiohttp

from aiguardian.gateway.allocator import give_back
from aiguardian.parts import Parts

log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def running(parts: Parts) -> AsyncIterator[None]:
    """Starts what runs beside the requests; at the end stops it and closes what is kept."""
    parts.loop = asyncio.get_running_loop()
    parts.logs.start()
    connector = aiohttp.TCPConnector(
        limit=0, keepalive_timeout=30, socket_factory=parts.settings.outbound.open_socket
    )
    async with aiohttp.ClientSession(
        connector=connector, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        parts.dispatcher.session = session
        tasks = [asyncio.create_task(one) for one in _watches(parts, session)]
        for task in tasks:
            task.add_done_callback(_tell_of_its_end)
        if parts.shelf is not None:
            await parts.shelf.settle()
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await _close(parts)
    await asyncio.to_thread(parts.tracer.stop)
    parts.logs.stop()


def _watches(parts: Parts, session: aiohttp.ClientSession) -> list[Coroutine[Any, Any, None]]:
    """What goes on until the stop; tidying up after the start alone comes to an end."""
    beside = [parts.loop_watch.watch(), parts.bodies.watch(), parts.tester.watch()]
    beside += [parts.dependencies.watch(), _tidy_up(parts)]
    if parts.limiter is not None:
        beside.append(parts.limiter.watch())
    if parts.billing is not None:
        beside += parts.billing.beside()
    if parts.rotation is not None:
        beside.append(parts.rotation.watch())
    if parts.recording is not None:
        beside += parts.recording.beside()
    if parts.identity.ring is not None:
        beside.append(parts.identity.ring.watch())
    if parts.shelf is not None:
        beside.append(parts.shelf.watch())
        if parts.shelf.shadow is not None:
            beside.append(parts.shelf.shadow.run())
    if parts.upstreams is not None:
        beside += parts.upstreams.beside(parts.traffic, session, parts.settings.upstream)
    interval_s = parts.settings.guards.health_interval_s
    pools = [entry.pool for _, entry in parts.directory if entry.pool]
    return [*beside, *(pool.watch(session, interval_s) for pool in pools)]


async def _tidy_up(parts: Parts) -> None:
    await parts.tester.is_warm.wait()
    await asyncio.to_thread(give_back)


async def _close(parts: Parts) -> None:
    """Nothing runs any more: write down what is still in memory, and let go."""
    parts.dispatcher.close()
    if parts.recording is not None:
        await parts.recording.keeper.stop()
    if parts.identity.ring is not None:
        await parts.identity.ring.write_down()
    if parts.kept is not None:
        parts.kept.close()


def _tell_of_its_end(task: asyncio.Task[None]) -> None:
    """What runs beside the requests never ends by itself: if it does, that is a fault of ours."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("%s ended", getattr(task.get_coro(), "__qualname__", "a task"), exc_info=error)
