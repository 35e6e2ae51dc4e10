"""One guard's decision as whoever records it is told: on what grounds, without the text."""

from __future__ import annotations

from msgspec import UnsetType

from aiguardian.errors import GatewayError
from aiguardian.gateway.directory import Directory
from aiguardian.gateway.dispatch import Call, Outcome
from aiguardian.gateway.judge_spending import spend_judge
from aiguardian.gateway.judgement import Judgement
from aiguardian.gateway.merging import head
from aiguardian.processor import Report
from aiguardian.telemetry.exchange import Decided, Exchange


def tell_of_process(exchange: Exchange, directory: Directory, call: Call, outcome: Outcome) -> None:
    """Tell of one guard's verdict. Raises `NotAvailable` where it must be recorded and cannot."""
    spend_judge(exchange, [outcome.data])
    said = outcome.data if isinstance(outcome.data, Report) else head(outcome)
    gaps = () if isinstance(said.unjudged, UnsetType) else said.unjudged
    version = directory.get(call.guard).processor.version
    direction: str = getattr(call.payload, "direction", "")
    exchange.decide(
        Decided(
            guard=call.guard,
            action="unjudged" if gaps and outcome.action == "keep" else outcome.action,
            versions=((call.guard, version),),
            direction=direction,
            categories=tuple(said.alarms),
            unjudged=tuple(dict.fromkeys(gap.reason for gap in gaps)) if gaps else (),
            degraded=outcome.degraded,
        )
    )
    if exchange.on_judged is not None:
        payload = call.payload
        judgement = Judgement(
            text=getattr(payload, "text", None) or getattr(payload, "messages", None) or "",
            direction=direction,
            policy="",
            action=outcome.action,
            reports={call.guard: outcome.data},
            versions={call.guard: version},
            missing={},
        )
        exchange.on_judged(exchange, judgement)


def tell_of_failure(exchange: Exchange, guard: str, error: GatewayError) -> None:
    """Tell that there is no verdict; what the caller could mend is no decision. Raises as
    `tell_of_process`."""
    if error.status >= 500:
        exchange.decide(
            Decided(guard=guard, action="unjudged", unjudged=(error.code,), status=error.status)
        )
