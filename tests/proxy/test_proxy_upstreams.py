"""The guarded endpoints over a file of upstreams: keys, cost, cache, and what health tells."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from vendor import Proxied, chat_answer, chat_events, event, proxied, says, streams

from aiguardian.proxy.health.asking_canaries import ask_canaries
from aiguardian.settings.groups import Access, Secret, Settings, Upstream
from aiguardian.settings.upstreams import Cache
from tests.proxy.bedrock.converse import Bedrock, bedrock, text_events
from tests.proxy.bedrock.converse import answer as converse_answer

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
OURS = "a" * 20 + "-the-key-of-this-gateway"
TOKEN = "ghp_" + "0123456789abcdefABCDEF0123456789abcd"
MAIL = "jane.doe@example.org"
FILE = """
upstreams:
  main: {{base_url: {url}, api_key: sk-main, retries: 0}}
  spare: {{base_url: {url}/spare, api_key: sk-spare, retries: 0}}
  claude: {{kind: anthropic, base_url: {url}, passes_callers_key: true, retries: 0}}
  keyless: {{base_url: {url}, retries: 0}}
  own: {{kind: ollama, base_url: {url}, retries: 0}}
  cloud: {{kind: bedrock, base_url: "{cloud}", api_key: bedrock-key, retries: 0}}
models:
  gpt-4o: [{{upstream: main}}, {{upstream: spare, weight: 0}}]
  prod: [{{upstream: main, model: my-deployment, priced_as: gpt-4o}}]
  open: [{{upstream: keyless}}]
  llama3: [{{upstream: own}}]
  odd: [{{upstream: main, model: nobody-knows-it}}]
  sonnet: [{{upstream: cloud, model: "us.anthropic.claude-sonnet-4-5-20250929-v1:0"}}]
  "claude*": [{{upstream: claude}}]
canaries:
  - {{upstream: main, model: gpt-4o, prompt: Say pong, contains: pong}}
  - {{upstream: spare, model: gpt-4o, prompt: Say pong, contains: ping}}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cloud() -> AsyncIterator[Bedrock]:
    async with bedrock() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(
    tmp_path_factory: pytest.TempPathFactory, cloud: Bedrock
) -> AsyncIterator[Proxied]:
    home = tmp_path_factory.mktemp("home")

    def change(settings: Settings, url: str) -> Settings:
        (home / "upstreams.yaml").write_text(FILE.format(url=url, cloud=cloud.url))
        return replace(
            settings,
            runtime=replace(settings.runtime, environment="staging"),
            access=Access(unified_api_key=Secret(OURS)),
            upstream=Upstream(file=home / "upstreams.yaml"),
            cache=Cache(mode="semantic"),
        )

    async with proxied(home, change=change) as running:
        yield running


@pytest.fixture
def proxy(gateway: Proxied) -> Proxied:
    vendor = gateway.vendor
    for seen in (vendor.bodies, vendor.raw, vendor.paths, vendor.heads):
        seen.clear()
    vendor.handler = says(answer())
    return gateway


pytestmark = pytest.mark.asyncio(loop_scope="module")


def answer(text: str = "Fine.", **usage: Any) -> dict[str, Any]:
    counted = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
    return chat_answer(text) | {"model": "gpt-4o-2024-08-06", "usage": counted | usage}


def chat(text: str, model: str = "gpt-4o", **fields: Any) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": text}], **fields}


async def post(proxy: Proxied, body: Any, path: str = CHAT, **headers: str) -> Any:
    return await call(proxy, path, body, {"x-api-key": OURS} | headers)


async def call(proxy: Proxied, path: str, body: Any, headers: dict[str, str]) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await proxy.client.post(path, body, **named)


async def metric(proxy: Proxied, name: str, *labels: str) -> float:
    text = (await proxy.client.get("/metrics", **{"x-api-key": OURS})).body.decode()
    for line in text.splitlines():
        if line.startswith(name + "{") and all(label in line for label in labels):
            return float(line.rsplit(" ", 1)[1])
    return 0.0


@pytest.mark.parametrize("header", ["x-api-key", "authorization"])
async def test_our_own_key_is_never_passed_on(proxy: Proxied, header: str) -> None:
    value = OURS if header == "x-api-key" else f"Bearer {OURS}"
    said = {"type": "message", "role": "assistant", "content": [], "stop_reason": "end_turn"}
    for model, path, body in (
        ("claude-x", MESSAGES, said),
        ("open", CHAT, answer()),
        ("gpt-4o", CHAT, answer()),
    ):
        proxy.vendor.handler = says(body)
        asked = chat(f"Not kept {header}", model, max_tokens=5)
        head = {header: value, "anthropic-beta": f"my key is {OURS}", "cookie": OURS}
        reply = await call(proxy, path, asked, head)
        assert reply.status == 200, reply.body
    assert len(proxy.vendor.heads) == 3
    assert all(OURS not in value for head in proxy.vendor.heads for value in head.values())


async def test_the_callers_key_goes_where_the_operator_says_so(proxy: Proxied) -> None:
    said = {"type": "message", "role": "assistant", "content": [], "stop_reason": "end_turn"}
    proxy.vendor.handler = says(said)
    asked = chat("Good morning", "claude-x", max_tokens=5)
    head = {"authorization": f"Bearer {OURS}", "x-api-key": "sk-ant-theirs"}
    await call(proxy, MESSAGES, asked, head)
    assert proxy.vendor.heads[0]["x-api-key"] == "sk-ant-theirs"
    assert "authorization" not in proxy.vendor.heads[0]
    await post(proxy, chat("Good evening", "open"), authorization="Bearer theirs")
    assert "authorization" not in proxy.vendor.heads[1], "keyless: no key is passed on"


async def test_a_model_without_a_route_is_told_in_the_vendors_shape(proxy: Proxied) -> None:
    reply = await post(proxy, chat("Hello", "gpt-9"))
    assert (reply.status, reply.json()["error"]["code"]) == (404, "model_not_found")
    assert "gpt-4o, prod" in reply.json()["error"]["message"]
    assert proxy.vendor.bodies == []
    shaped = (await post(proxy, chat("Hello", "gpt-9", max_tokens=1), MESSAGES)).json()
    assert (shaped["type"], shaped["error"]["type"]) == ("error", "not_found_error")


async def test_an_endpoint_that_the_models_upstream_lacks_is_refused(proxy: Proxied) -> None:
    reply = await post(proxy, chat("Hello", "claude-x"))
    assert reply.status == 422
    assert proxy.vendor.bodies == []


async def test_the_cost_is_the_providers_count_times_the_shipped_price(proxy: Proxied) -> None:
    proxy.vendor.handler = says(answer(prompt_tokens_details={"cached_tokens": 400}))
    before = await metric(proxy, "aiguardian_upstream_cost_usd_total", "main", "reported")
    reply = await post(proxy, chat("What does it cost?"))
    # 600 at 2.50, 400 cached at 1.25, 100 out at 10 dollars a million
    assert reply.header("x-aiguardian-cost-usd") == "0.003"
    after = await metric(proxy, "aiguardian_upstream_cost_usd_total", "main", "reported")
    assert after - before == pytest.approx(0.003)


async def test_a_deployment_costs_as_the_operator_says(proxy: Proxied) -> None:
    proxy.vendor.handler = says(answer() | {"model": "unheard-of"})
    reply = await post(proxy, chat("And here?", "prod"))
    assert proxy.vendor.bodies[0]["model"] == "my-deployment"
    assert reply.header("x-aiguardian-cost-usd") == "0.0035"


async def test_a_model_without_a_price_has_no_cost_and_is_counted(proxy: Proxied) -> None:
    proxy.vendor.handler = says(answer() | {"model": "nobody-knows-it"})
    reply = await post(proxy, chat("And there?", "odd"))
    assert reply.header("x-aiguardian-cost-usd") is None
    assert await metric(proxy, "aiguardian_upstream_unpriced_total", "main") == 1.0
    proxy.vendor.handler = says(answer() | {"model": "llama3"})
    reply = await post(proxy, chat("On our own machine?", "llama3"))
    assert reply.header("x-aiguardian-cost-usd") == "0"


async def test_a_stream_is_asked_for_its_count_and_the_client_does_not_see_it(
    proxy: Proxied,
) -> None:
    head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o"}
    chunks = chat_events(["Fine", "."])
    usage = {"prompt_tokens": 10, "completion_tokens": 7, "total_tokens": 17}
    counted = event(head | {"choices": [], "usage": usage})
    proxy.vendor.handler = streams([*chunks[:-1], counted, chunks[-1]])
    before = await metric(proxy, "aiguardian_upstream_tokens_total", "main", "output", "reported")
    body = b'{"model":"gpt-4o", "stream":true,"messages":[{"role":"user","content":"Count"}]}'
    reply = await proxy.client.call(
        "POST", CHAT, body, headers={"content-type": "application/json", "x-api-key": OURS}
    )
    sent = proxy.vendor.raw[0]
    assert sent == body[:-1] + b',"stream_options":{"include_usage":true}}'
    assert b"usage" not in reply.body
    assert reply.body.endswith(b"data: [DONE]\n\n")
    after = await metric(proxy, "aiguardian_upstream_tokens_total", "main", "output", "reported")
    assert after - before == 7


async def test_a_client_that_asks_for_the_count_gets_it(proxy: Proxied) -> None:
    head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o"}
    counted = event(head | {"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 7}})
    chunks = chat_events(["Fine."])
    proxy.vendor.handler = streams([*chunks[:-1], counted, chunks[-1]])
    asked = chat("Count for me", stream=True, stream_options={"include_usage": True})
    assert b'"completion_tokens":7' in (await post(proxy, asked)).body


async def test_what_nobody_counted_is_estimated(proxy: Proxied) -> None:
    proxy.vendor.handler = streams(chat_events(["Four words and more", "."]))
    name = "aiguardian_upstream_tokens_total"
    before = await metric(proxy, name, "main", "output", "estimated")
    await post(proxy, chat("Estimate it", stream=True))
    assert await metric(proxy, name, "main", "output", "estimated") - before == 5


async def test_the_same_request_is_answered_from_the_cache(proxy: Proxied) -> None:
    asked = chat("Which river is the longest?", temperature=1)
    first, second = await post(proxy, asked), await post(proxy, asked)
    assert first.header("x-aiguardian-cache") == "miss"
    assert second.header("x-aiguardian-cache") == "hit"
    assert second.json() == first.json()
    assert second.header("x-aiguardian-cost-usd") == "0"
    assert len(proxy.vendor.bodies) == 1


@pytest.mark.parametrize("wish", ["no-cache", "no-store"])
async def test_a_caller_may_ask_for_a_new_answer(proxy: Proxied, wish: str) -> None:
    asked = chat(f"New, please: {wish}")
    await post(proxy, asked)
    await post(proxy, asked, cache_control=wish)
    assert len(proxy.vendor.bodies) == 2


async def test_a_kept_stream_is_a_stream_and_another_key_has_its_own(proxy: Proxied) -> None:
    proxy.vendor.handler = streams(chat_events(["It ", "flows."]))
    asked = chat("Does it flow?", stream=True)
    first, second = await post(proxy, asked), await post(proxy, asked)
    assert (first.header("x-aiguardian-cache"), second.header("x-aiguardian-cache")) == (
        "miss",
        "hit",
    )
    assert text_of(first.body) == text_of(second.body) == "It flows."
    third = await post(proxy, asked, authorization="Bearer another-account")
    assert third.header("x-aiguardian-cache") == "miss"


async def test_a_kept_answer_is_judged_again_and_names_come_back(proxy: Proxied) -> None:
    said = "I will write to [EMAIL_ADDRESS_1]."
    proxy.vendor.handler = says(answer(said))
    first = await post(proxy, chat(f"Write to {MAIL}."))
    second = await post(proxy, chat("Write to joe@example.net."))
    assert second.header("x-aiguardian-cache") == "hit", "the same as far as the upstream knows"
    told = [one.json()["choices"][0]["message"]["content"] for one in (first, second)]
    assert told == [f"I will write to {MAIL}.", "I will write to joe@example.net."]


async def test_an_answer_that_was_rewritten_or_cut_is_not_kept(proxy: Proxied) -> None:
    proxy.vendor.handler = says(answer(f"It is {TOKEN}."))
    for _ in range(2):
        reply = await post(proxy, chat("Which token?"))
        assert reply.header("x-aiguardian-cache") == "miss"
        assert TOKEN.encode() not in reply.body
    proxy.vendor.handler = streams(chat_events(["It was"])[:2], ends="cut")
    for _ in range(2):
        reply = await post(proxy, chat("And then?", stream=True))
        assert reply.header("x-aiguardian-cache") == "miss"


async def test_the_same_question_in_other_words_finds_the_answer(proxy: Proxied) -> None:
    first = await post(proxy, chat("How do I reset my password?", temperature=0))
    other = await post(proxy, chat("How can I reset my password?", temperature=0))
    assert first.header("x-aiguardian-cache") == "miss"
    assert str(other.header("x-aiguardian-cache")).startswith("hit; likeness=0.9")


@pytest.mark.parametrize(
    ("one", "two", "fields"),
    [
        ("How do I lock an account?", "How do I unlock an account?", {"temperature": 0}),
        ("How do I paint a wall?", "How can I paint a wall?", {}),
        ("How do I paint a door?", "How can I paint a door?", {"temperature": 0, "seed": 1}),
        (f"How do I mail {MAIL}?", f"How can I mail {MAIL}?", {"temperature": 0}),
    ],
    ids=["another meaning", "chance", "other settings", "personal"],
)
async def test_a_question_that_may_mean_another_answer_is_asked(
    proxy: Proxied, one: str, two: str, fields: dict[str, Any]
) -> None:
    await post(proxy, chat(one, **fields))
    reply = await post(proxy, chat(two, **fields | ({"seed": 2} if "seed" in fields else {})))
    assert reply.header("x-aiguardian-cache") == "miss"


async def test_a_caller_may_leave_chance_out(proxy: Proxied) -> None:
    await post(proxy, chat("How do I bake bread?"), x_aiguardian_cache="semantic")
    reply = await post(proxy, chat("How can I bake bread?"), x_aiguardian_cache="semantic")
    assert str(reply.header("x-aiguardian-cache")).startswith("hit; likeness=")


@pytest.mark.parametrize("streamed", [False, True])
async def test_bedrock_is_guarded_like_any_other(
    proxy: Proxied, cloud: Bedrock, *, streamed: bool
) -> None:
    said = f"I wrote to [EMAIL_ADDRESS_1]; the token is {TOKEN}."
    cloud.whole = converse_answer({"text": said})
    cloud.events = text_events([said[at : at + 9] for at in range(0, len(said), 9)])
    asked = chat(f"Write to {MAIL}, please: {streamed}", "sonnet", stream=streamed)
    reply = await post(proxy, asked)
    text = text_of(reply.body) if streamed else reply.json()["choices"][0]["message"]["content"]
    assert text.startswith(f"I wrote to {MAIL}; the token is ")
    assert TOKEN not in text
    sent = json.dumps(cloud.seen[-1][2])
    assert MAIL not in sent
    assert "[EMAIL_ADDRESS_1]" in sent
    if not streamed:  # 10 in at 3.30, 5 out at 16.50 dollars a million
        assert reply.header("x-aiguardian-cost-usd") == "0.0001155"


async def test_what_bedrock_cannot_do_is_the_callers_to_mend(proxy: Proxied) -> None:
    reply = await post(proxy, chat("Twice", "sonnet", n=2))
    assert (reply.status, reply.json()["error"]["param"]) == (422, "n")


async def test_health_tells_of_upstreams_and_canaries(proxy: Proxied) -> None:
    proxy.vendor.handler = says(answer("Pong!"))
    upstreams = proxy.program.upstreams
    assert upstreams is not None
    session = proxy.program.dispatcher.session
    assert session is not None
    await ask_canaries(upstreams.upstreams, proxy.program.traffic, session=session)
    rows = await health(proxy, check="provider")
    assert rows["main.breaker"]["status"] == "healthy"
    assert rows["main.canary.1"]["status"] == "healthy"
    assert rows["spare.canary.2"]["status"] == "unhealthy"
    assert "contains" in rows["spare.canary.2"]["detail"]
    only = await health(proxy, check="provider", target="own")
    assert {name.partition(".")[0] for name in only} == {"own"}
    drift = await health(proxy, check="drift", target="main")
    assert "Not enough data" in drift["main.drift"]["detail"]


async def health(proxy: Proxied, **fields: str) -> dict[str, Any]:
    body = {"service_type": "healthguard", "payload": fields}
    reply = await post(proxy, body, "/api/v1/guards/process")
    return {row["name"]: row for row in reply.json()["data"]["checks"]}


def text_of(body: bytes) -> str:
    lines = [line[6:] for line in body.decode().splitlines() if line.startswith("data: {")]
    deltas = [c["delta"] for line in lines for c in json.loads(line).get("choices", [])]
    return "".join(delta.get("content") or "" for delta in deltas)
