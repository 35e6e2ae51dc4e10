"""Several guards side by side on one text, merged into one verdict.

Without a policy the severest action of all decides; with one, its rules. Several guards that
rewrite do so one after the other, in the order of the registry, each on what the one before made;
a rewrite that is asked for and missing blocks. A guard without a verdict is listed as `unjudged`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from aiguardian.errors import GatewayError, InvalidField
from aiguardian.gateway.dispatch import Call, Dispatcher, Outcome
from aiguardian.gateway.envelope import GuardName, Terms
from aiguardian.gateway.judging import call_of
from aiguardian.gateway.merging import ByPolicy, BySeverity, Head, Merged, Merging, head
from aiguardian.gateway.shadowing import Asking
from aiguardian.policy.rules import Direction, Policy
from aiguardian.policy.shelf import Shelf
from aiguardian.processor import Action, Deadline, Decision, Report
from aiguardian.telemetry.exchange import Decided
from aiguardian.text.chat import Message, conversation_text

JUDGES_ANSWERS_ONLY = frozenset({"healthguard"})
"""Left out by default unless `direction` is output: they ask whether an answer is healthy."""


class ScreenRequest(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One text for several guards."""

    text: str | None = None
    messages: Annotated[list[Message], Meta(min_length=1)] | None = None
    guards: Annotated[
        Annotated[list[GuardName], Meta(min_length=1)] | None,
        Meta(description="Default: all that fit the direction, or that the policy has rules for."),
    ] = None
    policy: Annotated[
        Annotated[str, Meta(max_length=64)] | None,
        Meta(
            description="The policy that decides: `default`, `strict`, `observe` or one of your "
            "own. Without one the severest action of any guard decides.",
            examples=["default"],
        ),
    ] = None
    direction: Annotated[Direction, Meta(description="Where the text comes from.")] = "input"
    content_type: Literal["text", "code", "document"] = "text"
    scan_level: Literal["standard", "comprehensive"] = "standard"
    options: Annotated[
        dict[GuardName, dict[str, Any]], Meta(description="More payload fields, by guard.")
    ] = msgspec.field(default_factory=dict)


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


async def screen(
    dispatcher: Dispatcher,
    shelf: Shelf | None,
    request: ScreenRequest,
    *,
    request_id: str,
    tenant: str,
    traceparent: str = "",
    policy: Policy | None = None,
    tell: Callable[[Decided], None] | None = None,
) -> tuple[ScreenReport, bool]:
    """Return the merged report, and whether any part of it is a degraded answer.

    `policy` is the very one that the request names, for who asks more than once and must not see
    it change in between; None: the one in force now. `tell` hears what the policy's shadow decides.
    Raises `NotAvailable` for a guard that is not here and `InvalidField` for a wrong payload.
    A guard that fails costs only its own verdict; when all fail, the first one's error is raised,
    unless a failure closes.
    """
    started = time.perf_counter()
    if (request.text is None) == (request.messages is None):
        raise InvalidField("Send text or messages, one of them.", field="text")
    merging = _merging(dispatcher, shelf, request, tenant=tenant, policy=policy)
    chosen = merging.guards()
    if request.options:
        _refuse_stray_options(request, chosen)
    deadline = Deadline(request.timeout)
    if isinstance(merging, ByPolicy) and request.session_id is None and merging.needs_session():
        request = msgspec.structs.replace(request, session_id=request_id)
    calls = [
        call_of(
            dispatcher,
            guard,
            _fields(dispatcher, guard, request, merging),
            request,
            request_id=request_id,
            tenant=tenant,
            traceparent=traceparent,
            deadline=deadline,
        )
        for guard in chosen
    ]
    outcomes = await _outcomes(dispatcher, calls)
    judged: dict[str, tuple[Call, Outcome]] = {}
    unjudged: list[UnjudgedGuard] = []
    for call, outcome in zip(calls, outcomes, strict=True):
        if isinstance(outcome, Outcome):
            judged[call.guard] = call, outcome
        else:
            missing = UnjudgedGuard(guard=call.guard, code=outcome.code, message=outcome.message)
            unjudged.append(missing)
    if not judged:
        _raise_unless_closing(dispatcher, calls, outcomes)
    heads = {guard: head(outcome) for guard, (_, outcome) in judged.items()}
    merged = merging.merged(heads, {one.guard: one.message for one in unjudged})
    shadow = shelf.shadow if shelf is not None else None
    if shadow is not None and isinstance(merging, ByPolicy) and shadow.name(merging.policy):
        asking = Asking(
            dispatcher,
            merging,
            request,
            calls,
            heads,
            {one.guard: one.message for one in unjudged},
            fields=lambda guard, other: _fields(dispatcher, guard, request, other),
            tell=tell,
        )
        shadow.take(asking.seen(merged.decision.action))
    decision = merged.decision
    output: str | UnsetType = UNSET
    if decision.action == "rewrite":
        decision, output = await _rewritten(dispatcher, merging, merged, judged, heads, unjudged)
    report = ScreenReport(
        decision=decision,
        recommendation=decision.action,
        reports={guard: outcome.data for guard, (_, outcome) in judged.items()},
        unjudged=unjudged,
        output=output if decision.action == "rewrite" else UNSET,
        policy=request.policy or UNSET,
        applied=_applied(merged) if request.policy else UNSET,
        processing_time_ms=(time.perf_counter() - started) * 1000,
    )
    return report, any(outcome.degraded for _, outcome in judged.values())


def _merging(
    dispatcher: Dispatcher,
    shelf: Shelf | None,
    request: ScreenRequest,
    *,
    tenant: str,
    policy: Policy | None,
) -> Merging:
    directory = dispatcher.directory
    for name in request.guards or ():
        directory.get(name)
    if request.policy is not None:
        if shelf is None:
            raise InvalidField("There are no policies here.", field="policy")
        plan = dispatcher.plans.plan(
            policy or shelf.get(request.policy, tenant),
            request.direction,
            has_sources="sources" in _options(request).get("trustguard", {}),
            only=None if request.guards is None else frozenset(request.guards),
        )
        merging = ByPolicy(dispatcher.plans, plan)
        if not merging.guards():
            raise InvalidField(
                f"The policy has no rules for {request.direction} by these guards.", field="policy"
            )
        return merging
    return BySeverity(directory, tuple(_fitting(dispatcher, request)))


def _fitting(dispatcher: Dispatcher, request: ScreenRequest) -> list[str]:
    here = dispatcher.directory.names()
    if request.guards is not None:
        return [name for name in here if name in request.guards]
    return [
        name for name in here if request.direction == "output" or name not in JUDGES_ANSWERS_ONLY
    ]


def _refuse_stray_options(request: ScreenRequest, chosen: Sequence[str]) -> None:
    """Options add to the payload of a guard that is asked; they never change what is judged."""
    for guard, options in _options(request).items():
        if guard not in chosen:
            raise InvalidField(
                f"{guard} is not asked. Asked: {', '.join(chosen)}.", field=f"options.{guard}"
            )
        for name in ("text", "content", "messages"):
            if name in options:
                raise InvalidField(
                    "All guards judge the same text: send it once, at the top.",
                    field=f"options.{guard}.{name}",
                )


def _raise_unless_closing(
    dispatcher: Dispatcher, calls: list[Call], outcomes: Sequence[Outcome | GatewayError]
) -> None:
    """Nothing was judged: raise the first error, unless the failure of a guard closes."""
    closes = any(
        dispatcher.directory.get(call.guard).processor.on_failure == "closed" for call in calls
    )
    if not closes and isinstance(outcomes[0], GatewayError):
        raise outcomes[0]


def _fields(
    dispatcher: Dispatcher, guard: str, request: ScreenRequest, merging: Merging
) -> dict[str, Any]:
    """The guard's payload: messages where it takes them, else their text."""
    known = dispatcher.directory.get(guard).processor.payload.__struct_encode_fields__
    fields: dict[str, Any] = {
        "content_type": request.content_type,
        "scan_level": request.scan_level,
    }
    if request.messages is None:
        fields["text"] = request.text
    elif "messages" in known:
        fields["messages"] = msgspec.to_builtins(request.messages)
    else:
        fields["text"] = conversation_text(request.messages)
    if "direction" in known:
        fields["direction"] = request.direction
    fields.update(merging.fields(guard))
    if request.options:
        fields.update(_options(request).get(guard, {}))
    return fields


def _options(request: ScreenRequest) -> Mapping[str, dict[str, Any]]:
    return request.options  # type: ignore[return-value]  # by names of guards, which are strings


async def _outcomes(
    dispatcher: Dispatcher, calls: Sequence[Call]
) -> Sequence[Outcome | GatewayError]:
    """What came of each call: what takes no time is judged at once, the rest side by side."""
    if all(map(dispatcher.is_immediate, calls)):
        return [_judged_now(dispatcher, call) for call in calls]
    if len(calls) == 1:  # one alone needs no task of its own
        return [await _judge(dispatcher, calls[0])]
    return await asyncio.gather(*(_judge(dispatcher, call) for call in calls))


def _judged_now(dispatcher: Dispatcher, call: Call) -> Outcome | GatewayError:
    try:
        return dispatcher.judge_now(call)
    except GatewayError as error:
        if error.status < 500:  # the request's own fault
            raise
        return error


async def _judge(dispatcher: Dispatcher, call: Call) -> Outcome | GatewayError:
    try:
        return await dispatcher.judge(call)
    except GatewayError as error:
        if error.status < 500:  # the request's own fault
            raise
        return error


async def _rewritten(
    dispatcher: Dispatcher,
    merging: Merging,
    merged: Merged,
    judged: dict[str, tuple[Call, Outcome]],
    heads: dict[str, Head],
    unjudged: list[UnjudgedGuard],
) -> tuple[Decision, str | UnsetType]:
    """The decision, and what the guards that rewrite make of the text, one after the other."""
    output: str | UnsetType = UNSET
    for guard in [name for name in heads if name in merged.rewriting]:
        if isinstance(heads[guard].output, UnsetType):
            return _unwritten(guard, heads[guard]), UNSET
        if isinstance(output, UnsetType):
            output = heads[guard].output
            continue
        again = await _judge(dispatcher, _on(dispatcher, judged[guard][0], output))
        if isinstance(again, GatewayError):
            unjudged.append(UnjudgedGuard(guard=guard, code=again.code, message=again.message))
            return _unwritten(guard, heads[guard]), UNSET
        after = head(again)
        second = merging.merged({guard: after}, {})
        if second.decision.action == "block":
            return second.decision, UNSET
        if second.decision.action == "rewrite":
            if isinstance(after.output, UnsetType):
                return _unwritten(guard, after), UNSET
            output = after.output
    return merged.decision, output


def _unwritten(guard: str, found: Head) -> Decision:
    """A text that must be rewritten and was not does not pass."""
    reason = f"{guard}: must be rewritten, and the rewritten text is missing: "
    return Decision("block", found.decision.confidence, reason + found.decision.reason)


def _on(dispatcher: Dispatcher, call: Call, text: str) -> Call:
    """The same call for another text."""
    fields = {name: call.fields[name] for name in call.fields if name != "messages"}
    caller = call.caller
    terms = Terms(
        user_id=caller.user_id,
        session_id=caller.session_id,
        priority=call.priority,
        fallback_enabled=call.fallback_enabled,
    )
    return call_of(
        dispatcher,
        call.guard,
        fields | {"text": text},
        terms,
        request_id=caller.request_id,
        tenant=caller.tenant,
        traceparent=call.traceparent,
        deadline=caller.deadline,
    )


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
