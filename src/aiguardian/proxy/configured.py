"""The upstreams as the settings describe them: one by environment variables, or a file's."""

from __future__ import annotations

import time
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import aiohttp

from aiguardian.proxy.account import only_account
from aiguardian.proxy.cache.encoder import ShippedEncoder
from aiguardian.proxy.cache.reuse import Reuse
from aiguardian.proxy.health.asking_canaries import watch_canaries
from aiguardian.proxy.health.traffic import Traffic
from aiguardian.proxy.routing import Routing, only
from aiguardian.proxy.routing_file import read_routing
from aiguardian.proxy.upstream import Surroundings
from aiguardian.proxy.upstreams import RoutingFile, Upstreams
from aiguardian.settings.destinations import Outbound
from aiguardian.settings.sources import Noted
from aiguardian.settings.upstreams import Cache
from aiguardian.settings.upstreams import Upstream as Settings


@dataclass(frozen=True, slots=True)
class Configured:
    """The upstreams, and the file they stand in, if it is one."""

    upstreams: Upstreams
    file: RoutingFile | None

    def beside(
        self, traffic: Traffic, session: aiohttp.ClientSession, settings: Settings
    ) -> list[Coroutine[Any, Any, None]]:
        """What runs beside the requests: reading the file again, asking canaries."""
        if self.file is None:
            return []
        canaries = watch_canaries(
            self.upstreams, traffic, session=session, interval_s=settings.canary_interval_s
        )
        return [self.file.watch(self.upstreams), canaries]


def configured_reuse(settings: Cache) -> Reuse | None:
    """The cache of answers; None when none is wanted."""
    if settings.mode == "off":
        return None
    return Reuse(
        ttl_s=settings.ttl_s,
        size_bytes=settings.size_bytes,
        clock=time.monotonic,
        encoder=ShippedEncoder() if settings.mode == "semantic" else None,
        likeness=settings.likeness,
    )


def configured_upstreams(
    settings: Settings,
    around: Surroundings,
    *,
    environ: Mapping[str, str],
    region: str,
    outbound: Outbound = Outbound(),  # noqa: B008 - it is frozen
) -> Configured | None:
    """None when none is configured. Raises `PolicyError` for a file that is wrong."""
    random = Random()
    if settings.file is not None:
        name, values = settings.file.name, Noted(environ)

        def read(text: str) -> Routing:
            return read_routing(text, file=name, environ=values, region=region, outbound=outbound)

        file = RoutingFile(settings.file, read, values)
        return Configured(Upstreams(file.load(), around, random=random), file)
    account = only_account(settings, region=region)
    if account is None:
        return None
    upstreams = Upstreams(only(account), around, random=random, names_routes=False)
    return Configured(upstreams, None)
