"""What a policy says: for each direction and guard, a rule for each category of finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from aiguardian.processor import OnFailure, Processor

Direction = Literal["input", "output", "tool"]
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)

Act = Literal["block", "rewrite", "flag", "observe", "ignore"]
ACTS: tuple[Act, ...] = get_args(Act)
"""`observe` records and changes nothing; `ignore` does not even look where the guard can leave a
category out."""

Method = Literal["mask", "pseudonymize"]
METHODS: tuple[Method, ...] = get_args(Method)

OfUnjudged = Literal["pass", "flag", "block"]
OF_UNJUDGED: tuple[OfUnjudged, ...] = get_args(OfUnjudged)

ANY = "*"
"""The category of the rule for all that has none of its own."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a category of findings leads to."""

    act: Act
    threshold: float | None = None
    """Score from which on it applies; None: from where the guard itself raises the alarm."""
    method: Method | None = None
    """How SecurityGuard rewrites; None: `mask`."""


FLAG = Rule("flag")
"""What a guard's alarms lead to where a policy asks the guard and has no rule for them."""


@dataclass(frozen=True, slots=True)
class GuardRules:
    """The rules for one guard's verdicts."""

    rules: Mapping[str, Rule]
    on_failure: OnFailure | None = None
    """What a missing verdict means; None: what the guard itself declares."""

    @property
    def has_thresholds(self) -> bool:
        """Whether a rule has a threshold of its own: it may apply where the guard is silent."""
        return any(rule.threshold is not None for rule in self.rules.values())

    def rule(self, category: str) -> Rule:
        """The rule for a category: its own, else the one for any."""
        return self.rules.get(category) or self.rules.get(ANY, FLAG)


@dataclass(frozen=True, slots=True)
class Policy:
    """A named set of rules. A guard without rules for a direction is not asked there."""

    name: str
    description: str = ""
    directions: Mapping[Direction, Mapping[str, GuardRules]] = field(default_factory=dict)
    unjudged: OfUnjudged = "pass"
    """What becomes of a text of which a part was not judged."""
    allow: tuple[str, ...] = ()
    """Exact strings that are no finding."""
    shadow: str | None = None
    """A policy that decides beside this one, recorded and never enforced."""
    version: str = ""
    """A digest of the text that it was read from: another text is another version."""

    def holds_back(self, direction: Direction) -> bool:
        """Whether a text from there may end otherwise than as it came: only then need it wait."""
        return self.unjudged == "block" or any(
            rules.on_failure != "open"
            or any(rule.act in ("block", "rewrite") for rule in rules.rules.values())
            for rules in self.guards(direction).values()
        )

    def guards(self, direction: Direction) -> Mapping[str, GuardRules]:
        """The guards to ask, with their rules."""
        return self.directions.get(direction, {})


@dataclass(frozen=True, slots=True)
class GuardKind:
    """What a policy may say of a guard."""

    categories: tuple[str, ...]
    """What its findings may be called."""
    rewritable: tuple[str, ...]
    """The categories that it can take out of a text."""
    on_failure: OnFailure = "open"
    """What it means by its own word when it gives no verdict."""


Catalogue = Mapping[str, GuardKind]
"""The guards that there are, by name."""


def catalogue_of(guards: Mapping[str, Processor[Any]]) -> Catalogue:
    """What policies may say of these guards."""
    return {
        name: GuardKind(guard.categories, guard.rewritable, guard.on_failure)
        for name, guard in guards.items()
    }
