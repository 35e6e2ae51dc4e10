"""The price table: names, amounts, cheaper models."""

from __future__ import annotations

import pytest

from aiguardian.guards.token.alternatives import cheaper_models
from aiguardian.guards.token.prices import PricedModel, Rates, amount, load_prices, spellings

TABLE = load_prices()

FOUND = [
    ("gpt-4o", "openai", "gpt-4o"),
    ("GPT-4o", "openai", "gpt-4o"),
    (" openai/gpt-4o-2024-08-06 ", "openai", "gpt-4o"),
    ("openrouter/openai/gpt-4o-mini", "openrouter", "openai/gpt-4o-mini"),
    ("azure/gpt-4o", "azure", "gpt-4o"),
    ("gpt-5-mini-2025-08-07", "openai", "gpt-5-mini"),
    ("claude-sonnet-4-5-20250929", "anthropic", "claude-sonnet-4-5"),
    ("anthropic/claude-sonnet-4-5", "anthropic", "claude-sonnet-4-5"),
    ("vertex_ai/claude-sonnet-4-5@20250929", None, "claude-sonnet-4-5"),
    ("gemini/gemini-2.5-flash", "google", "gemini-2.5-flash"),
    ("models/gemini-2.5-flash", "google", "gemini-2.5-flash"),
    ("xai/grok-3", "x-ai", "grok-3"),
    ("ft:gpt-4o-2024-08-06:acme::x", "openai", "ft:gpt-4o-2024-08-06"),
]


@pytest.mark.parametrize(("name", "provider", "model_id"), FOUND)
def test_a_model_is_found_under_the_names_people_use(
    name: str, provider: str | None, model_id: str
) -> None:
    model = TABLE.find(name)
    assert model is not None
    assert model.id == model_id
    assert provider is None or model.provider == provider


@pytest.mark.parametrize(
    "name", ["gpt-4oo", "", " ", "/", "a/" * 100, "gpt", "🤖", "-latest", "ft:"]
)
def test_no_other_model_is_taken_for_an_unknown_one(name: str) -> None:
    assert TABLE.find(name) is None


def test_a_typing_error_gets_the_nearest_names() -> None:
    assert "gpt-4o" in TABLE.nearest("gpt-4oo")
    assert TABLE.nearest("entirely-different-thing-xyz") == ()


def test_more_than_a_thousand_models_have_a_price_and_a_date() -> None:
    assert len(TABLE.models) >= 1000
    assert sum(m.is_current for m in TABLE.models) >= 1000
    assert all(m.rates.input >= 0 and len(m.priced_on) == 10 for m in TABLE.models)
    assert sum(m.rates.cached_input is not None for m in TABLE.models) > 300


def test_cached_and_reasoning_tokens_have_their_own_price() -> None:
    model = priced(Rates(10.0, 30.0, cached_input=1.0, reasoning=40.0))
    spent = amount(model, 1_000_000, 1_000_000, cached_tokens=500_000, reasoning_tokens=1_000_000)
    assert (spent.input, spent.output, spent.total) == (5.5, 70.0, 75.5)


def test_without_their_own_price_they_cost_what_the_others_cost() -> None:
    spent = amount(
        priced(Rates(10.0, 30.0)), 100_000, 0, cached_tokens=50_000, reasoning_tokens=100
    )
    assert (spent.input, spent.output) == (1.0, 0.003)


def test_a_long_request_pays_the_price_of_its_tier() -> None:
    model = TABLE.find("claude-sonnet-4-5")
    assert model is not None
    assert amount(model, 200_000, 0).input == 0.6
    assert amount(model, 200_001, 0).input == pytest.approx(1.200006)


def test_alternatives_are_cheaper_fit_and_come_cheapest_first() -> None:
    model = TABLE.find("gpt-4o")
    assert model is not None
    for size in (10, 20_000, 100_000, 900_000, 3_000_000):
        now = amount(model, size, 500).total
        found = cheaper_models(TABLE, model, size, 500)
        assert [a.total for a in found] == sorted(a.total for a in found)
        assert all(a.total < now and a.context_window >= size + 500 for a in found)
        assert all(a.saved_usd == pytest.approx(now - a.total) for a in found)
        assert len(found) <= 5
    assert cheaper_models(TABLE, model, 10, 500)


def test_a_free_model_has_no_cheaper_one() -> None:
    assert cheaper_models(TABLE, priced(Rates(0.0, 0.0)), 100, 100) == ()


def test_spellings_of_a_hostile_name_stay_few() -> None:
    assert len(spellings("a/" * 128)) < 600


def priced(rates: Rates) -> PricedModel:
    return PricedModel("p", "m", "2026-01-01", rates, (), 1000, None, False, False, True)
