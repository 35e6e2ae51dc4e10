"""The one gate: ids, hosts, CORS, identity, errors, log and metrics around every request."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from asgi import BATCH, PROCESS, SCREEN, Client, Reply, Running, running, settings
from processors import CANARY, EchoGuard, Guard, RaisingGuard, SlowGuard

from aiguardian import mounting
from aiguardian.gateway.gate import HostNames
from aiguardian.identity.authenticate import internal_key
from aiguardian.settings.groups import Access, Secret

TEXT = {"service_type": "tokenguard", "text": "hello"}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z")
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
async def gateway() -> AsyncIterator[Running]:
    async with running({"tokenguard": EchoGuard(), "biasguard": RaisingGuard()}) as one:
        yield one


# Request ids and trace context


async def test_a_request_id_that_is_a_uuid_is_honoured(gateway: Running) -> None:
    for given in (str(uuid4()), str(uuid4()).upper()):
        reply = await gateway.client.post(PROCESS, TEXT, x_request_id=given)
        assert reply.header("x-request-id") == reply.json()["request_id"] == given
        assert gateway.log_lines()[-1]["http.request.id"] == given


@pytest.mark.parametrize(
    "given",
    [
        "",
        "1",
        CANARY,
        str(uuid4())[:-1],
        str(uuid4()) + "0",
        "{" + str(uuid4()) + "}",
        "g" * 36,
        "é",
    ],
)
async def test_another_request_id_is_replaced(gateway: Running, given: str) -> None:
    reply = await gateway.client.post(PROCESS, TEXT, x_request_id=given)
    told = reply.header("x-request-id") or ""
    assert UUID.match(told)
    assert reply.json()["request_id"] == told
    assert CANARY not in gateway.log()


async def test_every_answer_has_the_ids(gateway: Running) -> None:
    replies = [
        await gateway.client.get("/health/live"),
        await gateway.client.get("/metrics"),
        await gateway.client.get("/nowhere"),
        await gateway.client.call("DELETE", PROCESS),
        await gateway.client.post(PROCESS, b"nope"),
        await gateway.client.post(PROCESS, {**TEXT, "service_type": "biasguard"}),
        await gateway.client.batch(TEXT),
    ]
    told = [reply.header("x-request-id") or "" for reply in replies]
    assert all(UUID.match(one) for one in told)
    assert len(set(told)) == len(told)
    assert all((reply.header("traceparent") or "").startswith("00-") for reply in replies)
    assert all(reply.header("x-content-type-options") == "nosniff" for reply in replies)


GOOD_TRACEPARENTS = {
    "sampled": (f"00-{TRACE}-{PARENT}-01", "01"),
    "not sampled": (f"00-{TRACE}-{PARENT}-00", "00"),
    "other flags": (f"00-{TRACE}-{PARENT}-fe", "00"),
    "all flags": (f"00-{TRACE}-{PARENT}-ff", "01"),
    "a later version": (f"01-{TRACE}-{PARENT}-01", "01"),
    "a later version with more fields": (f"cc-{TRACE}-{PARENT}-01-what-the-future-brings", "01"),
}


@pytest.mark.parametrize("name", GOOD_TRACEPARENTS)
async def test_a_trace_is_continued(gateway: Running, name: str) -> None:
    given, flags = GOOD_TRACEPARENTS[name]
    reply = await gateway.client.post(PROCESS, TEXT, traceparent=given)
    version, trace, span, told_flags = (reply.header("traceparent") or "").split("-")
    assert (version, trace, told_flags) == ("00", TRACE, flags)
    assert span != PARENT
    assert gateway.log_lines()[-1]["trace.id"] == TRACE
    assert gateway.log_lines()[-1]["span.id"] == span


BAD_TRACEPARENTS = {
    "empty": "",
    "version ff": f"ff-{TRACE}-{PARENT}-01",
    "no trace": f"00-{'0' * 32}-{PARENT}-01",
    "no parent": f"00-{TRACE}-{'0' * 16}-01",
    "upper case": f"00-{TRACE.upper()}-{PARENT}-01",
    "a short trace": f"00-{TRACE[:-1]}-{PARENT}-01",
    "a long trace": f"00-{TRACE}0-{PARENT}-01",
    "a short parent": f"00-{TRACE}-{PARENT[:-1]}-01",
    "no flags": f"00-{TRACE}-{PARENT}",
    "one flag": f"00-{TRACE}-{PARENT}-1",
    "three flags": f"00-{TRACE}-{PARENT}-011",
    "a flag that is no number": f"00-{TRACE}-{PARENT}-0x",
    "version 00 with more fields": f"00-{TRACE}-{PARENT}-01-more",
    "version 00 with an empty field": f"00-{TRACE}-{PARENT}-01-",
    "a later version with a tail": f"cc-{TRACE}-{PARENT}-01.more",
    "a short version": f"0-{TRACE}-{PARENT}-01",
    "other separators": f"00_{TRACE}_{PARENT}_01",
}


@pytest.mark.parametrize("name", BAD_TRACEPARENTS)
async def test_a_broken_trace_begins_anew(gateway: Running, name: str) -> None:
    reply = await gateway.client.post(PROCESS, TEXT, traceparent=BAD_TRACEPARENTS[name])
    version, trace, span, flags = (reply.header("traceparent") or "").split("-")
    assert (version, flags) == ("00", "00")
    assert TRACE not in trace
    assert (len(trace), len(span)) == (32, 16)


# Host names

HOSTS = {
    "exact": (("api.example.com",), "api.example.com", True),
    "with a port": (("api.example.com",), "api.example.com:8443", True),
    "in capitals": (("api.example.com",), "API.Example.COM", True),
    "named in capitals": (("API.example.com",), "api.example.com", True),
    "another": (("api.example.com",), "example.com", False),
    "a longer one": (("api.example.com",), "api.example.com.evil.org", False),
    "a subdomain of an exact one": (("example.com",), "api.example.com", False),
    "below a wildcard": (("*.example.com",), "api.example.com", True),
    "far below a wildcard": (("*.example.com",), "a.b.example.com:80", True),
    "the wildcard's own domain": (("*.example.com",), "example.com", False),
    "a look-alike of a wildcard": (("*.example.com",), "evilexample.com", False),
    "any": (("*",), "whatever", True),
    "any, and none is sent": (("*",), "", True),
    "none is sent": (("api.example.com",), "", False),
    "IPv6": (("[::1]",), "[::1]", True),
    "IPv6 with a port": (("[::1]",), "[::1]:8000", True),
    "another IPv6": (("[::1]",), "[::2]:8000", False),
    "an open bracket": (("[::1]",), "[::1", False),
    "IPv4 with a port": (("127.0.0.1",), "127.0.0.1:8000", True),
    "a second among several": (("a.example", "b.example"), "b.example", True),
    "user and host": (("api.example.com",), "api.example.com@evil.org", False),
    "bytes beyond ASCII": (("api.example.com",), "api.example.com\xe9", False),
}


@pytest.mark.parametrize("name", HOSTS)
def test_only_named_hosts_are_served(name: str) -> None:
    names, header, is_allowed = HOSTS[name]
    assert HostNames(names).allow(header.encode("latin-1")) is is_allowed


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:1", "[::1]:8000"])
async def test_development_serves_loopback_names(gateway: Running, host: str) -> None:
    assert (await gateway.client.post(PROCESS, TEXT, host=host)).status == 200


@pytest.mark.parametrize("host", ["evil.example", "", "localhost.evil.example"])
async def test_development_refuses_other_names_because_of_rebinding(
    gateway: Running, host: str
) -> None:
    reply = await gateway.client.post(PROCESS, TEXT, host=host)
    assert reply.status == 400
    assert reply.error() == {
        "code": "invalid_request",
        "field": "Host",
        "message": "This host name is not served here; ALLOWED_HOSTS names those that are.",
    }


async def test_probes_are_open_under_any_name_to_anyone() -> None:
    given = settings(environment="production", access=Access(allowed_hosts=("api.example.com",)))
    async with running({"tokenguard": EchoGuard()}, given) as gateway:
        stranger = Client(gateway.program.app, peer=("203.0.113.9", 1))
        for path in ("/health", "/health/live", "/health/ready"):
            assert (await stranger.get(path, host="10.0.0.7:8000")).status == 200
        assert (await stranger.get("/metrics", host="10.0.0.7:8000")).status == 400
        assert (await stranger.get("/metrics", host="api.example.com")).status == 401


async def test_a_guard_by_itself_answers_under_any_name() -> None:
    async with running({"tokenguard": EchoGuard()}, name="tokenguard") as guard:
        assert (await guard.client.post("/process", TEXT, host="tokenguard:8001")).status == 200


# CORS

ORIGIN = "https://app.example.com"


@pytest.fixture
async def browsed() -> AsyncIterator[Running]:
    given = settings(access=Access(allowed_origins=(ORIGIN,)))
    async with running({"tokenguard": EchoGuard()}, given) as one:
        yield one


async def test_an_allowed_origin_may_read_the_answer_and_its_id(browsed: Running) -> None:
    reply = await browsed.client.post(PROCESS, TEXT, origin=ORIGIN)
    assert reply.status == 200
    assert reply.header("access-control-allow-origin") == ORIGIN
    assert "X-Request-ID" in (reply.header("access-control-expose-headers") or "")
    assert "Origin" in (reply.header("vary") or "")
    assert reply.header("x-request-id")


async def test_an_allowed_origin_may_read_errors_too(browsed: Running) -> None:
    for reply in (
        await browsed.client.post(PROCESS, b"nope", origin=ORIGIN),
        await browsed.client.post(PROCESS, TEXT, origin=ORIGIN, host="evil.example"),
        await browsed.client.get("/nowhere", origin=ORIGIN),
    ):
        assert reply.status in {400, 404}
        assert reply.header("access-control-allow-origin") == ORIGIN
        assert reply.error()


async def test_another_origin_is_answered_without_permission_to_read(browsed: Running) -> None:
    for origin in ("https://evil.example", "null", "http://app.example.com", ORIGIN + ":8443"):
        reply = await browsed.client.post(PROCESS, TEXT, origin=origin)
        assert reply.header("access-control-allow-origin") is None


async def preflight(client: Client, origin: str, method: str = "POST") -> Reply:
    return await client.call(
        "OPTIONS",
        PROCESS,
        headers={
            "origin": origin,
            "access-control-request-method": method,
            "access-control-request-headers": "content-type, x-api-key",
        },
    )


async def test_a_preflight_needs_no_key() -> None:
    given = settings(environment="production", access=Access(allowed_origins=(ORIGIN,)))
    async with running({"tokenguard": EchoGuard()}, given) as gateway:
        reply = await preflight(gateway.client, ORIGIN)
        assert reply.status == 200
        assert reply.header("access-control-allow-origin") == ORIGIN
        assert "POST" in (reply.header("access-control-allow-methods") or "")
        assert "x-api-key" in (reply.header("access-control-allow-headers") or "").lower()


async def test_a_preflight_of_another_origin_or_method_is_refused(browsed: Running) -> None:
    for reply in (
        await preflight(browsed.client, "https://evil.example"),
        await preflight(browsed.client, ORIGIN, "TRACE"),
    ):
        assert reply.status == 400
    assert reply.header("x-request-id")


async def test_without_allowed_origins_no_page_may_read(gateway: Running) -> None:
    assert (await preflight(gateway.client, ORIGIN)).status == 400
    reply = await gateway.client.post(PROCESS, TEXT, origin=ORIGIN)
    assert reply.header("access-control-allow-origin") is None


async def test_any_origin_may_be_allowed_outside_production() -> None:
    given = settings(access=Access(allowed_origins=("*",)))
    async with running({"tokenguard": EchoGuard()}, given) as gateway:
        reply = await gateway.client.post(PROCESS, TEXT, origin="https://whatever.example")
        assert reply.header("access-control-allow-origin") == "*"
        assert reply.header("access-control-allow-credentials") is None


# Paths and methods


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        PROCESS + "/",
        "/api/v1/guards",
        "/process",
        "/health/",
        "//",
        "/é/\0",
        "/" + "x" * 9000,
    ],
)
async def test_an_unknown_path_is_a_404_in_the_envelope(gateway: Running, path: str) -> None:
    reply = await gateway.client.get(path)
    assert reply.status == 404
    assert reply.error() == {
        "code": "not_found",
        "message": "There is no such path. /docs lists those that exist.",
    }


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/chat/completions", "/v1/chat/completions:"),
        ("/v1/v1/messages", "/v1/messages:"),
        ("/openai/v1/completions", "/v1/completions:"),
        ("/api/v1/responses", "/v1/responses:"),
    ],
)
async def test_a_client_with_a_wrong_base_url_is_told_the_right_one(
    gateway: Running, path: str, meant: str
) -> None:
    reply = await gateway.client.post(path, {"messages": []})
    assert reply.status == 404
    assert f"The gateway has {meant} OpenAI's clients want" in reply.error()["message"]


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", PROCESS, {"POST"}),
        ("PUT", SCREEN, {"POST"}),
        ("DELETE", BATCH, {"POST"}),
        ("POST", "/health/live", {"GET", "HEAD"}),
        ("BREW", "/metrics", {"GET", "HEAD"}),
        ("OPTIONS", PROCESS, {"POST"}),
    ],
)
async def test_a_wrong_method_is_a_405_that_names_the_right_ones(
    gateway: Running, method: str, path: str, allow: set[str]
) -> None:
    reply = await gateway.client.call(method, path)
    assert reply.status == 405
    assert {one.strip() for one in (reply.header("allow") or "").split(",")} == allow
    assert reply.error()["code"] == "method_not_allowed"
    assert all(one in reply.error()["message"] for one in allow)


async def test_head_is_answered_where_get_is(gateway: Running) -> None:
    assert (await gateway.client.call("HEAD", "/health/live")).status == 200


# Identity

KEY = "unified-key-of-a-test-" + "x" * 32


@pytest.fixture
async def production() -> AsyncIterator[Running]:
    access = Access(secret_key=Secret("s3cret" * 12), unified_api_key=Secret(KEY))
    given = settings(environment="production", access=access)
    async with running({"tokenguard": EchoGuard()}, given) as one:
        yield one


async def test_outside_development_every_path_but_the_probes_needs_a_key(
    production: Running,
) -> None:
    for method, path in (
        ("POST", PROCESS),
        ("POST", SCREEN),
        ("POST", BATCH),
        ("GET", "/metrics"),
        ("GET", "/api/v1/guards/services"),
        ("GET", "/api/v1/guards/health"),
        ("GET", "/nowhere"),
    ):
        reply = await production.client.call(method, path)
        assert reply.status == 401
        assert reply.error()["code"] == "unauthenticated"
        assert "X-API-Key" in reply.error()["message"]
        assert reply.header("www-authenticate")


async def test_a_known_key_opens(production: Running) -> None:
    internal = internal_key(production.program.settings)
    for key in (KEY, internal):
        assert (await production.client.post(PROCESS, TEXT, x_api_key=key)).status == 200


@pytest.mark.parametrize("key", ["", KEY[:-1], KEY + "x", KEY.upper(), CANARY, "é"])
async def test_a_wrong_key_is_refused_and_never_repeated(production: Running, key: str) -> None:
    reply = await production.client.post(PROCESS, TEXT, x_api_key=key)
    assert reply.status == 401
    assert CANARY not in reply.body.decode()
    assert CANARY not in production.log()
    assert reply.receives == 0, "the body of a stranger is not read"


async def test_development_is_open_to_this_machine_only(gateway: Running) -> None:
    for peer, status in (
        (("127.0.0.1", 1), 200),
        (("127.8.8.8", 1), 200),
        (("::1", 1), 200),
        (("192.168.0.7", 1), 401),
        (("203.0.113.9", 1), 401),
        (("fe80::1", 1), 401),
        (("testclient", 1), 401),
        (None, 401),
    ):
        reply = await Client(gateway.program.app, peer=peer).post(PROCESS, TEXT)
        assert reply.status == status, peer


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
async def test_what_a_proxy_forwards_is_not_this_machine(gateway: Running, header: str) -> None:
    reply = await gateway.client.post(PROCESS, TEXT, **{header: "127.0.0.1"})
    assert reply.status == 401


# Faults


async def test_a_fault_of_ours_is_a_500_that_tells_nothing(
    gateway: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"no such thing as {CANARY}")

    monkeypatch.setattr("aiguardian.gateway.judging.process", fail)
    reply = await gateway.client.post(PROCESS, TEXT)
    assert reply.status == 500
    assert reply.error() == {
        "code": "internal_error",
        "message": "The request failed through a fault of ours.",
    }
    assert CANARY not in gateway.log()
    told = gateway.log_lines("aiguardian.app")[-1]
    assert told["error.type"] == "RuntimeError"
    assert "test_gate.py" in told["error.stack_trace"]
    assert gateway.log_lines()[-1]["log.level"] == "error"
    assert (await gateway.client.get("/health/live")).status == 200


async def test_a_fault_after_the_start_of_an_answer_breaks_it_off(
    gateway: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr("aiguardian.gateway.batch.Batch._collect", fail)
    with pytest.raises(Exception, match="fault of ours"):
        await gateway.client.batch(TEXT)
    assert CANARY not in gateway.log()
    assert gateway.log_lines()[-1]["error.code"] == "internal_error"


async def test_a_client_that_leaves_is_a_499_and_frees_the_worker() -> None:
    guard = SlowGuard()
    async with running({"tokenguard": guard}) as gateway:
        gone = asyncio.Event()
        body = b'{"service_type": "tokenguard", "text": "x", "timeout": 60}'
        call = asyncio.ensure_future(
            gateway.client.call(
                "POST", PROCESS, body, headers={"content-type": "application/json"}, gone=gone
            )
        )
        await gateway.until(lambda: guard.running)
        assert gateway.program.dispatcher.workers.busy == 1
        gone.set()
        reply = await call
        assert reply.status == 0, "nobody is there to be told"
        await gateway.until(lambda: gateway.program.dispatcher.workers.busy == 0)
        assert gateway.metric("aiguardian_requests_total", status="499", route=PROCESS) == 1
        line = gateway.log_lines()[-1]
        assert line["http.response.status_code"] == 499
        assert line["error.code"] == "client_gone"


async def test_a_client_that_leaves_before_its_body_is_whole_is_a_499(gateway: Running) -> None:
    gone = asyncio.Event()
    gone.set()

    async def receive() -> dict[str, Any]:
        return next(messages)

    messages = iter(
        [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    )
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": PROCESS,
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
        "client": ("127.0.0.1", 1),
    }
    await gateway.program.app(scope, receive, send)
    assert not sent
    assert gateway.log_lines()[-1]["http.response.status_code"] == 499


async def test_websockets_are_refused(gateway: Running) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await gateway.program.app({"type": "websocket", "path": "/", "headers": []}, receive, send)
    assert [message["type"] for message in sent] == ["websocket.close"]


async def test_the_program_starts_and_stops_with_the_server() -> None:
    from aiguardian.app import Program
    from aiguardian.gateway.vitals import LiveVitals

    given = settings()
    guards: Any = {"tokenguard": EchoGuard()}
    program = Program(given, guards, LiveVitals(given.runtime.home), "tokenguard")
    asked: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    serving = asyncio.create_task(
        program.app({"type": "lifespan", "state": {}}, asked.get, told.put)
    )
    await asked.put({"type": "lifespan.startup"})
    assert (await told.get())["type"] == "lifespan.startup.complete"
    assert program.dispatcher.session is not None
    await asked.put({"type": "lifespan.shutdown"})
    assert (await told.get())["type"] == "lifespan.shutdown.complete"
    await serving
    assert program.dispatcher.session.closed


# What is told of a request


async def test_one_line_a_request_with_the_fields_of_ecs(gateway: Running) -> None:
    reply = await gateway.client.post(PROCESS, {**TEXT, "client_type": "vscode", "user_id": CANARY})
    line = gateway.log_lines()[-1]
    assert len(gateway.log_lines()) == 1
    assert line["event.dataset"] == "aiguardian.request"
    assert line["message"] == f"POST {PROCESS} 200"
    assert line["log.level"] == "info"
    assert line["service.name"] == "codeguardians-gateway"
    assert line["http.request.method"] == "POST"
    assert line["http.response.status_code"] == 200
    assert line["http.request.body.bytes"] > 0
    assert line["url.path"] == PROCESS
    assert line["aiguardian.guard"] == "tokenguard"
    assert line["aiguardian.action"] == "keep"
    assert line["aiguardian.client_type"] == "vscode"
    assert line["event.duration"] > 0
    assert line["http.request.id"] == reply.json()["request_id"]
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z", line["@timestamp"])


async def test_neither_text_nor_names_nor_paths_reach_log_or_metrics(gateway: Running) -> None:
    client = gateway.client
    await client.post(
        PROCESS,
        {"service_type": "tokenguard", "text": CANARY, "user_id": CANARY, "session_id": CANARY},
        user_agent=CANARY,
        cookie=CANARY,
        authorization=CANARY,
        x_api_key=CANARY,
    )
    await client.post(PROCESS, {"service_type": CANARY})
    await client.post(PROCESS, {"service_type": "biasguard", "text": CANARY})
    await client.post(PROCESS, CANARY.encode())
    await client.post(PROCESS, {**TEXT, "client_type": CANARY})
    await client.post(SCREEN, {"text": CANARY, "guards": ["tokenguard", "biasguard"]})
    await client.batch({**TEXT, "text": CANARY}, CANARY.encode())
    await client.get(f"/{CANARY}")
    await client.get(f"/api/v1/guards/health/{CANARY}")
    await client.call(CANARY, "/health")
    await client.get("/health", host=CANARY)
    await client.get("/", origin=CANARY)
    assert len(gateway.log_lines()) == 12
    assert CANARY not in gateway.log()
    assert CANARY not in gateway.program.metrics.text().decode()


async def test_an_error_names_the_guard_only_when_there_is_one(gateway: Running) -> None:
    for value, guard in (
        ({"service_type": CANARY, "text": "x"}, None),
        ({"service_type": "tokenguard", "txet": "x"}, "tokenguard"),
        ({"service_type": "trustguard", "text": "x"}, "trustguard"),
        ({"text": "x"}, None),
    ):
        reply = await gateway.client.post(PROCESS, value)
        assert reply.error()
        assert reply.json()["service_type"] == guard


async def test_unknown_paths_and_methods_share_one_label(gateway: Running) -> None:
    for number in range(5):
        await gateway.client.get(f"/{number}")
        await gateway.client.call(f"M{number}", f"/{number}")
    assert gateway.metric("aiguardian_requests_total", route="other", status="404") == 10
    text = gateway.program.metrics.text().decode()
    routes = set(re.findall(r'aiguardian_requests_total{.*route="([^"]*)"', text))
    assert routes == {"other"}
    assert {line["http.request.method"] for line in gateway.log_lines()} == {"GET", "OTHER"}
    await gateway.client.get("/api/v1/guards/health/tokenguard")
    assert gateway.log_lines()[-1]["url.path"] == "/api/v1/guards/health/{service}"


async def test_requests_in_flight_are_counted_and_let_go() -> None:
    guard = SlowGuard()
    async with running({"tokenguard": guard}) as gateway:
        call = asyncio.ensure_future(gateway.client.post(PROCESS, TEXT))
        await gateway.until(lambda: guard.running)
        assert gateway.metric("aiguardian_requests_in_flight") == 1
        guard.release.set()
        assert (await call).status == 200
        assert gateway.metric("aiguardian_requests_in_flight") == 0


async def test_a_guard_gets_the_caller_that_the_envelope_names() -> None:
    guard = Guard()
    async with running({"tokenguard": guard}) as gateway:
        reply = await gateway.client.post(
            PROCESS, {**TEXT, "user_id": "u", "session_id": "s", "client_type": "web"}
        )
        (caller,) = guard.callers
        assert (caller.user_id, caller.session_id, caller.client_type) == ("u", "s", "web")
        assert caller.request_id == reply.json()["request_id"]
        assert 29 < caller.deadline.remaining_s() <= 30


@pytest.mark.parametrize("name", ["host", "content-type", "x-api-key", "content-length"])
async def test_a_header_that_decides_and_stands_twice_is_refused(
    gateway: Running, name: str
) -> None:
    twice = [(name, "localhost"), (name, "other")]
    reply = await gateway.client.call("POST", PROCESS, b"{}", repeated=twice)
    assert (reply.status, reply.error()["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("coding", ["gzip, chunked", "gzip", "identity", "xchunked", ""])
async def test_a_transfer_coding_that_is_not_understood_is_refused(
    gateway: Running, coding: str
) -> None:
    reply = await gateway.client.post(PROCESS, TEXT, transfer_encoding=coding)
    assert reply.status == 400
    assert reply.error()["field"] == "Transfer-Encoding"


@pytest.mark.parametrize("coding", ["chunked", "Chunked"])
async def test_chunked_is_understood(gateway: Running, coding: str) -> None:
    reply = await gateway.client.post(PROCESS, TEXT, transfer_encoding=coding)
    assert reply.status == 200


async def test_a_harmless_header_may_stand_twice(gateway: Running) -> None:
    twice = [("accept", "text/html"), ("accept", "application/json")]
    reply = await gateway.client.call("GET", "/api/v1/guards/services", repeated=twice)
    assert reply.status == 200


# Under an onrush


async def test_while_the_event_loop_is_late_requests_are_refused_unread_and_probes_answered(
    gateway: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.program.loop_watch, "overdue_s", lambda: 0.3)
    monkeypatch.setattr(mounting, "FEW", 0)
    reply = await gateway.client.post(PROCESS, TEXT)
    assert (reply.status, reply.error()["code"], reply.receives) == (503, "overloaded", 0)
    assert reply.header("retry-after") == "1"
    assert gateway.metric("aiguardian_rejected_total", reason="event_loop") == 1
    assert (await gateway.client.get("/health/live")).status == 200


async def test_a_late_event_loop_refuses_nobody_unless_many_requests_came_meanwhile(
    gateway: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.program.loop_watch, "overdue_s", lambda: 5.0)
    asked = [gateway.client.post(PROCESS, TEXT) for _ in range(8)]
    assert {reply.status for reply in await asyncio.gather(*asked)} == {200}
    gateway.program.loop_watch.came = mounting.FEW
    assert (await gateway.client.post(PROCESS, TEXT)).status == 503


async def test_a_hiccup_of_the_event_loop_refuses_nobody_unless_the_queue_is_full(
    gateway: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mounting, "FEW", 0)
    monkeypatch.setattr(gateway.program.loop_watch, "overdue_s", lambda: 0.1)
    assert (await gateway.client.post(PROCESS, TEXT)).status == 200
    monkeypatch.setattr(gateway.program.dispatcher.workers, "queue_limit", 0)
    assert (await gateway.client.post(PROCESS, TEXT)).status == 503
