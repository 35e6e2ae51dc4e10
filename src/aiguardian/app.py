"""The table of contents of the program: what is built, what is served, what runs beside it.

`registry` names the guards, `stores` what outlives a request, `parts` builds everything over them,
`mounting` puts paths and the gate before it, `beside` runs what no request asks for.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from aiguardian.beside import running
from aiguardian.errors import NotAvailable
from aiguardian.gateway.judge_endpoint import configured_judge
from aiguardian.gateway.status import Status
from aiguardian.gateway.vitals import LiveVitals
from aiguardian.gateway.wire import App
from aiguardian.mounting import gated, mounted
from aiguardian.parts import Parts
from aiguardian.policy.shelf import Shelf
from aiguardian.processor import Processor
from aiguardian.registry import build_guards, build_shelf
from aiguardian.settings.groups import Settings
from aiguardian.storage.sealing import Secrets
from aiguardian.stores import Kept, build_stores
from aiguardian.telemetry.log import SERVICE


class Program(Parts):
    """One running gateway, or one guard that runs by itself: its parts, served."""

    def __init__(
        self,
        settings: Settings,
        guards: dict[str, Processor[Any]],
        vitals: LiveVitals,
        name: str,
        kept: Kept | None = None,
        shelf: Shelf | None = None,
        *,
        secrets: Secrets | None = None,
        named: Mapping[str, str] = os.environ,
    ) -> None:
        """`name` is what the log calls it; it is a gateway if that is `SERVICE`."""
        super().__init__(settings, guards, vitals, name, kept, shelf, secrets=secrets, named=named)
        status = Status(name, self.dispatcher, self.tester, self.dependencies)
        self.leave = status.leave
        """Tell load balancers that this process is about to stop."""
        self.routes = mounted(self, status)
        self.app: App = gated(self, self.routes, self.run)

    def run(self, _: object = None) -> AbstractAsyncContextManager[None]:
        """From the start to the stop: what runs beside the requests."""
        return running(self)


def create_app(settings: Settings, named: Mapping[str, str] = os.environ) -> Program:
    """The gateway; `named` holds the values that files of upstreams and MCP servers name. A guard
    that cannot load raises here and so stops the start."""
    vitals = LiveVitals(settings.runtime.home)
    kept = build_stores(settings)
    guards = build_guards(vitals, kept, configured_judge(settings))
    shelf = build_shelf(settings, guards, kept)
    return Program(settings, guards, vitals, SERVICE, kept, shelf, named=named)


def create_guard_app(settings: Settings, guard: str) -> Program:
    """One guard by itself, as an instance that gateways call; raises `NotAvailable`."""
    vitals = LiveVitals(settings.runtime.home)
    kept = build_stores(settings)
    guards = build_guards(vitals, kept, configured_judge(settings))
    if guard not in guards:
        raise NotAvailable(f"{guard} is not part of this version. Available: {', '.join(guards)}.")
    secrets = kept.identity.secrets
    return Program(settings, {guard: guards[guard]}, vitals, guard, secrets=secrets)
