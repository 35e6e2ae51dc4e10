"""How the verdicts of several guards become one: by the severest of their own, or by a policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
from msgspec import UNSET, Struct, UnsetType

from aiguardian.gateway.directory import Directory
from aiguardian.gateway.dispatch import Outcome
from aiguardian.gateway.plans import Plan, Plans
from aiguardian.policy.decide import Applied, Heard, Missing, decide, nothing_found
from aiguardian.policy.rules import Direction, Policy
from aiguardian.processor import ACTIONS, Decision, Finding, Report, Unjudged


class Head(Struct):
    """The fields of a report that merging needs."""

    decision: Decision
    flagged: bool = False
    risk: float = 0.0
    alarms: list[str] = msgspec.field(default_factory=list)
    categories: dict[str, float] = msgspec.field(default_factory=dict)
    findings: list[Finding] = msgspec.field(default_factory=list)
    unjudged: list[Unjudged] | UnsetType = UNSET
    output: str | UnsetType = UNSET


def head(outcome: Outcome) -> Head:
    """The head of a report, from this process or from an instance."""
    data = outcome.data
    if isinstance(data, msgspec.Raw):
        return msgspec.json.decode(data, type=Head)
    return Head(
        decision=data.decision,
        flagged=data.flagged,
        risk=data.risk,
        alarms=data.alarms,
        categories=getattr(data, "categories", {}),
        findings=data.findings,
        unjudged=data.unjudged,
        output=data.output,
    )


class Merged(Struct, frozen=True):
    """One decision, and who is to rewrite the text for it."""

    decision: Decision
    rewriting: frozenset[str]
    applied: tuple[Applied, ...] = ()


class Merging(Protocol):
    """A way from several verdicts to one."""

    def guards(self) -> Sequence[str]:
        """Whom to ask, in the order of the registry."""
        ...

    def fields(self, guard: str) -> Mapping[str, Any]:
        """Payload fields that it wants a guard asked with."""
        ...

    def merged(self, heads: Mapping[str, Head], missing: Mapping[str, str]) -> Merged:
        """One decision from the verdicts there are, and the reasons why others are missing."""
        ...


@dataclass(frozen=True, slots=True)
class BySeverity:
    """The severest action of any guard decides; a missing verdict flags, or blocks where its guard
    says that its failure closes."""

    directory: Directory
    asked: tuple[str, ...]

    def guards(self) -> Sequence[str]:
        """Those that were asked for."""
        return self.asked

    def fields(self, guard: str) -> Mapping[str, Any]:  # noqa: ARG002 - as in `Merging`
        """Nothing: guards are asked as the caller asks them."""
        return {}

    def merged(self, heads: Mapping[str, Head], missing: Mapping[str, str]) -> Merged:
        """The decisions of those that lead, joined."""
        decisions = [(guard, head.decision) for guard, head in heads.items()]
        for guard, reason in missing.items():
            closes = self.directory.get(guard).processor.on_failure == "closed"
            told = Decision("block" if closes else "flag", 1.0, f"gave no verdict: {reason}")
            decisions.append((guard, told))
        severest = max(ACTIONS.index(decision.action) for _, decision in decisions)
        leading = [entry for entry in decisions if ACTIONS.index(entry[1].action) == severest]
        merged = Decision(
            action=ACTIONS[severest],
            confidence=min(decision.confidence for _, decision in leading),
            reason=" ".join(f"{guard}: {decision.reason}" for guard, decision in leading),
        )
        return Merged(
            merged,
            frozenset(guard for guard, head in heads.items() if head.decision.action == "rewrite"),
        )


class ByPolicy(Struct, frozen=True):
    """The rules of a policy decide."""

    plans: Plans
    plan: Plan

    @property
    def policy(self) -> Policy:
        """The policy."""
        return self.plan.policy

    @property
    def direction(self) -> Direction:
        """Where the text comes from."""
        return self.plan.direction

    def under(self, policy: Policy) -> ByPolicy:
        """The same of another policy."""
        plan = self.plan
        other = self.plans.plan(
            policy,
            plan.direction,
            has_sources=plan.has_sources,
            only=plan.only,
            is_trusted=plan.is_trusted,
        )
        return ByPolicy(self.plans, other)

    def guards(self) -> Sequence[str]:
        """Those that the policy has rules for, as far as they are here and apply."""
        return self.plan.guards

    def fields(self, guard: str) -> Mapping[str, Any]:
        """What its rules heed, and what is to be taken out."""
        return self.plan.fields[guard]

    def needs_session(self) -> bool:
        """Whether a rule asks for placeholders, which are kept by session."""
        return self.plan.needs_session

    def merged(self, heads: Mapping[str, Head], missing: Mapping[str, str]) -> Merged:
        """What the rules lead to."""
        if not missing and not self.plan.has_thresholds and all(map(is_quiet, heads.values())):
            sure = min(head.decision.confidence for head in heads.values())
            return Merged(nothing_found(sure), _NOBODY)
        ruling = decide(
            self.plan.policy,
            self.plan.rules,
            {guard: heard(head) for guard, head in heads.items()},
            {guard: self.missing(guard, reason) for guard, reason in missing.items()},
        )
        rewriting = [one.guard for one in ruling.applied if one.act == "rewrite"]
        return Merged(ruling.decision, frozenset(rewriting), ruling.applied)

    def missing(self, guard: str, reason: str) -> Missing:
        """A guard that gave no verdict, with what that means by its own word."""
        return Missing(reason, self.plan.on_failure[guard])


_NOBODY: frozenset[str] = frozenset()


def is_quiet(said: Head | Report) -> bool:
    """Whether a guard raised no alarm and left nothing out: then no rule without a threshold of
    its own applies, whatever the policy says."""
    return not said.flagged and not said.alarms and said.unjudged is UNSET


def heard(head: Head) -> Heard:
    """The part of a report that a policy's rules speak of."""
    return Heard(
        decision=head.decision,
        flagged=head.flagged,
        risk=head.risk,
        alarms=head.alarms,
        categories=head.categories,
        findings=head.findings,
        unjudged=() if isinstance(head.unjudged, UnsetType) else head.unjudged,
    )
