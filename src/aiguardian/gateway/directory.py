"""Where each guard is: in this process, or at instances that are watched and chosen from."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from typing import Any

import aiohttp

from aiguardian.errors import NotAvailable
from aiguardian.gateway.addresses import Place, Resolve, places_of, resolve
from aiguardian.gateway.instance import Instance
from aiguardian.processor import Payload, Processor
from aiguardian.telemetry.metrics import Metrics

log = logging.getLogger(__name__)


LOOK_AGAIN_S = 0.25
"""After a first missed health check the next one follows so soon: callers are waiting."""


class Pool:
    """The instances of one guard: those named, or those that the names stand for now."""

    def __init__(
        self,
        guard: str,
        urls: tuple[str, ...],
        *,
        metrics: Metrics,
        resolve: Resolve = resolve,
    ) -> None:
        self._guard = guard
        self._metrics = metrics
        self._resolve = resolve
        self._places = {url: [Place(url)] for url in (one.rstrip("/") for one in urls)}
        self.instances = [self._instance(place) for [place] in self._places.values()]
        self._turn = 0

    def choose(self, *, but: Instance | None = None) -> Instance | None:
        """The usable instance with the fewest calls outstanding, ties in turn; None if none is."""
        self._turn += 1
        count = len(self.instances)
        usable = [
            (instance.outstanding, (index + self._turn) % count, instance)
            for index, instance in enumerate(self.instances)
            if instance is not but and instance.is_usable()
        ]
        return min(usable, key=lambda entry: entry[:2])[2] if usable else None

    async def look_up(self, *, timeout_s: float) -> None:
        """Follow the names: new addresses come in, gone ones go out with the calls that they still
        answer, and what cannot be looked up stays as it was."""
        for url, known in self._places.items():
            try:
                async with asyncio.timeout(timeout_s):
                    apart = known[0].name is not None
                    self._places[url] = await places_of(url, apart=apart, resolve=self._resolve)
            except (OSError, TimeoutError):  # the health checks tell what is still there
                continue
        places = [place for found in self._places.values() for place in found]
        if places == [one.place for one in self.instances]:
            return
        before = {one.place: one for one in self.instances}
        self.instances = [before.get(place) or self._instance(place) for place in places]
        for gone in before.keys() - set(places):
            before[gone].retire()
        log.info("%s has %d instances", self._guard, len(self.instances))

    def _instance(self, place: Place) -> Instance:
        return Instance(self._guard, place, metrics=self._metrics)

    async def watch(self, session: aiohttp.ClientSession, interval_s: float) -> None:
        """Look up and check every instance now and then, until cancelled."""
        while True:
            timeout_s = min(1.0, interval_s)
            await self.look_up(timeout_s=timeout_s)
            faults = await asyncio.gather(
                *(instance.check(session, timeout_s=timeout_s) for instance in self.instances),
                return_exceptions=True,
            )
            for fault in filter(None, faults):
                log.error("a health check raised", exc_info=fault)
            in_doubt = any(instance.is_in_doubt for instance in self.instances)
            await asyncio.sleep(min(interval_s, LOOK_AGAIN_S) if in_doubt else interval_s)


class Entry:
    """One guard: its processor here, and its instances, if it has any."""

    def __init__(self, processor: Processor[Any], pool: Pool | None) -> None:
        self.processor = processor
        self.pool = pool

    @property
    def mode(self) -> str:
        """`in_process` or `remote`."""
        return "remote" if self.pool else "in_process"

    def is_remote(self, payload: Payload) -> bool:
        """Whether an instance elsewhere should answer this payload."""
        return self.pool is not None and not self.processor.runs_here(payload)


class Directory:
    """The guards of this gateway by name."""

    def __init__(
        self,
        guards: dict[str, Processor[Any]],
        urls: dict[str, tuple[str, ...]],
        *,
        metrics: Metrics,
    ) -> None:
        self._entries = {
            name: Entry(guard, Pool(name, urls[name], metrics=metrics) if urls.get(name) else None)
            for name, guard in guards.items()
        }
        self.versions: Mapping[str, str] = {name: guard.version for name, guard in guards.items()}
        """Of each guard."""

    def __iter__(self) -> Iterator[tuple[str, Entry]]:
        return iter(self._entries.items())

    def names(self) -> list[str]:
        """The guards that are here, in the registry's order."""
        return list(self._entries)

    def get(self, name: str) -> Entry:
        """Return the guard's entry; raises `NotAvailable` with the list of those here."""
        entry = self._entries.get(name)
        if entry is None:
            raise NotAvailable(
                f"{name} is not part of this version. Available: {', '.join(self._entries)}."
            )
        return entry
