"""What guards are to look for and to rewrite, from the rules of a policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiguardian.policy.rules import Direction, GuardKind, GuardRules, Policy

NEEDS_SOURCES = frozenset({"trustguard"})
"""Guards that are asked by a policy only where there is something to compare a text with."""

NOT_OF_THE_TRUSTED = frozenset({"injection"})
"""What is not looked for where the application itself speaks: its orders are meant."""


def options(policy: Policy, guard: str, rules: GuardRules, kind: GuardKind) -> dict[str, Any]:
    """Payload fields for a guard: only what some rule heeds, with what must be taken out."""
    heeded = [one for one in kind.categories if rules.rule(one).act != "ignore"]
    rewritten = [one for one in kind.rewritable if rules.rule(one).act == "rewrite"]
    made: dict[str, Any] = {}
    if guard == "securityguard":
        made["checks"] = heeded or list(kind.categories[:1])
        if rewritten:
            made["redact"] = {one: rules.rule(one).method or "mask" for one in rewritten}
        if policy.allow:
            made["allow"] = list(policy.allow)
    elif guard == "biasguard" and rewritten:
        made["rewrite"] = True
    return made


def of_the_trusted(rules: GuardRules, kind: GuardKind) -> dict[str, Any]:
    """Fields of SecurityGuard's payload for a text of the application's own: the checks that its
    rules heed, without those that make no sense there. Nothing where none is left."""
    checks = [
        one
        for one in kind.categories
        if one not in NOT_OF_THE_TRUSTED and rules.rule(one).act != "ignore"
    ]
    return {"checks": checks} if checks else {}


def heeds_personal_data(policy: Policy, direction: Direction) -> bool:
    """Whether personal data in a text from there would show in the decision on it."""
    rules = policy.guards(direction).get("securityguard")
    return rules is not None and rules.rule("pii").act not in ("observe", "ignore")


def pseudonymizes(rules: GuardRules, kind: GuardKind) -> bool:
    """Whether a rule asks for placeholders, for which there must be a session."""
    return any(
        rules.rule(one).act == "rewrite" and rules.rule(one).method == "pseudonymize"
        for one in kind.rewritable
    )


CHANGES_NO_VERDICT = frozenset({"redact", "rewrite"})
"""Fields that make a guard write a text, whatever it says of it."""


def suffices(asked: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a report on a text asked for with some fields has all that others would bring."""
    apart = CHANGES_NO_VERDICT | {"checks"}
    if _without(asked, apart) != _without(wanted, apart):
        return False
    looked_for = asked.get("checks")
    return not looked_for or set(wanted.get("checks") or ()) <= set(looked_for)


def _without(fields: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}
