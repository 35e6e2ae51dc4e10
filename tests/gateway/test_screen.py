"""Several guards on one text: the severest decides, rewrites follow one another, and a missing
verdict is never a good one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import combinations
from typing import Any

import pytest
from asgi import SCREEN, Reply, Running, running
from processors import (
    CANARY,
    BlockingGuard,
    ClosedGuard,
    EchoGuard,
    Guard,
    PickyGuard,
    RaisingGuard,
    RewritingGuard,
    SlowGuard,
    TalkGuard,
    report,
)

from aiguardian.processor import ACTIONS


async def screened(guards: Any, request: dict[str, Any] | None = None) -> Reply:
    async with running(guards) as gateway:
        return await gateway.client.post(SCREEN, {"text": "a cat and a dog", **(request or {})})


async def test_the_answer_has_one_decision_and_every_report() -> None:
    reply = await screened({"tokenguard": EchoGuard(), "biasguard": Guard("flag", confidence=0.6)})
    answer = reply.json()
    assert (reply.status, answer["success"], answer["degraded"]) == (200, True, False)
    assert answer["service_type"] == "screen"
    assert answer["service_used"] == "tokenguard,biasguard"
    data = answer["data"]
    assert data.keys() == {
        "decision",
        "recommendation",
        "reports",
        "unjudged",
        "processing_time_ms",
    }
    assert data["decision"]["action"] == data["recommendation"] == "flag"
    assert data["decision"]["confidence"] == 0.6
    assert data["decision"]["reason"].startswith("biasguard: ")
    assert list(data["reports"]) == ["tokenguard", "biasguard"]
    assert data["reports"]["tokenguard"]["decision"]["action"] == "keep"
    assert data["unjudged"] == []


@pytest.mark.parametrize(("mild", "severe"), list(combinations(ACTIONS, 2)))
async def test_the_severest_action_decides_whoever_comes_first(mild: Any, severe: Any) -> None:
    for first, second in ((mild, severe), (severe, mild)):
        reply = await screened({"tokenguard": Guard(first), "biasguard": Guard(second)})
        merged = reply.json()["data"]["decision"]["action"]
        # A rewrite whose text is missing cannot be used: it must not pass.
        assert merged == ("block" if severe == "rewrite" else severe)


async def test_two_that_agree_are_both_named_and_the_less_sure_counts() -> None:
    reply = await screened(
        {
            "tokenguard": BlockingGuard(confidence=0.9),
            "biasguard": EchoGuard(confidence=0.1),
            "trustguard": BlockingGuard(confidence=0.7),
        }
    )
    decision = reply.json()["data"]["decision"]
    assert decision["action"] == "block"
    assert decision["confidence"] == 0.7
    assert "tokenguard: " in decision["reason"]
    assert "trustguard: " in decision["reason"]
    assert "biasguard" not in decision["reason"]


# Rewrites


async def test_one_rewrite_is_the_output() -> None:
    data = (await screened({"biasguard": RewritingGuard("cat", "***")})).json()["data"]
    assert data["decision"]["action"] == "rewrite"
    assert data["output"] == "a *** and a dog"


async def test_rewrites_follow_one_another_in_the_order_of_the_registry() -> None:
    second = RewritingGuard("dog", "cow")
    guards = {
        "tokenguard": RewritingGuard("cat", "dog"),
        "trustguard": EchoGuard("flag"),
        "biasguard": second,
    }
    data = (await screened(guards, {"guards": ["biasguard", "trustguard", "tokenguard"]})).json()[
        "data"
    ]
    assert data["output"] == "a cow and a cow"
    assert [payload.text for payload in second.seen] == ["a cat and a dog", "a dog and a dog"]


async def test_a_rewrite_with_nothing_left_to_do_keeps_what_is_there() -> None:
    guards = {
        "tokenguard": RewritingGuard("cat and a dog", "-"),
        "biasguard": RewritingGuard("dog", "?"),
    }
    data = (await screened(guards)).json()["data"]
    assert (data["decision"]["action"], data["output"]) == ("rewrite", "a -")


async def test_a_block_withholds_the_output() -> None:
    guards = {"tokenguard": RewritingGuard("cat", "***"), "biasguard": BlockingGuard()}
    data = (await screened(guards)).json()["data"]
    assert data["decision"]["action"] == "block"
    assert "output" not in data


async def test_a_guard_that_blocks_what_another_made_blocks() -> None:
    guards = {
        "tokenguard": RewritingGuard("cat", "rat"),
        "biasguard": RewritingGuard("dog", "x", then="block"),
    }
    data = (await screened(guards)).json()["data"]
    assert data["decision"]["action"] == "block"
    assert "output" not in data


async def test_a_rewrite_that_fails_on_what_another_made_does_not_let_the_text_pass() -> None:
    """Its first verdict was that the text must not pass as it is; there is no other text."""
    guards = {
        "tokenguard": RewritingGuard("cat", "rat"),
        "biasguard": RewritingGuard("dog", "x", then=ValueError(CANARY)),
    }
    answer = (await screened(guards)).json()
    assert answer["error"] is None
    data = answer["data"]
    assert data["decision"]["action"] == "block"
    assert "output" not in data
    assert [one["guard"] for one in data["unjudged"]] == ["biasguard"]
    assert CANARY not in str(data)


async def test_a_rewrite_without_a_text_does_not_let_the_text_pass() -> None:
    guards = {"tokenguard": RewritingGuard("cat", "rat"), "biasguard": Guard("rewrite")}
    data = (await screened(guards)).json()["data"]
    assert data["decision"]["action"] == "block"
    assert "biasguard" in data["decision"]["reason"]
    assert "output" not in data


async def test_an_output_beside_another_action_is_not_used() -> None:
    class Suggesting(EchoGuard):
        def process(self, payload: Any, caller: Any) -> Any:
            return report(payload.text, "keep", output="something shorter")

    data = (
        await screened({"tokenguard": Suggesting(), "biasguard": RewritingGuard("cat", "-")})
    ).json()["data"]
    assert data["output"] == "a - and a dog"


# Missing verdicts


async def test_a_guard_that_fails_is_unjudged_and_flags() -> None:
    async with running({"tokenguard": RaisingGuard(), "biasguard": EchoGuard()}) as gateway:
        reply = await gateway.client.post(SCREEN, {"text": CANARY})
        data = reply.json()["data"]
        assert reply.status == 200
        assert data["decision"]["action"] == "flag"
        assert "tokenguard: gave no verdict" in data["decision"]["reason"]
        assert [(one["guard"], one["code"]) for one in data["unjudged"]] == [
            ("tokenguard", "guard_failed")
        ]
        assert list(data["reports"]) == ["biasguard"]
        assert CANARY not in reply.body.decode() + gateway.log()
        assert gateway.metric("aiguardian_verdicts_total", action="unjudged") == 1


async def test_a_missing_verdict_does_not_soften_another() -> None:
    data = (await screened({"tokenguard": RaisingGuard(), "biasguard": BlockingGuard()})).json()[
        "data"
    ]
    assert data["decision"]["action"] == "block"


async def test_without_any_verdict_there_is_no_answer() -> None:
    reply = await screened({"tokenguard": RaisingGuard(), "biasguard": RaisingGuard()})
    assert (reply.status, reply.error()["code"]) == (503, "guard_failed")
    assert reply.json()["service_type"] == "screen"


async def test_without_any_verdict_a_guard_whose_failure_closes_blocks() -> None:
    data = (await screened({"tokenguard": ClosedGuard()})).json()["data"]
    assert (data["decision"]["action"], data["reports"]) == ("block", {})


async def test_a_guard_whose_failure_closes_blocks_when_it_fails() -> None:
    data = (await screened({"tokenguard": ClosedGuard(), "biasguard": EchoGuard()})).json()["data"]
    assert data["decision"]["action"] == "block"
    assert data["unjudged"][0]["guard"] == "tokenguard"


async def test_one_slow_guard_costs_only_its_own_verdict() -> None:
    guards = {"tokenguard": SlowGuard(), "biasguard": EchoGuard()}
    data = (await screened(guards, {"timeout": 0.03})).json()["data"]
    assert [(one["guard"], one["code"]) for one in data["unjudged"]] == [
        ("tokenguard", "deadline_exceeded")
    ]
    assert data["decision"]["action"] == "flag"


async def test_a_payload_that_one_guard_refuses_is_the_callers_to_mend() -> None:
    reply = await screened({"tokenguard": PickyGuard(), "biasguard": EchoGuard()})
    assert (reply.status, reply.error()["field"]) == (422, "text")


# Which guards, and what they get


@pytest.fixture
async def gateway() -> AsyncIterator[Running]:
    guards: Any = {
        "tokenguard": EchoGuard(),
        "securityguard": TalkGuard(),
        "healthguard": EchoGuard(),
    }
    async with running(guards) as one:
        yield one


def seen(gateway: Running, guard: str) -> Any:
    processor: Any = gateway.program.directory.get(guard).processor
    return processor.seen[-1]


@pytest.mark.parametrize(
    ("request_", "guards"),
    [
        ({}, ["tokenguard", "securityguard"]),
        ({"direction": "input"}, ["tokenguard", "securityguard"]),
        ({"direction": "tool"}, ["tokenguard", "securityguard"]),
        ({"direction": "output"}, ["tokenguard", "securityguard", "healthguard"]),
        ({"guards": ["healthguard"]}, ["healthguard"]),
        ({"guards": ["healthguard", "tokenguard", "healthguard"]}, ["tokenguard", "healthguard"]),
        ({"guards": None}, ["tokenguard", "securityguard"]),
    ],
)
async def test_the_guards_are_those_named_or_those_that_fit_the_direction(
    gateway: Running, request_: dict[str, Any], guards: list[str]
) -> None:
    reply = await gateway.client.post(SCREEN, {"text": "x", **request_})
    assert list(reply.json()["data"]["reports"]) == guards


async def test_a_direction_reaches_the_guards_that_know_it(gateway: Running) -> None:
    await gateway.client.post(SCREEN, {"text": "x", "direction": "tool", "content_type": "code"})
    assert seen(gateway, "securityguard").direction == "tool"
    assert seen(gateway, "tokenguard").content_type == "code"


async def test_messages_go_as_they_are_to_guards_that_take_them_and_as_text_to_others(
    gateway: Running,
) -> None:
    messages = [
        {"role": "system", "content": "Be brief."},
        {
            "role": "user",
            "content": [{"type": "text", "text": "Hi "}, {"type": "text", "text": "you"}],
        },
        {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},
    ]
    reply = await gateway.client.post(SCREEN, {"messages": messages})
    assert reply.status == 200
    assert [one.role for one in seen(gateway, "securityguard").messages] == [
        "system",
        "user",
        "assistant",
    ]
    assert seen(gateway, "securityguard").text is None
    assert seen(gateway, "tokenguard").text == "Be brief.\n\nHi you\n\n"


async def test_options_reach_their_guard_only(gateway: Running) -> None:
    reply = await gateway.client.post(
        SCREEN, {"text": "x", "options": {"securityguard": {"scan_level": "comprehensive"}}}
    )
    assert reply.status == 200
    assert seen(gateway, "securityguard").scan_level == "comprehensive"
    assert seen(gateway, "tokenguard").scan_level == "standard"


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"healthguard": {}}, "options.healthguard"),
        ({"tokenguard": {"text": CANARY}}, "options.tokenguard.text"),
        ({"tokenguard": {"content": CANARY}}, "options.tokenguard.content"),
        ({"securityguard": {"messages": [CANARY]}}, "options.securityguard.messages"),
    ],
)
async def test_options_are_for_guards_that_are_asked_and_change_no_text(
    gateway: Running, options: Any, field: str
) -> None:
    reply = await gateway.client.post(SCREEN, {"text": "x", "options": options})
    assert (reply.status, reply.error()["field"]) == (422, field)
    assert CANARY not in reply.body.decode()


async def test_a_wrong_option_is_a_422(gateway: Running) -> None:
    reply = await gateway.client.post(
        SCREEN, {"text": "x", "options": {"tokenguard": {"modle": CANARY}}}
    )
    assert (reply.status, reply.error()["field"]) == (422, "modle")
    assert CANARY not in reply.body.decode()


@pytest.mark.parametrize(
    "request_", [{}, {"text": "x", "messages": [{"role": "user"}]}, {"text": None}]
)
async def test_text_or_messages_and_not_both(gateway: Running, request_: dict[str, Any]) -> None:
    reply = await gateway.client.post(SCREEN, request_)
    assert (reply.status, reply.error()["field"]) == (422, "text")


async def test_an_empty_text_is_judged(gateway: Running) -> None:
    reply = await gateway.client.post(SCREEN, {"text": ""})
    assert reply.json()["data"]["reports"]["tokenguard"]["text_length"] == 0


async def test_a_guard_that_is_not_here_is_a_503_and_an_unknown_one_a_422(gateway: Running) -> None:
    missing = await gateway.client.post(
        SCREEN, {"text": "x", "guards": ["tokenguard", "biasguard"]}
    )
    assert (missing.status, missing.error()["code"]) == (503, "not_available")
    assert "tokenguard, securityguard, healthguard" in missing.error()["message"]
    unknown = await gateway.client.post(SCREEN, {"text": "x", "guards": [CANARY]})
    assert (unknown.status, unknown.error()["field"]) == (422, "guards.0")


async def test_a_text_that_is_too_long_is_a_413(gateway: Running) -> None:
    reply = await gateway.client.post(SCREEN, {"text": "x" * (2**20 + 1)})
    assert (reply.status, reply.error()["field"]) == (413, "text")


async def test_the_merged_action_is_told_in_the_log(gateway: Running) -> None:
    await gateway.client.post(SCREEN, {"text": "x", "client_type": "chrome"})
    line = gateway.log_lines()[-1]
    assert line["aiguardian.action"] == "keep"
    assert line["aiguardian.client_type"] == "chrome"
    assert line["url.path"] == SCREEN
