"""SecurityGuard: attacks on the model, leaks of secrets and personal data, dangerous code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from msgspec import UNSET, UnsetType

from aiguardian.errors import InvalidField, PayloadTooLarge
from aiguardian.guards.security.allowed import without_allowed
from aiguardian.guards.security.hits import Hit, without_repeats
from aiguardian.guards.security.judging import Detectors, Judged, judge
from aiguardian.guards.security.private import outside_secrets
from aiguardian.guards.security.redaction import label, mask, private_parts, redacted
from aiguardian.guards.security.schemas import (
    CHECKS,
    PRIVATE,
    Check,
    Entity,
    SecurityPayload,
    SecurityReport,
)
from aiguardian.guards.security.segments import segments
from aiguardian.guards.security.self_tests import SELF_TESTS
from aiguardian.guards.security.verdict import MOST_FINDINGS, action_for, decide, findings
from aiguardian.processor import MAX_TEXT_BYTES, Caller, OnFailure, Processor, SelfTest
from aiguardian.storage.allow_list import AllowList
from aiguardian.storage.pseudonyms import MOST_VALUES, PseudonymStore, SessionFull
from aiguardian.text.placeholders import names_in


class SecurityGuard(Processor[SecurityPayload]):
    """Judges what goes to a model, what comes back and what tools say."""

    name: ClassVar[str] = "securityguard"
    version: ClassVar[str] = "1.0"
    capabilities: ClassVar[tuple[str, ...]] = CHECKS
    categories: ClassVar[tuple[str, ...]] = CHECKS
    rewritable: ClassVar[tuple[str, ...]] = PRIVATE
    payload = SecurityPayload
    report = SecurityReport
    on_failure: OnFailure = "closed"

    def __init__(
        self,
        detectors: Detectors,
        *,
        pseudonyms: PseudonymStore,
        allow_list: AllowList,
        allow_list_key: bytes,
    ) -> None:
        """The stores keep placeholders and allowed values; the key makes the latter's digests."""
        self._detectors = detectors
        self._pseudonyms = pseudonyms
        self._allow_list = allow_list
        self._allow_list_key = allow_list_key

    def process(self, payload: SecurityPayload, caller: Caller) -> SecurityReport:
        """The report on a text or a conversation."""
        text, parts = segments(payload)
        _refuse_too_long(text)
        if payload.pseudonymizes and not caller.session_id:
            raise InvalidField(
                'redact "pseudonymize" needs a session_id: it is what restores the text.',
                field="session_id",
            )
        checks = payload.checks or CHECKS
        judged = Judged()
        for part in parts:
            found = judge(part, checks, payload, self._detectors, caller.deadline)
            judged.add(found, part.offset)
        hits = outside_secrets(without_repeats(judged.hits))
        kept = without_allowed(
            hits,
            text,
            listed=self._allow_list.digests(caller.tenant),
            exact=payload.allow,
            key=self._allow_list_key,
        )
        report = _report(text, payload, checks, judged, kept, allowed=len(hits) - len(kept))
        if payload.redacts:
            report.output, report.placeholders = self._output(text, kept, payload, caller)
        return report

    def self_tests(self) -> Sequence[SelfTest]:
        """Known texts with the verdict each must get."""
        return SELF_TESTS

    def runs_here(self, payload: SecurityPayload) -> bool:
        """True to pseudonymize: the placeholders are kept where `restore` looks for them."""
        return payload.pseudonymizes

    def _output(
        self, text: str, hits: Sequence[Hit], payload: SecurityPayload, caller: Caller
    ) -> tuple[str | UnsetType, list[str] | UnsetType]:
        parts = private_parts(hit for hit in hits if payload.redaction(hit.check) != "none")
        if not parts:
            return UNSET, UNSET
        named = [part for part in parts if payload.redaction(part.check) == "pseudonymize"]
        if not named:
            return redacted(text, parts, mask), UNSET
        values = [(label(part), text[part.start : part.end]) for part in named]
        try:
            names = self._pseudonyms.placeholders(
                session_name(caller.tenant, caller.session_id or ""),
                values,
                reserved=names_in(text),
            )
        except SessionFull:
            raise PayloadTooLarge(
                f"The session holds {MOST_VALUES:,} values already, the most there may be.",
                field="session_id",
            ) from None
        written = dict(zip((part.start for part in named), names, strict=True))

        def replacement(part: Hit) -> str:
            name = written.get(part.start)
            return mask(part) if name is None else f"[{name}]"

        output = redacted(text, parts, replacement)
        return output, [f"[{name}]" for name in dict.fromkeys(names)]


def session_name(tenant: str, session_id: str) -> str:
    """What placeholders are kept under: one key's sessions are not another's."""
    return f"{tenant}/{session_id}"


def _refuse_too_long(text: str) -> None:
    is_long = len(text) > MAX_TEXT_BYTES // 4
    if is_long and len(text.encode("utf-8", "surrogatepass")) > MAX_TEXT_BYTES:
        raise PayloadTooLarge(f"text is longer than {MAX_TEXT_BYTES} bytes.", field="text")


def _report(
    text: str,
    payload: SecurityPayload,
    checks: Sequence[Check],
    judged: Judged,
    hits: Sequence[Hit],
    *,
    allowed: int,
) -> SecurityReport:
    categories = _scores(checks, judged, hits, is_allowed=allowed > 0)
    risk = max(categories.values(), default=0.0)
    action = action_for(hits, redacted=[one for one in PRIVATE if payload.redaction(one) != "none"])
    decision = decide(hits, action, risk=risk, unjudged=judged.unjudged)
    return SecurityReport(
        text_length=len(text),
        risk=risk,
        flagged=any(hit.flags for hit in hits),
        alarms=sorted({hit.check for hit in hits if hit.flags}),
        confidence_score=decision.confidence,
        decision=decision,
        findings=findings(hits),
        unjudged=judged.unjudged[:MOST_FINDINGS] or UNSET,
        categories={str(check): score for check, score in categories.items()},
        injection_score=categories.get("injection", 0.0),
        entities=[_entity(hit) for hit in hits if hit.check in ("secrets", "pii")][:MOST_FINDINGS],
        allowed=allowed,
    )


def _scores(
    checks: Sequence[Check], judged: Judged, hits: Sequence[Hit], *, is_allowed: bool
) -> dict[Check, float]:
    """The best score of each check's hits; injection has a risk without a hit, too."""
    scores = dict.fromkeys(checks, 0.0)
    for hit in (hit for hit in hits if hit.flags):
        scores[hit.check] = max(scores[hit.check], round(hit.score, 4))
    if "injection" in scores and not scores["injection"] and not is_allowed:
        scores["injection"] = round(judged.injection_risk, 4)
    return scores


def _entity(hit: Hit) -> Entity:
    return Entity(
        type=hit.type,
        start=hit.start,
        end=hit.end,
        score=round(hit.score, 4),
        validated=hit.validated,
    )
