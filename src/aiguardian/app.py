"""The table of contents of the program: which parts there are and how they are put together."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import aiohttp
import msgspec
from msgspec import Struct
from starlette.routing import Route, Router

from aiguardian.errors import NotAvailable
from aiguardian.gateway.directory import Directory
from aiguardian.gateway.dispatch import Dispatcher
from aiguardian.gateway.gate import LOOPBACK_HOSTS, Gate
from aiguardian.gateway.memory import MemoryEndpoints
from aiguardian.gateway.routes import Endpoints
from aiguardian.gateway.screen import ScreenReport, ScreenRequest, screen
from aiguardian.gateway.security import SecurityEndpoints
from aiguardian.gateway.self_test import SelfTester
from aiguardian.gateway.status import Status
from aiguardian.gateway.vitals import LiveVitals, LoopWatch
from aiguardian.gateway.wire import App, Bodies, Receive, Scope, Send
from aiguardian.guards.bias.guard import BiasGuard
from aiguardian.guards.context.guard import ContextGuard
from aiguardian.guards.context.memory.remembering import StoredMemories
from aiguardian.guards.context.screening import trained_screen
from aiguardian.guards.health.guard import HealthGuard
from aiguardian.guards.health.vitals import Vitals
from aiguardian.guards.security.guard import SecurityGuard
from aiguardian.guards.security.judging import trained_detectors
from aiguardian.guards.token.guard import TokenGuard
from aiguardian.guards.trust.guard import TrustGuard
from aiguardian.identity.authenticate import Authenticator, internal_key
from aiguardian.identity.principal import DEFAULT_TENANT
from aiguardian.ml.encoder import load_encoder
from aiguardian.policy.cases import Case
from aiguardian.policy.rules import Policy, catalogue_of
from aiguardian.policy.shelf import Shelf
from aiguardian.processor import Action, Processor
from aiguardian.proxy.guarding import Guarding
from aiguardian.proxy.routes import ProxyEndpoints, Terms, refusals
from aiguardian.proxy.upstream import Upstream
from aiguardian.settings.groups import GUARD_NAMES, Settings
from aiguardian.storage.address import FILE as DATABASE_FILE
from aiguardian.storage.address import SqliteAddress, read_address
from aiguardian.storage.allow_list import AllowList, MemoryAllowList
from aiguardian.storage.engine import Database
from aiguardian.storage.memory_turns import MemoryTurns
from aiguardian.storage.pseudonyms import MemoryPseudonyms, PseudonymStore
from aiguardian.storage.sealing import derived_key
from aiguardian.storage.turns import TurnStore
from aiguardian.telemetry.log import SERVICE, LogWriter
from aiguardian.telemetry.metrics import Metrics
from aiguardian.telemetry.traces import NullTracer, Tracer
from aiguardian.web.docs import docs_routes

log = logging.getLogger(__name__)

SWAMPED_S, SWAMPED_AND_FULL_S = 0.25, 0.03
"""So late that new requests are refused unread (benchmarks/faults.py: probes stay prompt)."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What outlives a request, and the keys that protect it."""

    pseudonyms: PseudonymStore
    allow_list: AllowList
    turns: TurnStore
    allow_list_key: bytes
    canary_key: bytes
    close: Callable[[], None]


def build_stores(settings: Settings) -> Kept:
    """In the database, sealed by SECRET_KEY: DATABASE_URL's, else a file below AIGUARDIAN_HOME.
    Without a SECRET_KEY, which only development allows, in memory under a key that ends with the
    process. Raises `InvalidAddress`."""
    given = settings.access.secret_key
    secret = given.reveal().encode() if given else os.urandom(64)
    ttl_s = settings.privacy.placeholder_ttl_s
    keys = {
        "allow_list_key": derived_key(secret, "allow-list/1"),
        "canary_key": derived_key(secret, "canary/1"),
    }
    if given is None:
        return Kept(
            MemoryPseudonyms(ttl_s),
            MemoryAllowList(),
            MemoryTurns(settings.privacy.memory_ttl_s),
            close=lambda: None,
            **keys,
        )

    # half a second and 40 MB of SQLAlchemy, only for who keeps something
    from aiguardian.storage.allow_list_table import AllowListTable
    from aiguardian.storage.pseudonym_table import PseudonymTable
    from aiguardian.storage.turn_table import TurnTable

    url = settings.database.address()
    database = Database(
        read_address(url.reveal()) if url else SqliteAddress(settings.runtime.home / DATABASE_FILE)
    )
    return Kept(
        PseudonymTable(database, secret, ttl_s),
        AllowListTable(database),
        TurnTable(database, secret, settings.privacy.memory_ttl_s),
        close=database.close,
        **keys,
    )


def build_guards(vitals: Vitals, kept: Kept) -> dict[str, Processor[Any]]:
    """The registry: a line per guard, in the order in which their rewrites apply."""
    return {
        "tokenguard": TokenGuard(),
        "trustguard": TrustGuard(),
        "contextguard": ContextGuard(memories_of(kept), trained_screen),
        "biasguard": BiasGuard(),
        "securityguard": SecurityGuard(
            trained_detectors(kept.canary_key),
            pseudonyms=kept.pseudonyms,
            allow_list=kept.allow_list,
            allow_list_key=kept.allow_list_key,
        ),
        "healthguard": HealthGuard(vitals),
    }


def memories_of(kept: Kept) -> StoredMemories:
    """ContextGuard's memory over the store of turns."""
    return StoredMemories(kept.turns, load_encoder)


class Program:
    """The parts of one running gateway, or of one guard that runs by itself."""

    def __init__(
        self,
        settings: Settings,
        guards: dict[str, Processor[Any]],
        vitals: LiveVitals,
        name: str,
        kept: Kept | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        limits, is_gateway = settings.limits, name == SERVICE
        self._kept = kept
        self._shelf = shelf
        self.settings = settings
        self.metrics = Metrics()
        self.logs = LogWriter(on_drop=self.metrics.log_lines_dropped.inc)
        self.tracer = _tracer(settings, name)
        self.directory = Directory(
            guards,
            {one: settings.guards.instances(one) for one in GUARD_NAMES} if is_gateway else {},
            metrics=self.metrics,
        )
        self.dispatcher = Dispatcher(
            self.directory,
            workers=limits.workers or os.cpu_count() or 2,
            queue_limit=limits.queue,
            outbound=limits.outbound,
            internal_key=internal_key(settings),
            metrics=self.metrics,
        )
        self.tester = SelfTester(self.dispatcher, interval_s=settings.guards.self_test_interval_s)
        self.loop_watch = LoopWatch(self.metrics)
        vitals.attach(self.dispatcher, self.tester, self.loop_watch, self.logs)
        self.bodies = Bodies(
            limit=limits.body_bytes,
            total=limits.buffered_bytes,
            timeout_s=limits.body_timeout_s,
            on_reject=self.metrics.rejected.labels("bodies").inc,
        )
        endpoints = Endpoints(
            self.dispatcher,
            self.bodies,
            Status(name, self.dispatcher, self.tester),
            self.metrics,
            shelf,
        )
        routes = [*endpoints.gateway(), *docs_routes(guards)] if is_gateway else endpoints.guard()
        if kept is not None:
            routes += SecurityEndpoints(
                self.bodies,
                pseudonyms=kept.pseudonyms,
                allow_list=kept.allow_list,
                allow_list_key=kept.allow_list_key,
                canary_key=kept.canary_key,
            ).routes()
            routes += MemoryEndpoints(self.bodies, memories_of(kept)).routes()
        if kept is not None and shelf is not None:
            routes += ProxyEndpoints(
                self.bodies,
                Guarding(self.dispatcher, shelf),
                shelf,
                terms=Terms(settings.policies.proxy, settings.policies.streaming),
                upstream=Upstream(settings.upstream) if settings.upstream.base_url else None,
                session=lambda: self.dispatcher.session,
                pseudonyms=kept.pseudonyms,
            ).routes()
        self.app = Gate(
            _router(routes, self.run),
            authenticator=Authenticator(settings),
            allowed_hosts=_hosts(settings, is_gateway=is_gateway),
            allowed_origins=settings.access.allowed_origins,
            bodies=self.bodies,
            is_swamped=self._is_swamped,
            metrics=self.metrics,
            logs=self.logs,
            tracer=self.tracer,
            refusals=refusals() if shelf is not None else {},
        )

    def _is_swamped(self) -> bool:
        """Whether the event loop falls behind. A worker may hold it up for a tenth of a second
        now and then; with a full queue behind it, less is enough of a sign."""
        is_full = self.dispatcher.workers.is_full
        return self.loop_watch.overdue_s() > (SWAMPED_S if not is_full else SWAMPED_AND_FULL_S)

    @contextlib.asynccontextmanager
    async def run(self, _: object = None) -> AsyncIterator[None]:
        """From the start to the stop: what runs beside the requests."""
        self.logs.start()
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=30)
        async with aiohttp.ClientSession(
            connector=connector, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
        ) as session:
            self.dispatcher.session = session
            interval_s = self.settings.guards.health_interval_s
            beside = [self.loop_watch.watch(), self.bodies.watch(), self.tester.watch()]
            if self._shelf is not None:
                beside.append(self._shelf.watch())
            beside += [
                entry.pool.watch(session, interval_s) for _, entry in self.directory if entry.pool
            ]
            tasks = [asyncio.create_task(one) for one in beside]
            for task in tasks:
                task.add_done_callback(_tell_of_its_end)
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                self.dispatcher.close()
                if self._kept is not None:
                    self._kept.close()
        await asyncio.to_thread(self.tracer.stop)
        self.logs.stop()


def _tell_of_its_end(task: asyncio.Task[None]) -> None:
    """What runs beside the requests never ends by itself: if it does, that is a fault of ours."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("%s ended", getattr(task.get_coro(), "__qualname__", "a task"), exc_info=error)


def create_app(settings: Settings) -> Program:
    """The gateway. A guard that cannot load raises here and so stops the start."""
    vitals = LiveVitals(settings.runtime.home)
    kept = build_stores(settings)
    guards = build_guards(vitals, kept)
    return Program(settings, guards, vitals, SERVICE, kept, _shelf(settings, guards))


def _shelf(settings: Settings, guards: dict[str, Processor[Any]]) -> Shelf:
    """The policies. Raises `PolicyError` for a file that is wrong."""
    return Shelf(catalogue_of(guards), settings.policies.folder)


def create_guard_app(settings: Settings, guard: str) -> Program:
    """One guard by itself, as an instance that gateways call; raises `NotAvailable`."""
    vitals = LiveVitals(settings.runtime.home)
    guards = build_guards(vitals, build_stores(settings))
    if guard not in guards:
        raise NotAvailable(f"{guard} is not part of this version. Available: {', '.join(guards)}.")
    return Program(settings, {guard: guards[guard]}, vitals, guard)


class Screened(Struct, frozen=True):
    """The verdict on one text, for the command line."""

    action: Action
    json: str


async def screen_once(settings: Settings, request: ScreenRequest) -> Screened:
    """Judge one text with the guards in this process; raises `GatewayError`."""
    vitals = LiveVitals(settings.runtime.home)
    guards = build_guards(vitals, build_stores(settings))
    program, shelf = Program(settings, guards, vitals, "screen"), _shelf(settings, guards)
    try:
        report, _ = await screen(
            program.dispatcher, shelf, request, request_id=str(uuid4()), tenant=DEFAULT_TENANT
        )
    finally:
        program.dispatcher.close()
    shown = msgspec.json.format(msgspec.json.encode(report), indent=2).decode()
    return Screened(report.decision.action, shown)


async def judge_by_policy(
    settings: Settings, policy: Policy, cases: Iterable[Case]
) -> AsyncIterator[tuple[Case, ScreenReport]]:
    """Each case with what the guards in this process and the policy make of it."""
    vitals = LiveVitals(settings.runtime.home)
    guards = build_guards(vitals, build_stores(settings))
    program = Program(settings, guards, vitals, "policy test")
    try:
        for case in cases:
            request = ScreenRequest(text=case.text, direction=case.direction, policy=policy.name)
            shelf = Shelf.of(catalogue_of(guards), policy)
            report, _ = await screen(
                program.dispatcher, shelf, request, request_id=str(uuid4()), tenant=DEFAULT_TENANT
            )
            yield case, report
    finally:
        program.dispatcher.close()


def _hosts(settings: Settings, *, is_gateway: bool) -> tuple[str, ...]:
    """Without ALLOWED_HOSTS: any, but loopback only for a gateway that is open to loopback,
    where another site's page could otherwise reach it under its own name (DNS rebinding)."""
    if settings.access.allowed_hosts:
        return settings.access.allowed_hosts
    return LOOPBACK_HOSTS if is_gateway and settings.is_development else ("*",)


def _tracer(settings: Settings, service: str) -> Tracer:
    if settings.tracing.endpoint is None:
        return NullTracer()
    from aiguardian.telemetry.otlp import OtlpTracer  # a fifth of a second that most do without

    return OtlpTracer(
        settings.tracing.endpoint, sample_ratio=settings.tracing.sample_ratio, service=service
    )


def _router(
    routes: list[Route], lifespan: Callable[[Any], contextlib.AbstractAsyncContextManager[None]]
) -> App:
    """Starlette's router behind a table of the paths without parameters: by itself it tries all
    its routes one after the other, for every request."""
    router = Router(routes, redirect_slashes=False, lifespan=lifespan)
    exact = {
        (method, route.path): route.app
        for route in routes
        if "{" not in route.path
        for method in route.methods or ()
    }

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = exact.get((scope.get("method", ""), scope.get("path", "")))
        if endpoint is not None:
            await endpoint(scope, receive, send)
            return
        scope["app"] = router  # so that it raises 404 and 405: the gate answers all errors
        await router(scope, receive, send)

    return app
