"""From the calls to several guards on one text to one report.

What takes no time is judged at once, the rest side by side. A guard that fails costs only its own
verdict: it is listed as `unjudged`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from aiguardian.errors import GatewayError
from aiguardian.gateway.dispatch import Call, Dispatcher, Outcome
from aiguardian.gateway.envelope import Terms
from aiguardian.gateway.merging import ByPolicy, Merged, Merging, head, is_quiet
from aiguardian.gateway.plans import Plan
from aiguardian.gateway.rewriting import outcome_of, rewritten
from aiguardian.gateway.shadowing import Asking
from aiguardian.policy.decide import nothing_found
from aiguardian.policy.shelf import Shelf
from aiguardian.processor import Action, Decision, Report
from aiguardian.telemetry.exchange import Decided


class UnjudgedGuard(Struct, frozen=True, kw_only=True):
    """A guard that was asked and gave no verdict."""

    guard: str
    code: str
    message: str


class AppliedRule(Struct, frozen=True, kw_only=True):
    """A rule of the policy that the text met."""

    guard: str
    category: str
    action: Literal["block", "rewrite", "flag", "observe"]
    score: float
    threshold: Annotated[float | None, Meta(description="The policy's; null: the guard's own.")] = (
        None
    )


class ScreenReport(Struct, frozen=True, kw_only=True):
    """What `screen` answers in `data`."""

    decision: Decision
    recommendation: Action
    reports: dict[str, Report | msgspec.Raw]
    unjudged: list[UnjudgedGuard]
    output: str | UnsetType = UNSET
    policy: Annotated[str | UnsetType, Meta(description="The policy that decided, if one.")] = UNSET
    applied: Annotated[
        list[AppliedRule] | UnsetType, Meta(description="Its rules that the text met.")
    ] = UNSET
    processing_time_ms: float


class Asked(Struct, frozen=True):
    """One text that guards were asked about, and what their verdicts are merged by."""

    merging: Merging
    calls: Sequence[Call]
    """One a guard, in the order of the registry."""
    policy: str | UnsetType
    shelf: Shelf | None
    terms: Terms
    fields: Callable[[str, ByPolicy], dict[str, Any]]
    """The payload that a guard gets by another policy."""
    tell: Callable[[Decided], None] | None
    started_s: float


def at_once(dispatcher: Dispatcher, calls: Sequence[Call]) -> list[Outcome | GatewayError] | None:
    """What came of the calls if none of them takes time worth waiting for; None: one does."""
    for call in calls:
        if not dispatcher.is_immediate(call):
            return None
    outcomes: list[Outcome | GatewayError] = []
    for call in calls:
        try:
            outcomes.append(dispatcher.judge_now(call))
        except GatewayError as error:
            if error.status < 500:  # the request's own fault
                raise
            outcomes.append(error)
    return outcomes


async def side_by_side(
    dispatcher: Dispatcher, calls: Sequence[Call]
) -> Sequence[Outcome | GatewayError]:
    """What came of calls that take their time."""
    if len(calls) == 1:  # one alone needs no task of its own
        return [await outcome_of(dispatcher, calls[0])]
    return await asyncio.gather(*(outcome_of(dispatcher, call) for call in calls))


def quiet(
    plan: Plan,
    calls: Sequence[Call],
    outcomes: Sequence[Outcome | GatewayError],
    *,
    started_s: float,
) -> tuple[ScreenReport, bool] | None:
    """The report on a text in which every guard found nothing, as in most; None: they have
    something to say, or one of them is silent."""
    if plan.has_thresholds:
        return None
    reports: dict[str, Report | msgspec.Raw] = {}
    sure, is_degraded = 1.0, False
    for call, outcome in zip(calls, outcomes, strict=True):
        if isinstance(outcome, GatewayError):
            return None
        said = outcome.data
        if isinstance(said, msgspec.Raw) or not is_quiet(said):
            return None
        reports[call.guard] = said
        sure = min(sure, said.decision.confidence)
        is_degraded = is_degraded or outcome.degraded
    report = ScreenReport(
        decision=nothing_found(sure),
        recommendation="keep",
        reports=reports,
        unjudged=[],
        policy=plan.policy.name,
        applied=[],
        processing_time_ms=(time.perf_counter() - started_s) * 1000,
    )
    return report, is_degraded


async def reported(
    dispatcher: Dispatcher, asked: Asked, outcomes: Sequence[Outcome | GatewayError]
) -> tuple[ScreenReport, bool]:
    """The verdicts merged, the shadow told, the text rewritten where it must be."""
    merging, calls = asked.merging, asked.calls
    judged: dict[str, Outcome] = {}
    unjudged: list[UnjudgedGuard] = []
    for call, outcome in zip(calls, outcomes, strict=True):
        if isinstance(outcome, Outcome):
            judged[call.guard] = outcome
        else:
            unjudged.append(_missing(call.guard, outcome))
    if not judged:
        _raise_unless_closing(calls, outcomes)
    heads = {guard: head(outcome) for guard, outcome in judged.items()}
    missing = {one.guard: one.message for one in unjudged}
    merged = merging.merged(heads, missing)
    shadow = asked.shelf.shadow if asked.shelf is not None else None
    if shadow is not None and isinstance(merging, ByPolicy) and shadow.name(merging.policy):
        asking = Asking(
            dispatcher,
            merging,
            asked.terms,
            calls,
            heads,
            missing,
            fields=asked.fields,
            tell=asked.tell,
        )
        shadow.take(asking.seen(merged.decision.action))
    decision = merged.decision
    output: str | UnsetType = UNSET
    if decision.action == "rewrite":
        made = await rewritten(
            dispatcher, merging, merged, {one.guard: one for one in calls}, heads
        )
        decision, output = made.decision, made.output
        if made.failed is not None:
            unjudged.append(_missing(*made.failed))
    report = ScreenReport(
        decision=decision,
        recommendation=decision.action,
        reports={guard: outcome.data for guard, outcome in judged.items()},
        unjudged=unjudged,
        output=output if decision.action == "rewrite" else UNSET,
        policy=asked.policy,
        applied=UNSET if asked.policy is UNSET else _applied(merged),
        processing_time_ms=(time.perf_counter() - asked.started_s) * 1000,
    )
    return report, any(outcome.degraded for outcome in judged.values())


def _missing(guard: str, error: GatewayError) -> UnjudgedGuard:
    return UnjudgedGuard(guard=guard, code=error.code, message=error.message)


def _raise_unless_closing(
    calls: Sequence[Call], outcomes: Sequence[Outcome | GatewayError]
) -> None:
    """Nothing was judged: raise the first error, unless the failure of a guard closes."""
    closes = any(call.entry.processor.on_failure == "closed" for call in calls)
    if not closes and isinstance(outcomes[0], GatewayError):
        raise outcomes[0]


def _applied(merged: Merged) -> list[AppliedRule]:
    return [
        AppliedRule(
            guard=one.guard,
            category=one.category,
            action=one.act,
            score=round(one.score, 4),
            threshold=one.threshold,
        )
        for one in merged.applied
        if one.act != "ignore"
    ]
