"""HealthGuard: whether an answer, this process and its guards are healthy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from msgspec import UNSET

from aiguardian.errors import InvalidField, PayloadTooLarge
from aiguardian.guards.health.drift import drift_checks
from aiguardian.guards.health.json_schema import Schemas
from aiguardian.guards.health.provider import provider_checks
from aiguardian.guards.health.response import FLAG_AT, STATUS_OF, Judgement, judge_response
from aiguardian.guards.health.schemas import (
    CHECKS,
    STATUSES,
    HealthCheck,
    HealthPayload,
    HealthReport,
    worst,
)
from aiguardian.guards.health.self_tests import IN_THE_WRONG_LANGUAGE, SELF_TESTS
from aiguardian.guards.health.service import service_checks
from aiguardian.guards.health.system import system_checks
from aiguardian.guards.health.vitals import Vitals
from aiguardian.processor import MAX_TEXT_BYTES, Caller, Decision, Processor, SelfTest
from aiguardian.text.language import is_loaded

QUICK_LENGTH = 20
"""Code points below which a text is judged in 0.1 ms. Longer ones may be shown to the language
model, whose first use loads it: never on the event loop."""

RISK_OF = {"healthy": 0.0, "degraded": 0.5, "unhealthy": 1.0}
"""For all but `response`: a rank, not a calibrated probability."""


class HealthGuard(Processor[HealthPayload]):
    """Judges answers by itself; knows of machine and guards what `vitals` tells."""

    name: ClassVar[str] = "healthguard"
    version: ClassVar[str] = "1.1"
    capabilities: ClassVar[tuple[str, ...]] = CHECKS
    categories: ClassVar[tuple[str, ...]] = tuple(STATUS_OF)
    payload = HealthPayload
    report = HealthReport

    def __init__(self, vitals: Vitals) -> None:
        self._vitals = vitals
        self._schemas = Schemas()

    def process(self, payload: HealthPayload, caller: Caller) -> HealthReport:
        """The report on the answer, the process or the guards, whichever was asked for."""
        check = _check(payload)
        if payload.target is not None and check not in ("service", "provider", "drift"):
            raise InvalidField(
                'target names a guard or an upstream: it goes with check "service", "provider" '
                'or "drift".',
                field="target",
            )
        if check == "system":
            return _status_report(system_checks(self._vitals.system()))
        if check == "service":
            services = self._vitals.services()
            return _status_report(service_checks(services, target=payload.target))
        if check == "provider":
            upstreams = self._vitals.upstreams()
            return _status_report(provider_checks(upstreams, target=payload.target))
        if check == "drift":
            return _status_report(drift_checks(self._vitals.looks(), target=payload.target))
        if payload.text is None:
            raise InvalidField('check "response" needs a text.', field="text")
        if len(payload.text.encode("utf-8", "surrogatepass")) > MAX_TEXT_BYTES:
            raise PayloadTooLarge(f"text is longer than {MAX_TEXT_BYTES} bytes.", field="text")
        judgement = judge_response(payload, schemas=self._schemas, deadline=caller.deadline)
        return _response_report(payload.text, judgement)

    def self_tests(self) -> Sequence[SelfTest]:
        """Known answers with the verdict each must get."""
        return SELF_TESTS + (IN_THE_WRONG_LANGUAGE if is_loaded() else ())

    def is_quick(self, payload: HealthPayload) -> bool:
        """Live figures, and short texts without a language or schema to check."""
        expect = payload.expect
        if expect.language is not None or expect.json_schema is not None:
            return False
        check = _check(payload)
        if check == "drift":
            return False  # up to 1,500 answers of each upstream are sorted
        return check != "response" or len(payload.text or "") < QUICK_LENGTH

    def runs_here(self, payload: HealthPayload) -> bool:
        """True for all but `response`: they are about the gateway's own process."""
        return _check(payload) != "response"


def _check(payload: HealthPayload) -> str:
    if payload.check is not None:
        return payload.check
    return "system" if payload.text is None else "response"


def _status_report(checks: list[HealthCheck]) -> HealthReport:
    status = worst(checks)
    ailing = sorted(
        (check for check in checks if check.status != "healthy"),
        key=lambda check: -STATUSES.index(check.status),
    )
    verb = "is" if len(ailing) == 1 else "are"
    reason = (
        f"{len(ailing)} of {len(checks)} checks {verb} not healthy: {ailing[0].name}. "
        f"{ailing[0].detail}"
        if ailing
        else f"{len(checks)} of {len(checks)} checks are healthy."
        if len(checks) > 1
        else checks[0].detail
    )
    return HealthReport(
        text_length=0,
        risk=RISK_OF[status],
        flagged=bool(ailing),
        confidence_score=1.0,
        decision=Decision("flag" if ailing else "keep", 1.0, reason),
        status=status,
        checks=checks,
    )


def _response_report(text: str, judgement: Judgement) -> HealthReport:
    flagged = bool(judgement.findings)
    risk = round(judgement.risk, 4)
    confidence = risk if flagged else round(1.0 - risk, 4)
    return HealthReport(
        text_length=len(text),
        risk=risk,
        flagged=flagged,
        confidence_score=confidence,
        decision=Decision("flag" if flagged else "keep", confidence, _reason(judgement)),
        findings=judgement.findings,
        unjudged=judgement.unjudged or UNSET,
        status=worst(judgement.checks),
        checks=judgement.checks,
    )


def _reason(judgement: Judgement) -> str:
    if not judgement.findings:
        parts = f"; {len(judgement.unjudged)} part(s) not judged" if judgement.unjudged else ""
        return f"No fault at or above {FLAG_AT} in {len(judgement.checks)} checks{parts}."
    first = max(judgement.findings, key=lambda finding: finding.score)
    return f"{first.category} ({first.score:.2f}): {first.message}"
