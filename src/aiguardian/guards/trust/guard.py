"""TrustGuard: whether an answer is grounded, claim by claim, with the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, get_args

from msgspec import UNSET

from aiguardian.errors import PayloadTooLarge
from aiguardian.guards.trust.judge.question import Judge
from aiguardian.guards.trust.model import (
    Combiner,
    Entailment,
    ShippedEntailment,
    shipped_combiner,
)
from aiguardian.guards.trust.schemas import TrustPayload, TrustReport, ValidationType
from aiguardian.guards.trust.self_tests import SELF_TESTS
from aiguardian.guards.trust.validations import Models, Outcome, sources_of, validate
from aiguardian.guards.trust.verdict import (
    FLAG_AT,
    check_findings,
    claim_findings,
    claim_report,
    decision_of,
    worst,
)
from aiguardian.processor import MAX_TEXT_BYTES, Caller, Processor, SelfTest

CATEGORIES = ("contradicted", "unsupported", "citation", "consistency", "code", "general")
"""The first two are verdicts on claims, the others are named for the validation that found it."""
MAX_SOURCE_BYTES = 4 * MAX_TEXT_BYTES
"""UTF-8 bytes of all sources together, and of all samples together."""


class TrustGuard(Processor[TrustPayload]):
    """Holds an answer against its sources: exact checks, and a model that reads both."""

    name: ClassVar[str] = "trustguard"
    version: ClassVar[str] = "1.0"
    capabilities: ClassVar[tuple[str, ...]] = get_args(ValidationType)
    categories: ClassVar[tuple[str, ...]] = CATEGORIES
    payload = TrustPayload
    report = TrustReport

    def __init__(
        self,
        entailment: Entailment | None = None,
        combiner: Combiner | None = None,
        *,
        judge: Judge | None = None,
    ) -> None:
        self._models = Models(
            entailment or ShippedEntailment(), combiner or shipped_combiner(), judge
        )

    def process(self, payload: TrustPayload, caller: Caller) -> TrustReport:
        """The report on the claims of a text, and on what else was asked for."""
        _refuse_too_long(payload)
        return _report(payload, validate(payload, caller.deadline, self._models))

    def self_tests(self) -> Sequence[SelfTest]:
        """Known answers with the verdict each must get."""
        return SELF_TESTS


def _refuse_too_long(payload: TrustPayload) -> None:
    if _size(payload.text) > MAX_TEXT_BYTES:
        raise PayloadTooLarge(f"text is longer than {MAX_TEXT_BYTES} bytes.", field="text")
    if sum(_size(source.text) for source in payload.sources) > MAX_SOURCE_BYTES:
        raise PayloadTooLarge(f"sources hold over {MAX_SOURCE_BYTES} bytes.", field="sources")
    if sum(map(_size, payload.samples)) > MAX_SOURCE_BYTES:
        raise PayloadTooLarge(f"samples hold over {MAX_SOURCE_BYTES} bytes.", field="samples")


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _report(payload: TrustPayload, found: Outcome) -> TrustReport:
    length = len(payload.text)
    claimed = claim_findings(found.judged) if found.counts_claims else []
    findings = worst(claimed + check_findings(found.checks, length))
    risk = min(1.0, max(0.0, found.risk))
    unseen = sum(part.end - part.start for part in found.unjudged) / max(1, length)
    decision = decision_of(
        risk,
        found.judged,
        findings,
        found.unjudged,
        level=payload.level,
        unseen=min(1.0, unseen),
        compared=found.compared,
    )
    ids = [source.id for source in sources_of(payload)]
    return TrustReport(
        text_length=length,
        risk=round(risk, 4),
        flagged=risk >= FLAG_AT[payload.level],
        confidence_score=decision.confidence,
        decision=decision,
        findings=findings,
        unjudged=found.unjudged or UNSET,
        trust_score=round(1.0 - risk, 4),
        claims=[claim_report(each, ids) for each in found.judged],
        language=found.language,
        judge=found.judge_use or UNSET,
    )
