"""The outside judge among what a request spent: usage, budgets and bills count it as a model."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Raw, Struct

from aiguardian.guards.token.prices import load_prices
from aiguardian.guards.trust.schemas import JudgeUse, TrustReport
from aiguardian.processor import Report
from aiguardian.telemetry.exchange import Exchange, Spent

UPSTREAM = "judge"
"""Its name among the upstreams."""
_MARK = b'"judge":'
"""Without it an instance's report need not be read."""


class _Judged(Struct):
    judge: JudgeUse | None = None


def spend_judge(exchange: Exchange, reports: Iterable[Report | Raw]) -> None:
    """Note what the judge took for these reports, at the listed price of its model, if one is."""
    for report in reports:
        if not isinstance(report, (TrustReport, Raw)):
            continue
        use = _use(report)
        if use is not None:
            exchange.spend(_spent(use))


def _use(report: TrustReport | Raw) -> JudgeUse | None:
    if isinstance(report, TrustReport):
        return report.judge or None
    if _MARK not in bytes(report):
        return None
    try:
        return msgspec.json.decode(report, type=_Judged).judge
    except msgspec.ValidationError:  # another guard's field of that name
        return None


def _spent(use: JudgeUse) -> Spent:
    return Spent(
        model=use.model,
        upstream=UPSTREAM,
        input_tokens=use.input_tokens,
        output_tokens=use.output_tokens,
        cost_usd=_cost_usd(use),
        source=use.counted,
    )


def _cost_usd(use: JudgeUse) -> float:
    """0.0 for a model without a listed price: one of your own."""
    model = load_prices().find(use.model)
    if model is None:
        return 0.0
    rates = model.rates_at(use.input_tokens // max(1, use.answers))
    total = use.input_tokens * rates.input + use.output_tokens * (rates.output or 0.0)
    return round(total / 1e6, 10)
