"""Whom a policy has asked of a text from one direction, and with what: worked out once, not for
each text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from aiguardian.gateway.directory import Directory, Entry
from aiguardian.gateway.envelope import read_payload
from aiguardian.policy.options import (
    NEEDS_SOURCES,
    heeds_personal_data,
    of_the_trusted,
    options,
    pseudonymizes,
)
from aiguardian.policy.rules import Direction, GuardKind, GuardRules, Policy
from aiguardian.processor import OnFailure, Payload

MOST_PLANS = 1_024
"""Chosen: three directions of some hundred policies. One that is full is begun anew."""


class Ask(Struct, frozen=True):
    """One guard, and all of a call to it but the text."""

    guard: str
    entry: Entry
    fields: Mapping[str, Any]
    """Its payload as an instance elsewhere is sent it."""
    payload: Payload
    """The same, checked. Its text is empty."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one policy means for texts from one direction."""

    policy: Policy
    direction: Direction
    has_sources: bool
    only: frozenset[str] | None
    is_trusted: bool
    """Whether the application itself speaks."""
    has_rules: bool
    """Whether the policy has any for this direction."""
    holds_back: bool
    """Whether a text may end otherwise than as it came."""
    heeds_personal_data: bool
    """Whether personal data would show in the decision."""
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
    asks: tuple[Ask, ...]
    """In the order of `guards`."""

    def ask(self, guard: str) -> Ask:
        """Of one of its guards."""
        return next(one for one in self.asks if one.guard == guard)


class Plans:
    """Plans by policy, kept as long as there is room."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._known: dict[tuple[int, Direction, bool, frozenset[str] | None, bool], Plan] = {}

    def plan(
        self,
        policy: Policy,
        direction: Direction,
        *,
        has_sources: bool = False,
        only: frozenset[str] | None = None,
        is_trusted: bool = False,
    ) -> Plan:
        """The plan. A new version of a policy is another object, and so has its own."""
        key = (id(policy), direction, has_sources, only, is_trusted)
        known = self._known.get(key)
        if known is not None:  # a plan holds its policy: no other one can have the same id
            return known
        if len(self._known) >= MOST_PLANS:
            self._known.clear()
        made = self._known[key] = self._made(policy, direction, has_sources, only, is_trusted)
        return made

    def _made(
        self,
        policy: Policy,
        direction: Direction,
        has_sources: bool,
        only: frozenset[str] | None,
        is_trusted: bool,
    ) -> Plan:
        rules = {
            guard: each
            for guard, each in policy.guards(direction).items()
            if (has_sources or guard not in NEEDS_SOURCES) and (only is None or guard in only)
        }
        here = {name: entry for name, entry in self.directory if name in rules}
        kinds = {
            name: GuardKind(entry.processor.categories, entry.processor.rewritable)
            for name, entry in here.items()
        }
        fields = {name: options(policy, name, rules[name], kind) for name, kind in kinds.items()}
        if is_trusted and "securityguard" in here:
            trusted = of_the_trusted(rules["securityguard"], kinds["securityguard"])
            fields["securityguard"] |= trusted
        return Plan(
            policy=policy,
            direction=direction,
            has_sources=has_sources,
            only=only,
            is_trusted=is_trusted,
            has_rules=bool(policy.guards(direction)),
            holds_back=policy.holds_back(direction),
            heeds_personal_data=heeds_personal_data(policy, direction),
            rules=rules,
            guards=tuple(here),
            fields=fields,
            needs_session=any(pseudonymizes(rules[name], kind) for name, kind in kinds.items()),
            has_thresholds=any(rules[name].has_thresholds for name in here),
            on_failure={name: entry.processor.on_failure for name, entry in here.items()},
            asks=tuple(_ask(name, entry, direction, fields[name]) for name, entry in here.items()),
        )


def _ask(guard: str, entry: Entry, direction: Direction, fields: Mapping[str, Any]) -> Ask:
    kind = entry.processor.payload
    known = {"direction": direction} if "direction" in kind.__struct_encode_fields__ else {}
    asked = {"content_type": "text", "scan_level": "standard", **known, **fields}
    return Ask(guard, entry, asked, read_payload(asked | {"text": ""}, kind))
