"""What is served: the paths over the parts of the program, and the gate before them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

from starlette.routing import Route

from aiguardian.billing.building import billing_endpoints
from aiguardian.dropin.query_key import QueryKey
from aiguardian.dropin.routes import PERSPECTIVE, DropInEndpoints
from aiguardian.dropin.routes import refusals as dropin_refusals
from aiguardian.gateway.admin.false_positives import Sources
from aiguardian.gateway.admin.identity_routes import identity_routes
from aiguardian.gateway.admin.limits import LimitEndpoints
from aiguardian.gateway.admin.policy_routes import policy_routes
from aiguardian.gateway.admin.records import record_routes
from aiguardian.gateway.gate import LOOPBACK_HOSTS, Gate
from aiguardian.gateway.memory import MemoryEndpoints
from aiguardian.gateway.routes import Endpoints, quick_router
from aiguardian.gateway.screening import Screening
from aiguardian.gateway.security import SecurityEndpoints
from aiguardian.gateway.status import Status
from aiguardian.gateway.wire import App
from aiguardian.mcp.building import build_mcp
from aiguardian.mcp.sessions import PURPOSE as SESSION_KEY
from aiguardian.parts import Parts
from aiguardian.policy.shelf import Shelf
from aiguardian.proxy.asking import Asking
from aiguardian.proxy.check_endpoint import CheckEndpoint
from aiguardian.proxy.guarding import Guarding
from aiguardian.proxy.routes import ProxyEndpoints, Terms, refusals
from aiguardian.proxy.settling import Settling
from aiguardian.registry import chosen_policies
from aiguardian.settings.groups import Settings
from aiguardian.stores import Kept, memories_of
from aiguardian.web.docs import docs_routes

SWAMPED_S, SWAMPED_AND_FULL_S = 0.25, 0.03
"""So late that new requests are refused unread (benchmarks/faults.py: probes stay prompt)."""

FEW = 32
"""With no more requests than these since its timer rang it is a start or a busy machine that makes
the event loop late, no onrush, and refusing helps nobody. Chosen on 2026-11-22."""

Run = Callable[[Any], AbstractAsyncContextManager[None]]
"""What runs from the start of the server to its stop."""


def mounted(parts: Parts, status: Status) -> list[Route]:
    """Every path that the parts there are can serve."""
    kept, shelf = parts.kept, parts.shelf
    routes = _judging(parts, status)
    if parts.limiter is not None:
        routes += LimitEndpoints(parts.limiter).routes()
        billing = parts.settings.billing
        routes += billing_endpoints(parts.bodies, parts.billing, billing).routes()
    if kept is not None:
        routes += _remembering(parts, kept)
    if kept is not None and shelf is not None:
        routes += _administration(parts, kept, shelf)
        routes += _policies(parts, kept, shelf)
        routes += _in_other_shapes(parts, kept, shelf)
    return routes


def gated(parts: Parts, routes: list[Route], run: Run) -> App:
    """The whole application: the gate, and behind it the paths."""
    settings = parts.settings
    gate = Gate(
        quick_router(routes, run),
        authenticator=parts.identity.authenticator,
        allowed_hosts=_hosts(settings, is_gateway=parts.is_gateway),
        allowed_origins=settings.access.allowed_origins,
        bodies=parts.bodies,
        is_swamped=partial(_is_swamped, parts),
        metrics=parts.metrics,
        logs=parts.logs,
        tracer=parts.tracer,
        limiter=parts.limiter,
        attach=parts.recording.recorder.attach if parts.recording else lambda _: None,
        clients=parts.identity.clients,
        refusals=refusals() | dropin_refusals() if parts.shelf is not None else {},
    )
    return QueryKey(gate, PERSPECTIVE) if parts.shelf is not None else gate


def _judging(parts: Parts, status: Status) -> list[Route]:
    """The guards and the probes; in a gateway, their documentation too."""
    endpoints = Endpoints(parts.dispatcher, parts.bodies, status, parts.metrics, parts.shelf)
    if not parts.is_gateway:
        return endpoints.guard()
    return [*endpoints.gateway(), *docs_routes(parts.guards)]


def _remembering(parts: Parts, kept: Kept) -> list[Route]:
    """Placeholders, allow-lists, canaries, and the memory of conversations."""
    security = SecurityEndpoints(
        parts.bodies,
        pseudonyms=kept.pseudonyms,
        allow_list=kept.allow_list,
        allow_list_key=kept.allow_list_key,
        canary_key=kept.canary_key,
    )
    return [*security.routes(), *MemoryEndpoints(parts.bodies, memories_of(kept)).routes()]


def _administration(parts: Parts, kept: Kept, shelf: Shelf) -> list[Route]:
    """Keys, people and tenants; what was recorded, and how it is forgotten."""
    routes = identity_routes(
        parts.bodies, parts.identity, kept.identity, check_policy=shelf.get, erase=parts.erase
    )
    if parts.recording is None:
        return routes
    reuse = parts.reuse
    return [
        *routes,
        *record_routes(
            parts.bodies,
            parts.recording,
            kept.records,
            forget_answers=lambda: reuse.kept.clear() if reuse is not None else 0,
        ),
    ]


def _policies(parts: Parts, kept: Kept, shelf: Shelf) -> list[Route]:
    """What reads and changes policies, and the check by one without an upstream."""
    check = CheckEndpoint(
        parts.bodies,
        Guarding(parts.dispatcher, shelf),
        shelf,
        choice=chosen_policies(parts.settings),
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
    admin = policy_routes(parts.bodies, sources, kept.identity.idempotency)
    return [*check.routes(), *admin]


def _in_other_shapes(parts: Parts, kept: Kept, shelf: Shelf) -> list[Route]:
    """The vendors' endpoints, the moderation products' endpoints, and MCP servers."""
    settings = parts.settings
    choice = chosen_policies(settings)
    proxy = ProxyEndpoints(
        parts.bodies,
        Guarding(parts.dispatcher, shelf),
        shelf,
        terms=Terms(choice, settings.policies.streaming),
        asking=_asking(parts),
        settling=Settling(parts.traffic, parts.metrics),
        pseudonyms=kept.pseudonyms,
    )
    screening = Screening(parts.dispatcher, shelf, choice)
    drop_in = DropInEndpoints(
        parts.bodies,
        screening,
        pseudonyms=kept.pseudonyms,
        version=parts.guards["biasguard"].version,
    )
    mcp = build_mcp(
        settings.mcp,
        parts.bodies,
        screening,
        database=kept.database,
        session=lambda: parts.dispatcher.session,
        session_key=kept.identity.secrets.lasting(SESSION_KEY),
        stopping=parts.stopping,
        environ=parts.named,
        outbound=settings.outbound,
    )
    return [*proxy.routes(), *drop_in.routes(), *mcp]


def _asking(parts: Parts) -> Asking | None:
    """Who asks the upstreams; None when there are none."""
    if parts.upstreams is None:
        return None
    return Asking(
        parts.upstreams.upstreams,
        lambda: parts.dispatcher.session,
        parts.reuse,
        on_look=lambda found: parts.metrics.cache_lookups.labels(found).inc(),
    )


def _is_swamped(parts: Parts) -> bool:
    """Count a request, and tell whether the event loop falls behind. A worker may hold it up for a
    tenth of a second now and then; with a full queue behind it, less is enough of a sign."""
    watch = parts.loop_watch
    watch.came += 1
    if watch.came <= FEW:
        return False
    overdue_s = watch.overdue_s()
    if overdue_s <= SWAMPED_AND_FULL_S:
        return False
    return overdue_s > SWAMPED_S or parts.dispatcher.workers.is_full


def _hosts(settings: Settings, *, is_gateway: bool) -> tuple[str, ...]:
    """Without ALLOWED_HOSTS: any, but loopback only for a gateway that is open to loopback,
    where another site's page could otherwise reach it under its own name (DNS rebinding)."""
    if settings.access.allowed_hosts:
        return settings.access.allowed_hosts
    return LOOPBACK_HOSTS if is_gateway and settings.is_development else ("*",)
