"""From supports and checks to the answer: verdicts, findings, risk, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import UNSET, Struct
from msgspec.structs import replace

from aiguardian.guards.trust.judgement import Check, Claim, Evidence, Examined, Verdict
from aiguardian.guards.trust.schemas import ClaimReport, EvidenceSpan, ValidationLevel
from aiguardian.guards.trust.showing import Showing
from aiguardian.processor import Decision, Finding, Unjudged

SUPPORTED_AT: Mapping[str, float] = {"basic": 0.35, "standard": 0.35, "strict": 0.5}
"""Support from which on a claim counts as supported. Below one half, for in the answers by which
support was calibrated three in five are wrong, in use fewer: at .5 half of the right answers of
trust_grounding would be flagged on some sources, at .35 a fifth."""
FLAG_AT: Mapping[str, float] = {"basic": 0.65, "standard": 0.65, "strict": 0.5}
"""Risk from which on an answer is flagged. Nothing is blocked here: a policy may."""
CONTRADICTED_AT = 0.5
"""Score of an exact check, or probability of the model, that makes what is not supported
contradicted."""
SET_ASIDE_SHARE = 0.75
"""How much of its risk an answer keeps that has sources and claims nothing, never enough for a
flag: no word of it was shown to come from them. By the dialogues of benchmarks/trust_grounding.py:
people call such answers not attributable (AUC .93 against .59 for those that count as grounded)."""
MOST_FINDINGS = 200


class Judged(Struct, frozen=True):
    """A claim with its verdict and why."""

    examined: Examined
    verdict: Verdict
    support: float
    reason: str
    told: Check | None = None
    """The check that decided, if one did."""
    shown: Evidence | None = None
    """The passage that a reader is shown; None: the best evidence."""
    judged_by: str = ""
    """The outside judge whose word decided, by its name; empty: the guard itself."""

    @property
    def claim(self) -> Claim:
        """The claim."""
        return self.examined.claim

    @property
    def is_alarm(self) -> bool:
        """Whether the claim counts against the answer."""
        return self.verdict in ("contradicted", "unsupported")


def judge_claim(
    examined: Examined, support: float, *, level: ValidationLevel, is_comparable: bool = True
) -> Judged:
    """The verdict on one claim. Not `is_comparable`: text and sources share no language, so only
    a contradiction found by an exact check counts."""
    if not examined.claim.is_checkable:
        reason = f"Nothing to check: {examined.claim.not_checkable}."
        return Judged(examined, "not_checkable", support, reason)
    against = _strongest(examined.checks, "contradicted")
    denied = max(against.score if against else 0.0, examined.features.get("nli.contradicted", 0.0))
    if not is_comparable and (against is None or against.score < CONTRADICTED_AT):
        reason = "Text and sources are in different languages."
        return Judged(examined, "not_checkable", support, reason)
    if support >= SUPPORTED_AT[level]:
        return Judged(examined, "supported", support, "The evidence says so.")
    if denied >= CONTRADICTED_AT:
        reason = against.message if against else "The evidence says otherwise."
        return Judged(examined, "contradicted", support, reason, against)
    missing = _strongest(examined.checks, "silent")
    told = against or missing
    if told is not None:
        return Judged(examined, "unsupported", support, told.message, told)
    reason = "The evidence does not say so." if examined.evidence else "No source speaks of it."
    return Judged(examined, "unsupported", support, reason)


def _strongest(checks: Sequence[Check], outcome: str) -> Check | None:
    found = [check for check in checks if check.outcome == outcome]
    return max(found, key=lambda check: check.score, default=None)


def claim_report(judged: Judged, ids: Sequence[str]) -> ClaimReport:
    """The claim as it is answered; `ids` are those of the sources."""
    claim = judged.claim
    evidence = judged.shown
    if evidence is None and judged.examined.evidence:
        evidence = judged.examined.evidence[0]
    return ClaimReport(
        text=claim.text,
        start=claim.start,
        end=claim.end,
        verdict=judged.verdict,
        support=round(judged.support, 4),
        reason=judged.reason,
        source_id=UNSET if evidence is None else ids[evidence.source],
        evidence=UNSET
        if evidence is None
        else EvidenceSpan(start=evidence.start, end=evidence.end),
        judged_by=judged.judged_by or UNSET,
    )


def with_shown(judged: Judged, showing: Showing | None) -> Judged:
    """The claim with the passage to show for it: around the place that the check named which
    decided, if it named one."""
    if showing is None:
        return judged
    told = judged.told.evidence if judged.told else None
    shown = showing.choose(judged.claim, judged.examined.evidence, told)
    return replace(judged, shown=shown)


def claim_findings(judged: Sequence[Judged]) -> list[Finding]:
    """A finding for each claim that counts against the answer."""
    return [
        Finding(
            category=each.verdict,
            start=each.claim.start,
            end=each.claim.end,
            score=round(1.0 - each.support, 4),
            detector=f"trust.{_detector(each)}",
            message=each.reason,
        )
        for each in judged
        if each.is_alarm
    ]


def _detector(judged: Judged) -> str:
    if judged.told is not None:
        return judged.told.name
    return "judge" if judged.judged_by else "evidence"


def check_findings(checks: Sequence[Check], length: int) -> list[Finding]:
    """A finding for each check of the text as a whole that says it is wrong or can't be found."""
    return [
        Finding(
            category=check.name.partition(".")[0],
            start=max(0, check.start) if check.end >= 0 else 0,
            end=check.end if check.end >= 0 else length,
            score=round(check.score, 4),
            detector=f"trust.{check.name}",
            message=check.message,
        )
        for check in checks
        if check.outcome != "supported"
    ]


def worst(findings: Sequence[Finding]) -> list[Finding]:
    """At most `MOST_FINDINGS`, the worst ones, in the order of the text."""
    kept = sorted(findings, key=lambda each: -each.score)[:MOST_FINDINGS]
    return sorted(kept, key=lambda each: (each.start, each.end))


def decision_of(
    risk: float,
    judged: Sequence[Judged],
    findings: Sequence[Finding],
    unjudged: Sequence[Unjudged],
    *,
    level: ValidationLevel,
    unseen: float,
    compared: str,
) -> Decision:
    """What to do, how sure that is, and one sentence on why. `unseen` is the share of the text that
    was not judged, `compared` says what it was held against; empty for nothing."""
    flagged = risk >= FLAG_AT[level]
    confidence = risk if flagged else (1.0 - risk) * (1.0 - unseen)
    reason = _reason(judged, findings, unjudged, flagged=flagged, compared=compared)
    return Decision("flag" if flagged else "keep", round(confidence, 4), reason)


def _reason(
    judged: Sequence[Judged],
    findings: Sequence[Finding],
    unjudged: Sequence[Unjudged],
    *,
    flagged: bool,
    compared: str,
) -> str:
    if flagged and findings:
        first = max(findings, key=lambda found: found.score)
        more = f" And {len(findings) - 1} more." if len(findings) > 1 else ""
        return f"At {first.start} to {first.end}: {first.message}{more}"
    if unjudged:
        return f"{len(unjudged)} part(s) not judged: {unjudged[0].reason}"
    if findings:
        return f"No alarm; {len(findings)} finding(s) below it."
    if not compared:
        return "Nothing was compared: nothing was given to compare with."
    checked = sum(each.verdict != "not_checkable" for each in judged)
    if checked:
        return f"{checked} claim(s) checked against {compared}; none stands out."
    return f"No claim was checked; nothing stands out against {compared}."
