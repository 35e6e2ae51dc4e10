"""What several guards that rewrite make of one text: one after the other, in the registry's order.

Each is asked again about what the one before made of it. A rewrite that is missing blocks.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import UNSET, Struct, UnsetType

from aiguardian.errors import GatewayError
from aiguardian.gateway.dispatch import Call, Dispatcher, Outcome
from aiguardian.gateway.envelope import Terms
from aiguardian.gateway.judging import call_of
from aiguardian.gateway.merging import Head, Merged, Merging, head
from aiguardian.processor import Decision


class Rewritten(Struct, frozen=True):
    """The decision on a text that was to be rewritten, and what became of it."""

    decision: Decision
    output: str | UnsetType = UNSET
    """The new text; without one the decision is to block."""
    failed: tuple[str, GatewayError] | None = None
    """The guard that gave no verdict when it was asked again, and why."""


async def outcome_of(dispatcher: Dispatcher, call: Call) -> Outcome | GatewayError:
    """What came of a call. Raises what is the request's own fault."""
    try:
        return await dispatcher.judge(call)
    except GatewayError as error:
        if error.status < 500:
            raise
        return error


async def rewritten(
    dispatcher: Dispatcher,
    merging: Merging,
    merged: Merged,
    calls: Mapping[str, Call],
    heads: Mapping[str, Head],
) -> Rewritten:
    """What the guards that `merged` wants a new text from make of it."""
    output: str | UnsetType = UNSET
    for guard in [name for name in heads if name in merged.rewriting]:
        if isinstance(heads[guard].output, UnsetType):
            return Rewritten(_unwritten(guard, heads[guard]))
        if isinstance(output, UnsetType):
            output = heads[guard].output
            continue
        again = await outcome_of(dispatcher, _on(dispatcher, calls[guard], output))
        if isinstance(again, GatewayError):
            return Rewritten(_unwritten(guard, heads[guard]), failed=(guard, again))
        after = head(again)
        second = merging.merged({guard: after}, {})
        if second.decision.action == "block":
            return Rewritten(second.decision)
        if second.decision.action == "rewrite":
            if isinstance(after.output, UnsetType):
                return Rewritten(_unwritten(guard, after))
            output = after.output
    return Rewritten(merged.decision, output)


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
