"""The paths of the gateway and of a guard's own instance. HTTP only: no judgement here."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response as HttpResponse
from starlette.routing import Route, Router

from aiguardian.errors import GatewayError, Overloaded
from aiguardian.gateway import judging
from aiguardian.gateway.batch import BATCHES, Batch
from aiguardian.gateway.cycle import in_task
from aiguardian.gateway.decisions import tell_of_failure
from aiguardian.gateway.decode import convert, read_object
from aiguardian.gateway.dispatch import Dispatcher
from aiguardian.gateway.envelope import Response, encode, read_request
from aiguardian.gateway.judging import while_connected
from aiguardian.gateway.limits.entry import count_line, name_user
from aiguardian.gateway.persons import for_person
from aiguardian.gateway.screen import ScreenRequest, screen
from aiguardian.gateway.screen_decisions import tell_of_screen
from aiguardian.gateway.status import Status
from aiguardian.gateway.wire import (
    App,
    Bodies,
    Receive,
    Scope,
    Send,
    check_ndjson,
    respond,
)
from aiguardian.identity.principal import Scope as Right
from aiguardian.policy.choice import check_bound
from aiguardian.policy.shelf import Shelf
from aiguardian.telemetry.exchange import Exchange
from aiguardian.telemetry.metrics import Metrics


class Endpoints:
    """The endpoints as methods, over the parts that do the work."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        bodies: Bodies,
        status: Status,
        metrics: Metrics,
        shelf: Shelf | None = None,
    ) -> None:
        """`shelf` holds the policies; a guard that runs by itself needs none."""
        self._dispatcher = dispatcher
        self._bodies = bodies
        self._status = status
        self._metrics = metrics
        self._shelf = shelf
        self._batches = 0

    def gateway(self) -> list[Route]:
        """All paths of the gateway; the one that is called most stands first."""
        return [
            post("/api/v1/guards/process", self.process, needs="guards", is_short=True),
            post("/api/v1/guards/screen", self.screen, needs="guards"),
            post("/api/v1/guards/batch", self.batch, needs="guards"),
            *self._told(),
            get("/api/v1/guards/services", lambda _: _json(self._status.services()), needs=None),
            get("/api/v1/guards/health", lambda _: _json(self._status.guards()), needs=None),
            get("/api/v1/guards/health/{service}", self._guard_health, needs=None),
        ]

    def guard(self) -> list[Route]:
        """The paths of one guard that runs by itself."""
        return [post("/process", self.process, needs="guards", is_short=True), *self._told()]

    def _told(self) -> list[Route]:
        return [
            get("/health", lambda _: _json(self._status.summary()), needs=None),
            get("/health/live", lambda _: _json(self._status.live()), needs=None),
            get("/health/ready", self._ready, needs=None),
            get(
                "/metrics",
                lambda _: HttpResponse(self._metrics.text(), media_type=_PROMETHEUS),
                needs="metrics",
            ),
        ]

    async def process(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One text, one guard."""
        body = await self._bodies.read_json(scope, receive)
        request = for_person(scope["principal"], read_request(body))
        if (count := name_user(scope, request.user_id)) is not None:
            await in_task()
            await count
        answer = await judging.process(self._dispatcher, request, scope["exchange"], receive)
        await respond(send, 200, encode(answer))

    async def screen(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One text, several guards, one verdict."""
        exchange: Exchange = scope["exchange"]
        body = await self._bodies.read_json(scope, receive)
        request = for_person(scope["principal"], convert(read_object(body), ScreenRequest))
        check_bound(scope["principal"].policy, request.policy)
        if (count := name_user(scope, request.user_id)) is not None:
            await count
        exchange.guard = "screen"
        exchange.client_type = request.client_type
        exchange.user_id = exchange.user_id or request.user_id or ""
        work = screen(
            self._dispatcher,
            self._shelf,
            request,
            request_id=exchange.request_id,
            tenant=exchange.tenant,
            traceparent=exchange.traceparent(),
            tell=exchange.decide,
        )
        try:
            report, exchange.degraded = await while_connected(work, receive)
        except GatewayError as error:
            tell_of_failure(exchange, "screen", error)
            raise
        tell_of_screen(
            exchange, self._dispatcher.directory, request, report, degraded=exchange.degraded
        )
        exchange.action = report.decision.action
        answer = Response(
            request_id=exchange.request_id,
            service_type="screen",
            success=True,
            data=report,
            error=None,
            processing_time=time.perf_counter() - exchange.started_s,
            service_used=",".join(report.reports),
            degraded=exchange.degraded,
        )
        await respond(send, 200, encode(answer))

    async def batch(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Many envelopes, one a line."""
        check_ndjson(scope)
        if self._batches >= BATCHES:
            raise Overloaded(f"{BATCHES} batches are running already.", retry_after_s=1)
        self._batches += 1
        try:
            exchange: Exchange = scope["exchange"]
            batch = Batch(
                self._dispatcher,
                self._bodies,
                exchange,
                principal=scope["principal"],
                count=lambda user: count_line(scope, user),
            )
            await batch.run(receive, send)
        finally:
            self._batches -= 1

    def _ready(self, _: Request) -> HttpResponse:
        is_ready, told = self._status.ready()
        return _json(told, status=200 if is_ready else 503)

    def _guard_health(self, request: Request) -> HttpResponse:
        told = self._status.guard(request.path_params["service"])
        return _json(told, status=503 if told["status"] == "unhealthy" else 200)


_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


def _json(value: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    return HttpResponse(
        encode(value),
        status_code=status,
        media_type="application/json",
        headers={"cache-control": "no-store"},
    )


Rights = Mapping[str, Right | None]
"""The right that callers need, by method."""


class _Named:
    """An ASGI endpoint that tells the exchange which route it is, a template and never a path,
    and lets in who has the right to it."""

    def __init__(
        self, path: str, app: App, needs: Right | Rights | None, *, is_short: bool = False
    ) -> None:
        self._path = path
        self._app = app
        self._needs = needs
        self.is_short = is_short
        """Whether it may end without waiting, and asks for a task itself where it does not."""

    def needs(self, method: str) -> Right | None:
        """The right that callers of this method must have."""
        if self._needs is None or isinstance(self._needs, str):
            return self._needs
        return self._needs["GET" if method == "HEAD" else method]

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        scope["exchange"].route = self._path
        right = self.needs(scope["method"])
        if right is not None:
            scope["principal"].require(right)
        return self._app(scope, receive, send)


def post(path: str, app: App, *, needs: Right | None, is_short: bool = False) -> Route:
    """A route for an ASGI app that reads the request's body itself. `needs` is the right that its
    callers must have; None: any caller that the gate lets in. `is_short`: as a request's last
    step outside of a task, see `cycle.begin`."""
    return Route(path, _Named(path, app, needs, is_short=is_short), methods=["POST"])


def fetch(path: str, app: App, *, needs: Right | None) -> Route:
    """A route for an ASGI app that reads."""
    return Route(path, _Named(path, app, needs), methods=["GET"])


def delete(path: str, app: App, *, needs: Right | None) -> Route:
    """A route for an ASGI app that takes something away."""
    return Route(path, _Named(path, app, needs), methods=["DELETE"])


def by_method(path: str, apps: Mapping[str, App], *, needs: Right | Rights | None) -> Route:
    """One route for an app a method: a 405 then names them all. `needs` may differ by method."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        await apps[method](scope, receive, send)

    return Route(path, _Named(path, app, needs), methods=list(apps))


def get(path: str, answer: Callable[[Request], HttpResponse], *, needs: Right | None) -> Route:
    """A route for a function that answers at once."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await answer(Request(scope))(scope, receive, send)

    return Route(path, _Named(path, app, needs), methods=["GET"])


def quick_router(
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

    short = {path for path, app in exact.items() if getattr(app, "is_short", False)}

    async def in_a_task(app: App, scope: Scope, receive: Receive, send: Send) -> None:
        await in_task()
        await app(scope, receive, send)

    def app(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        asked = scope.get("method", ""), scope.get("path", "")
        if asked in short:
            return exact[asked](scope, receive, send)
        if asked in exact:
            return in_a_task(exact[asked], scope, receive, send)
        scope["app"] = router  # so that it raises 404 and 405: the gate answers all errors
        return in_a_task(router, scope, receive, send)

    return app
