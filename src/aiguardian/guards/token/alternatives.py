"""Cheaper models whose window is large enough, the cheapest first.

Only price and window are compared: whether a cheaper model is able enough is for who asks.
Token counts differ between vocabularies by some percent; all are priced with the same count.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right, insort
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from aiguardian.guards.token.prices import PricedModel, PriceTable, amount
from aiguardian.guards.token.schemas import Alternative

SHOWN = 5
OWN_SHOWN = 3
"""At most this many from the list of the provider asked about, the rest from elsewhere."""

# Not chat models that anybody may call at that price: media, guards, retrieval, free and batch
# tiers, per-provider duplicates of one model at resellers of resellers.
_SPECIAL = re.compile(
    r"embed|rerank|guard|ocr|tts|audio|image|voice|video|live|transcri|realtime|moderat|whisper|"
    r"search|research|computer|vision|safeguard|router|^auto|decision|base$|-vl|translat|"
    r":(?:free|batch|flex|extended|beta|priority|fast|nitro|floor)|\bft\b|\.ft-|^ft:|preview|"
    r"coder|code|math|roleplay|story|^gpt-oss"
)
_RESELLERS = ("openrouter", "github-copilot", "cursor", "huggingface", "quicksilverpro")

WINDOWS = (8_192, 32_768, 131_072, 1_000_000)
"""Candidates are prepared for these sizes of request; a larger one looks at all models."""


SIZES = 2_048
"""Sizes of requests whose alternatives are kept: most requests to one model are as large as one
before, and choosing was a third of what a short one cost."""


@lru_cache(maxsize=SIZES)
def cheaper_models(
    table: PriceTable, model: PricedModel, input_tokens: int, output_tokens: int
) -> tuple[Alternative, ...]:
    """Up to five, the cheapest first; () when none is cheaper."""
    needed = input_tokens + output_tokens
    window = next((w for w in WINDOWS if needed <= w), needed)
    now = amount(model, input_tokens, output_tokens).total
    own = _cheapest(_own(table, window, model.provider), input_tokens, output_tokens, now)
    others = _cheapest(_all(table, window), input_tokens, output_tokens, now)
    others = [pair for pair in others if pair[1].model.provider != model.provider]
    chosen = own[:OWN_SHOWN] + others
    return tuple(
        _alternative(offer.model, input_tokens, output_tokens, now)
        for _, offer in sorted(chosen[:SHOWN], key=_price)
    )


def prepare(table: PriceTable) -> None:
    """Sort the offers for every size of request now (about 30 ms), not in the first request."""
    for window in WINDOWS:
        _all(table, window)


@dataclass(frozen=True, slots=True)
class _Offer:
    """A model with its prices at hand: this runs in every request."""

    input_usd: float
    output_usd: float
    max_output: float
    model: PricedModel


def _cheapest(
    offers: tuple[_Offer, ...], input_tokens: int, output_tokens: int, below: float
) -> list[tuple[float, _Offer]]:
    priced = []
    for offer in offers:
        total = (input_tokens * offer.input_usd + output_tokens * offer.output_usd) / 1e6
        if total < below and offer.max_output >= output_tokens:
            if offer.model.tiers:
                total = amount(offer.model, input_tokens, output_tokens).total
            if total < below:
                priced.append((total, offer))
    return sorted(priced, key=_price)


_price = itemgetter(0)


def _alternative(
    model: PricedModel, input_tokens: int, output_tokens: int, now: float
) -> Alternative:
    cost = amount(model, input_tokens, output_tokens)
    return Alternative(
        model=model.id,
        provider=model.provider,
        context_window=model.context_window or 0,
        input=cost.input,
        output=cost.output,
        total=cost.total,
        saved_usd=round(now - cost.total, 10),
        priced_on=model.priced_on,
    )


@lru_cache(maxsize=256)
def _own(table: PriceTable, window: int, provider: str) -> tuple[_Offer, ...]:
    """A provider's models that can be among its cheapest for some mix of input and output."""
    offers = [offer for offer in _offers(table, window) if offer.model.provider == provider]
    return tuple(_undercut_by_few(offers, OWN_SHOWN + 1))


@lru_cache(maxsize=64)
def _all(table: PriceTable, window: int) -> tuple[_Offer, ...]:
    """The same over all providers, each model at its cheapest one; three times as many as are
    shown, since those of the provider asked about are listed apart."""
    offers: dict[str, _Offer] = {}
    for offer in _offers(table, window):
        offers.setdefault(_plain(offer.model.id), offer)
    return tuple(_undercut_by_few(list(offers.values()), 3 * SHOWN))


@lru_cache(maxsize=64)
def _offers(table: PriceTable, window: int) -> tuple[_Offer, ...]:
    offers = [
        _Offer(model.rates.input, model.rates.output or 0.0, model.max_output or math.inf, model)
        for model in table.models
        if (model.context_window or 0) >= window and _is_offered(model)
    ]
    return tuple(sorted(offers, key=lambda o: (o.input_usd, o.output_usd, o.model.id)))


def _is_offered(model: PricedModel) -> bool:
    return (
        model.is_current
        and not model.retired
        and not model.embeds
        and model.rates.input > 0
        and bool(model.rates.output)
        and not model.provider.startswith(_RESELLERS)
        and not _SPECIAL.search(model.id.lower())
    )


def _plain(name: str) -> str:
    """The same model's name wherever it is offered."""
    return re.sub(r"[^a-z0-9]|(?:instruct|turbo|latest)", "", name.lower().rsplit("/", 1)[-1])


def _undercut_by_few(offers: list[_Offer], limit: int) -> list[_Offer]:
    """Those that fewer than `limit` others undercut in both prices; `offers` come cheapest
    input first. One with tiers undercuts none: its price depends on the size."""
    outputs: list[float] = []
    chosen = []
    for offer in offers:
        if bisect_right(outputs, offer.output_usd) < limit:
            chosen.append(offer)
        if not offer.model.tiers:
            insort(outputs, offer.output_usd)
    return chosen
