"""Counts of tokens of every vendor, and what they cost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aiguardian.proxy.account import Account
from aiguardian.proxy.answers import Origin
from aiguardian.proxy.cost.price import cost_usd, priced_model, provider_of
from aiguardian.proxy.cost.spending import MOST_COUNTED, estimated, spending
from aiguardian.proxy.cost.usage import Usage, read_usage
from benchmarks.proxy_cost import SHAPES, by_hand, difference, replay, usage_of

Shape = dict[str, Any]
ALL: list[Shape] = json.loads(SHAPES.read_text())["shapes"]


def test_every_documented_count_costs_what_it_does_by_hand() -> None:
    count, faults = replay(ALL)
    assert count > 50
    assert faults == {}


def test_the_replay_sees_a_count_that_is_off_by_one() -> None:
    shape = ALL[0]
    usage = usage_of(shape)
    assert difference(shape, usage | {"completion_tokens": 11}, shape["answered"])
    assert by_hand(shape) > 0


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        [],
        "many",
        {"total_tokens": 5},
        {"tokens": 3},
    ],
)
def test_what_is_no_count_is_none(usage: Any) -> None:
    assert read_usage(usage) is None


def test_nonsense_in_a_count_is_nothing() -> None:
    usage = {
        "prompt_tokens": -5,
        "completion_tokens": "7",
        "prompt_tokens_details": [1],
        "completion_tokens_details": {"reasoning_tokens": True},
    }
    assert read_usage(usage) == Usage()


def test_parts_that_are_more_than_the_whole_cost_no_negative_share() -> None:
    model = priced_model(("gpt-4o",), "openai")
    assert model is not None
    assert cost_usd(model, Usage(input=10, output=5, reasoning=50, output_audio=9)) > 0


@pytest.mark.parametrize(
    ("kind", "url", "provider"),
    [
        ("openai", "https://api.openai.com/v1", "openai"),
        ("openai", "https://api.groq.com/openai", "groq"),
        ("openai", "http://vllm.internal:8000", ""),
        ("openai", "https://api.openai.com.evil.example", ""),
        ("azure", "https://x.openai.azure.com", "azure"),
        ("bedrock", "", "aws"),
    ],
)
def test_the_provider_is_told_by_kind_and_host(kind: Any, url: str, provider: str) -> None:
    assert provider_of(Account(name="a", kind=kind, base_url=url)) == provider


def test_who_resells_a_model_has_its_own_price() -> None:
    dated = "claude-sonnet-4-5-20250929"
    own, resold = (priced_model((name,), at) for name, at in ((dated, "anthropic"), (dated, "aws")))
    assert own is not None
    assert own.provider == "anthropic"
    assert resold is not None
    assert resold.provider == "aws"


def spent(kind: str = "openai", priced_as: str = "", model: str = "nobody-knows-it") -> Any:
    origin = Origin("one", kind, "", model, priced_as)
    return spending(origin, Usage(input=1_000_000), answered_as="", sent=(), said=())


def test_a_price_that_nobody_knows_is_none_and_said_so() -> None:
    assert (spent()[0].cost_usd, spent()[1]) == (0.0, False)
    assert (spent(priced_as="gpt-4o")[0].cost_usd, spent(priced_as="gpt-4o")[1]) == (2.5, True)
    assert (spent(priced_as="free", model="gpt-4o")[0].cost_usd, spent(priced_as="free")[1]) == (
        0.0,
        True,
    )
    assert spent("ollama", model="gpt-4o")[0].cost_usd == 0.0
    assert spent("ollama", priced_as="gpt-4o")[0].cost_usd == 2.5


def test_texts_are_counted_where_the_provider_did_not() -> None:
    assert estimated("gpt-4o", ["Hello world"], ["Hi"]) == Usage(input=2, output=1)
    assert estimated("gpt-4o", [], [""]) == Usage()


def test_a_long_text_is_counted_in_part_and_the_rest_in_proportion() -> None:
    text = "The quick brown fox. " * 10_000
    whole = estimated("gpt-4o", [text], []).input
    exact = 5 * 10_000
    assert len(text) > MOST_COUNTED
    assert abs(whole - exact) / exact < 0.01
