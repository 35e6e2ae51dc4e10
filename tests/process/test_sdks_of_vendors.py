"""The vendors' own clients through the gateway to vendors that answer as vendors do."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest
from processes import Running
from pydantic import BaseModel

from tests.proxy.stream.conversations import (
    chat_stream,
    messages_stream,
    pieces,
    responses_stream,
)

pytestmark = pytest.mark.process

SAID = "The ferry leaves at nine in the morning. It comes back at noon. Bring something warm."
HATE = "I despise every one of them, they are vermin and must be wiped out. Nobody will miss them."
SENT = '{"to": "harbour", "note": "Two seats on the ferry, please."}'
PLACE = '{"town": "Skagen", "people": 7963}'
ASK: Any = [{"role": "user", "content": "When does the ferry leave?"}]
PICTURE = "data:image/png;base64,iVBORw0KGgo="
STREAMS = {
    "/v1/chat/completions": chat_stream,
    "/v1/messages": messages_stream,
    "/v1/responses": responses_stream,
}
ROUTES = """\
upstreams:
  open: {{base_url: "{url}", api_key: none, retries: 0}}
  claude: {{kind: anthropic, base_url: "{url}", api_key: none, retries: 0}}
models:
  "claude-*": [{{upstream: claude}}]
  "*": [{{upstream: open}}]
"""


class Town(BaseModel):
    """What the structured answers hold."""

    town: str
    people: int


class Vendor(ThreadingHTTPServer):
    """Answers by the model's name; remembers what came, and who left."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.bodies: list[dict[str, Any]] = []
        self.left = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class _Answers(BaseHTTPRequestHandler):
    server: Vendor

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.bodies.append(body)
        name = body["model"].rpartition("-")[2]
        if not body.get("stream"):
            self._whole(body, name)
            return
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        text = {"hate": HATE, "place": PLACE, "tools": ""}.get(name, SAID)
        arguments = pieces(SENT, 5) if name == "tools" else []
        data = STREAMS[self.path](pieces(text, 4), arguments)
        if name == "cut":
            self.wfile.write(data[: len(data) // 2])
        elif name == "endless":
            self._without_end(data[: len(data) // 2])
        else:
            self.wfile.write(data)

    def _without_end(self, data: bytes) -> None:
        try:
            self.wfile.write(data)
            while True:
                self.wfile.write(b": and so on\n\n")
                self.wfile.flush()
                threading.Event().wait(0.02)
        except OSError:
            self.server.left.set()

    def _whole(self, body: dict[str, Any], name: str) -> None:
        text = {"hate": HATE, "place": PLACE}.get(name, SAID)
        message: dict[str, Any] = {"role": "assistant", "content": text}
        if name == "tools":
            call = {"name": "send", "arguments": SENT}
            message["tool_calls"] = [{"id": "call_1", "type": "function", "function": call}]
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        answer = {"id": "c1", "object": "chat.completion", "created": 1, "model": body["model"]}
        data = json.dumps(answer | {"choices": [choice]}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture(scope="module")
def vendor() -> Iterator[Vendor]:
    with Vendor() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def gateway(vendor: Vendor, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home: Path = tmp_path_factory.mktemp("home")
    (home / "upstreams.yaml").write_text(ROUTES.format(url=vendor.url))
    running = Running(
        "serve",
        home=home,
        AIGUARDIAN_UPSTREAMS=str(home / "upstreams.yaml"),
        AIGUARDIAN_POLICY_CHOICES="observe,strict",
    )
    yield running
    running.end()


@pytest.fixture
def client(gateway: Running) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{gateway.url}/v1", api_key="none", max_retries=0) as opened:
        yield opened


@pytest.fixture
def claude(gateway: Running) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=gateway.url, api_key="none", max_retries=0) as opened:
        yield opened


def test_the_arguments_of_a_streamed_tool_call_are_whole(client: openai.OpenAI) -> None:
    with client.chat.completions.stream(model="gpt-tools", messages=ASK) as stream:
        final = stream.get_final_completion()
    [call] = final.choices[0].message.tool_calls or []
    assert (call.function.name, call.function.arguments) == ("send", SENT)
    assert final.choices[0].finish_reason == "tool_calls"


def test_a_tool_call_that_came_at_once(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(model="gpt-tools", messages=ASK)
    [call] = answer.choices[0].message.tool_calls or []
    assert call.type == "function"
    assert call.function.arguments == SENT


def test_structured_output_is_parsed(client: openai.OpenAI) -> None:
    answer = client.chat.completions.parse(model="gpt-place", messages=ASK, response_format=Town)
    assert answer.choices[0].message.parsed == Town(town="Skagen", people=7963)


def test_structured_output_is_parsed_from_a_stream(client: openai.OpenAI) -> None:
    with client.chat.completions.stream(
        model="gpt-place", messages=ASK, response_format=Town
    ) as stream:
        final = stream.get_final_completion()
    assert final.choices[0].message.parsed == Town(town="Skagen", people=7963)


def test_responses_stream_text_and_calls(client: openai.OpenAI) -> None:
    with client.responses.stream(model="gpt-said", input="When?") as stream:
        text = "".join(one.delta for one in stream if one.type == "response.output_text.delta")
        assert stream.get_final_response().output_text == text == SAID
    with client.responses.create(model="gpt-tools", input="When?", stream=True) as events:
        [done] = [one for one in events if one.type == "response.function_call_arguments.done"]
    assert done.arguments == SENT


def test_anthropics_tools_and_text_from_a_stream(claude: anthropic.Anthropic) -> None:
    with claude.messages.stream(model="claude-tools", max_tokens=50, messages=ASK) as stream:
        final = stream.get_final_message()
    [call] = [block for block in final.content if block.type == "tool_use"]
    assert call.input == json.loads(SENT)
    assert final.stop_reason == "tool_use"


def test_anthropics_asynchronous_client(gateway: Running) -> None:
    async def ask() -> str:
        async with (
            anthropic.AsyncAnthropic(base_url=gateway.url, api_key="none") as client,
            client.messages.stream(model="claude-said", max_tokens=50, messages=ASK) as stream,
        ):
            return "".join([text async for text in stream.text_stream])

    assert asyncio.run(ask()) == SAID


def test_a_block_in_mid_stream_is_a_content_filter_to_openai(client: openai.OpenAI) -> None:
    chunks = [*client.chat.completions.create(model="gpt-hate", messages=ASK, stream=True)]
    assert chunks[-1].choices[0].finish_reason == "content_filter"
    assert "biasguard" in (chunks[-1].choices[0].delta.refusal or "")
    assert "vermin" not in str(chunks)
    with client.responses.create(model="gpt-hate", input="When?", stream=True) as events:
        last = [*events][-1]
    assert last.type == "response.incomplete"
    assert last.response.incomplete_details is not None
    assert last.response.incomplete_details.reason == "content_filter"


def test_a_block_in_mid_stream_is_a_refusal_to_anthropic(claude: anthropic.Anthropic) -> None:
    with claude.messages.stream(model="claude-hate", max_tokens=50, messages=ASK) as stream:
        text = "".join(stream.text_stream)
        assert stream.get_final_message().stop_reason == "refusal"
    assert "vermin" not in text


def test_a_stream_that_the_vendor_cuts_is_an_error_in_each_client(
    client: openai.OpenAI, claude: anthropic.Anthropic
) -> None:
    with pytest.raises(openai.APIError, match="broke off"):
        list(client.chat.completions.create(model="gpt-cut", messages=ASK, stream=True))
    with pytest.raises(openai.APIError, match="broke off"):
        list(client.responses.create(model="gpt-cut", input="When?", stream=True))
    with (
        pytest.raises(anthropic.APIError, match="broke off"),
        claude.messages.stream(model="claude-cut", max_tokens=50, messages=ASK) as stream,
    ):
        stream.get_final_message()


def test_a_client_that_leaves_ends_the_vendors_work(client: openai.OpenAI, vendor: Vendor) -> None:
    vendor.left.clear()
    with client.chat.completions.create(
        model="gpt-endless", messages=ASK, stream=True, extra_headers=OBSERVED
    ) as stream:
        assert next(iter(stream)).choices
    assert vendor.left.wait(10)


def test_an_image_arrives_as_it_was_sent(client: openai.OpenAI, vendor: Vendor) -> None:
    parts = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": PICTURE}},
    ]
    messages: Any = [{"role": "user", "content": parts}]
    client.chat.completions.create(model="gpt-said", messages=messages)
    assert vendor.bodies[-1]["messages"] == messages


OBSERVED = {"X-AIGuardian-Policy": "observe"}


def test_callers_choose_among_the_policies_that_are_offered(client: openai.OpenAI) -> None:
    said = client.chat.completions.create(model="gpt-hate", messages=ASK, extra_headers=OBSERVED)
    assert said.choices[0].message.content == HATE
    with pytest.raises(openai.PermissionDeniedError, match="observe, strict"):
        client.chat.completions.create(
            model="gpt-hate", messages=ASK, extra_headers={"X-AIGuardian-Policy": "none"}
        )
