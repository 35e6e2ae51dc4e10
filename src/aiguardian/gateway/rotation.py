"""Secrets that change while the gateway runs: looked for now and then, used without a restart."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge

from aiguardian.errors import GatewayError
from aiguardian.settings.groups import Settings
from aiguardian.settings.read import SettingsError, read
from aiguardian.settings.sources import Sourced

log = logging.getLogger(__name__)

Outcome = Literal["applied", "restart_needed", "refused"]
_TOLD: dict[Outcome, str] = {
    "applied": "changed and is used from now on",
    "restart_needed": "changed; a restart is needed to use it",
    "refused": "changed and is not used; the last value stays",
}


@dataclass(frozen=True, slots=True)
class Live:
    """Settings that take effect while the gateway runs."""

    names: frozenset[str]
    """Their variables."""
    apply: Callable[[Settings], Awaitable[bool]]
    """Uses them from now on; False when this change needs a restart after all. Raises
    `SettingsError` for values that must not be used."""


class Rotation:
    """Looks at the sources again and again."""

    def __init__(
        self,
        sourced: Sourced,
        live: Sequence[Live],
        *,
        interval_s: float,
        registry: CollectorRegistry,
    ) -> None:
        self._sources = sourced.sources
        self._gathered = sourced.gathered
        self._live = live
        self._interval_s = interval_s
        self._is_readable = True
        self._readable = Gauge(
            "aiguardian_secrets_readable",
            "Whether files and AWS gave the secrets at the last look; if not, the last ones stay.",
            registry=registry,
        )
        self._readable.set(1)
        self._rotated = Counter(
            "aiguardian_secrets_rotated",
            "Settings that changed while the gateway ran, by what became of it.",
            ("outcome",),
            registry=registry,
        )

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(self._interval_s)
            await self.look()

    async def look(self) -> None:
        """Read the sources once, and use what has changed."""
        try:
            gathered = await asyncio.to_thread(self._sources.gather)
            settings = read(gathered.values)
        except SettingsError as error:
            if self._is_readable:
                log.warning("secrets could not be read anew, the last ones stay: %s", error)
            self._note(is_readable=False)
            return
        self._note(is_readable=True)
        changed = gathered.changed(self._gathered)
        self._gathered = gathered
        if changed:
            await self._apply(changed, settings)

    def _note(self, *, is_readable: bool) -> None:
        self._is_readable = is_readable
        self._readable.set(is_readable)

    async def _apply(self, changed: set[str], settings: Settings) -> None:
        outcomes: dict[str, Outcome] = dict.fromkeys(changed, "restart_needed")
        for one in self._live:
            names = changed & one.names
            if names:
                outcomes |= dict.fromkeys(names, await _outcome(one, settings))
        for name, outcome in sorted(outcomes.items()):
            log.warning("%s %s", name, _TOLD[outcome])
            self._rotated.labels(outcome).inc()


async def _outcome(live: Live, settings: Settings) -> Outcome:
    try:
        return "applied" if await live.apply(settings) else "restart_needed"
    except SettingsError as error:
        log.error("a changed setting is not used: %s", error)
        return "refused"
    except (GatewayError, ValueError, OSError) as error:
        log.warning("a changed setting could not be used: %s", type(error).__name__)
        return "restart_needed"
