"""What a model costs, how much fits into it, and how its name is found in the table.

The table is package data, written by `training/prices.py` from two MIT sources; every price
carries the day it was seen on. Nothing is looked up over a network.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import msgspec

MAKERS = ("openai", "anthropic", "google", "mistral", "deepseek", "cohere", "x-ai", "meta",
          "minimax", "moonshotai", "zai", "zhipuai", "perplexity", "voyageai", "arcee")  # fmt: skip
"""A bare name such as `gpt-4o` means the maker's own price; who resells it comes after."""

AGGREGATORS = ("openrouter", "github-copilot", "cursor")
"""Asked last for a bare name: their prices are their own."""

SAME_PROVIDER = {"xai": "x-ai", "gemini": "google", "vertex_ai": "google", "bedrock": "aws",
                 "azure_ai": "azure", "moonshot": "moonshotai", "together_ai": "together",
                 "fireworks_ai": "fireworks"}  # fmt: skip
"""Prefixes that other libraries use for the providers of the table."""

_DATE = re.compile(r"[-@:](?:20\d{2}-?[01]\d-?[0-3]\d|latest|default)$")
_BEDROCK = re.compile(r"^(?:(?:us|us-gov|eu|apac|jp|au|global)\.)?(?:[a-z0-9]+)\.(?=[a-z])")
_REVISION = re.compile(r"(?:-v\d+)?:\d+[km]?$|@\d{3,}$")


@dataclass(frozen=True, slots=True)
class Rates:
    """US dollars per million tokens; None where the source names no price."""

    input: float
    output: float | None = None
    cached_input: float | None = None
    cache_write: float | None = None
    reasoning: float | None = None
    input_audio: float | None = None
    output_audio: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PricedModel:
    """One model at one provider. Each is made once, and so is equal to itself alone."""

    provider: str
    id: str
    priced_on: str
    rates: Rates
    tiers: tuple[tuple[int, Rates], ...]
    """From this many input tokens on, these rates hold for the whole request."""
    context_window: int | None
    max_output: int | None
    embeds: bool
    retired: bool
    is_current: bool
    """From the newer of the two sources."""

    def rates_at(self, input_tokens: int) -> Rates:
        """The rates for a request of this size."""
        rates = self.rates
        for start, tier in self.tiers:
            if input_tokens > start:
                rates = tier
        return rates


class Amount(NamedTuple):
    """US dollars for one request. A tuple: several are made for every request."""

    input: float
    output: float
    total: float


def amount(
    model: PricedModel,
    input_tokens: int,
    output_tokens: int,
    *,
    cached_tokens: int = 0,
    reasoning_tokens: int = 0,
) -> Amount:
    """What a request costs. Where a model names no price for cached input it pays the full
    one, and reasoning is billed as output, as the providers do."""
    rates = model.rates_at(input_tokens)
    cached = rates.input if rates.cached_input is None else rates.cached_input
    output = rates.output or 0.0
    reasoning = output if rates.reasoning is None else rates.reasoning
    cost_input = (input_tokens - cached_tokens) * rates.input + cached_tokens * cached
    cost_output = output_tokens * output + reasoning_tokens * reasoning
    return Amount(
        round(cost_input / 1e6, 10),
        round(cost_output / 1e6, 10),
        round((cost_input + cost_output) / 1e6, 10),
    )


class PriceTable:
    """All known models, found by name."""

    def __init__(self, sources: list[dict[str, str]], models: list[PricedModel]) -> None:
        self.sources = sources
        self.models = models
        self._by_name: dict[str, PricedModel] = {}
        self._find = lru_cache(maxsize=4096)(self._search)
        self._nearest = lru_cache(maxsize=1024)(self._closest)

    @property
    def priced_on(self) -> str:
        """The day of the newer source."""
        return self.sources[0]["date"]

    def add_names(self, model: PricedModel, names: list[str]) -> None:
        """Make a model known by these names; the first model to claim a name keeps it."""
        for name in names:
            self._by_name.setdefault(name, model)

    def find(self, name: str) -> PricedModel | None:
        """The model meant by `name`, or None. Understands provider prefixes, dates, `-latest`,
        Bedrock regions and revisions. Never a guess between different models."""
        return self._find(name)

    def nearest(self, name: str) -> tuple[str, ...]:
        """Up to three known names that look like an unknown one."""
        return self._nearest(name)

    def _search(self, name: str) -> PricedModel | None:
        """The first spelling's model; for a bare name rather the maker's than a reseller's."""
        known = [self._by_name[one] for one in spellings(name) if one in self._by_name]
        if "/" not in name and not _BEDROCK.match(name):
            known.sort(key=lambda model: model.provider not in MAKERS)
        return known[0] if known else None

    def _closest(self, name: str) -> tuple[str, ...]:
        wanted = _trigrams(name.lower())
        scored = sorted(
            (-_overlap(wanted, _trigrams(known)), len(known), known)
            for known in self._by_name
            if abs(len(known) - len(name)) <= 8 and "/" not in known
        )
        return tuple(known for score, _, known in scored[:3] if score <= -0.4)


def _trigrams(name: str) -> frozenset[str]:
    padded = f"  {name} "
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


def _overlap(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b)


def spellings(name: str) -> list[str]:
    """What `name` may be called in the table, the most exact first, without duplicates."""
    name = name.strip().lower()
    provider, slash, rest = name.partition("/")
    same = SAME_PROVIDER.get(provider) if slash else None
    found = [f"{same}/{rest}", name] if same else [name]
    while "/" in name:
        name = name.split("/", 1)[1]
        found.append(name)
    if (native := _BEDROCK.sub("", name)) != name:
        found.append(native)
    if name.startswith("ft:"):  # ft:gpt-4o-2024-08-06:org::id has the price of its own kind
        found.append(":".join(name.split(":")[:2]))
        return list(dict.fromkeys(found))
    for spelling in found[:]:
        plain = _DATE.sub("", _REVISION.sub("", spelling))
        found += [_REVISION.sub("", spelling), plain, _DATE.sub("", plain)]
    return list(dict.fromkeys(found))


@lru_cache(maxsize=1)
def load_prices() -> PriceTable:
    """The shipped table: about 20 ms on the first call."""
    raw = files("aiguardian.guards.token").joinpath("prices.json.gz").read_bytes()
    data = msgspec.json.decode(gzip.decompress(raw))
    entries = sorted(data["models"], key=_precedence)
    table = PriceTable(data["sources"], [])
    for entry in entries:
        model = _model(entry, data["sources"])
        table.models.append(model)
        key = model.id.lower()
        bare = key.rsplit("/", 1)[-1]
        names = [key, *entry.get("aliases", ())]
        names += [f"{model.provider}/{name}" for name in names]
        table.add_names(model, names + ([bare] if ":" not in bare else []))
    return table


def _precedence(entry: dict[str, Any]) -> tuple[int, int]:
    provider = entry["provider"]
    if provider in MAKERS:
        return entry["source"], MAKERS.index(provider)
    return entry["source"], len(MAKERS) + (provider in AGGREGATORS)


def _model(entry: dict[str, Any], sources: list[dict[str, str]]) -> PricedModel:
    base = {key: value for key, value in entry["rates"].items() if key != "tiers"}
    return PricedModel(
        provider=entry["provider"],
        id=entry["id"],
        priced_on=sources[entry["source"]]["date"],
        rates=Rates(**base),
        tiers=tuple((start, Rates(**(base | t))) for start, t in entry["rates"].get("tiers", ())),
        context_window=entry.get("context_window"),
        max_output=entry.get("max_output"),
        embeds=entry.get("embeds", False) or "embed" in entry["id"].lower(),
        retired=entry.get("retired", False),
        is_current=entry["source"] == 0,
    )
