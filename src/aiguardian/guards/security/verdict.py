"""From what was found to a decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from aiguardian.guards.security.hits import Hit
from aiguardian.guards.security.schemas import CHECKS, Check
from aiguardian.processor import Action, Decision, Finding, Unjudged

MOST_FINDINGS = 1_000
"""In one report; the decision and the rewritten text heed all of them."""

NOUNS: dict[Check, str] = {
    "injection": "an attack on the model",
    "secrets": "a credential",
    "pii": "personal data",
    "code": "insecure code",
    "links": "a dangerous link",
    "hidden": "hidden text",
}


def action_for(hits: Sequence[Hit], *, redacted: Collection[Check]) -> Action:
    """The severest action that any hit asks for; hits of the checks `redacted` are rewritten."""
    if any(hit.blocks for hit in hits):
        return "block"
    if any(hit.check in redacted for hit in hits):
        return "rewrite"
    return "flag" if any(hit.flags for hit in hits) else "keep"


def decide(
    hits: Sequence[Hit], action: Action, *, risk: float, unjudged: Sequence[Unjudged]
) -> Decision:
    """The decision, with the strongest evidence in one sentence."""
    telling = [hit for hit in hits if hit.flags]
    if not telling and action == "keep":
        gaps = f" {len(unjudged)} part(s) were not judged: {unjudged[0].reason}" if unjudged else ""
        names = f" {len(hits)} name(s) of places or organisations stand in it." if hits else ""
        return Decision(
            action, round(1.0 - risk, 4), f"Nothing to flag in the checks made.{names}{gaps}"
        )
    counts = Counter(hit.check for hit in hits)
    # The reason is what decides: of an answer that is blocked, what blocks it.
    deciding = [hit for hit in hits if hit.blocks] if action == "block" else telling
    leading = max(deciding or hits, key=lambda hit: (-CHECKS.index(hit.check), hit.score))
    others = [f"{counts[check]} x {NOUNS[check]}" for check in CHECKS if counts[check]]
    reason = (
        f"{leading.message} ({leading.detector}, score {leading.score:.2f}, characters "
        f"{leading.start} to {leading.end}.) In all: {', '.join(others)}."
    )
    return Decision(action, round(max(hit.score for hit in hits), 4), reason)


def findings(hits: Sequence[Hit]) -> list[Finding]:
    """The hits as they are reported, at most `MOST_FINDINGS`: the best scored, in text order."""
    told = sorted(hits, key=lambda hit: -hit.score)[:MOST_FINDINGS]
    return [_finding(hit) for hit in sorted(told, key=lambda hit: (hit.start, hit.end))]


def _finding(hit: Hit) -> Finding:
    fields = {"suggestion": hit.suggestion} if hit.suggestion else {}
    return Finding(
        category=hit.check,
        start=hit.start,
        end=hit.end,
        score=hit.score,
        detector=hit.detector,
        message=hit.message,
        **fields,
    )
