"""Recorded texts decided again by another policy: what would change, and by which rules.

A text is decided from what guards said of it then. Where a policy needs more than that (a guard
that was not asked, a check that was not made, another allow-list), the text cannot be decided
again and is counted as such, with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from aiguardian.policy.decide import Applied, Missing, Ruling, decide
from aiguardian.policy.options import NEEDS_SOURCES
from aiguardian.policy.recorded import Recorded, heard
from aiguardian.policy.rules import Catalogue, GuardRules, Policy, Rule
from aiguardian.processor import Action

LOOKS_FOR_WHAT_IS_ASKED = frozenset({"securityguard"})
"""Its report has a score for each check that was made, and for no other."""
MOST_EXAMPLES = 5
"""Of each change that are told."""

Find = Callable[[Recorded], Policy | None]
"""A policy for a text; None: there is none."""


@dataclass(frozen=True, slots=True)
class Redecided:
    """A decision on a recorded text."""

    action: Action
    applied: tuple[Applied, ...] = ()
    gap: str = ""
    """Why it cannot be made, if it cannot."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text whose decision changes."""

    id: str
    at: float
    direction: str
    why: str


@dataclass(slots=True)
class Change:
    """The texts that go from one action to another."""

    count: int = 0
    examples: list[Example] = field(default_factory=list)


@dataclass(slots=True)
class Replay:
    """What another policy would have changed."""

    total: int = 0
    unchanged: int = 0
    changes: dict[tuple[Action, Action], Change] = field(default_factory=dict)
    undecided: Counter[str] = field(default_factory=Counter)
    """Texts that cannot be decided again, by reason."""

    @property
    def changed(self) -> int:
        """How many decisions differ."""
        return sum(change.count for change in self.changes.values())

    def add(self, before: Action, after: Action, example: Example) -> None:
        """Take in the two decisions on a text."""
        if before == after:
            self.unchanged += 1
            return
        change = self.changes.setdefault((before, after), Change())
        change.count += 1
        if len(change.examples) < MOST_EXAMPLES:
            change.examples.append(example)


def replay(
    texts: Iterable[Recorded],
    policy: Policy,
    *,
    against: Find,
    judged_by: Find,
    catalogue: Catalogue,
) -> Replay:
    """The texts decided by a policy and by the ones that it is to replace.

    Where `against` has none, what was decided then stands. `judged_by` is the policy that a text
    was judged by, as far as it is known: what it allows was no finding then.
    """
    found = Replay()
    for text in texts:
        found.total += 1
        other, known = against(text), judged_by(text)
        allowed = frozenset(known.allow if known is not None else ())
        before = Redecided(text.action)
        if other is not None:
            before = redecide(text, other, catalogue, allowed=allowed)
        after = redecide(text, policy, catalogue, allowed=allowed)
        if gap := before.gap or after.gap:
            found.undecided[gap] += 1
            continue
        why = _why(text, before, after, other, policy)
        found.add(before.action, after.action, Example(text.id, text.at, text.direction, why))
    return found


def redecide(
    text: Recorded, policy: Policy, catalogue: Catalogue, *, allowed: Collection[str] = ()
) -> Redecided:
    """The decision on a recorded text by a policy; a rewrite is taken to succeed. `allowed` is
    what was no finding when the text was judged."""
    rules = {
        guard: each
        for guard, each in policy.guards(text.direction).items()
        if guard in text.guards or guard in text.missing or guard not in NEEDS_SOURCES
    }
    ruling = _ruling(text, policy, rules, catalogue)
    gap = _allow_gap(text, policy, rules, allowed)
    if not gap and ruling.decision.action != "block":  # more evidence cannot make it severer
        gap = next(_gaps(text, rules, catalogue), "")
    return Redecided(ruling.decision.action, ruling.applied, gap)


def _ruling(
    text: Recorded, policy: Policy, rules: Mapping[str, GuardRules], catalogue: Catalogue
) -> Ruling:
    said = {name: heard(verdict) for name, verdict in text.guards.items() if name in rules}
    missing = {
        name: Missing(reason, catalogue[name].on_failure)
        for name, reason in text.missing.items()
        if name in rules
    }
    return decide(policy, rules, said, missing)


def _gaps(text: Recorded, rules: Mapping[str, GuardRules], catalogue: Catalogue) -> Iterator[str]:
    """What the policy heeds and nobody looked at."""
    for guard, each in rules.items():
        if guard in text.missing:
            continue
        if guard not in text.guards:
            yield f"{guard} was not asked"
        elif guard in LOOKS_FOR_WHAT_IS_ASKED:
            made = text.guards[guard].categories
            for category in catalogue[guard].categories:
                if category not in made and each.rule(category).act != "ignore":
                    yield f"{guard} did not look for {category}"


def _allow_gap(
    text: Recorded, policy: Policy, rules: Mapping[str, GuardRules], allowed: Collection[str]
) -> str:
    """Texts are not kept: which strings in them were found, or allowed, is not known any more."""
    guard = text.guards.get("securityguard")
    if guard is None or "securityguard" not in rules:
        return ""
    fewer, more = set(allowed) - set(policy.allow), set(policy.allow) - set(allowed)
    if fewer or (more and guard.alarms):
        return f"policy {policy.name} allows other strings"
    return ""


def _why(
    text: Recorded, before: Redecided, after: Redecided, other: Policy | None, policy: Policy
) -> str:
    """Which rules made the difference, each with the score it met and what it was and is."""
    applied = {(one.guard, one.category): one.score for one in (*before.applied, *after.applied)}
    told = []
    for (guard, category), score in applied.items():
        is_now = policy.guards(text.direction).get(guard)
        new = "not asked" if is_now is None else rule_told(is_now.rule(category))
        if other is None:
            told.append(f"{guard}.{category} {score:.2f}: {new}")
            continue
        was = other.guards(text.direction).get(guard)
        old = "not asked" if was is None else rule_told(was.rule(category))
        if old != new:
            told.append(f"{guard}.{category} {score:.2f}: {old} -> {new}")
    if told:
        return "; ".join(told)
    return "a guard gave no verdict, or a part was not judged" if text.missing else "other rules"


def rule_told(rule: Rule) -> str:
    """A rule in words: `rewrite (mask) from 0.6 on`."""
    how = f" ({rule.method})" if rule.method else ""
    limit = "" if rule.threshold is None else f" from {rule.threshold:g} on"
    return f"{rule.act}{how}{limit}"
