"""The vendors' own clients against a gateway in a process of its own, with a key."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import openai
import pytest

from tests.process.processes import SECRET_KEY, UNIFIED_KEY, Running

pytestmark = pytest.mark.process

INSULT = "You are a stupid idiot."


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(
        "serve",
        home=tmp_path_factory.mktemp("home"),
        ENVIRONMENT="test",
        UNIFIED_API_KEY=UNIFIED_KEY,
        SECRET_KEY=SECRET_KEY,
    )
    yield running
    running.end()


def test_openais_client_moderates(served: Running) -> None:
    with openai.OpenAI(base_url=f"{served.url}/v1", api_key=UNIFIED_KEY) as client:
        answer = client.moderations.create(input=[INSULT, "Good morning."])
        assert [one.flagged for one in answer.results] == [True, False]
        assert answer.results[0].categories.harassment
        assert answer.results[0].category_scores.self_harm_intent == 0
        extra = answer.results[0].model_extra or {}
        assert "self-harm/intent" in extra["aiguardian"]["unjudged_categories"]


def test_openais_client_reads_the_refusals(served: Running) -> None:
    url = f"{served.url}/v1"
    with (
        openai.OpenAI(base_url=url, api_key="wrong", max_retries=0) as client,
        pytest.raises(openai.AuthenticationError),
    ):
        client.moderations.create(input=INSULT)
    with (
        openai.OpenAI(base_url=url, api_key=UNIFIED_KEY) as client,
        pytest.raises(openai.BadRequestError),
    ):
        client.moderations.create(input=[])


def test_openais_async_client_moderates_parts(served: Running) -> None:
    async def moderate() -> openai.types.ModerationCreateResponse:
        async with openai.AsyncOpenAI(base_url=f"{served.url}/v1", api_key=UNIFIED_KEY) as client:
            return await client.moderations.create(
                input=[
                    {"type": "text", "text": INSULT},
                    {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
                ]
            )

    answer = asyncio.run(moderate())
    assert len(answer.results) == 1
    assert answer.results[0].flagged


def test_a_key_in_the_address_opens_perspective_and_stands_in_no_log(served: Running) -> None:
    body = json.dumps({"comment": {"text": INSULT}, "requestedAttributes": {"INSULT": {}}})
    headers = {"Content-Type": "application/json"}
    path = f"/v1alpha1/comments:analyze?key={UNIFIED_KEY}"
    served.key = None
    try:
        reply = served.ask("POST", path, body.encode(), headers)
        denied = served.ask("POST", f"/v1/moderations?key={UNIFIED_KEY}", body.encode(), headers)
    finally:
        served.key = UNIFIED_KEY
    assert reply.status == 200
    assert reply.json()["attributeScores"]["INSULT"]["summaryScore"]["value"] > 0.9
    assert denied.status == 401
    assert UNIFIED_KEY not in served.log()
