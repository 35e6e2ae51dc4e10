"""What tokens cost at a provider, by the price table that TokenGuard ships."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from aiguardian.guards.token.prices import PricedModel, Rates, load_prices, spellings
from aiguardian.proxy.account import Account
from aiguardian.proxy.cost.usage import Usage

FREE = "free"
"""What an operator writes for a model that costs nothing a token: its own machine's."""
CACHE_HOUR = 2.0
"""Times the price of input: what Anthropic asks for an hour in its cache (its pricing page; five
minutes cost 1.25 times, which the table has)."""

_PROVIDERS = {
    "api.openai.com": "openai",
    "api.anthropic.com": "anthropic",
    "api.mistral.ai": "mistral",
    "api.deepseek.com": "deepseek",
    "api.groq.com": "groq",
    "api.x.ai": "x-ai",
    "api.cohere.ai": "cohere",
    "api.together.xyz": "together",
    "api.fireworks.ai": "fireworks",
    "api.perplexity.ai": "perplexity",
    "openrouter.ai": "openrouter",
    "generativelanguage.googleapis.com": "google",
}
"""The price table's name of who answers there."""


def provider_of(account: Account) -> str:
    """The price table's name of the provider; empty where nobody can tell."""
    if account.kind in ("azure", "anthropic"):
        return account.kind
    if account.kind == "bedrock":
        return "aws"
    return _PROVIDERS.get(urlsplit(account.base_url).hostname or "", "")


@lru_cache(maxsize=1024)
def priced_model(names: tuple[str, ...], provider: str) -> PricedModel | None:
    """The first of these names that the table knows at this provider, else at any: whoever resells
    a model has prices of its own."""
    table = load_prices()
    at_home = (
        table.find(f"{provider}/{spelling}")
        for name in names
        for spelling in spellings(name)
        if provider and name
    )
    known = next((one for one in at_home if one is not None and one.provider == provider), None)
    return known or next(filter(None, (table.find(name) for name in names if name)), None)


def cost_usd(model: PricedModel, usage: Usage) -> float:
    """US dollars, to ten places. What a model names no price of its own for costs as plain input
    or output, as providers bill it."""
    rates = model.rates_at(usage.input)
    return round((_of_input(rates, usage) + _of_output(rates, usage)) / 1e6, 10)


def _of_input(rates: Rates, usage: Usage) -> float:
    if not (usage.cached or usage.cache_written or usage.input_audio):
        return usage.input * rates.input
    audio = min(usage.input_audio, usage.input - usage.cached - usage.cache_written)
    short = usage.cache_written - usage.cache_written_1h
    plain = usage.input - usage.cached - usage.cache_written - audio
    return (
        plain * rates.input
        + usage.cached * _or(rates.cached_input, rates.input)
        + short * _or(rates.cache_write, rates.input)
        + usage.cache_written_1h * rates.input * CACHE_HOUR
        + audio * _or(rates.input_audio, rates.input)
    )


def _of_output(rates: Rates, usage: Usage) -> float:
    output = rates.output or 0.0
    if not (usage.reasoning or usage.output_audio):
        return usage.output * output
    reasoning = min(usage.reasoning, usage.output)
    audio = min(usage.output_audio, usage.output - reasoning)
    return (
        (usage.output - reasoning - audio) * output
        + reasoning * _or(rates.reasoning, output)
        + audio * _or(rates.output_audio, output)
    )


def _or(rate: float | None, other: float) -> float:
    return other if rate is None else rate
