"""From the guards' verdicts on a text to the gateway's act, by the rules of a policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aiguardian.policy.rules import ANY, Act, GuardRules, Policy, Rule
from aiguardian.processor import Action, Decision, Finding, OnFailure, Unjudged

SEVERITY: dict[Act, int] = {"ignore": 0, "observe": 0, "flag": 1, "rewrite": 2, "block": 3}
_ACTIONS: tuple[Action, ...] = ("keep", "flag", "rewrite", "block")


@dataclass(frozen=True, slots=True)
class Heard:
    """What a guard said of the text: the part of its report that rules speak of."""

    decision: Decision
    flagged: bool
    risk: float
    alarms: Sequence[str] = ()
    categories: Mapping[str, float] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    unjudged: Sequence[Unjudged] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """A guard that gave no verdict, why, and what that means by the guard's own word."""

    reason: str
    on_failure: OnFailure


@dataclass(frozen=True, slots=True)
class Applied:
    """A rule that applied: the evidence for a line of the audit."""

    guard: str
    category: str
    act: Act
    score: float
    threshold: float | None
    """None: the guard's own."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What to do with the text, why, and by which rules."""

    decision: Decision
    applied: tuple[Applied, ...]
    unjudged: tuple[str, ...]
    """Reasons for which a part of the text, or all of it, was not judged."""


def decide(
    policy: Policy,
    rules: Mapping[str, GuardRules],
    heard: Mapping[str, Heard],
    missing: Mapping[str, Missing],
) -> Ruling:
    """The act that the severest applying rule asks for."""
    applied: list[Applied] = []
    reasons: list[tuple[int, float, str]] = []  # severity, confidence, sentence
    for guard, report in heard.items():
        for one in _applying(guard, rules[guard], report):
            applied.append(one)
            reasons.append((SEVERITY[one.act], report.decision.confidence, _told(one, report)))
    unjudged = [
        f"{guard}: {part.reason}" for guard, each in heard.items() for part in each.unjudged
    ]
    for guard, gap in missing.items():
        unjudged.append(f"{guard}: {gap.reason}")
        means = rules[guard].on_failure or gap.on_failure
        severity = {"closed": 3, "degrade": 1, "open": 0}[means]
        reasons.append((severity, 1.0, f"{guard} gave no verdict: {gap.reason}"))
    if unjudged and policy.unjudged != "pass":
        severity = SEVERITY[policy.unjudged]
        reasons.append((severity, 1.0, f"A part was not judged: {unjudged[0]}"))
    return Ruling(_decision(heard, reasons, unjudged), tuple(applied), tuple(unjudged))


def _applying(guard: str, rules: GuardRules, report: Heard) -> list[Applied]:
    """The rules of a guard that its report meets."""
    found: list[Applied] = []
    if not report.flagged and not report.alarms and not rules.has_thresholds:
        return found  # most texts: no rule without a threshold applies unless the guard alarms
    named = {*rules.rules} - {ANY}
    for category in sorted(named | {*report.alarms}):
        rule, score = rules.rule(category), _score(report, category)
        if rule.act != "ignore" and _meets(rule, category, score, report):
            found.append(Applied(guard, category, rule.act, score, rule.threshold))
    if report.flagged and not report.alarms:
        rule = rules.rule(ANY)
        if rule.act != "ignore" and report.risk >= (rule.threshold or 0.0):
            found.append(Applied(guard, ANY, rule.act, report.risk, rule.threshold))
    return found


def _meets(rule: Rule, category: str, score: float, report: Heard) -> bool:
    if rule.threshold is None:
        return category in report.alarms
    return score >= rule.threshold


def _score(report: Heard, category: str) -> float:
    scores = [one.score for one in report.findings if one.category == category]
    return max((*scores, report.categories.get(category, 0.0)))


def _told(one: Applied, report: Heard) -> str:
    """One sentence on why: no word of the text is repeated, for no finding's message has one."""
    findings = [each for each in report.findings if each.category == one.category]
    limit = "its threshold" if one.threshold is None else f"{one.threshold:g}"
    lead = f"{one.guard}: {one.category}" if one.category != ANY else one.guard
    if not findings:
        return f"{lead} ({one.score:.2f}, over {limit}). {report.decision.reason}"
    best = max(findings, key=lambda each: each.score)
    return f"{lead} ({one.score:.2f}, over {limit}): {best.message}"


def _decision(
    heard: Mapping[str, Heard],
    reasons: Sequence[tuple[int, float, str]],
    unjudged: Sequence[str],
) -> Decision:
    severest = max((severity for severity, _, _ in reasons), default=0)
    leading = [reason for reason in reasons if reason[0] == severest and severest]
    if leading:
        return Decision(
            _ACTIONS[severest],
            min(confidence for _, confidence, _ in leading),
            " ".join(dict.fromkeys(told for _, _, told in leading)),
        )
    sure = min((report.decision.confidence for report in heard.values()), default=1.0)
    watched = " ".join(dict.fromkeys(told for _, _, told in reasons))
    gaps = f" Not judged: {unjudged[0]}" if unjudged and not watched else ""
    if not watched and not gaps:
        return nothing_found(sure)
    return Decision("keep", sure, f"No rule stops it. {watched}".strip() + gaps)


def nothing_found(confidence: float) -> Decision:
    """The decision on a text that met no rule and was judged whole."""
    return Decision("keep", confidence, "No rule stops it.")
