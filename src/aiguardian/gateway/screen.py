"""Several guards side by side on one text, merged into one verdict.

The merged action is the severest of all. Several guards that rewrite do so one after the
other, in the order of the registry, each on what the one before made; a rewrite that is asked
for and missing blocks. A guard without a verdict is listed as `unjudged`, and the merged action
is at least `flag` then, `block` where the guard declares that its failure closes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from aiguardian.errors import GatewayError, InvalidField
from aiguardian.gateway.dispatch import Call, Dispatcher, Outcome
from aiguardian.gateway.envelope import GuardName, Terms
from aiguardian.gateway.judging import call_of
from aiguardian.processor import ACTIONS, Action, Deadline, Decision, Report
from aiguardian.text.chat import Message, conversation_text

Direction = Literal["input", "output", "tool"]
JUDGES_ANSWERS_ONLY = frozenset({"healthguard"})
"""Left out by default unless `direction` is output: they ask whether an answer is healthy."""


class ScreenRequest(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One text for several guards."""

    text: str | None = None
    messages: Annotated[list[Message], Meta(min_length=1)] | None = None
    guards: Annotated[
        Annotated[list[GuardName], Meta(min_length=1)] | None,
        Meta(description="Default: all that fit the direction."),
    ] = None
    policy: Annotated[
        Literal["default"], Meta(description="The severest action of any guard decides.")
    ] = "default"
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


class ScreenReport(Struct, frozen=True, kw_only=True):
    """What `screen` answers in `data`."""

    decision: Decision
    recommendation: Action
    reports: dict[str, Report | msgspec.Raw]
    unjudged: list[UnjudgedGuard]
    output: str | UnsetType = UNSET
    processing_time_ms: float


class _Head(Struct):
    """The fields of a report that merging needs."""

    decision: Decision
    output: str | UnsetType = UNSET


async def screen(
    dispatcher: Dispatcher,
    request: ScreenRequest,
    *,
    request_id: str,
    key_id: str,
    traceparent: str = "",
) -> tuple[ScreenReport, bool]:
    """Return the merged report, and whether any part of it is a degraded answer.

    Raises `NotAvailable` for a guard that is not here and `InvalidField` for a wrong payload.
    A guard that fails costs only its own verdict; when all fail, the first one's error is raised,
    unless a failure closes.
    """
    started = time.perf_counter()
    if (request.text is None) == (request.messages is None):
        raise InvalidField("Send text or messages, one of them.", field="text")
    chosen = _chosen(dispatcher, request)
    _refuse_stray_options(request, chosen)
    deadline = Deadline(request.timeout)
    calls = [
        call_of(
            dispatcher,
            guard,
            _fields(dispatcher, guard, request),
            request,
            request_id=request_id,
            key_id=key_id,
            traceparent=traceparent,
            deadline=deadline,
        )
        for guard in chosen
    ]
    outcomes = await asyncio.gather(*(_judge(dispatcher, call) for call in calls))
    judged = {
        call.guard: (call, outcome)
        for call, outcome in zip(calls, outcomes, strict=True)
        if isinstance(outcome, Outcome)
    }
    unjudged = [
        UnjudgedGuard(guard=call.guard, code=outcome.code, message=outcome.message)
        for call, outcome in zip(calls, outcomes, strict=True)
        if isinstance(outcome, GatewayError)
    ]
    _raise_if_nothing_judged(dispatcher, calls, outcomes)
    heads = {guard: _head(outcome) for guard, (_, outcome) in judged.items()}
    output = await _rewritten(dispatcher, judged, heads, unjudged)
    decision = _merged(dispatcher, heads, unjudged)
    report = ScreenReport(
        decision=decision,
        recommendation=decision.action,
        reports={guard: outcome.data for guard, (_, outcome) in judged.items()},
        unjudged=unjudged,
        output=output if decision.action == "rewrite" else UNSET,
        processing_time_ms=(time.perf_counter() - started) * 1000,
    )
    return report, any(outcome.degraded for _, outcome in judged.values())


def _chosen(dispatcher: Dispatcher, request: ScreenRequest) -> list[str]:
    here = dispatcher.directory.names()
    if request.guards is None:
        return [
            name
            for name in here
            if request.direction == "output" or name not in JUDGES_ANSWERS_ONLY
        ]
    for name in request.guards:
        dispatcher.directory.get(name)
    return [name for name in here if name in request.guards]


def _refuse_stray_options(request: ScreenRequest, chosen: list[str]) -> None:
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


def _raise_if_nothing_judged(
    dispatcher: Dispatcher, calls: list[Call], outcomes: list[Outcome | GatewayError]
) -> None:
    errors = [outcome for outcome in outcomes if isinstance(outcome, GatewayError)]
    closes = any(
        dispatcher.directory.get(call.guard).processor.on_failure == "closed" for call in calls
    )
    if len(errors) == len(outcomes) and not closes:
        raise errors[0]


def _fields(dispatcher: Dispatcher, guard: str, request: ScreenRequest) -> dict[str, Any]:
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
    return fields | _options(request).get(guard, {})


def _options(request: ScreenRequest) -> Mapping[str, dict[str, Any]]:
    return cast("Mapping[str, dict[str, Any]]", request.options)


async def _judge(dispatcher: Dispatcher, call: Call) -> Outcome | GatewayError:
    try:
        return await dispatcher.judge(call)
    except GatewayError as error:
        if error.status < 500:  # the request's own fault
            raise
        return error


def _head(outcome: Outcome) -> _Head:
    if isinstance(outcome.data, msgspec.Raw):
        return msgspec.json.decode(outcome.data, type=_Head)
    return _Head(decision=outcome.data.decision, output=outcome.data.output)


async def _rewritten(
    dispatcher: Dispatcher,
    judged: dict[str, tuple[Call, Outcome]],
    heads: dict[str, _Head],
    unjudged: list[UnjudgedGuard],
) -> str | UnsetType:
    """What the guards that rewrite make of the text, one after the other."""
    output: str | UnsetType = UNSET
    for guard, head in heads.items():
        if head.decision.action != "rewrite":
            continue
        if isinstance(head.output, UnsetType):
            heads[guard] = _unwritten(head)
            continue
        if isinstance(output, UnsetType):
            output = head.output
            continue
        call = judged[guard][0]
        fields = {name: call.fields[name] for name in call.fields if name != "messages"}
        fields["text"] = output
        again = await _judge(dispatcher, _with(dispatcher, call, fields))
        if isinstance(again, GatewayError):
            unjudged.append(UnjudgedGuard(guard=guard, code=again.code, message=again.message))
            heads[guard] = _unwritten(head)
            continue
        after = _head(again)
        if after.decision.action == "block":
            heads[guard] = after
        elif after.decision.action == "rewrite":
            if isinstance(after.output, UnsetType):
                heads[guard] = _unwritten(after)
            else:
                output = after.output
    return output


def _unwritten(head: _Head) -> _Head:
    """A text that must be rewritten and was not does not pass."""
    reason = f"must be rewritten, and the rewritten text is missing: {head.decision.reason}"
    return _Head(decision=Decision("block", head.decision.confidence, reason))


def _with(dispatcher: Dispatcher, call: Call, fields: dict[str, Any]) -> Call:
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
        fields,
        terms,
        request_id=caller.request_id,
        key_id=caller.key_id,
        traceparent=call.traceparent,
        deadline=caller.deadline,
    )


def _merged(
    dispatcher: Dispatcher, heads: dict[str, _Head], unjudged: list[UnjudgedGuard]
) -> Decision:
    decisions = [(guard, head.decision) for guard, head in heads.items()]
    for missing in unjudged:
        closes = dispatcher.directory.get(missing.guard).processor.on_failure == "closed"
        decisions.append(
            (
                missing.guard,
                Decision("block" if closes else "flag", 1.0, "gave no verdict: " + missing.message),
            )
        )
    severest = max(ACTIONS.index(decision.action) for _, decision in decisions)
    leading = [entry for entry in decisions if ACTIONS.index(entry[1].action) == severest]
    return Decision(
        action=ACTIONS[severest],
        confidence=min(decision.confidence for _, decision in leading),
        reason=" ".join(f"{guard}: {decision.reason}" for guard, decision in leading),
    )
