"""Several guards side by side on one text, merged into one verdict.

Without a policy the severest action of all decides; with one, its rules. Several guards that
rewrite do so one after the other, in the order of the registry, each on what the one before made;
a rewrite that is asked for and missing blocks. A guard without a verdict is listed as `unjudged`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta
from msgspec.structs import replace

from aiguardian.errors import InvalidField
from aiguardian.gateway.dispatch import Call, Dispatcher
from aiguardian.gateway.envelope import GuardName, Terms, refuse_long
from aiguardian.gateway.judging import call_of
from aiguardian.gateway.merging import ByPolicy, BySeverity, Merging
from aiguardian.gateway.plans import Plan
from aiguardian.gateway.screened import (
    Asked,
    ScreenReport,
    at_once,
    quiet,
    reported,
    side_by_side,
)
from aiguardian.policy.rules import Direction, Policy
from aiguardian.policy.shelf import Shelf
from aiguardian.processor import Caller, Deadline
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
    started_s = time.perf_counter()
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
    asked = Asked(
        merging,
        calls,
        request.policy or UNSET,
        shelf,
        request,
        lambda guard, other: _fields(dispatcher, guard, request, other),
        tell,
        started_s,
    )
    outcomes = at_once(dispatcher, calls) or await side_by_side(dispatcher, calls)
    return await reported(dispatcher, asked, outcomes)


async def screen_text(
    dispatcher: Dispatcher,
    shelf: Shelf,
    plan: Plan,
    text: str,
    *,
    terms: Terms,
    request_id: str,
    tenant: str,
    traceparent: str = "",
    tell: Callable[[Decided], None] | None = None,
) -> tuple[ScreenReport, bool]:
    """As `screen`, for one text by a plan: what does not depend on the text was worked out before,
    and where no guard finds anything there is nothing to merge."""
    started_s = time.perf_counter()
    if not plan.asks:
        raise _without_rules(plan.direction)
    refuse_long(text)
    caller = Caller(
        Deadline(terms.timeout),
        terms.user_id,
        terms.session_id,
        request_id=request_id,
        tenant=tenant,
    )
    calls = [
        Call(
            guard=ask.guard,
            entry=ask.entry,
            payload=replace(ask.payload, text=text),
            fields={**ask.fields, "text": text},
            caller=caller,
            traceparent=traceparent,
        )
        for ask in plan.asks
    ]
    outcomes = at_once(dispatcher, calls) or await side_by_side(dispatcher, calls)
    if shelf.shadow is None or shelf.shadow.name(plan.policy) is None:
        report = quiet(plan, calls, outcomes, started_s=started_s)
        if report is not None:
            return report
    asked = Asked(
        ByPolicy(dispatcher.plans, plan),
        calls,
        plan.policy.name,
        shelf,
        terms,
        lambda guard, other: {**other.plan.ask(guard).fields, "text": text},
        tell,
        started_s,
    )
    return await reported(dispatcher, asked, outcomes)


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
            raise _without_rules(request.direction)
        return merging
    return BySeverity(directory, tuple(_fitting(dispatcher, request)))


def _without_rules(direction: Direction) -> InvalidField:
    return InvalidField(f"The policy has no rules for {direction} by these guards.", field="policy")


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
