"""The table of contents of the program: which parts there are and how they are put together."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Iterable
from functools import partial
from typing import Any
from uuid import uuid4

import aiohttp
import msgspec
from msgspec import Struct
from starlette.routing import Route

from aiguardian.billing.building import billing_endpoints, build_billing
from aiguardian.dropin.query_key import QueryKey
from aiguardian.dropin.routes import PERSPECTIVE, DropInEndpoints
from aiguardian.dropin.routes import refusals as dropin_refusals
from aiguardian.errors import NotAvailable
from aiguardian.gateway.admin.false_positives import Sources
from aiguardian.gateway.admin.identity_routes import identity_routes
from aiguardian.gateway.admin.limits import LimitEndpoints
from aiguardian.gateway.admin.policy_routes import policy_routes
from aiguardian.gateway.admin.records import record_routes
from aiguardian.gateway.circuit import State
from aiguardian.gateway.dependencies import Dependencies, Dependency
from aiguardian.gateway.directory import Directory
from aiguardian.gateway.dispatch import Dispatcher
from aiguardian.gateway.gate import LOOPBACK_HOSTS, Gate
from aiguardian.gateway.judge_endpoint import JudgeEndpoint, configured_judge
from aiguardian.gateway.limits.building import build_limiter
from aiguardian.gateway.memory import MemoryEndpoints
from aiguardian.gateway.records import (
    Recording,
    build_recording,
)
from aiguardian.gateway.rotation import Rotation
from aiguardian.gateway.routes import Endpoints, quick_router
from aiguardian.gateway.screen import ScreenReport, ScreenRequest, screen
from aiguardian.gateway.screening import Screening
from aiguardian.gateway.security import SecurityEndpoints
from aiguardian.gateway.self_test import SelfTester
from aiguardian.gateway.status import Status
from aiguardian.gateway.vitals import LiveVitals, LoopWatch
from aiguardian.gateway.wire import App, Bodies
from aiguardian.guards.bias.guard import BiasGuard
from aiguardian.guards.context.guard import ContextGuard
from aiguardian.guards.context.screening import trained_screen
from aiguardian.guards.health.guard import HealthGuard
from aiguardian.guards.health.vitals import Vitals
from aiguardian.guards.security.guard import SecurityGuard
from aiguardian.guards.security.judging import trained_detectors
from aiguardian.guards.token.guard import TokenGuard
from aiguardian.guards.trust.guard import TrustGuard
from aiguardian.identity.authenticate import internal_key
from aiguardian.identity.building import build_identity
from aiguardian.identity.principal import DEFAULT_TENANT
from aiguardian.mcp.building import build_mcp
from aiguardian.policy.cases import Case
from aiguardian.policy.choice import Choice
from aiguardian.policy.rules import Policy, catalogue_of
from aiguardian.policy.shadow import Shadow, Shadowed
from aiguardian.policy.shelf import Shelf
from aiguardian.policy.stored import StoredPolicies
from aiguardian.privacy.person import Person
from aiguardian.processor import Action, Processor
from aiguardian.proxy.answers import Outcome
from aiguardian.proxy.asking import Asking
from aiguardian.proxy.cache.reuse import Reuse
from aiguardian.proxy.check_endpoint import CheckEndpoint
from aiguardian.proxy.configured import Configured, configured_reuse, configured_upstreams
from aiguardian.proxy.guarding import Guarding
from aiguardian.proxy.health.traffic import Traffic
from aiguardian.proxy.routes import ProxyEndpoints, Terms, refusals
from aiguardian.proxy.settling import Settling
from aiguardian.proxy.upstream import Surroundings
from aiguardian.settings.groups import GUARD_NAMES, Settings
from aiguardian.storage.policies import MemoryPolicies
from aiguardian.stores import Kept, build_stores, memories_of, remembered_in
from aiguardian.telemetry.log import SERVICE, LogWriter
from aiguardian.telemetry.metrics import Metrics
from aiguardian.telemetry.traces import NullTracer, Tracer
from aiguardian.web.docs import docs_routes

log = logging.getLogger(__name__)

SWAMPED_S, SWAMPED_AND_FULL_S = 0.25, 0.03
"""So late that new requests are refused unread (benchmarks/faults.py: probes stay prompt)."""

BREAKER_STATES = (State.CLOSED, State.HALF_OPEN, State.OPEN)
"""In the order of their numbers in the metrics."""


def build_guards(
    vitals: Vitals, kept: Kept, judge: JudgeEndpoint | None = None
) -> dict[str, Processor[Any]]:
    """The registry: a line per guard, in the order in which their rewrites apply."""
    return {
        "tokenguard": TokenGuard(),
        "trustguard": TrustGuard(judge=judge),
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
        self._loop: asyncio.AbstractEventLoop | None = None
        self.metrics = Metrics()
        self.logs = LogWriter(service=name, on_drop=self.metrics.log_lines_dropped.inc)
        self.tracer = _tracer(settings, name)
        # an instance's callers are gateways, which record what it answers
        self.recording = self._recording(kept) if is_gateway and kept is not None else None
        self.identity = build_identity(
            settings,
            self.metrics,
            kept.identity if kept else None,
            session=lambda: self.dispatcher.session,
        )
        # an instance's callers are gateways, which have counted already
        self.database = kept.database if kept is not None else None
        self.billing = build_billing(settings.billing, self.database) if is_gateway else None
        self.limiter = (
            build_limiter(settings, self.metrics, self.database, self.billing)
            if is_gateway
            else None
        )
        self.rotation: Rotation | None = None
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
        self.traffic = Traffic()
        reuse = configured_reuse(settings.cache)
        self.upstreams = self._upstreams(settings) if kept is not None and shelf else None
        if self.upstreams is not None:
            self.traffic.watch(self.upstreams.upstreams)
            vitals.attach_providers(self.traffic)
        self.tester = SelfTester(self.dispatcher, interval_s=settings.guards.self_test_interval_s)
        self.dependencies = Dependencies(self._leans_on(settings), self.metrics)
        self.loop_watch = LoopWatch(self.metrics)
        vitals.attach(self.dispatcher, self.tester, self.loop_watch, self.logs)
        self.bodies = Bodies(
            limit=limits.body_bytes,
            total=limits.buffered_bytes,
            timeout_s=limits.body_timeout_s,
            on_reject=self.metrics.rejected.labels("bodies").inc,
        )
        status = Status(name, self.dispatcher, self.tester, self.dependencies)
        self.leave = status.leave
        self.stopping = asyncio.Event()
        """Set when the server stops: streams that only wait for news end then."""
        endpoints = Endpoints(
            self.dispatcher,
            self.bodies,
            status,
            self.metrics,
            shelf,
        )
        routes = [*endpoints.gateway(), *docs_routes(guards)] if is_gateway else endpoints.guard()
        if self.limiter is not None:
            routes += LimitEndpoints(self.limiter).routes()
            routes += billing_endpoints(self.bodies, self.billing, settings.billing).routes()
        if kept is not None:
            routes += SecurityEndpoints(
                self.bodies,
                pseudonyms=kept.pseudonyms,
                allow_list=kept.allow_list,
                allow_list_key=kept.allow_list_key,
                canary_key=kept.canary_key,
            ).routes()
            routes += MemoryEndpoints(self.bodies, memories_of(kept)).routes()
        if shelf is not None:
            shelf.shadow = self._shadow(shelf)
        if kept is not None and shelf is not None:
            routes += identity_routes(
                self.bodies,
                self.identity,
                kept.identity,
                check_policy=shelf.get,
                erase=self._erase,
            )
            if self.recording is not None:
                routes += record_routes(
                    self.bodies,
                    self.recording,
                    kept.records,
                    forget_answers=lambda: reuse.kept.clear() if reuse is not None else 0,
                )
            routes += self._policy_routes(kept, shelf)
        if kept is not None and shelf is not None:
            routes += ProxyEndpoints(
                self.bodies,
                Guarding(self.dispatcher, shelf),
                shelf,
                terms=Terms(_choice(settings), settings.policies.streaming),
                asking=self._asking(reuse),
                settling=Settling(self.traffic, self.metrics),
                pseudonyms=kept.pseudonyms,
            ).routes()
            screening = Screening(self.dispatcher, shelf, _choice(settings))
            routes += DropInEndpoints(
                self.bodies,
                screening,
                pseudonyms=kept.pseudonyms,
                version=guards["biasguard"].version,
            ).routes()
            routes += build_mcp(
                settings.mcp,
                self.bodies,
                screening,
                database=kept.database,
                session=lambda: self.dispatcher.session,
                stopping=self.stopping,
                environ=os.environ,
            )
        self.routes = routes
        gate = Gate(
            quick_router(routes, self.run),
            authenticator=self.identity.authenticator,
            allowed_hosts=_hosts(settings, is_gateway=is_gateway),
            allowed_origins=settings.access.allowed_origins,
            bodies=self.bodies,
            is_swamped=self._is_swamped,
            metrics=self.metrics,
            logs=self.logs,
            tracer=self.tracer,
            limiter=self.limiter,
            attach=self.recording.recorder.attach if self.recording else lambda _: None,
            clients=self.identity.clients,
            refusals=refusals() | dropin_refusals() if shelf is not None else {},
        )
        self.app: App = QueryKey(gate, PERSPECTIVE) if shelf is not None else gate

    def _recording(self, kept: Kept) -> Recording:
        remembered = remembered_in(kept)
        return build_recording(self.settings, kept.records, remembered, self.metrics)

    def _erase(self, tenant: str, user: str) -> None:
        """Forget a person of whom Clerk tells that it is gone; on any thread. Raises
        `NotAvailable`."""
        recording, loop = self.recording, self._loop
        if recording is None:
            return
        done = recording.erasure.erase(Person(tenant, user)).statement
        if loop is not None:  # the audit is written by one thread only
            detail: dict[str, str | int] = {"receipt": done.id, "by": "clerk", **done.erased}
            note = partial(recording.recorder.note, "privacy.erase", tenant=tenant, detail=detail)
            loop.call_soon_threadsafe(partial(note, target=done.person))

    def _policy_routes(self, kept: Kept, shelf: Shelf) -> list[Route]:
        """What reads and changes policies, and the check by one without an upstream."""
        check = CheckEndpoint(
            self.bodies,
            Guarding(self.dispatcher, shelf),
            shelf,
            choice=_choice(self.settings),
            pseudonyms=kept.pseudonyms,
        )
        if shelf.stored is None:
            return check.routes()
        sources = Sources(
            shelf,
            shelf.stored,
            kept.records.requests,
            kept.marks,
            kept.allow_list,
            kept.allow_list_key,
        )
        admin = policy_routes(self.bodies, sources, kept.identity.idempotency)
        return [*check.routes(), *admin]

    def _shadow(self, shelf: Shelf) -> Shadow:
        def count(shadowed: Shadowed) -> None:
            done, would = shadowed.seen.action, shadowed.ruling.decision.action
            self.metrics.shadow_decisions.labels(done, would).inc()

        return Shadow(
            shelf.get,
            default=self.settings.policies.shadow,
            count=count,
            lose=lambda reason: self.metrics.shadow_lost.labels(reason).inc(),
        )

    def _asking(self, reuse: Reuse | None) -> Asking | None:
        """Who asks the upstreams; None when there are none."""
        if self.upstreams is None:
            return None
        return Asking(
            self.upstreams.upstreams,
            lambda: self.dispatcher.session,
            reuse,
            on_look=lambda found: self.metrics.cache_lookups.labels(found).inc(),
        )

    def _upstreams(self, settings: Settings) -> Configured | None:
        """Raises `PolicyError` for a file of upstreams that is wrong."""

        def on_call(name: str, outcome: Outcome, seconds: float) -> None:
            self.traffic.called(name, outcome, seconds)
            self.metrics.count_upstream_call(name, outcome, seconds)

        def on_change(name: str, state: State) -> None:
            self.metrics.upstream_breaker.labels(name).set(BREAKER_STATES.index(state))

        return configured_upstreams(
            settings.upstream,
            Surroundings(on_call=on_call, on_change=on_change),
            environ=os.environ,
            region=settings.aws.region,
        )

    def _leans_on(self, settings: Settings) -> list[Dependency]:
        found = []
        database, limiter = self.database, self.limiter
        if database is not None:
            found.append(Dependency("database", settings.database.required, database.answers))
        if limiter is not None and settings.redis.address() is not None:

            async def shares() -> bool:
                return limiter.is_shared

            found.append(Dependency("redis", settings.redis.required, shares))
        return found

    def _is_swamped(self) -> bool:
        """Whether the event loop falls behind. A worker may hold it up for a tenth of a second
        now and then; with a full queue behind it, less is enough of a sign."""
        is_full = self.dispatcher.workers.is_full
        return self.loop_watch.overdue_s() > (SWAMPED_S if not is_full else SWAMPED_AND_FULL_S)

    @contextlib.asynccontextmanager
    async def run(self, _: object = None) -> AsyncIterator[None]:
        """From the start to the stop: what runs beside the requests."""
        self._loop = asyncio.get_running_loop()
        self.logs.start()
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=30)
        async with aiohttp.ClientSession(
            connector=connector, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
        ) as session:
            self.dispatcher.session = session
            interval_s = self.settings.guards.health_interval_s
            beside = [self.loop_watch.watch(), self.bodies.watch(), self.tester.watch()]
            beside.append(self.dependencies.watch())
            if self.limiter is not None:
                beside.append(self.limiter.watch())
            if self.billing is not None:
                beside += self.billing.beside()
            if self.rotation is not None:
                beside.append(self.rotation.watch())
            if self.recording is not None:
                beside += self.recording.beside()
            if self.identity.ring is not None:
                beside.append(self.identity.ring.watch())
            if self._shelf is not None:
                beside.append(self._shelf.watch())
                if self._shelf.shadow is not None:
                    beside.append(self._shelf.shadow.run())
            if self.upstreams is not None:
                beside += self.upstreams.beside(self.traffic, session, self.settings.upstream)
            beside += [
                entry.pool.watch(session, interval_s) for _, entry in self.directory if entry.pool
            ]
            tasks = [asyncio.create_task(one) for one in beside]
            for task in tasks:
                task.add_done_callback(_tell_of_its_end)
            if self._shelf is not None:
                await self._shelf.settle()
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                self.dispatcher.close()
                if self.recording is not None:
                    await self.recording.keeper.stop()
                if self.identity.ring is not None:
                    await self.identity.ring.write_down()
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
    guards = build_guards(vitals, kept, configured_judge(settings))
    return Program(settings, guards, vitals, SERVICE, kept, _shelf(settings, guards, kept))


def _shelf(
    settings: Settings, guards: dict[str, Processor[Any]], kept: Kept | None = None
) -> Shelf:
    """The policies, with those that tenants keep. Raises `PolicyError` for a file that is wrong."""
    catalogue = catalogue_of(guards)
    if kept is None:
        return Shelf(catalogue, settings.policies.folder)
    stored = StoredPolicies(kept.policies, catalogue)
    if isinstance(kept.policies, MemoryPolicies):
        stored.refresh()  # there is nothing to wait for
    return Shelf(catalogue, settings.policies.folder, stored)


def _choice(settings: Settings) -> Choice:
    policies = settings.policies
    return Choice(policies.proxy, policies.by_route(), frozenset(policies.choices))


def create_guard_app(settings: Settings, guard: str) -> Program:
    """One guard by itself, as an instance that gateways call; raises `NotAvailable`."""
    vitals = LiveVitals(settings.runtime.home)
    guards = build_guards(vitals, build_stores(settings), configured_judge(settings))
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
    guards = build_guards(vitals, build_stores(settings), configured_judge(settings))
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
    guards = build_guards(vitals, build_stores(settings), configured_judge(settings))
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
