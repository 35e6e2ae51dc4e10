"""The proxy's upstream, against a real server that misbehaves as told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace

import aiohttp
import pytest
from aiohttp import web

from aiguardian.proxy.account import Account
from aiguardian.proxy.answers import Answer
from aiguardian.proxy.faults import UpstreamFault
from aiguardian.proxy.upstream import HttpUpstream, Question, Surroundings
from aiguardian.settings.groups import Secret

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Server:
    """Answers by the handlers in turn, the last one for ever; remembers what it was asked."""

    handlers: list[Handler] = field(default_factory=list)
    seen: list[web.Request] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        self.seen.append(request)
        handler = self.handlers.pop(0) if len(self.handlers) > 1 else self.handlers[0]
        return await handler(request)


def says(status: int, body: bytes = b"{}", **headers: str) -> Handler:
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def handler(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body, headers=named)

    return handler


async def hangs(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(30)
    return web.Response()


async def breaks_off(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b"half")
    assert request.transport is not None
    request.transport.abort()
    return response


async def falls_silent(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b"half")
    await asyncio.sleep(30)
    return response


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    served = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", served.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    served.url = f"http://127.0.0.1:{port}"
    yield served
    await runner.cleanup()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(auto_decompress=False) as opened:
        yield opened


def upstream(url: str, **settings: object) -> HttpUpstream:
    async def no_pause(_: float) -> None:
        return

    known = Account(name="one", base_url=url, timeout_s=5, silence_s=5)
    made = replace(known, **settings)  # type: ignore[arg-type]
    return HttpUpstream(made, Surroundings(pause=no_pause))


async def ask(to: HttpUpstream, session: aiohttp.ClientSession, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await to.ask(session, Question("chat", b'{"a":1}', "m", named))


async def test_the_body_and_the_key_arrive(server: Server, session: aiohttp.ClientSession) -> None:
    server.handlers = [says(200, b'{"ok":true}')]
    answer = await ask(upstream(server.url, api_key=Secret("sk-ours")), session, cookie="c")
    assert await answer.body() == b'{"ok":true}'
    (request,) = server.seen
    assert request.path == "/v1/chat/completions"
    assert await request.read() == b'{"a":1}'
    assert request.headers["authorization"] == "Bearer sk-ours"
    assert "cookie" not in request.headers


async def test_the_callers_own_key_is_passed_on_where_none_is_set(
    server: Server, session: aiohttp.ClientSession
) -> None:
    server.handlers = [says(200)]
    to = upstream(server.url, takes_callers_key=True)
    await ask(to, session, authorization="Bearer theirs", openai_beta="x")
    assert server.seen[0].headers["authorization"] == "Bearer theirs"
    assert server.seen[0].headers["openai-beta"] == "x"


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_what_another_try_may_mend_is_tried_again(
    server: Server, session: aiohttp.ClientSession, status: int
) -> None:
    server.handlers = [says(status, retry_after="0"), says(status), says(200)]
    assert (await ask(upstream(server.url), session)).status == 200
    assert len(server.seen) == 3


@pytest.mark.parametrize(("status", "tries"), [(400, 1), (401, 1), (404, 1), (503, 3)])
async def test_an_error_of_the_vendor_is_an_answer(
    server: Server, session: aiohttp.ClientSession, status: int, tries: int
) -> None:
    server.handlers = [says(status, b'{"error":{}}')]
    answer = await ask(upstream(server.url), session)
    assert (answer.status, await answer.body()) == (status, b'{"error":{}}')
    assert len(server.seen) == tries


async def test_a_long_wait_is_told_and_not_waited(
    server: Server, session: aiohttp.ClientSession
) -> None:
    server.handlers = [says(429, retry_after="60")]
    answer = await ask(upstream(server.url), session)
    assert (answer.status, answer.headers["retry-after"]) == (429, "60")
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("handler", "code", "status"),
    [(hangs, "upstream_timeout", 504), (says(302, location="/x"), "upstream_malformed", 502)],
)
async def test_no_answer_is_a_fault(
    server: Server, session: aiohttp.ClientSession, handler: Handler, code: str, status: int
) -> None:
    server.handlers = [handler]
    with pytest.raises(UpstreamFault) as fault:
        await ask(upstream(server.url, timeout_s=0.2, retries=0), session)
    assert (fault.value.code, fault.value.status) == (code, status)


async def test_nobody_there_is_a_fault_and_soon_asked_no_more(
    session: aiohttp.ClientSession,
) -> None:
    to = upstream("http://127.0.0.1:9", retries=4)
    with pytest.raises(UpstreamFault, match="cannot be reached"):
        await ask(to, session)
    with pytest.raises(UpstreamFault, match="is not asked for a moment") as fault:
        await ask(to, session)
    assert (fault.value.status, fault.value.retry_after_s) == (503, 1)


@pytest.mark.parametrize(
    ("handler", "code"), [(breaks_off, "upstream_error"), (falls_silent, "upstream_timeout")]
)
async def test_an_answer_that_stops_is_a_fault_and_not_its_end(
    server: Server, session: aiohttp.ClientSession, handler: Handler, code: str
) -> None:
    server.handlers = [handler]
    answer = await ask(upstream(server.url, silence_s=0.3), session)
    with pytest.raises(UpstreamFault) as fault:
        await answer.body()
    assert fault.value.code == code
    assert len(server.seen) == 1, "an answer that has begun is never begun anew"


@pytest.mark.parametrize(
    ("kind", "base", "endpoint", "url"),
    [
        ("openai", "https://a.example", "chat", "https://a.example/v1/chat/completions"),
        ("openai", "https://a.example/v1/", "responses", "https://a.example/v1/responses"),
        ("ollama", "http://o:11434", "embeddings", "http://o:11434/v1/embeddings"),
        ("anthropic", "https://a.example", "messages", "https://a.example/v1/messages"),
        (
            "azure",
            "https://x.example",
            "chat",
            "https://x.example/openai/deployments/m%2F1/chat/completions?api-version=2024-10-21",
        ),
    ],
)
def test_each_kind_has_its_paths(kind: str, base: str, endpoint: str, url: str) -> None:
    assert upstream(base, kind=kind).url(endpoint, "m/1") == url


def test_each_kind_speaks_its_endpoints() -> None:
    assert upstream("https://a", kind="anthropic").speaks("messages")
    assert not upstream("https://a", kind="anthropic").speaks("chat")
    assert not upstream("https://a", kind="openai").speaks("messages")
