"""What would make a false positive pass: another threshold or an allowed string, and at what cost.

The cost is what else changes in the recorded traffic. Whether a block that is lost was a right one
nobody knows but who looks: those that were marked as false are counted apart.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from aiguardian.errors import Conflict, InvalidField, NotFound
from aiguardian.policy.amend import amended
from aiguardian.policy.read import read_policy
from aiguardian.policy.recorded import Recorded
from aiguardian.policy.replay import Replay, redecide, replay, rule_told
from aiguardian.policy.rules import Catalogue, Direction, Policy, Rule
from aiguardian.policy.shelf import Shelved
from aiguardian.processor import ACTIONS, Action
from aiguardian.storage.request_rows import RecordedVerdict

DIGITS = 4
"""Of scores and thresholds: as guards report them."""
OptionKind = Literal["threshold", "allow"]


class ChangeCount(Struct, frozen=True, kw_only=True):
    """Texts that would be decided otherwise."""

    before: Action
    after: Action
    texts: int
    examples: Annotated[list[str], Meta(description="Request ids.")]


class Effect(Struct, frozen=True, kw_only=True):
    """What else would change in the recorded traffic."""

    texts: Annotated[int, Meta(description="Decided again: those judged by this policy.")]
    changes: list[ChangeCount]
    blocks_lost: Annotated[
        int,
        Meta(description="Other texts that were blocked and would not be, unmarked ones only."),
    ]
    marked: Annotated[
        int, Meta(description="Changed texts whose finding was marked as false as well.")
    ]
    undecided: Annotated[dict[str, int], Meta(description="Not decided again, by reason.")]


class Holding(Struct, frozen=True, kw_only=True):
    """Where else in the recorded traffic an allowed string stands."""

    texts: Annotated[int, Meta(description="Others with a finding of the same guard and category.")]
    holding: Annotated[int, Meta(description="Of them, those that hold the string.")]
    blocked: Annotated[
        int, Meta(description="Of those, blocked ones: they would pass if nothing else was found.")
    ]
    unknown: Annotated[
        int, Meta(description="Not kept. Those kept without private parts may hold it unseen.")
    ]


class Option(Struct, frozen=True, kw_only=True):
    """One way to let it pass."""

    kind: OptionKind
    before: Annotated[str, Meta(description="The rule as it is.")] = ""
    after: Annotated[str, Meta(description="The rule as it would be.")] = ""
    threshold: float | None = None
    passes: Annotated[
        Action | None, Meta(description="What the request would then have come to; null: unknown.")
    ] = None
    left: Annotated[
        list[str], Meta(description="Rules that the request would still meet, with their scores.")
    ] = msgspec.field(default_factory=list)
    effect: Effect | None = None
    holding: Holding | None = None


class Proposal(Struct, frozen=True, kw_only=True):
    """Ways to let a finding pass, and what each would change."""

    policy: str
    base: Annotated[str, Meta(description="The digest of the policy that it is made for.")]
    direction: Direction
    guard: str
    category: str
    score: Annotated[float, Meta(description="The best of the finding, in the request.")]
    options: list[Option]
    refused: Annotated[list[str], Meta(description="Why there is no other option, in words.")]


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding that somebody calls false."""

    request_id: str
    guard: str
    category: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a proposal is made from."""

    texts: Sequence[Recorded]
    """Of the request."""
    traffic: Iterable[Recorded]
    marked: Collection[Mark]
    catalogue: Catalogue


def text_with(texts: Sequence[Recorded], mark: Mark) -> Recorded:
    """The request's text with the marked finding, the one with the best score.

    Raises `NotFound` without texts, `InvalidField` where none has such a finding.
    """
    if not texts:
        raise NotFound("No recorded request of your organisation has this id.")
    found = [
        one for one in texts if mark.guard in one.guards and _has(one.guards[mark.guard], mark)
    ]
    if not found:
        raise InvalidField(
            f"The request has no such finding. It has: {_findings(texts)}.", field="category"
        )
    return max(found, key=lambda one: _score(one, mark))


def propose(mark: Mark, found: Shelved, evidence: Evidence, *, has_value: bool) -> Proposal:
    """The ways to let the marked finding pass. `found` is the policy that judged it, as it is now;
    `has_value` tells that the string that was found is known.

    Raises as `text_with`, and `Conflict` where the policy has no rule that the finding meets.
    """
    evidence = replace(evidence, traffic=tuple(evidence.traffic))
    text = text_with(evidence.texts, mark)
    rules = found.policy.guards(text.direction).get(mark.guard)
    if rules is None or not _meets(text, mark, found.policy, evidence):
        raise Conflict("Its policy, as it is now, does nothing about such a finding.")
    rule, score = rules.rule(mark.category), _score(text, mark)
    options, refused = [], []
    threshold = threshold_over(score)
    if threshold is None:
        refused.append("threshold: the score is as high as it can be.")
    else:
        changed = Rule(rule.act, threshold, rule.method)
        options.append(_by_threshold(mark, text, found, changed, evidence))
    if mark.guard != "securityguard":
        refused.append(f"allow: {mark.guard} has no allow-list.")
    elif not has_value:
        refused.append("allow: send the string that was found as value; it is not kept.")
    else:
        options.append(Option(kind="allow", holding=_held(mark, evidence)))
    return Proposal(
        policy=found.policy.name,
        base=found.policy.version,
        direction=text.direction,
        guard=mark.guard,
        category=mark.category,
        score=round(score, DIGITS),
        options=options,
        refused=refused,
    )


def threshold_over(score: float) -> float | None:
    """The lowest threshold that a score does not meet; None for a score of 1."""
    scale = 10**DIGITS
    threshold = (math.floor(score * scale + 1e-6) + 1) / scale
    return threshold if threshold <= 1.0 else None


def applied_text(proposal: Proposal, found: Shelved) -> str:
    """The policy's text with the proposed threshold. Raises `Conflict` where it was changed since,
    or the proposal has none."""
    option = next((one for one in proposal.options if one.kind == "threshold"), None)
    if option is None:
        raise Conflict("This proposal has no threshold: see its options.")
    if found.policy.version != proposal.base:
        raise Conflict("The policy was changed since: mark the request again.")
    rule = found.policy.guards(proposal.direction)[proposal.guard].rule(proposal.category)
    return amended(
        found.text,
        direction=proposal.direction,
        guard=proposal.guard,
        category=proposal.category,
        rule=Rule(rule.act, option.threshold, rule.method),
    )


def _meets(text: Recorded, mark: Mark, policy: Policy, evidence: Evidence) -> bool:
    applied = redecide(text, policy, evidence.catalogue).applied
    return any(
        (one.guard, one.category) == (mark.guard, mark.category) and one.act != "observe"
        for one in applied
    )


def _by_threshold(
    mark: Mark, text: Recorded, found: Shelved, rule: Rule, evidence: Evidence
) -> Option:
    changed = read_policy(
        amended(
            found.text,
            direction=text.direction,
            guard=mark.guard,
            category=mark.category,
            rule=rule,
        ),
        name=found.policy.name,
        catalogue=evidence.catalogue,
        skips_absent=True,
    )
    was = found.policy.guards(text.direction)[mark.guard].rule(mark.category)
    return Option(
        kind="threshold",
        before=rule_told(was),
        after=rule_told(rule),
        threshold=rule.threshold,
        passes=_severest(evidence, changed),
        left=_left(evidence, changed),
        effect=_effect(mark, found.policy, changed, evidence),
    )


def _severest(evidence: Evidence, policy: Policy) -> Action:
    """What the request's texts together would have come to."""
    actions = [redecide(one, policy, evidence.catalogue).action for one in evidence.texts]
    return max(actions, key=ACTIONS.index)


def _left(evidence: Evidence, policy: Policy) -> list[str]:
    found = (
        f"{one.direction}.{each.guard}.{each.category} {each.score:.4f}: {each.act}"
        for one in evidence.texts
        for each in redecide(one, policy, evidence.catalogue).applied
        if each.act != "observe"
    )
    return list(dict.fromkeys(found))


def _effect(mark: Mark, policy: Policy, changed: Policy, evidence: Evidence) -> Effect:
    others = [
        one for one in evidence.traffic if one.policy == policy.name and one.id != mark.request_id
    ]
    marked = {
        one.request_id
        for one in evidence.marked
        if (one.guard, one.category) == (mark.guard, mark.category)
    }

    def replayed(texts: Iterable[Recorded]) -> Replay:
        return replay(
            texts,
            changed,
            against=lambda _: policy,
            judged_by=lambda _: policy,
            catalogue=evidence.catalogue,
        )

    fresh = replayed(one for one in others if one.id not in marked)
    known = replayed(one for one in others if one.id in marked)
    return Effect(
        texts=len(others),
        changes=_counted(fresh),
        blocks_lost=sum(
            change.count for (before, _), change in fresh.changes.items() if before == "block"
        ),
        marked=known.changed,
        undecided=dict(fresh.undecided + known.undecided),
    )


def _held(mark: Mark, evidence: Evidence) -> Holding:
    others = [
        one
        for one in evidence.traffic
        if one.id != mark.request_id
        and mark.guard in one.guards
        and mark.category in one.guards[mark.guard].alarms
    ]
    holding = [one for one in others if one.holds]
    return Holding(
        texts=len(others),
        holding=len(holding),
        blocked=sum(one.action == "block" for one in holding),
        unknown=sum(one.holds is None for one in others),
    )


def _counted(found: Replay) -> list[ChangeCount]:
    return [
        ChangeCount(
            before=before,
            after=after,
            texts=change.count,
            examples=[one.id for one in change.examples],
        )
        for (before, after), change in sorted(found.changes.items())
    ]


def _has(said: RecordedVerdict, mark: Mark) -> bool:
    return mark.category in said.alarms or said.categories.get(mark.category, 0.0) > 0.0


def _score(text: Recorded, mark: Mark) -> float:
    return text.guards[mark.guard].categories.get(mark.category, 0.0)


def _findings(texts: Sequence[Recorded]) -> str:
    found = (
        f"{guard}.{alarm}"
        for one in texts
        for guard, said in one.guards.items()
        for alarm in said.alarms
    )
    return ", ".join(sorted(set(found))) or "none"
