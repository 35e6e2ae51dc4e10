"""An upstream that fails, over real connections: status, figures and what is recorded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from vendor import Handler, Proxied, chat_answer, chat_events, event, proxied, says, streams

from aiguardian.proxy import answers
from aiguardian.settings.groups import Settings, Upstream
from aiguardian.telemetry.exchange import Decided, Exchange

CHAT = "/v1/chat/completions"
ERROR = {"error": {"message": "no", "type": "t", "code": "theirs"}}
TOKEN = "ghp_" + "0123456789abcdefABCDEF0123456789abcd"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Proxied]:
    def change(settings: Settings, url: str) -> Settings:
        upstream = Upstream(base_url=url, retries=0, timeout_s=0.4, silence_s=0.4)
        return replace(settings, upstream=upstream)

    async with proxied(tmp_path_factory.mktemp("home"), change=change) as running:
        yield running


@pytest.fixture
def decided(monkeypatch: pytest.MonkeyPatch) -> list[Decided]:
    """What is told to whoever records decisions."""
    seen: list[Decided] = []
    tell = Exchange.decide

    def listen(exchange: Exchange, one: Decided) -> None:
        seen.append(one)
        tell(exchange, one)

    monkeypatch.setattr(Exchange, "decide", listen)
    return seen


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def hangs(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(30)
    return web.Response()


async def hangs_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def dribbles(after: int) -> Handler:
    """A stream that goes silent."""
    return streams(chat_events(["Good ", "morning"])[:after], ends="silence")


async def ask(proxy: Proxied, handler: Handler, *, stream: bool = False) -> Any:
    proxy.vendor.handler = handler
    assert proxy.program.upstreams is not None
    upstream = proxy.program.upstreams.upstreams.upstream("upstream")
    assert upstream is not None
    upstream.breaker.succeed()  # each case stands alone
    body = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "stream": stream}
    return await proxy.client.post(CHAT, body)


def outcomes(proxy: Proxied) -> dict[str, float]:
    """How calls ended, in the metrics."""
    counts = {}
    for line in proxy.program.metrics.text().decode().splitlines():
        if line.startswith("aiguardian_upstream_calls_total{"):
            counts[line.split('outcome="')[1].split('"')[0]] = float(line.rsplit(" ", 1)[1])
    return counts


WHOLE: dict[str, tuple[Handler, int, str, str]] = {
    "429 and a wait": (says(ERROR, status=429, retry_after="7"), 429, "upstream_error",
                       "rate_limited"),
    "500": (says(ERROR, status=500), 500, "upstream_error", "failed"),
    "503": (says(ERROR, status=503), 503, "upstream_error", "failed"),
    "400": (says(ERROR, status=400), 400, "upstream_error", "refused"),
    "an error of no shape": (says(b"<html>no</html>", status=502, content_type="text/html"), 502,
                             "upstream_malformed", "failed"),
    "a slow first byte": (hangs, 504, "upstream_timeout", "timeout"),
    "no answer": (hangs_up, 502, "upstream_error", "unreachable"),
    "a redirect": (says(b"", status=307, location="/x"), 502, "upstream_malformed", "malformed"),
    "another content type": (says(b"<html>hello</html>", content_type="text/html"), 502,
                             "upstream_malformed", "broken"),
    "half a JSON": (says(b'{"choices": ['), 502, "upstream_malformed", "broken"),
}  # fmt: skip


@pytest.mark.parametrize(("handler", "status", "code", "outcome"), WHOLE.values(), ids=WHOLE)
async def test_a_fault_has_its_status_code_and_figure(
    gateway: Proxied, decided: list[Decided], handler: Handler, status: int, code: str, outcome: str
) -> None:
    before = outcomes(gateway).get(outcome, 0.0)
    reply = await ask(gateway, handler)
    assert (reply.status, reply.json()["error"]["code"]) == (status, code)
    assert outcomes(gateway)[outcome] == before + 1
    assert [(one.direction, one.action) for one in decided] == [("input", "keep")]
    assert reply.header("retry-after") == ("7" if status == 429 else None)


async def test_an_answer_without_end_is_cut_off(
    gateway: Proxied, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "ANSWER_BYTES", 50_000)
    reply = await ask(gateway, says(chat_answer("x" * 60_000)))
    assert (reply.status, reply.json()["error"]["code"]) == (502, "upstream_malformed")
    assert len(reply.body) < 1_000


STREAMS: dict[str, tuple[Handler, str]] = {
    "cut in mid-stream": (streams(chat_events(["Good ", "morning"])[:3], ends="cut"),
                          "upstream_error"),
    "ended without its end": (streams(chat_events(["Good "])[:2]), "upstream_error"),
    "silent in mid-stream": (dribbles(3), "upstream_timeout"),
    "events that are no JSON": (streams([*chat_events(["Good "])[:2], event("{no")]),
                                "upstream_malformed"),
    "events of another API": (streams([event({"choices": [5]})]), "upstream_malformed"),
}  # fmt: skip


@pytest.mark.parametrize(("handler", "code"), STREAMS.values(), ids=STREAMS)
async def test_a_stream_that_dies_is_told_counted_and_recorded(
    gateway: Proxied, decided: list[Decided], handler: Handler, code: str
) -> None:
    before = outcomes(gateway).get("broken", 0.0)
    reply = await ask(gateway, handler, stream=True)
    assert code.encode() in reply.body.rsplit(b"data: ", 1)[1]
    assert b"[DONE]" not in reply.body
    assert outcomes(gateway)["broken"] == before + 1
    assert [one.direction for one in decided] == ["input", "output"]
    assert code in decided[1].unjudged


async def test_a_stream_that_dies_takes_what_was_not_judged_with_it(gateway: Proxied) -> None:
    said = "Here you are, as you asked me. The token is " + TOKEN
    handler = streams(chat_events([said[at : at + 9] for at in range(0, len(said), 9)])[:-2])
    reply = await ask(gateway, handler, stream=True)
    assert TOKEN[:12].encode() not in reply.body


async def test_it_serves_again_when_the_upstream_does(gateway: Proxied) -> None:
    for _ in range(3):
        await ask(gateway, says(ERROR, status=500))
    reply = await ask(gateway, says(chat_answer("Fine.")))
    assert (reply.status, reply.json()["choices"][0]["message"]["content"]) == (200, "Fine.")
