"""A second policy decides beside the one in force: told to whoever records, never enforced.

It decides from the verdicts that the first one had its guards give. A guard that only the second
one asks, or asks otherwise, is asked afterwards, one text at a time and only while no request
waits for a worker. What comes faster than that is dropped and counted: no answer waits for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from aiguardian.errors import GatewayError, Overloaded
from aiguardian.policy.decide import Heard, Missing, Ruling, decide
from aiguardian.policy.rules import Direction, Policy
from aiguardian.processor import Action
from aiguardian.telemetry.exchange import Decided

log = logging.getLogger(__name__)

MOST_WAITING = 256
"""Decisions by the shadow that are still to be made."""
MOST_WAITING_CHARACTERS = 4_194_304
"""Of their texts together, which memory holds meanwhile."""

Ask = Callable[[Policy], Awaitable[tuple[Mapping[str, Heard], Mapping[str, Missing]]]]
"""The verdicts that a policy decides from, those there are and those to be asked for. Raises
`Overloaded` when there is no time for it."""
Lost = Literal["queue_full", "busy", "unknown_policy", "failed"]


@dataclass(frozen=True, slots=True)
class Seen:
    """A decision by a policy, and how another one gets to its own."""

    request_id: str
    tenant: str
    direction: Direction
    policy: Policy
    action: Action
    ask: Ask
    characters: int
    """Of the text that `ask` holds."""
    tell: Callable[[Decided], None] | None = None
    """Who records what is decided about the request."""


@dataclass(frozen=True, slots=True)
class Shadowed:
    """What the second policy would have decided, beside what the first one did."""

    seen: Seen
    shadow: Policy
    ruling: Ruling

    @property
    def agrees(self) -> bool:
        """Whether both come to the same action. A rewrite is not tried: that it would succeed is
        taken for granted."""
        return self.seen.action == self.ruling.decision.action

    def told(self) -> Decided:
        """The decision as it is recorded: of the guard `shadow`, for it was not enforced."""
        return Decided(
            guard="shadow",
            action=self.ruling.decision.action,
            policy=self.shadow.name,
            direction=self.seen.direction,
            categories=tuple(dict.fromkeys(one.category for one in self.ruling.applied)),
            unjudged=self.ruling.unjudged,
        )


class Shadow:
    """Takes decisions in and makes the second ones, on the event loop."""

    def __init__(
        self,
        find: Callable[[str, str], Policy],
        *,
        default: str | None,
        count: Callable[[Shadowed], None],
        lose: Callable[[Lost], None],
    ) -> None:
        """`find` gives a policy by name and tenant. `default` is the shadow of the policies that
        name none of their own. `count` counts decisions, `lose` those that could not be made."""
        self._find = find
        self._default = default
        self._count = count
        self._lose = lose
        self._waiting: asyncio.Queue[tuple[str, Seen]] = asyncio.Queue(MOST_WAITING)
        self._characters = 0

    def name(self, policy: Policy) -> str | None:
        """The policy that decides beside this one, if any."""
        name = policy.shadow or self._default
        return None if name == policy.name else name

    def take(self, seen: Seen) -> None:
        """Note a decision, if its policy has a shadow. Takes microseconds."""
        name = self.name(seen.policy)
        if name is None:
            return
        if self._waiting.full() or self._characters + seen.characters > MOST_WAITING_CHARACTERS:
            self._lose("queue_full")
            return
        self._characters += seen.characters
        self._waiting.put_nowait((name, seen))

    async def run(self) -> None:
        """Decide, one after the other, until cancelled."""
        while True:
            name, seen = await self._waiting.get()
            try:
                await self._decide(name, seen)
            except Exception as error:  # the boundary of a task that must outlive one text
                log.error("a shadow policy could not decide", exc_info=error)
                self._lose("failed")
            finally:
                self._characters -= seen.characters

    async def _decide(self, name: str, seen: Seen) -> None:
        try:
            shadow = self._find(name, seen.tenant)
        except GatewayError:
            self._lose("unknown_policy")
            return
        try:
            heard, missing = await seen.ask(shadow)
        except Overloaded:
            self._lose("busy")
            return
        rules = shadow.guards(seen.direction)
        shadowed = Shadowed(seen, shadow, decide(shadow, rules, heard, missing))
        self._count(shadowed)
        if seen.tell is not None:
            seen.tell(shadowed.told())
