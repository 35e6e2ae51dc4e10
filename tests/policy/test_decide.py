from __future__ import annotations

import pytest

from aiguardian.policy.decide import Heard, Missing, Ruling, decide
from aiguardian.policy.read import read_policy
from aiguardian.policy.rules import GuardKind
from aiguardian.processor import Decision, Finding, Unjudged

CATALOGUE = {
    "securityguard": GuardKind(("injection", "secrets", "pii"), ("secrets", "pii")),
    "tokenguard": GuardKind((), ()),
}


def found(category: str, score: float) -> Finding:
    return Finding(
        category=category, start=0, end=1, score=score, detector="d", message=f"It is {category}."
    )


def heard(*findings: Finding, alarms: tuple[str, ...] | None = None, **fields: object) -> Heard:
    raised = tuple(one.category for one in findings) if alarms is None else alarms
    return Heard(
        Decision("flag" if raised else "keep", 0.9, "The guard's own."),
        bool(raised),
        max((one.score for one in findings), default=0.0),
        alarms=raised,
        findings=findings,
        **fields,  # type: ignore[arg-type]
    )


def ruled(rules: str, report: Heard | None, missing: Missing | None = None) -> Ruling:
    text = f"input:\n  securityguard: {{{rules}}}\n"
    policy = read_policy(text, name="p", catalogue=CATALOGUE)
    return decide(
        policy,
        policy.guards("input"),
        {} if report is None else {"securityguard": report},
        {} if missing is None else {"securityguard": missing},
    )


ROWS = [
    ("injection: block", heard(found("injection", 0.9)), "block"),
    ("injection: flag", heard(found("injection", 0.9)), "flag"),
    ("injection: observe", heard(found("injection", 0.9)), "keep"),
    ("injection: ignore", heard(found("injection", 0.9)), "keep"),
    ("injection: block", heard(), "keep"),
    ("injection: block, pii: flag", heard(found("pii", 0.9)), "flag"),
    ("injection: block, pii: rewrite", heard(found("pii", 0.9)), "rewrite"),
    ("injection: block, pii: rewrite", heard(found("pii", 0.9), found("injection", 1.0)), "block"),
    # The policy's threshold, under and over the guard's own.
    ("injection: {action: block, threshold: 0.3}", heard(found("injection", 0.4), alarms=()),
     "block"),
    ("injection: {action: block, threshold: 0.95}", heard(found("injection", 0.9)), "keep"),
    ("injection: {action: block, threshold: 0.9}", heard(found("injection", 0.9)), "block"),
    ("injection: {action: block, threshold: 0.5}", heard(categories={"injection": 0.6}), "block"),
    # A category without a rule of its own.
    ("injection: block", heard(found("secrets", 0.9)), "flag"),
    ('injection: block, "*": observe', heard(found("secrets", 0.9)), "keep"),
    ('"*": block', heard(found("secrets", 0.9)), "block"),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "report", "action"), ROWS)
def test_the_severest_rule_that_applies_decides(rules: str, report: Heard, action: str) -> None:
    assert ruled(rules, report).decision.action == action


def test_the_reason_names_guard_category_and_finding() -> None:
    decision = ruled("injection: block", heard(found("injection", 0.9))).decision
    assert decision.reason == (
        "securityguard: injection (0.90, over its threshold): It is injection."
    )


def test_what_is_only_observed_is_still_recorded() -> None:
    ruling = ruled("injection: observe", heard(found("injection", 0.9)))
    assert [(one.category, one.act) for one in ruling.applied] == [("injection", "observe")]
    assert "It is injection." in ruling.decision.reason


@pytest.mark.parametrize(
    ("rules", "own", "action"),
    [
        ("injection: block", "closed", "block"),
        ("injection: block", "open", "keep"),
        ("injection: block", "degrade", "flag"),
        ("on_failure: closed", "open", "block"),
        ("on_failure: open", "closed", "keep"),
    ],
)
def test_a_missing_verdict_means_what_policy_or_guard_says(
    rules: str, own: str, action: str
) -> None:
    ruling = ruled(rules, None, Missing("it timed out", own))  # type: ignore[arg-type]
    assert ruling.decision.action == action
    assert ruling.unjudged == ("securityguard: it timed out",)


@pytest.mark.parametrize(
    ("means", "action"), [("pass", "keep"), ("flag", "flag"), ("block", "block")]
)
def test_a_part_that_was_not_judged_leads_to_what_the_policy_says(means: str, action: str) -> None:
    report = heard(unjudged=[Unjudged(start=0, end=5, reason="No model reads it.")])
    text = f"input: {{securityguard: {{}}}}\nunjudged: {means}"
    policy = read_policy(text, name="p", catalogue=CATALOGUE)
    ruling = decide(policy, policy.guards("input"), {"securityguard": report}, {})
    assert ruling.decision.action == action
    assert ruling.unjudged == ("securityguard: No model reads it.",)


def test_a_guard_without_categories_is_ruled_by_the_rule_for_any() -> None:
    policy = read_policy('input: {tokenguard: {"*": block}}', name="p", catalogue=CATALOGUE)
    report = Heard(Decision("flag", 0.8, "Over budget."), True, 0.8)
    ruling = decide(policy, policy.guards("input"), {"tokenguard": report}, {})
    assert ruling.decision.action == "block"
    assert "Over budget." in ruling.decision.reason
