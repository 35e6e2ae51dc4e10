"""The one gate that every request passes: ids, hosts, CORS, identity, errors, log, metrics.

One plain ASGI class instead of a stack of middleware, whose layers each cost a short request
more than its duty does. What all duties cost together: `python -m benchmarks.gateway`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from types import MappingProxyType

from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware

from aiguardian.errors import (
    GatewayError,
    InternalError,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    Overloaded,
)
from aiguardian.gateway.answering import Answering
from aiguardian.gateway.cycle import in_task
from aiguardian.gateway.envelope import Response, encode, failure
from aiguardian.gateway.limits.entry import LIMIT_HEADERS, enter, settle
from aiguardian.gateway.limits.limiter import Limiter
from aiguardian.gateway.wire import App, Bodies, ClientGone, Receive, Scope, Send, respond
from aiguardian.identity.authenticate import SPEAKS_FOR, Authenticator, Proof
from aiguardian.identity.client import Clients
from aiguardian.telemetry.exchange import Exchange
from aiguardian.telemetry.log import LogWriter
from aiguardian.telemetry.metrics import Metrics
from aiguardian.telemetry.traces import Tracer

log = logging.getLogger(__name__)

PROBES = frozenset({"/health", "/health/live", "/health/ready"})
"""Open to anyone under any host name: a load balancer calls them by address."""
WEBHOOKS = "/api/v1/webhooks/"
"""Below it callers have no key: their message is signed, and its endpoint checks that."""
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
CLIENT_CLOSED = 499
"""The status that logs and metrics show when the client left first (nginx's number)."""


class Gate:
    """Wraps the router. Everything that each request owes is done here, once."""

    def __init__(
        self,
        app: App,
        *,
        authenticator: Authenticator,
        allowed_hosts: Iterable[str],
        allowed_origins: Iterable[str],
        bodies: Bodies,
        is_swamped: Callable[[], bool],
        metrics: Metrics,
        logs: LogWriter,
        tracer: Tracer,
        refusals: Mapping[str, Callable[[GatewayError], bytes]] = MappingProxyType({}),
        limiter: Limiter | None = None,
        clients: Clients | None = None,
        attach: Callable[[Exchange], None] = lambda _: None,
    ) -> None:
        """`refusals` give the body of an error, by path, where clients expect another shape.
        `attach` lets whoever records listen to an exchange."""
        self._app = app
        self._refusals = refusals
        self._limiter = limiter
        self._attach = attach
        self._clients = clients or Clients(())
        self._authenticator = authenticator
        self._hosts = HostNames(allowed_hosts)
        self._bodies = bodies
        self._is_swamped = is_swamped
        self._on_shed = metrics.rejected.labels("event_loop").inc
        self._metrics = metrics
        self._logs = logs
        self._tracer = tracer
        self._in_flight = 0
        metrics.in_flight.set_function(lambda: self._in_flight)
        self._browsers = CORSMiddleware(
            self._answer,
            allow_origins=list(allowed_origins),
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
            allow_headers=[
                "Authorization",
                "Content-Type",
                "If-Match",
                "Idempotency-Key",
                "X-API-Key",
                "X-Request-ID",
            ],
            expose_headers=["X-Request-ID", "Retry-After", *LIMIT_HEADERS],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, and tell of it whatever happens."""
        if scope["type"] != "http":
            await self._other(scope, receive, send)
            return
        started_s = time.perf_counter()
        headers = dict(scope["headers"])
        exchange = Exchange.begin(
            method=scope["method"] if scope["method"] in _METHODS else "OTHER",
            request_id=headers.get(b"x-request-id"),
            traceparent=headers.get(b"traceparent"),
            sample_ratio=self._tracer.sample_ratio,
            started_s=started_s,
            started_ns=time.time_ns(),
        )
        self._attach(exchange)
        scope["exchange"] = exchange
        scope["headers_by_name"] = headers

        answering = Answering(scope, send)
        self._in_flight += 1
        try:
            if b"origin" in headers:
                await self._browsers(scope, receive, answering)
            else:
                await self._answer(scope, receive, answering)
        finally:
            seconds = time.perf_counter() - started_s
            self._in_flight -= 1
            self._bodies.release(exchange)
            settle(scope)
            exchange.finish(seconds)
            self._metrics.count_request(exchange, seconds)
            self._logs.request(exchange, seconds)
            if exchange.is_sampled:
                self._tracer.record(exchange, seconds)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the router behind the checks; an error becomes a response here and only here."""
        exchange: Exchange = scope["exchange"]
        try:
            if (unknown := self._admit(scope)) is not None:
                await in_task()
                _let_in(scope, await unknown)
            if self._limiter is not None and (count := enter(self._limiter, scope)) is not None:
                await in_task()
                await count
            await self._app(scope, receive, send)
        except GatewayError as error:
            await self._refuse(scope, error, send)
        except HTTPException as error:
            refusal = _of_router(error, scope["path"])
            await self._refuse(scope, refusal, send, dict(error.headers or {}))
        except ClientGone:
            exchange.status = CLIENT_CLOSED
            exchange.error_code = "client_gone"
        except Exception as error:  # the last boundary before the server
            log.error("a request failed", exc_info=error)
            await self._refuse(
                scope, InternalError("The request failed through a fault of ours."), send
            )

    def _admit(self, scope: Scope) -> Awaitable[Proof] | None:
        """Let the request in, or give what tells whether it may come in: who calls is to be
        looked up."""
        if scope["path"] in PROBES:
            return None
        if self._is_swamped():  # before the body is read: refusing must cost less than serving
            self._on_shed()
            raise Overloaded("More requests arrive than can be read. Try again.", retry_after_s=1)
        headers = scope["headers_by_name"]
        if len(headers) != len(scope["headers"]):
            _refuse_repeated(scope)
        if headers.get(b"transfer-encoding", _CHUNKED).lower() != _CHUNKED:
            raise InvalidRequest(
                "Of transfer codings only chunked is understood.", field="Transfer-Encoding"
            )
        if not self._hosts.allow(headers.get(b"host", b"")):
            raise InvalidRequest(
                "This host name is not served here; ALLOWED_HOSTS names those that are.",
                field="Host",
            )
        if scope["path"].startswith(WEBHOOKS):
            return None
        address = self._clients.address(scope["client"], scope["headers"])
        proof = self._authenticator.check(headers, scope["client"], address)
        if proof is None:
            return self._authenticator.look_up(headers, address)
        _let_in(scope, proof)
        return None

    async def _refuse(
        self,
        scope: Scope,
        error: GatewayError,
        send: Send,
        headers: dict[str, str] | None = None,
    ) -> None:
        exchange: Exchange = scope["exchange"]
        exchange.error_code = error.code
        if exchange.status:  # the response has begun: all that is left is to break it off
            log.error("a response broke off: %s", error.code)
            raise error
        shape = self._refusals.get(scope["path"])
        body = shape(error) if shape else encode(_envelope(exchange, error))
        extra = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
        if error.retry_after_s is not None:
            extra.append((b"retry-after", b"%d" % error.retry_after_s))
        if error.status == 401:
            extra.append((b"www-authenticate", b'Bearer realm="aiguardian"'))
        await respond(send, error.status, body, headers=extra)

    async def _other(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "no websockets here"})
            return
        await self._app(scope, receive, send)


def _envelope(exchange: Exchange, error: GatewayError) -> Response:
    return failure(
        error,
        request_id=exchange.request_id,
        service_type=exchange.guard or None,
        seconds=time.perf_counter() - exchange.started_s,
    )


_ONLY_ONCE = frozenset(
    {
        b"host",
        b"content-length",
        b"content-type",
        b"x-api-key",
        b"authorization",
        b"if-match",
        b"idempotency-key",
        b"transfer-encoding",
        SPEAKS_FOR,
    }
)


def _refuse_repeated(scope: Scope) -> None:
    """A header that decides something must not say two things (RFC 9110, section 5.3)."""
    names = [name for name, _ in scope["headers"] if name in _ONLY_ONCE]
    if len(names) != len(set(names)):
        raise InvalidRequest("A header that may stand once stands twice.")


def _let_in(scope: Scope, proof: Proof) -> None:
    """Tell whoever comes after the gate who calls."""
    principal, exchange = proof.principal, scope["exchange"]
    scope["principal"], scope["credential"] = principal, proof.credential
    exchange.key_id, exchange.tenant = principal.key_id, principal.tenant
    exchange.user_id = principal.user_id or ""


_CHUNKED = b"chunked"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class HostNames:
    """The host names that are served; `*` serves any, `*.example.com` any below it."""

    def __init__(self, names: Iterable[str]) -> None:
        self._exact = {name.lower() for name in names if "*" not in name}
        self._suffixes = tuple(name[1:].lower() for name in names if name.startswith("*."))
        self._any = "*" in set(names)

    def allow(self, header: bytes) -> bool:
        """Whether the Host header names one of them, whatever its port."""
        if self._any:
            return True
        host = header.decode("latin-1").lower()
        name = host[: host.find("]") + 1] if host.startswith("[") else host.partition(":")[0]
        return name in self._exact or (bool(self._suffixes) and name.endswith(self._suffixes))


_OF_VENDORS = ("/chat/completions", "/completions", "/embeddings", "/messages", "/responses")
"""The ends of the vendors' paths, which a client puts behind the base URL that it was given."""


def _of_router(error: HTTPException, path: str) -> GatewayError:
    if error.status_code == 405:
        allow = (error.headers or {}).get("Allow", "")
        return MethodNotAllowed(f"This path does not take that method. Allowed: {allow}.")
    if error.status_code == 404:
        tail = next((tail for tail in _OF_VENDORS if path.endswith(tail)), None)
        hint = (
            f"The gateway has /v1{tail}: OpenAI's clients want a base URL that ends in /v1, "
            "Anthropic's one that does not."
            if tail
            else "/docs lists those that exist."
        )
        return NotFound(f"There is no such path. {hint}")
    return InvalidRequest("The request cannot be served as it is.")
