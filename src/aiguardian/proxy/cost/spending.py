"""What one exchange spent: as the provider counted it, else as TokenGuard's counter would."""

from __future__ import annotations

from collections.abc import Iterable

from aiguardian.guards.token.counting import count_text
from aiguardian.guards.token.families import family_of
from aiguardian.proxy.answers import Origin
from aiguardian.proxy.cost.price import FREE, cost_usd, priced_model
from aiguardian.proxy.cost.usage import Usage
from aiguardian.telemetry.exchange import Spent

MOST_COUNTED = 20_000
"""Code points of which tokens are counted, and the rest in proportion: five milliseconds."""


def spending(
    origin: Origin,
    usage: Usage | None,
    *,
    answered_as: str,
    sent: Iterable[str],
    said: Iterable[str],
) -> tuple[Spent, bool]:
    """What was spent, and whether its price is known.

    `answered_as` is the model that the answer names; `sent` and `said` are counted where the
    provider did not.
    """
    counted = usage or estimated(origin.model, sent, said)
    names = (origin.priced_as,) if origin.priced_as else (answered_as, origin.model)
    model = None if FREE in names else priced_model(names, origin.provider)
    is_free = FREE in names or (origin.kind == "ollama" and not origin.priced_as)
    cost = cost_usd(model, counted) if model is not None and not is_free else 0.0
    spent = Spent(
        model=origin.model,
        upstream=origin.upstream,
        input_tokens=counted.input,
        output_tokens=counted.output,
        cached_tokens=counted.cached,
        reasoning_tokens=counted.reasoning,
        audio_tokens=counted.input_audio + counted.output_audio,
        cost_usd=cost,
        source="reported" if usage is not None else "estimated",
    )
    return spent, is_free or model is not None


def kept(origin: Origin) -> Spent:
    """What an answer from our own cache costs: nothing."""
    return Spent(model=origin.model, upstream=origin.upstream, source="cache")


def estimated(model: str, sent: Iterable[str], said: Iterable[str]) -> Usage:
    """The count of the texts alone: images and what a provider adds are not in it."""
    return Usage(input=_tokens(model, sent), output=_tokens(model, said))


def _tokens(model: str, texts: Iterable[str]) -> int:
    whole = "\n".join(texts)
    if not whole:
        return 0
    part = whole[:MOST_COUNTED]
    return round(count_text(part, family_of(model)) * len(whole) / len(part))
