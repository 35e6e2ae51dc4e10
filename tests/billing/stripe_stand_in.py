"""Stripe's API as far as it is called, on a real port: what Stripe's own library talks to."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

WEBHOOK_SECRET = "whsec_canary_5f2a"


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    form: dict[str, str]
    key: str
    idempotency: str


@dataclass
class StandIn:
    """What the stand-in was asked, and how it shall answer."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    subscriptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    fails: int = 0
    """The status of every answer, when it is not 0."""
    refused_meters: set[str] = field(default_factory=set)
    answers: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    """By idempotency key: the first answer is every answer."""

    def paths(self) -> list[str]:
        return [f"{one.method} {one.path}" for one in self.asked]

    def answer(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        self.asked.append(asked)
        if self.fails:
            return self.fails, {"error": {"type": "api_error", "message": "canary: broken"}}
        if asked.idempotency and asked.idempotency in self.answers:
            return self.answers[asked.idempotency]
        told = self._made(asked)
        if asked.idempotency:
            self.answers[asked.idempotency] = told
        return told

    def _made(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        number = len(self.asked)
        if asked.path == "/v1/customers":
            return 200, {"id": f"cus_{number}", "object": "customer"}
        if asked.path == "/v1/checkout/sessions":
            url = f"https://checkout.stripe.test/{number}"
            return 200, {"id": f"cs_{number}", "object": "checkout.session", "url": url}
        if asked.path == "/v1/billing_portal/sessions":
            url = f"https://portal.stripe.test/{number}"
            return 200, {"id": f"bps_{number}", "object": "billing_portal.session", "url": url}
        if asked.path == "/v1/billing/meter_events":
            if asked.form["event_name"] in self.refused_meters:
                return 400, {
                    "error": {"type": "invalid_request_error", "message": "canary: no such meter"}
                }
            return 200, {"object": "billing.meter_event", "identifier": asked.form["identifier"]}
        name = asked.path.rpartition("/")[2]
        if name in self.subscriptions:
            return 200, self.subscriptions[name]
        return 404, {"error": {"type": "invalid_request_error", "message": "canary: no such"}}


def handler(stand_in: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            size = int(self.headers.get("content-length") or 0)
            form = parse_qs(self.rfile.read(size).decode())
            status, told = stand_in.answer(
                Asked(
                    self.command,
                    self.path.partition("?")[0],
                    {name: values[0] for name, values in form.items()},
                    self.headers.get("authorization", "").removeprefix("Bearer "),
                    self.headers.get("idempotency-key", ""),
                )
            )
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _serve  # noqa: N815 - as http.server names them

        def log_message(self, *_: Any) -> None:
            """Nothing on standard error."""

    return Handler


@contextmanager
def stripe_stand_in() -> Iterator[StandIn]:
    stand_in = StandIn()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(stand_in))
    server.daemon_threads = True
    stand_in.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def subscription(
    name: str = "sub_1",
    *,
    customer: str = "cus_1",
    prices: tuple[str, ...] = ("price_team",),
    status: str = "active",
    end: float | None = None,
    tenant: str | None = None,
) -> dict[str, Any]:
    """A subscription in Stripe's JSON, as its version of 2025 and later has it."""
    end = time.time() + 30 * 86_400 if end is None else end
    return {
        "id": name,
        "object": "subscription",
        "customer": customer,
        "status": status,
        "metadata": {"aiguardian_organisation": tenant} if tenant else {},
        "items": {
            "object": "list",
            "data": [
                {"id": f"si_{at}", "price": {"id": price}, "current_period_end": int(end)}
                for at, price in enumerate(prices)
            ],
        },
    }


def event(
    name: str,
    told: dict[str, Any],
    *,
    kind: str = "customer.subscription.updated",
    created: int = 0,
) -> bytes:
    body = {
        "id": name,
        "object": "event",
        "type": kind,
        "created": created or int(time.time()),
        "data": {"object": told},
    }
    return json.dumps(body).encode()


def signature(body: bytes, *, secret: str = WEBHOOK_SECRET, at: float | None = None) -> str:
    """As Stripe documents it: HMAC-SHA256 of the time, a dot and the body."""
    stamp = int(time.time() if at is None else at)
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={digest}"
