"""Write the price table that TokenGuard ships: `make prices`.

Two MIT sources, merged in this order, so that the same inputs give the same bytes:

1. the `genai-prices` wheel in the development environment (its snapshot as of its release);
2. the model map of `tokencost`, older, for context windows, output limits and further models.

    python training/prices.py [--older ../shared/data/token_prices.json.gz]
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from genai_prices.data import providers
from genai_prices.types import (
    ClauseEquals,
    ClauseOr,
    ClauseStartsWith,
    ModelInfo,
    ModelPrice,
    StartDateConstraint,
    TieredPrices,
)

WHEEL_RELEASED = {"0.2.3": dt.date(2026, 11, 10)}
"""When each wheel was released: its prices are of that day, the clock is never asked."""

TARGET = Path(__file__).parents[1] / "src/aiguardian/guards/token/prices.json.gz"

RATES = {
    "input_mtok": "input",
    "cache_read_mtok": "cached_input",
    "cache_write_mtok": "cache_write",
    "output_mtok": "output",
    "output_reasoning_mtok": "reasoning",
    "input_audio_mtok": "input_audio",
    "output_audio_mtok": "output_audio",
}
OLDER_RATES = {
    "input_cost_per_token": "input",
    "cache_read_input_token_cost": "cached_input",
    "cache_creation_input_token_cost": "cache_write",
    "output_cost_per_token": "output",
    "output_cost_per_reasoning_token": "reasoning",
    "input_cost_per_audio_token": "input_audio",
    "output_cost_per_audio_token": "output_audio",
}
TEXT_MODES = ("chat", "completion", "responses", "embedding")
RENAMED = {"xai": "x-ai", "bedrock": "aws", "bedrock_converse": "aws", "vertex_ai": "google",
           "gemini": "google", "moonshot": "moonshotai", "together_ai": "together",
           "fireworks_ai": "fireworks", "azure_ai": "azure", "cohere_chat": "cohere"}  # fmt: skip
"""tokencost's names of providers, where genai-prices has another."""


def number(value: Any) -> float | int:
    """Without a fraction where there is none, else rounded to 8 digits."""
    rounded = round(float(value), 8)
    return int(rounded) if rounded == int(rounded) else rounded


def current_price(model: ModelInfo, on: dt.date) -> ModelPrice:
    """The price in force on a day; where it depends on the time of day, the dearest."""
    if isinstance(model.prices, ModelPrice):
        return model.prices
    dated = [p.prices for p in model.prices
             if p.constraint is None or (isinstance(p.constraint, StartDateConstraint)
                                         and p.constraint.start_date <= on)]  # fmt: skip
    by_hour = [p.prices for p in model.prices
               if not isinstance(p.constraint, StartDateConstraint | None)]  # fmt: skip
    return max([dated[-1] if dated else model.prices[0].prices, *by_hour], key=base_input)


def base_input(price: ModelPrice) -> float:
    rate = getattr(price, "input_mtok", None)
    return float(rate.base if isinstance(rate, TieredPrices) else rate or 0)


def rates_of(price: ModelPrice) -> dict[str, Any]:
    """USD per million tokens; `tiers` lists what replaces them from a size of input on."""
    rates: dict[str, Any] = {}
    tiers: dict[int, dict[str, Any]] = {}
    for source, name in RATES.items():
        rate = getattr(price, source, None)
        if isinstance(rate, TieredPrices):
            for tier in rate.tiers:
                tiers.setdefault(tier.start, {})[name] = number(tier.price)
            rate = rate.base
        if rate is not None:
            rates[name] = number(rate)
    if tiers:
        rates["tiers"] = [[start, tiers[start]] for start in sorted(tiers)]
    return rates


def aliases_of(match: Any) -> list[str]:
    """The names that a matching rule accepts, as far as they are names and not patterns."""
    if isinstance(match, ClauseEquals):
        return [match.equals]
    if isinstance(match, ClauseStartsWith):
        return [match.starts_with.rstrip("-@.")]
    if isinstance(match, ClauseOr):
        return [name for clause in match.or_ for name in aliases_of(clause)]
    return []


def records_of_wheel(on: dt.date) -> dict[tuple[str, str], dict[str, Any]]:
    records = {}
    for provider in providers:
        for model in provider.models:
            rates = rates_of(current_price(model, on))
            if "input" not in rates:
                continue  # priced by the hour, the page or the picture
            aliases = sorted({a.lower() for a in aliases_of(model.match)} - {model.id.lower(), ""})
            records[provider.id, model.id] = {
                "provider": provider.id, "id": model.id, "source": 0, "rates": rates,
                "context_window": model.context_window, "aliases": aliases,
                "retired": bool(model.deprecated),
            }  # fmt: skip
    return records


def older_rates(entry: dict[str, Any]) -> dict[str, Any]:
    rates = {name: number(entry[key] * 1e6) for key, name in OLDER_RATES.items() if entry.get(key)}
    tiers = []
    for size in (128_000, 200_000):
        tier = {name: number(entry[f"{key}_above_{size // 1000}k_tokens"] * 1e6)
                for key, name in OLDER_RATES.items()
                if entry.get(f"{key}_above_{size // 1000}k_tokens")}  # fmt: skip
        if tier:
            tiers.append([size, tier])
    return rates | ({"tiers": tiers} if tiers else {})


def add_older(records: dict[tuple[str, str], dict[str, Any]], older: dict[str, Any]) -> None:
    """Fill in windows and output limits; append the models that the wheel doesn't know."""
    by_name = {name: record for record in records.values()
               for name in (record["id"].lower(), *record["aliases"])
               if record["provider"] in ("openai", "anthropic", "google", "mistral", "cohere",
                                         "deepseek", "x-ai")}  # fmt: skip
    for key, entry in sorted(older.items()):
        if entry.get("mode") not in TEXT_MODES or not entry.get("input_cost_per_token"):
            continue
        provider = str(entry.get("litellm_provider", "")).split("-")[0]
        provider = RENAMED.get(provider, provider)
        name = key.split("/", 1)[1] if "/" in key else key
        known = records.get((provider, name))
        if known is None and (maker := by_name.get(name.lower())) and maker["provider"] == provider:
            known = maker
        window, limit = entry.get("max_input_tokens"), entry.get("max_output_tokens")
        if known is not None:
            if known["context_window"] is None and isinstance(window, int):
                known["context_window"] = window
            if isinstance(limit, int):
                known.setdefault("max_output", limit)
            continue
        records[provider, name] = {
            "provider": provider, "id": name, "source": 1, "rates": older_rates(entry),
            "context_window": window if isinstance(window, int) else None, "aliases": [],
            "retired": False, "embeds": entry["mode"] == "embedding",
        } | ({"max_output": limit} if isinstance(limit, int) else {})  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--older", type=Path, default=Path("../shared/data/token_prices.json.gz"))
    arguments = parser.parse_args()
    wheel = version("genai-prices")
    released = WHEEL_RELEASED[wheel]
    older = json.loads(gzip.decompress(arguments.older.read_bytes()))["tokencost_litellm"]
    models = {k: v for k, v in older["models"].items() if k != "sample_spec"}
    records = records_of_wheel(released)
    add_older(records, models)
    table = {
        "sources": [
            {"name": f"genai-prices {wheel}", "license": "MIT", "date": released.isoformat()},
            {"name": f"tokencost @ {older['commit']}", "license": "MIT", "date": older["date"]},
        ],
        "models": [{k: v for k, v in r.items() if v or k in ("source", "rates")}
                   for r in records.values()],
    }  # fmt: skip
    data = json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode()
    TARGET.write_bytes(gzip.compress(data, 9, mtime=0))
    size, digest = TARGET.stat().st_size, hashlib.sha256(TARGET.read_bytes()).hexdigest()
    print(f"{len(records)} models, {size} bytes, sha256 {digest}")


if __name__ == "__main__":
    main()
