"""How a policy's shadow comes to the verdicts it decides from: those there are, or new ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiguardian.errors import GatewayError, GuardFailed, Overloaded
from aiguardian.gateway.dispatch import Call, Dispatcher
from aiguardian.gateway.envelope import Terms
from aiguardian.gateway.judging import call_of
from aiguardian.gateway.merging import ByPolicy, Head, head, heard
from aiguardian.policy.decide import Heard, Missing
from aiguardian.policy.options import CHANGES_NO_VERDICT, suffices
from aiguardian.policy.rules import Policy
from aiguardian.policy.shadow import Seen
from aiguardian.processor import Action
from aiguardian.telemetry.exchange import Decided
from aiguardian.text.chat import Message, conversation_text


@dataclass(frozen=True, slots=True)
class Asking:
    """A text that was judged by one policy, and how another one would ask about it."""

    dispatcher: Dispatcher
    merging: ByPolicy
    terms: Terms
    calls: Sequence[Call]
    heads: Mapping[str, Head]
    failures: Mapping[str, str]
    """Why guards that were asked gave no verdict."""
    fields: Callable[[str, ByPolicy], dict[str, Any]]
    """The payload that a guard gets."""
    tell: Callable[[Decided], None] | None = None
    """Who hears what is decided."""

    def seen(self, action: Action) -> Seen:
        """What the shadow gets to see of the decision."""
        call = self.calls[0]
        return Seen(
            request_id=call.caller.request_id,
            tenant=call.caller.tenant,
            direction=self.merging.direction,
            policy=self.merging.policy,
            action=action,
            ask=self.verdicts,
            tell=self.tell,
            characters=max(_characters(one) for one in self.calls),
        )

    async def verdicts(self, shadow: Policy) -> tuple[dict[str, Heard], dict[str, Missing]]:
        """The verdicts that the shadow decides from, and those that are missing. Raises
        `Overloaded` when a guard would have to be asked while requests wait."""
        merging = self.merging.under(shadow)
        told: dict[str, Heard] = {}
        missing: dict[str, Missing] = {}
        for guard in merging.guards():
            try:
                told[guard] = await self._verdict(guard, merging)
            except Overloaded:
                raise
            except GatewayError as error:
                missing[guard] = merging.missing(guard, error.message)
        return told, missing

    async def _verdict(self, guard: str, merging: ByPolicy) -> Heard:
        fields = self.fields(guard, merging)
        for call in self.calls:
            if call.guard == guard and suffices(call.fields, fields):
                if guard in self.failures:
                    raise GuardFailed(self.failures[guard])
                return heard(self.heads[guard])
        if self.dispatcher.workers.waiting:
            raise Overloaded("Requests wait: there is no time for a shadow.")
        caller = self.calls[0].caller
        call = call_of(
            self.dispatcher,
            guard,
            {name: fields[name] for name in fields if name not in CHANGES_NO_VERDICT},
            self.terms,
            request_id=caller.request_id,
            tenant=caller.tenant,
        )
        return heard(head(await self.dispatcher.judge(call)))


def _characters(call: Call) -> int:
    messages: list[Message] | None = getattr(call.payload, "messages", None)
    text: str | None = getattr(call.payload, "text", None)
    return len(text or "") if messages is None else len(conversation_text(messages))
