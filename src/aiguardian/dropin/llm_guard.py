"""LLM Guard's API: a prompt or an output, and the scanners that object to it.

Source: the published schemas of its API server (prompt, output, scanners_suppress; is_valid,
scanners, sanitized_prompt, sanitized_output).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from msgspec import Struct, UnsetType

from aiguardian.errors import GatewayError, GuardFailed
from aiguardian.gateway.envelope import GuardName
from aiguardian.gateway.reading import applied, heard, is_by_rule, unjudged_parts
from aiguardian.gateway.screened import ScreenReport
from aiguardian.policy.rules import Direction, GuardRules

OFFENCE = ("toxicity", "hate", "identity_attack", "threat", "insult", "sexual")
FAIRNESS = ("stereotype", "exclusionary_language", "loaded_language", "gender_coded")

SCANNERS: dict[str, tuple[GuardName, tuple[str, ...]]] = {
    "PromptInjection": ("securityguard", ("injection",)),
    "Secrets": ("securityguard", ("secrets",)),
    "Anonymize": ("securityguard", ("pii",)),
    "InvisibleText": ("securityguard", ("hidden",)),
    "MaliciousURLs": ("securityguard", ("links",)),
    "InsecureCode": ("securityguard", ("code",)),
    "Toxicity": ("biasguard", OFFENCE),
    "Bias": ("biasguard", FAIRNESS),
}
"""Its scanners, and the categories of ours that stand for each. `InsecureCode` is our own name:
its `Code` asks whether there is code at all."""
IN_OUTPUTS = {"Anonymize": "Sensitive"}
"""Other names of the same for outputs."""


class PromptRequest(Struct, frozen=True, kw_only=True):
    """What a client sends about a prompt. Fields beyond these change nothing, as there."""

    prompt: str
    scanners_suppress: list[str] = []


class OutputRequest(Struct, frozen=True, kw_only=True):
    """What a client sends about an output."""

    prompt: str
    output: str
    scanners_suppress: list[str] = []


def scanner_name(scanner: str, direction: Direction) -> str:
    """The name that clients know the scanner by."""
    return IN_OUTPUTS.get(scanner, scanner) if direction == "output" else scanner


def suppressed(names: Collection[str], direction: Direction) -> frozenset[str]:
    """The scanners that are not to run; names that are none are passed over, as there."""
    return frozenset(one for one in SCANNERS if scanner_name(one, direction) in names)


def options(
    rules: Mapping[str, GuardRules], off: Collection[str], checks: Collection[str]
) -> dict[GuardName, dict[str, Any]]:
    """What SecurityGuard is to look for without the scanners that are off. `checks` is all that
    it knows."""
    if "securityguard" not in rules:
        return {}
    silent = {category for one in off for category in SCANNERS[one][1]}
    wanted = [
        one
        for one in checks
        if one not in silent and rules["securityguard"].rule(one).act != "ignore"
    ]
    return {"securityguard": {"checks": wanted}} if wanted and silent & {*checks} else {}


def guards_left(asked: Collection[str], off: Collection[str]) -> tuple[GuardName, ...]:
    """The policy's guards that have a scanner left to run."""
    running = [guard for name, (guard, _) in SCANNERS.items() if name not in off]
    return tuple(dict.fromkeys(one for one in running if one in asked))


def answer(
    text: str, report: ScreenReport | None, *, direction: Direction, off: Collection[str]
) -> dict[str, Any]:
    """The vendor's answer; None is a text for which no scanner was left. Raises `GuardFailed`
    where the want of a verdict is all that blocks: that is no fault of the text."""
    if report is None:
        return {"is_valid": True, "scanners": {}, "sanitized": text}
    if report.decision.action == "block" and not is_by_rule(report):
        raise GuardFailed(report.decision.reason, retry_after_s=1)
    is_valid = _is_valid(report, off)
    return {
        "is_valid": is_valid,
        "scanners": _scanners(report, direction, off),
        "sanitized": _sanitized(text, report, off),
        "aiguardian": {
            "decision": report.decision.action,
            "reason": report.decision.reason,
            "policy": report.policy,
            "unjudged": unjudged_parts(report),
        },
    }


def _heeded(report: ScreenReport, off: Collection[str]) -> list[Any]:
    """The rules that the text met, without those of scanners that are off."""
    silent = {(guard, one) for name in off for guard, kinds in [SCANNERS[name]] for one in kinds}
    return [one for one in applied(report) if (one.guard, one.category) not in silent]


def _is_valid(report: ScreenReport, off: Collection[str]) -> bool:
    """Whether nothing blocks or rewrites: its redacting scanners, too, fail what they redact."""
    if any(one.action in {"block", "rewrite"} for one in _heeded(report, off)):
        return False
    # a policy may block what could not be judged, without a rule on what was found
    by_rule = any(one.action == "block" for one in applied(report))
    return report.decision.action != "block" or by_rule


def _scanners(report: ScreenReport, direction: Direction, off: Collection[str]) -> dict[str, float]:
    """A score for each scanner that judged all of the text. One with a gap that found nothing is
    left out: 0 would be a verdict."""
    scores = {}
    for name, (guard, kinds) in SCANNERS.items():
        said = heard(report, guard)
        if name in off or said is None or not any(one in said.categories for one in kinds):
            continue
        has_gap = not isinstance(said.unjudged, UnsetType) and bool(said.unjudged)
        if has_gap and not set(said.alarms) & {*kinds}:
            continue
        scores[scanner_name(name, direction)] = max(said.categories.get(one, 0.0) for one in kinds)
    return scores


def _sanitized(text: str, report: ScreenReport, off: Collection[str]) -> str:
    """The text as it may go on; nothing where something had to be taken out and was not."""
    if not isinstance(report.output, UnsetType):
        return report.output
    if not any(one.action == "rewrite" for one in _heeded(report, off)):
        return text
    said = heard(report, "securityguard")
    return said.output if said and not isinstance(said.output, UnsetType) else ""


def error_body(error: GatewayError) -> dict[str, Any]:
    """An error as the API's clients read it."""
    if error.status == 401:
        return {"message": "Invalid API key", "details": None}
    details = [{"loc": ["body", error.field], "msg": error.message}] if error.field else None
    return {"message": error.message, "details": details}
