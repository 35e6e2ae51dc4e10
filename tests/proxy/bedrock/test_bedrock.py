"""Bedrock behind chat completions: both shapes, AWS's own library, and a server that misbehaves."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from converse import Bedrock, answer, bedrock, event, exception, text_events

from aiguardian.errors import InvalidField
from aiguardian.proxy.account import Account
from aiguardian.proxy.answers import Answer
from aiguardian.proxy.bedrock.answer import Envelope, chat_answer, chat_usage, finish_reason
from aiguardian.proxy.bedrock.client import connect
from aiguardian.proxy.bedrock.request import converse_request
from aiguardian.proxy.bedrock.upstream import BedrockUpstream
from aiguardian.proxy.faults import UpstreamFault
from aiguardian.proxy.upstream import Question, Surroundings
from aiguardian.settings.variable import Secret

MODEL = "anthropic.claude-sonnet-4-5-20250929-v1:0"
PNG = b"\x89PNG\r\n\x1a\n"
IMAGE = "data:image/png;base64," + base64.b64encode(PNG).decode()
CALL = {"id": "t1", "type": "function", "function": {"name": "sum", "arguments": '{"a": 1}'}}
TOOL = {
    "type": "function",
    "function": {
        "name": "sum",
        "description": "Adds.",
        "parameters": {"type": "object", "properties": {"a": {"type": "number"}}},
    },
}


def converted(*messages: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return converse_request({"model": "m", "messages": list(messages), **fields})


def user(content: Any = "Hello") -> dict[str, Any]:
    return {"role": "user", "content": content}


def test_a_conversation_with_system_tools_and_an_image_becomes_converses() -> None:
    asked = converted(
        {"role": "system", "content": "Be brief."},
        {"role": "developer", "content": [{"type": "text", "text": "And kind."}]},
        user(
            [
                {"type": "text", "text": "What is it?"},
                {"type": "image_url", "image_url": {"url": IMAGE}},
            ]
        ),
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "t1", "content": "2"},
        {"role": "tool", "tool_call_id": "t2", "content": [{"type": "text", "text": "3"}]},
        user("So?"),
        max_completion_tokens=50,
        temperature=0.5,
        top_p=0.9,
        stop="END",
        tools=[TOOL],
        tool_choice="required",
        stream=True,
        user="u1",
        n=1,
    )
    assert asked["system"] == [{"text": "Be brief."}, {"text": "And kind."}]
    assert asked["inferenceConfig"] == {
        "maxTokens": 50,
        "temperature": 0.5,
        "topP": 0.9,
        "stopSequences": ["END"],
    }
    first, second, third = asked["messages"]
    assert first == {
        "role": "user",
        "content": [
            {"text": "What is it?"},
            {"image": {"format": "png", "source": {"bytes": PNG}}},
        ],
    }
    use = {"toolUseId": "t1", "name": "sum", "input": {"a": 1}}
    assert second == {"role": "assistant", "content": [{"toolUse": use}]}
    assert third["role"] == "user", "roles alternate: results and the next words are one turn"
    assert third["content"] == [
        {"toolResult": {"toolUseId": "t1", "content": [{"text": "2"}]}},
        {"toolResult": {"toolUseId": "t2", "content": [{"text": "3"}]}},
        {"text": "So?"},
    ]
    (tool,) = asked["toolConfig"]["tools"]
    assert tool["toolSpec"]["inputSchema"] == {"json": TOOL["function"]["parameters"]}  # type: ignore[index]
    assert asked["toolConfig"]["toolChoice"] == {"any": {}}


@pytest.mark.parametrize(
    ("choice", "config"),
    [
        (None, {}),
        ("auto", {"toolChoice": {"auto": {}}}),
        (
            {"type": "function", "function": {"name": "sum"}},
            {"toolChoice": {"tool": {"name": "sum"}}},
        ),
    ],
)
def test_the_choice_of_tools(choice: Any, config: dict[str, Any]) -> None:
    told = converted(user(), tools=[TOOL], tool_choice=choice)["toolConfig"]
    assert {key: told[key] for key in told if key != "tools"} == config


def test_no_tools_are_sent_where_none_may_be_used_unless_some_were() -> None:
    assert "toolConfig" not in converted(user(), tools=[TOOL], tool_choice="none")
    used = {"role": "assistant", "content": "", "tool_calls": [CALL]}
    assert "toolConfig" in converted(user(), used, tools=[TOOL], tool_choice="none")


def test_a_schema_and_effort_go_along() -> None:
    form = {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}}
    told = converted(user(), response_format=form, reasoning_effort="low")["outputConfig"]
    assert told["effort"] == "low"
    schema = told["textFormat"]["structure"]["jsonSchema"]
    assert (json.loads(schema["schema"]), schema["name"]) == ({"type": "object"}, "n")


@pytest.mark.parametrize(
    ("messages", "fields", "field"),
    [
        ([], {}, "messages"),
        (["x"], {}, "messages[0]"),
        ([{"role": "function", "content": "x"}], {}, "messages[0]"),
        ([user(5)], {}, "messages[0]"),
        ([user([{"type": "input_audio"}])], {}, "messages[0].content[0]"),
        ([user([{"type": "image_url", "image_url": {"url": "https://a/b.png"}}])], {},
         "messages[0].content[0]"),
        ([user([{"type": "image_url", "image_url": {"url": "data:image/png;base64,#"}}])], {},
         "messages[0].content[0]"),
        ([{"role": "assistant", "tool_calls": [{"id": "1"}]}], {}, "messages[0].tool_calls[0]"),
        ([{"role": "assistant", "tool_calls": [
            {"function": {"name": "f", "arguments": "[1]"}}]}], {}, "messages[0].tool_calls[0]"),
        ([user()], {"n": 2}, "n"),
        ([user()], {"logprobs": True}, "logprobs"),
        ([user()], {"presence_penalty": 0.5}, "presence_penalty"),
        ([user()], {"tools": [{"type": "web_search"}]}, "tools[0]"),
        ([user()], {"tools": [TOOL], "tool_choice": "any"}, "tool_choice"),
        ([user()], {"response_format": {"type": "json_object"}}, "response_format"),
    ],
)  # fmt: skip
def test_what_converse_cannot_do_is_refused_by_name(
    messages: list[Any], fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidField) as told:
        converse_request({"model": "m", "messages": messages, **fields})
    assert told.value.field == field


def test_an_answer_with_thoughts_and_calls_becomes_chats() -> None:
    told = chat_answer(
        answer(
            {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "s"}}},
            {"text": "I add."},
            {"toolUse": {"toolUseId": "t1", "name": "sum", "input": {"a": "ü"}}},
            stop="tool_use",
        ),
        Envelope("id", "m", 7),
    )
    (choice,) = told["choices"]
    message = choice["message"]
    assert (told["id"], told["object"], told["created"]) == ("id", "chat.completion", 7)
    assert (message["content"], message["reasoning_content"]) == ("I add.", "Hm.")
    assert json.loads(message["tool_calls"][0]["function"]["arguments"]) == {"a": "ü"}
    assert choice["finish_reason"] == "tool_calls"
    assert told["usage"]["total_tokens"] == 15


@pytest.mark.parametrize(
    ("stop", "finish"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("content_filtered", "content_filter"),
        ("guardrail_intervened", "content_filter"),
        ("malformed_tool_use", "length"),
        ("something_new", "stop"),
    ],
)
def test_every_reason_to_stop_has_its_word(stop: str, finish: str) -> None:
    assert finish_reason(stop) == finish


def test_what_the_cache_read_and_wrote_is_part_of_the_input() -> None:
    usage = {"inputTokens": 1, "outputTokens": 2, "totalTokens": 9, "cacheReadInputTokens": 6}
    assert chat_usage(usage)["prompt_tokens"] == 7


# --- over AWS's own library ---------------------------------------------------------------------


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(module_credentials: None) -> AsyncIterator[Bedrock]:
    async with bedrock() as running:
        yield running


@pytest.fixture(scope="module")
def module_credentials() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE00")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "example")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield


def account(url: str, **terms: Any) -> Account:
    terms = {"timeout_s": 20.0, "silence_s": 5.0, "retries": 0} | terms
    return Account(name="cloud", kind="bedrock", base_url=url, region="eu-west-1", **terms)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def upstream(served: Bedrock) -> AsyncIterator[BedrockUpstream]:
    yield BedrockUpstream(account(served.url))


@pytest.fixture
def fresh(served: Bedrock) -> Bedrock:
    served.seen.clear()
    served.left.clear()
    served.whole, served.events = answer({"text": "Fine."}), text_events(["Fi", "ne."])
    served.ends, served.status = "well", 200
    return served


on_module_loop = pytest.mark.asyncio(loop_scope="module")


async def ask(upstream: BedrockUpstream, **fields: Any) -> Answer:
    body = json.dumps({"model": "public", "messages": [user()], **fields}).encode()
    async with aiohttp.ClientSession() as session:
        return await upstream.ask(session, Question("chat", body, MODEL, {}))


async def chunks_of(answer: Answer) -> list[Any]:
    text = b"".join([chunk async for chunk in answer.chunks()]).decode()
    lines = [line.removeprefix("data: ") for line in text.splitlines() if line]
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]


@on_module_loop
async def test_a_whole_answer_comes_signed_by_awss_library(
    upstream: BedrockUpstream, fresh: Bedrock
) -> None:
    told = json.loads(await (await ask(upstream, max_tokens=9)).body())
    assert told["choices"][0]["message"]["content"] == "Fine."
    ((model, operation, body, head),) = fresh.seen
    assert (model, operation) == (MODEL, "converse")
    assert body["messages"] == [{"role": "user", "content": [{"text": "Hello"}]}]
    assert "AWS4-HMAC-SHA256" in head["authorization"]
    assert "/eu-west-1/bedrock/" in head["authorization"]


@on_module_loop
async def test_a_key_of_the_account_takes_the_signatures_place(fresh: Bedrock) -> None:
    keyed = BedrockUpstream(account(fresh.url, api_key=Secret("bedrock-key")))
    assert (await ask(keyed)).status == 200
    assert fresh.seen[0][3]["authorization"] == "Bearer bedrock-key"


@on_module_loop
async def test_a_stream_comes_piece_by_piece_with_its_count(
    upstream: BedrockUpstream, fresh: Bedrock
) -> None:
    answer = await ask(upstream, stream=True)
    assert (answer.content_type, answer.origin.hides_usage) == ("text/event-stream", True)
    chunks = await chunks_of(answer)
    said = [one["choices"][0]["delta"].get("content") for one in chunks[:-1]]
    assert said == ["", "Fi", "ne.", None]
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["usage"]["completion_tokens"] == 5
    shown = await ask(upstream, stream=True, stream_options={"include_usage": True})
    assert not shown.origin.hides_usage
    shown.close()


def more(delta: dict[str, Any]) -> bytes:
    return event("contentBlockDelta", {"contentBlockIndex": 1, "delta": delta})


@on_module_loop
async def test_a_streamed_call_comes_with_its_arguments(
    upstream: BedrockUpstream, fresh: Bedrock
) -> None:
    use = {"toolUse": {"toolUseId": "t1", "name": "sum"}}
    fresh.events = [
        event("messageStart", {"role": "assistant"}),
        event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {
            "reasoningContent": {"text": "Hm."}}}),
        event("contentBlockStart", {"contentBlockIndex": 1, "start": use}),
        more({"toolUse": {"input": '{"a"'}}),
        more({"toolUse": {"input": ":1}"}}),
        event("contentBlockStop", {"contentBlockIndex": 1}),
        *text_events([], "tool_use")[2:],
    ]  # fmt: skip
    chunks = await chunks_of(await ask(upstream, stream=True))
    deltas = [one["choices"][0]["delta"] for one in chunks[:-1]]
    assert deltas[1] == {"reasoning_content": "Hm."}
    calls = [delta["tool_calls"][0] for delta in deltas if "tool_calls" in delta]
    assert (calls[0]["id"], calls[0]["function"]["name"]) == ("t1", "sum")
    assert "".join(call["function"]["arguments"] for call in calls) == '{"a":1}'
    assert chunks[-2]["choices"][0]["finish_reason"] == "tool_calls"


@on_module_loop
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "ValidationException"),
        (403, "AccessDeniedException"),
        (404, "ResourceNotFoundException"),
        (429, "ThrottlingException"),
        (500, "InternalServerException"),
        (503, "ServiceUnavailableException"),
    ],
)
async def test_a_refusal_keeps_its_status_and_not_its_words(
    upstream: BedrockUpstream, fresh: Bedrock, status: int, kind: str
) -> None:
    fresh.status, fresh.kind = status, kind
    told = await ask(upstream)
    error = json.loads(await told.body())["error"]
    assert (told.status, error["code"]) == (status, kind)
    assert "secret words" not in error["message"]
    upstream.breaker.succeed()


@on_module_loop
async def test_arguments_that_awss_library_refuses_are_the_callers_fault(
    upstream: BedrockUpstream, fresh: Bedrock
) -> None:
    assert (await ask(upstream, max_tokens="many")).status == 400
    assert fresh.seen == []


@on_module_loop
@pytest.mark.parametrize(
    ("ends", "last", "said"),
    [
        ("cut", None, "broke off|cannot be reached|library can read"),
        ("silence", None, "silent|in time"),
        ("well", exception("throttlingException", "slow down"), "broke off"),
        ("well", exception("modelStreamErrorException", "oh"), "broke off"),
        ("well", event("contentBlockDelta", {"contentBlockIndex": 5, "delta": {
            "toolUse": {"input": "{"}}}), "none of Converse's"),
    ],
)  # fmt: skip
async def test_a_stream_that_dies_is_a_fault_and_never_an_end(
    fresh: Bedrock, ends: str, last: bytes | None, said: str
) -> None:
    calls: list[str] = []
    around = Surroundings(on_call=lambda _, outcome, __: calls.append(outcome))
    upstream = BedrockUpstream(account(fresh.url, silence_s=2.0), around)
    fresh.events = text_events(["Fi", "ne."])[:3] + ([last] if last else [])
    fresh.ends = ends
    told = await ask(upstream, stream=True)
    with pytest.raises(UpstreamFault, match=said):
        await told.body()
    assert calls == ["answered", "broken"]


@on_module_loop
async def test_a_stream_without_its_last_events_has_no_end(
    upstream: BedrockUpstream, fresh: Bedrock
) -> None:
    fresh.events = text_events(["Fi"])[:2]
    told = await ask(upstream, stream=True)
    assert b"[DONE]" not in await told.body(), "the guarded stream tells it as cut"


@on_module_loop
async def test_a_client_that_leaves_stops_the_stream(
    upstream: BedrockUpstream, fresh: Bedrock
) -> None:
    fresh.ends = "endless"
    told = await ask(upstream, stream=True)
    chunks = told.chunks()
    await anext(chunks)
    told.close()
    await chunks.aclose()
    async with asyncio.timeout(10):
        await fresh.left.wait()


@on_module_loop
async def test_nobody_there_is_a_fault() -> None:
    nowhere = BedrockUpstream(account("http://127.0.0.1:9"))
    with pytest.raises(UpstreamFault, match="cannot be reached"):
        await ask(nowhere)


@on_module_loop
async def test_without_credentials_the_fault_says_so(
    fresh: Bedrock, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(UpstreamFault, match="credentials"):
        await ask(BedrockUpstream(account(fresh.url)))
    assert fresh.seen == []


@on_module_loop
async def test_the_arguments_are_those_of_the_published_service_model(fresh: Bedrock) -> None:
    """The library's stub checks them, and the answer, against AWS's service model."""
    from botocore.stub import Stubber

    def stubbed(known: Account) -> Any:
        client = connect(known)
        stubber = Stubber(client)
        stubber.add_response("converse", answer({"text": "Stubbed."}), None)
        stubber.activate()
        return client

    upstream = BedrockUpstream(account(fresh.url), connect=stubbed)
    form = {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}}
    told = await ask(
        upstream,
        messages=[
            {"role": "system", "content": "s"},
            user([{"type": "image_url", "image_url": {"url": IMAGE}}]),
            {"role": "assistant", "content": "x", "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "t1", "content": "2"},
        ],
        tools=[TOOL],
        tool_choice="auto",
        stop=["END"],
        response_format=form,
        reasoning_effort="low",
        temperature=0.5,
    )
    assert json.loads(await told.body())["choices"][0]["message"]["content"] == "Stubbed."
