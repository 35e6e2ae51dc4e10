"""Clerk's keys and Stripe away, back, and changed: the right answer, a metric, and no restart."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from issuer import PARTY, claims, public, token
from processes import (
    PROCESS,
    SECRET_KEY,
    UNIFIED_KEY,
    Reply,
    Running,
    free_port,
    running,
    wait_until,
)

pytestmark = pytest.mark.process

KEYS, CHECKOUT = "/.well-known/jwks.json", "/api/v1/billing/checkout"
FETCHES = "aiguardian_sign_in_key_fetches_total"
PLANS = """
free: starter
plans:
  starter: {limits: [1000 requests/day]}
  team: {about: For a team, price: price_team, limits: [5000 requests/day]}
"""
SITE = "import aiguardian.identity.jwks as jwks; jwks.PAUSE_S = 0.1\n"
"""What Python runs first. Ten seconds between two fetches are for the issuer's sake."""


class Outside(BaseHTTPRequestHandler):
    """Clerk and Stripe at once, as far as they are asked here."""

    keys: tuple[str, ...] = ("one",)

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        said: dict[str, Any] = {"id": "cus_1", "url": "https://checkout.test/1", "object": "x"}
        if self.path == KEYS:
            said = {"keys": [public(name) for name in self.keys]}
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer  # noqa: N815 - as http.server names them

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def reachable(port: int, *keys: str) -> Iterator[None]:
    """The services are there, until the block ends."""
    handler = type("_", (Outside,), {"keys": keys})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def asked(gateway: Running, path: str, body: Any, **headers: str) -> Reply:
    named = {"Content-Type": "application/json", **headers}
    return gateway.ask("POST", path, json.dumps(body).encode(), named)


def test_what_is_away_costs_its_own_callers_alone_and_comes_back(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "plans.yaml").write_text(PLANS)
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(SITE)
    where = f"http://127.0.0.1:{port}"
    env = {
        "ENVIRONMENT": "staging",
        "SECRET_KEY": SECRET_KEY,
        "CLERK_ENABLED": "true",
        "CLERK_ISSUER": where,
        "CLERK_AUTHORIZED_PARTIES": PARTY,
        "STRIPE_ENABLED": "true",
        "STRIPE_SECRET_KEY": "sk_test_canary",
        "STRIPE_WEBHOOK_SECRET": "whsec_canary",
        "STRIPE_API_BASE": where,
        "BILLING_RETURN_URL": "https://app.example/billing",
        "AIGUARDIAN_PLANS": str(tmp_path / "plans.yaml"),
        "PYTHONPATH": str(tmp_path / "site"),
    }
    text = {"service_type": "tokenguard", "text": "x"}
    with running("serve", home=tmp_path, UNIFIED_API_KEY=UNIFIED_KEY, **env) as gateway:

        def by_token(name: str) -> Reply:
            given = token(claims(iss=where), key=name).decode()
            gateway.key = None
            try:
                return asked(gateway, PROCESS, text, Authorization=f"Bearer {given}")
            finally:
                gateway.key = UNIFIED_KEY

        def buys() -> Reply:
            return asked(gateway, CHECKOUT, {"plan": "team"})

        def away(reply: Reply) -> bool:
            waits = int(reply.headers.get("retry-after", "0"))
            return reply.status == 503 and reply.error()["code"] == "not_available" and waits > 0

        assert away(by_token("one"))
        assert away(buys())
        assert asked(gateway, PROCESS, text).status == 200, "nobody else notices"
        wait_until(lambda: gateway.ask("GET", "/health/ready").status == 200)
        assert gateway.metric(FETCHES, outcome="failed") >= 1
        assert gateway.metric("aiguardian_requests_total", status="503") >= 2

        with reachable(port, "one"):
            wait_until(lambda: by_token("one").status == 200)
            wait_until(lambda: buys().status == 201)
            assert gateway.metric(FETCHES, outcome="good") >= 1
            assert by_token("two").status == 401, "a key that the issuer does not have"

        assert by_token("one").status == 200, "the last good keys serve"
        assert away(buys())
        with reachable(port, "two"):  # rotated, while it could not be seen
            wait_until(lambda: by_token("two").status == 200)
            wait_until(lambda: by_token("one").status == 401)

        def decided() -> int:
            told = gateway.ask("GET", "/api/v1/admin/audit?limit=100").json()["data"]
            return sum(one["entry"]["kind"] == "decision" for one in told["entries"])

        wait_until(
            lambda: decided() == 1
        )  # while both were away; people have an audit of their own
        assert "canary" not in gateway.log()
