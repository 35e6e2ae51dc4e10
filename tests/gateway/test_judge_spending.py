"""What the outside judge takes is among what the request spent."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import UNSET, Raw

from aiguardian.gateway.judge_spending import spend_judge
from aiguardian.guards.trust.schemas import JudgeUse, TrustReport
from aiguardian.processor import Decision, Report
from aiguardian.telemetry.exchange import Exchange, Spent


def exchange() -> Exchange:
    return Exchange.begin(
        method="POST",
        request_id=None,
        traceparent=None,
        sample_ratio=0.0,
        started_s=0.0,
        started_ns=0,
    )


def report(use: JudgeUse | None) -> TrustReport:
    return TrustReport(
        text_length=4,
        risk=0.1,
        flagged=False,
        confidence_score=0.9,
        decision=Decision("keep", 0.9, "Fine."),
        judge=use or UNSET,
    )


def use(model: str = "house-judge") -> JudgeUse:
    return JudgeUse(
        model=model, answers=3, input_tokens=1_200, output_tokens=90, counted="reported"
    )


def raw(found: Report) -> Raw:
    return Raw(msgspec.json.encode(found))


@pytest.mark.parametrize("made", [report, lambda given: raw(report(given))])
def test_its_tokens_are_one_spending_of_its_model(made: Any) -> None:
    told = exchange()
    spend_judge(told, [made(use())])
    assert told.spent == [
        Spent(
            model="house-judge",
            upstream="judge",
            input_tokens=1_200,
            output_tokens=90,
            cost_usd=0.0,
            source="reported",
        )
    ]


def test_a_model_with_a_listed_price_costs_it() -> None:
    told = exchange()
    spend_judge(told, [report(use("gpt-4o"))])
    # 2.50 and 10 dollars a million tokens, openai.com/api/pricing.
    assert told.spent[0].cost_usd == pytest.approx((1_200 * 2.5 + 90 * 10) / 1e6)


@pytest.mark.parametrize(
    "found",
    [
        report(None),
        raw(report(None)),
        Raw(b'{"judge": "Dredd", "decision": {}}'),
        Report(
            text_length=0,
            risk=0.0,
            flagged=False,
            confidence_score=1.0,
            decision=Decision("keep", 1.0, "Nothing."),
        ),
    ],
)
def test_without_its_answer_nothing_is_spent(found: Any) -> None:
    told = exchange()
    spend_judge(told, [found])
    assert told.spent == []
