"""Whom a policy has asked of a text from one direction, and with what: worked out once, not for
each text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiguardian.gateway.directory import Directory
from aiguardian.policy.options import NEEDS_SOURCES, options, pseudonymizes
from aiguardian.policy.rules import Direction, GuardKind, GuardRules, Policy
from aiguardian.processor import OnFailure

MOST_PLANS = 1_024
"""Chosen: three directions of some hundred policies. One that is full is begun anew."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one policy means for texts from one direction."""

    policy: Policy
    direction: Direction
    has_sources: bool
    only: frozenset[str] | None
    rules: Mapping[str, GuardRules]
    """The rules that apply, by guard."""
    guards: tuple[str, ...]
    """Whom to ask, in the order of the registry."""
    fields: Mapping[str, Mapping[str, Any]]
    """Payload fields by guard: what its rules heed, and what is to be taken out."""
    needs_session: bool
    """Whether a rule asks for placeholders, which are kept by session."""
    has_thresholds: bool
    """Whether a rule may apply where its guard raises no alarm."""
    on_failure: Mapping[str, OnFailure]
    """What a missing verdict means by the guard's own word."""


class Plans:
    """Plans by policy, kept as long as there is room."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._known: dict[tuple[int, Direction, bool, frozenset[str] | None], Plan] = {}

    def plan(
        self,
        policy: Policy,
        direction: Direction,
        *,
        has_sources: bool = False,
        only: frozenset[str] | None = None,
    ) -> Plan:
        """The plan. A new version of a policy is another object, and so has its own."""
        key = (id(policy), direction, has_sources, only)
        known = self._known.get(key)
        if known is not None:  # a plan holds its policy: no other one can have the same id
            return known
        if len(self._known) >= MOST_PLANS:
            self._known.clear()
        made = self._known[key] = self._made(policy, direction, has_sources, only)
        return made

    def _made(
        self,
        policy: Policy,
        direction: Direction,
        has_sources: bool,
        only: frozenset[str] | None,
    ) -> Plan:
        rules = {
            guard: each
            for guard, each in policy.guards(direction).items()
            if (has_sources or guard not in NEEDS_SOURCES) and (only is None or guard in only)
        }
        here = {name: entry.processor for name, entry in self.directory if name in rules}
        kinds = {
            name: GuardKind(processor.categories, processor.rewritable)
            for name, processor in here.items()
        }
        return Plan(
            policy=policy,
            direction=direction,
            has_sources=has_sources,
            only=only,
            rules=rules,
            guards=tuple(here),
            fields={name: options(policy, name, rules[name], kind) for name, kind in kinds.items()},
            needs_session=any(pseudonymizes(rules[name], kind) for name, kind in kinds.items()),
            has_thresholds=any(rules[name].has_thresholds for name in here),
            on_failure={name: processor.on_failure for name, processor in here.items()},
        )
