"""Several upstreams: who is asked, who steps in, and what is never asked twice."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from vendor import Handler, chat_answer, chat_events, says, streams

from aiguardian.errors import ModelNotFound
from aiguardian.proxy.faults import UpstreamFault
from aiguardian.proxy.routing_file import read_routing
from aiguardian.proxy.upstream import Question, Surroundings
from aiguardian.proxy.upstreams import RoutingFile, Upstreams

MODELS = """
models:
  both: [{upstream: one}, {upstream: two, weight: 0}]
  renamed: [{upstream: one, model: inner}]
  "any-*": [{upstream: one}]
  last: [{upstream: two}]
  talk: [{upstream: three}]
fallbacks:
  renamed: [last]
"""


@dataclass
class Vendor:
    """A server that remembers what it was asked."""

    name: str
    handler: Handler
    seen: list[tuple[str, Any, dict[str, str]]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        head = {name.lower(): value for name, value in request.headers.items()}
        self.seen.append((request.path, json.loads(body) if body else None, head))
        return await self.handler(request)


@dataclass
class World:
    """Three vendors, the file that names them, and what is asked of them."""

    vendors: dict[str, Vendor]
    path: Path
    upstreams: Upstreams
    file: RoutingFile
    session: aiohttp.ClientSession
    calls: list[tuple[str, str]]

    async def ask(self, model: str, endpoint: str = "chat", **headers: str) -> tuple[int, bytes]:
        body = json.dumps({"model": model, "messages": []}).encode()
        question = Question(endpoint, body, model, headers)
        answer = await self.upstreams.ask(self.session, question)
        try:
            return answer.status, await answer.body()
        finally:
            answer.close()

    async def models(self, **headers: str) -> dict[str, Any]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        listing = await self.upstreams.models(self.session, Question("models", None, "", named))
        listed: dict[str, Any] = json.loads(listing.body)
        return listed


async def no_pause(_: float) -> None:
    return


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    vendors = {name: Vendor(name, says(chat_answer(name))) for name in ("one", "two", "three")}
    runners, lines = [], ["upstreams:"]
    for vendor in vendors.values():
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", vendor.answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        assert site._server is not None
        port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        kind = "anthropic" if vendor.name == "three" else "openai"
        terms = f"kind: {kind}, api_key: key-of-{vendor.name}, retries: 1, timeout_s: 5"
        lines.append(f"  {vendor.name}: {{base_url: 'http://127.0.0.1:{port}', {terms}}}")
        runners.append(runner)
    path = tmp_path / "upstreams.yaml"
    path.write_text("\n".join(lines) + MODELS)
    calls: list[tuple[str, str]] = []
    around = Surroundings(
        pause=no_pause, on_call=lambda name, outcome, _: calls.append((name, outcome))
    )
    file = RoutingFile(
        path, lambda text: read_routing(text, file=path.name, environ={}, region="us-east-1")
    )
    upstreams = Upstreams(file.load(), around, random=Random(1))
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        yield World(vendors, path, upstreams, file, session, calls)
    for runner in runners:
        await runner.cleanup()


async def test_each_upstream_gets_its_own_key_and_name_of_the_model(world: World) -> None:
    await world.ask("renamed", authorization="Bearer the-callers")
    ((path, body, head),) = world.vendors["one"].seen
    assert (path, body["model"]) == ("/v1/chat/completions", "inner")
    assert head["authorization"] == "Bearer key-of-one"


async def test_a_name_that_stays_leaves_the_body_as_it_came(world: World) -> None:
    raw = b'{"model" : "both","x":1.50}'
    await world.upstreams.ask(world.session, Question("chat", raw, "both", {}))
    assert world.vendors["one"].seen[0][1] == {"model": "both", "x": 1.5}


@pytest.mark.parametrize("status", [429, 500, 503, 529])
async def test_another_upstream_steps_in_at_once(world: World, status: int) -> None:
    world.vendors["one"].handler = says({"error": {}}, status=status, retry_after="1")
    status_, body = await world.ask("both")
    assert (status_, json.loads(body)["choices"][0]["message"]["content"]) == (200, "two")
    assert len(world.vendors["one"].seen) == 1, "one with others behind it is asked once"


@pytest.mark.parametrize("status", [400, 401, 404])
async def test_an_error_that_is_the_callers_goes_no_further(world: World, status: int) -> None:
    world.vendors["one"].handler = says({"error": {}}, status=status)
    assert (await world.ask("both"))[0] == status
    assert world.vendors["two"].seen == []


async def test_a_stand_in_answers_when_no_upstream_of_the_model_does(world: World) -> None:
    world.vendors["one"].handler = says({"error": {}}, status=500)
    assert (await world.ask("renamed"))[0] == 200
    assert len(world.vendors["one"].seen) == 2, "the last of its model is tried again"
    assert world.vendors["two"].seen[0][1]["model"] == "last"


async def test_the_last_failure_is_told(world: World) -> None:
    for name in ("one", "two"):
        world.vendors[name].handler = says({"error": {"code": name}}, status=503)
    status, body = await world.ask("both")
    assert (status, json.loads(body)["error"]["code"]) == (503, "two")


async def test_a_stream_that_has_begun_is_not_begun_anew(world: World) -> None:
    world.vendors["one"].handler = streams(chat_events(["a", "b"])[:2], ends="cut")
    with pytest.raises(UpstreamFault, match="broke off"):
        await world.ask("both")
    assert world.vendors["two"].seen == []
    assert world.calls == [("one", "answered"), ("one", "broken")]


async def test_one_that_fails_is_left_alone_and_the_other_serves(world: World) -> None:
    world.vendors["one"].handler = says({"error": {}}, status=500)
    for _ in range(7):
        assert (await world.ask("both"))[0] == 200
    assert len(world.vendors["one"].seen) == 5
    assert world.upstreams.state("one") == "open"
    assert world.upstreams.state("two") == "closed"


async def test_a_model_without_a_route_is_refused_with_those_that_have_one(world: World) -> None:
    with pytest.raises(ModelNotFound, match=r"Served: both, renamed, any-\*, last, talk") as told:
        await world.ask("gpt-9")
    assert (told.value.status, told.value.code, told.value.field) == (
        404,
        "model_not_found",
        "model",
    )


async def test_an_endpoint_that_no_upstream_of_the_model_has_is_known_before(world: World) -> None:
    assert world.upstreams.speaks("messages", "talk")
    assert not world.upstreams.speaks("chat", "talk")


async def test_the_list_of_models_is_that_of_all(world: World) -> None:
    listed = {"data": [{"id": "any-1"}, {"id": "other"}, {"id": 5}, "x", {"id": "any-2"}]}
    world.vendors["one"].handler = says(listed)
    world.vendors["two"].handler = says(b"not json")
    found = await world.models()
    assert [(one["id"], one["owned_by"]) for one in found["data"]] == [
        ("both", "one"), ("renamed", "one"), ("last", "two"), ("talk", "three"),
        ("any-1", "one"), ("any-2", "one"),
    ]  # fmt: skip
    shaped = await world.models(anthropic_version="2023-06-01")
    assert (shaped["first_id"], shaped["last_id"], shaped["has_more"]) == ("both", "any-2", False)


async def test_an_upstream_that_lists_nothing_costs_only_its_own(world: World) -> None:
    world.vendors["one"].handler = says({"error": {}}, status=500)
    assert [one["id"] for one in (await world.models())["data"]][:2] == ["both", "renamed"]


async def test_a_changed_file_comes_into_force_and_a_wrong_one_does_not(world: World) -> None:
    text = world.path.read_text()
    world.vendors["one"].handler = says({"error": {}}, status=500)
    for _ in range(5):
        await world.ask("both")
    _write(world.path, text.replace("last: [{upstream: two}]", "newer: [{upstream: two}]"), 1)
    assert world.file.changed() is None, "the stand-in `last` has no route any more"
    assert "served by no route" in world.file.fault
    assert "last" in world.upstreams.routing.names()

    _write(world.path, text.replace("both: [", "newer: [{upstream: two}]\n  both: ["), 2)
    routing = world.file.changed()
    assert routing is not None
    world.upstreams.replace(routing)
    assert "newer" in world.upstreams.routing.names()
    assert world.file.fault == ""
    assert world.upstreams.state("one") == "open", "an unchanged upstream stays what it is"
    assert world.file.changed() is None

    _write(world.path, text.replace("key-of-one", "key-of-other"), 3)
    routing = world.file.changed()
    assert routing is not None
    world.upstreams.replace(routing)
    assert world.upstreams.state("one") == "closed", "another key is another upstream"


async def test_the_file_is_watched(world: World) -> None:
    watching = asyncio.create_task(world.file.watch(world.upstreams, interval_s=0.01))
    text = world.path.read_text().replace("both:", "all: [{upstream: one}]\n  both:")
    _write(world.path, text, 1)
    async with asyncio.timeout(5):
        while "all" not in world.upstreams.routing.names():  # noqa: ASYNC110 - polled by design
            await asyncio.sleep(0.01)  # the file is read by time, not by event
    watching.cancel()


def _write(path: Path, text: str, seconds: int) -> None:
    """Write, with a time of writing of its own."""
    path.write_text(text)
    stamp = path.stat().st_mtime_ns + seconds * 1_000_000_000
    os.utime(path, ns=(stamp, stamp))
