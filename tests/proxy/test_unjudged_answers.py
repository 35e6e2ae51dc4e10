"""What an answer holds that cannot be judged passes, is marked or blocks, as the policy says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from vendor import Proxied, chat_answer, event, says, streams
from vendor import proxied as opened

from aiguardian.settings.policies import Policies

SOUND = {"id": "a", "data": "UklGR" * 400, "expires_at": 1, "transcript": "Good morning."}
HELLO = {"model": "m", "messages": [{"role": "user", "content": "Say good morning."}]}
CHAT = "/v1/chat/completions"
RULES = "output: {securityguard: {secrets: {action: rewrite, with: mask}}}\n"


def answered() -> dict[str, Any]:
    made = chat_answer("Here you are.")
    made["choices"][0]["message"]["audio"] = SOUND
    return made


def chunks() -> list[bytes]:
    def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return event(
            {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
             "choices": [choice]}
        )  # fmt: skip

    return [
        chunk({"role": "assistant", "content": "Here you are."}),
        chunk({"audio": SOUND}),
        chunk({}, "stop"),
        event("[DONE]"),
    ]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def proxy(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Proxied]:
    folder = tmp_path_factory.mktemp("policies")
    acts = {"passing": "pass", "flagging": "flag", "blocking": "block"}
    for name, act in acts.items():
        (folder / f"{name}.yaml").write_text(f"{RULES}unjudged: {act}\n")
    policies = Policies(folder=folder, choices=tuple(acts))
    async with opened(tmp_path_factory.mktemp("home"), policies=policies) as running:
        yield running


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("policy", "told", "passes"),
    [("passing", "unjudged", True), ("flagging", "flag", True), ("blocking", "block", False)],
)
async def test_a_whole_answer(proxy: Proxied, policy: str, told: str, *, passes: bool) -> None:
    proxy.vendor.handler = says(answered())
    reply = await proxy.client.post(CHAT, HELLO, x_aiguardian_policy=policy)
    choice = reply.json()["choices"][0]
    assert reply.header("x-aiguardian-decision") == told
    assert choice["finish_reason"] == ("stop" if passes else "content_filter")
    assert ("UklGR" in reply.body.decode()) is passes


@pytest.mark.parametrize(
    ("policy", "passes"), [("passing", True), ("flagging", True), ("blocking", False)]
)
async def test_a_stream(proxy: Proxied, policy: str, *, passes: bool) -> None:
    proxy.vendor.handler = streams(chunks())
    body = HELLO | {"stream": True}
    reply = await proxy.client.post(CHAT, body, x_aiguardian_policy=policy)
    released = reply.body.decode()
    assert ("UklGR" in released) is passes
    assert ("content_filter" in released) is not passes


async def test_an_answer_that_can_be_judged_passes_all_of_them(proxy: Proxied) -> None:
    proxy.vendor.handler = says(chat_answer("Here you are."))
    for policy in ("passing", "flagging", "blocking"):
        reply = await proxy.client.post(CHAT, HELLO, x_aiguardian_policy=policy)
        assert reply.header("x-aiguardian-decision") == "keep"
        assert reply.json() == chat_answer("Here you are.")
