"""Check `response`: all detectors on one answer, a row for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from aiguardian.guards.health.empty import find_empty
from aiguardian.guards.health.gibberish import find_gibberish
from aiguardian.guards.health.json_schema import Schemas, find_json_faults
from aiguardian.guards.health.language import find_wrong_language
from aiguardian.guards.health.length import find_wrong_length
from aiguardian.guards.health.refusal import find_refusal
from aiguardian.guards.health.repetition import find_repetition
from aiguardian.guards.health.schemas import STATUSES, HealthCheck, HealthPayload, Status
from aiguardian.guards.health.truncation import find_truncation
from aiguardian.processor import Deadline, Finding, Unjudged

FLAG_AT = 0.5
"""Score from which on a finding is told; weaker evidence only raises the risk."""

STATUS_OF: dict[str, Status] = {
    "empty": "unhealthy",
    "repetition": "unhealthy",
    "gibberish": "unhealthy",
    "invalid_json": "unhealthy",
    "schema": "unhealthy",
    "truncated": "degraded",
    "refusal": "degraded",
    "wrong_language": "degraded",
    "too_short": "degraded",
    "too_long": "degraded",
}
"""Unhealthy: nobody can use the answer. Degraded: a person may, or the model works as told."""

PASSED = {
    "empty": "There is something to read.",
    "truncation": "It ends where an answer may end.",
    "repetition": "No loop.",
    "gibberish": "It reads like language or code.",
    "refusal": "It does not refuse.",
    "language": "In the expected language.",
    "length": "As long as expected.",
    "json_schema": "Valid JSON that satisfies the schema.",
}


@dataclass(slots=True)
class Judgement:
    """What was found in an answer, what could not be judged, and the highest score of all."""

    findings: list[Finding] = field(default_factory=list)
    unjudged: list[Unjudged] = field(default_factory=list)
    checks: list[HealthCheck] = field(default_factory=list)
    risk: float = 0.0


def judge_response(payload: HealthPayload, *, schemas: Schemas, deadline: Deadline) -> Judgement:
    """All findings in the order of the text, and a check row for each detector that ran."""
    judgement = Judgement()
    is_empty = False
    for name, detect in _detectors(payload, schemas, deadline).items():
        if name in NEED_TEXT and is_empty:
            continue
        deadline.check()
        _add(judgement, name, detect())
        is_empty = is_empty or any(each.category == "empty" for each in judgement.findings)
    judgement.findings.sort(key=lambda finding: (finding.start, finding.end))
    return judgement


Faults = tuple[list[Finding], list[Unjudged]]
NEED_TEXT = frozenset({"truncation", "repetition", "gibberish", "refusal", "language"})


def _detectors(
    payload: HealthPayload, schemas: Schemas, deadline: Deadline
) -> dict[str, Callable[[], Faults]]:
    text, expect, kind = payload.text or "", payload.expect, payload.content_type

    @cache
    def loops() -> list[Finding]:
        return find_repetition(text, content_type=kind, deadline=deadline)

    detectors: dict[str, Callable[[], Faults]] = {
        "empty": lambda: (find_empty(text, expect=expect), []),
        "truncation": lambda: (find_truncation(text, content_type=kind), []),
        "repetition": lambda: (loops(), []),
        "gibberish": lambda: (
            find_gibberish(_without(text, loops()), content_type=kind, deadline=deadline),
            [],
        ),
        "refusal": lambda: (find_refusal(text, content_type=kind), []),
    }
    language = expect.language
    if language is not None:
        detectors["language"] = lambda: find_wrong_language(
            text, expected=language, deadline=deadline
        )
    if expect.min_length is not None or expect.max_length is not None:
        detectors["length"] = lambda: (find_wrong_length(text, expect=expect), [])
    schema = expect.json_schema
    if schema is not None:
        detectors["json_schema"] = lambda: find_json_faults(
            text, schema=schema, schemas=schemas, deadline=deadline
        )
    return detectors


def _without(text: str, found: list[Finding]) -> str:
    """The text with these spans blanked out. A loop of words is no noise, whatever a model of
    letters makes of the same few letters over and over."""
    for finding in found:
        text = text[: finding.start] + " " * (finding.end - finding.start) + text[finding.end :]
    return text


def _add(judgement: Judgement, name: str, faults: Faults) -> None:
    findings, unjudged = faults
    told = [finding for finding in findings if finding.score >= FLAG_AT]
    judgement.findings += told
    judgement.unjudged += unjudged
    judgement.risk = max([judgement.risk, *(finding.score for finding in findings)])
    if unjudged and name == "language":
        return  # too short for any evidence: no row, `unjudged` says why
    judgement.checks.append(_row(name, told, unjudged))


def _row(name: str, told: list[Finding], unjudged: list[Unjudged]) -> HealthCheck:
    if told:
        status = max((STATUS_OF[finding.category] for finding in told), key=STATUSES.index)
        more = f" ({len(told)} findings)" if len(told) > 1 else ""
        return HealthCheck(name=name, status=status, detail=told[0].message + more)
    if unjudged:
        detail = f"Not judged: {unjudged[0].reason}"
        return HealthCheck(name=name, status="degraded", detail=detail)
    return HealthCheck(name=name, status="healthy", detail=PASSED[name])
