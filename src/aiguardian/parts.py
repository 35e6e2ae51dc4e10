"""What the program is built of: each part made once, from the settings and the parts before it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from functools import partial
from typing import Any

from aiguardian.billing.building import build_billing
from aiguardian.gateway.circuit import State
from aiguardian.gateway.dependencies import Dependencies, Dependency
from aiguardian.gateway.directory import Directory
from aiguardian.gateway.dispatch import Dispatcher
from aiguardian.gateway.limits.building import build_limiter
from aiguardian.gateway.records import build_recording
from aiguardian.gateway.rotation import Rotation
from aiguardian.gateway.self_test import SelfTester
from aiguardian.gateway.vitals import LiveVitals, LoopWatch
from aiguardian.gateway.wire import Bodies
from aiguardian.identity.authenticate import internal_key, internal_keys
from aiguardian.identity.building import build_identity
from aiguardian.policy.shadow import Shadow, Shadowed
from aiguardian.policy.shelf import Shelf
from aiguardian.privacy.person import Person
from aiguardian.processor import Processor
from aiguardian.proxy.answers import Outcome
from aiguardian.proxy.configured import Configured, configured_reuse, configured_upstreams
from aiguardian.proxy.health.traffic import Traffic
from aiguardian.proxy.upstream import Surroundings
from aiguardian.settings.groups import GUARD_NAMES, Settings
from aiguardian.storage.sealing import Secrets
from aiguardian.stores import Kept, remembered_in
from aiguardian.telemetry.log import SERVICE, LogWriter
from aiguardian.telemetry.metrics import Metrics
from aiguardian.telemetry.traces import NullTracer, Tracer

BREAKER_STATES = (State.CLOSED, State.HALF_OPEN, State.OPEN)
"""In the order of their numbers in the metrics."""


class Parts:
    """The parts of one running gateway, or of one guard that runs by itself.

    A guard's own instance has neither `kept` nor `shelf`, and counts, bills and records nothing:
    its callers are gateways, which have done so.
    """

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
        """`secrets` are those that a guard's own instance seals with, `named` the values that files
        name. Opens no connection and no file but the journal's. Raises `PolicyError` for a file of
        upstreams or plans that is wrong."""
        self.settings, self.guards, self.name = settings, guards, name
        self.kept, self.shelf = kept, shelf
        self.secrets = kept.identity.secrets if kept is not None else secrets
        self.named = named
        self.is_gateway = name == SERVICE
        self.stopping = asyncio.Event()
        """Set when the server stops: streams that only wait for news end then."""
        self.loop: asyncio.AbstractEventLoop | None = None
        """The one that serves, once it does."""
        self.rotation: Rotation | None = None
        self.metrics = Metrics()
        self.logs = LogWriter(service=name, on_drop=self.metrics.log_lines_dropped.inc)
        self.tracer = _tracer(settings, name)
        self._keep_account(settings, kept)
        self._judge(settings, guards)
        self._ask_upstreams(settings, vitals)
        self._watch(settings, vitals)
        self.bodies = Bodies(
            limit=settings.limits.body_bytes,
            total=settings.limits.buffered_bytes,
            timeout_s=settings.limits.body_timeout_s,
            on_reject=self.metrics.rejected.labels("bodies").inc,
        )
        if shelf is not None:
            shelf.shadow = self._shadow(shelf)

    def _keep_account(self, settings: Settings, kept: Kept | None) -> None:
        """Who calls, how much, at whose cost, and what is written down of it."""
        is_gateway = self.is_gateway
        self.database = kept.database if kept is not None else None
        self.recording = (
            build_recording(settings, kept.records, remembered_in(kept), self.metrics)
            if is_gateway and kept is not None
            else None
        )
        self.identity = build_identity(
            settings,
            self.metrics,
            kept.identity if kept else None,
            session=lambda: self.dispatcher.session,
        )
        self.billing = build_billing(settings.billing, self.database) if is_gateway else None
        self.limiter = (
            build_limiter(settings, self.metrics, self.database, self.billing)
            if is_gateway
            else None
        )

    def _judge(self, settings: Settings, guards: dict[str, Processor[Any]]) -> None:
        """Where the guards are, and the way to them."""
        limits, given = settings.limits, settings.guards
        self.directory = Directory(
            guards,
            {one: given.instances(one) for one in GUARD_NAMES} if self.is_gateway else {},
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
        if keys := internal_keys(settings):
            self.dispatcher.take_internal_keys(keys)
        self.tester = SelfTester(self.dispatcher, interval_s=given.self_test_interval_s)

    def _ask_upstreams(self, settings: Settings, vitals: LiveVitals) -> None:
        """The vendors behind the proxy, and the answers of theirs that are used again."""
        self.traffic = Traffic()
        self.reuse = configured_reuse(settings.cache)
        has_proxy = self.kept is not None and self.shelf is not None
        self.upstreams = self._upstreams(settings) if has_proxy else None
        if self.upstreams is not None:
            self.traffic.watch(self.upstreams.upstreams)
            vitals.attach_providers(self.traffic)

    def _watch(self, settings: Settings, vitals: LiveVitals) -> None:
        """How the program itself and the servers it leans on are."""
        self.dependencies = Dependencies(self._leans_on(settings), self.metrics)
        self.loop_watch = LoopWatch(self.metrics)
        vitals.attach(self.dispatcher, self.tester, self.loop_watch, self.logs)

    def erase(self, tenant: str, user: str) -> None:
        """Forget a person of whom Clerk tells that it is gone; on any thread. Raises
        `NotAvailable`."""
        recording, loop = self.recording, self.loop
        if recording is None:
            return
        done = recording.erasure.erase(Person(tenant, user)).statement
        if loop is not None:  # the audit is written by one thread only
            detail: dict[str, str | int] = {"receipt": done.id, "by": "clerk", **done.erased}
            note = partial(recording.recorder.note, "privacy.erase", tenant=tenant, detail=detail)
            loop.call_soon_threadsafe(partial(note, target=done.person))

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
            environ=self.named,
            region=settings.aws.region,
            outbound=settings.outbound,
        )

    def _leans_on(self, settings: Settings) -> list[Dependency]:
        found = []
        database, limiter = self.database, self.limiter
        if database is not None:
            found.append(Dependency("database", settings.database.required, database.answers))
        if limiter is not None and settings.redis.address() is not None:

            async def shares() -> bool:
                await limiter.was_tried.wait()
                return limiter.is_shared

            found.append(Dependency("redis", settings.redis.required, shares))
        return found


def _tracer(settings: Settings, service: str) -> Tracer:
    if settings.tracing.endpoint is None:
        return NullTracer()
    from aiguardian.telemetry.otlp import OtlpTracer  # a fifth of a second that most do without

    return OtlpTracer(
        settings.tracing.endpoint, sample_ratio=settings.tracing.sample_ratio, service=service
    )
