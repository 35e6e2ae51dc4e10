"""From what was found to a decision, with the evidence in words."""

from __future__ import annotations

from aiguardian.guards.context.analysis import Analysis
from aiguardian.guards.context.contradictions import Clash
from aiguardian.guards.context.schemas import Contradiction
from aiguardian.processor import Decision, Finding

MESSAGES = {
    "number": "Another number than in turn {turn}.",
    "fact": "Something else than in turn {turn}.",
    "preference": "Another preference than in turn {turn}.",
    "negation": "The opposite of what turn {turn} says.",
}


def decide(found: Analysis) -> Decision:
    """`flag` for an attack that builds up; all else is told and passes."""
    escalation = found.escalation
    if escalation.is_escalating:
        shown = ", ".join(escalation.signs) or "what the turns ask for, taken together"
        reason = f"The turns build up to an attack that none shows by itself. Signs: {shown}."
        return Decision("flag", round(escalation.risk, 4), reason)
    told = []
    if found.shifts and found.topics.scores[-1] >= found.topics.threshold:
        told.append("it begins another topic")
    if found.clashes:
        turns = ", ".join(str(turn) for turn in sorted({one.earlier_turn for one in found.clashes}))
        told.append(f"it contradicts turn {turns}")
    reason = f"Nothing builds up to an attack; {' and '.join(told) or 'the turn fits in'}."
    return Decision("keep", round(1.0 - escalation.risk, 4), reason)


def findings(found: Analysis, text: str) -> list[Finding]:
    """What concerns the newest turn, by its place in the turn's text."""
    listed = [
        Finding(
            category="contradiction",
            start=one.start,
            end=one.end,
            score=one.score,
            detector="context.contradictions",
            message=one.message,
        )
        for one in contradictions(found)
    ]
    if found.topics.scores and found.topics.scores[-1] >= found.topics.threshold:
        listed.append(_whole("topic_shift", found.topics.scores[-1], "Begins another topic.", text))
    if found.escalation.is_escalating:
        message = "Completes what earlier turns prepared."
        listed.append(_whole("escalation", found.escalation.risk, message, text))
    return sorted(listed, key=lambda one: (one.start, one.end))


def contradictions(found: Analysis) -> list[Contradiction]:
    """The clashes as they are reported."""
    return [_contradiction(one, found) for one in found.clashes]


def _contradiction(clash: Clash, found: Analysis) -> Contradiction:
    return Contradiction(
        turn=found.newest,
        start=clash.newest.start,
        end=clash.newest.end,
        earlier_turn=clash.earlier_turn,
        earlier_start=clash.earlier.start,
        earlier_end=clash.earlier.end,
        kind=clash.newest.kind,
        score=clash.score,
        message=MESSAGES[clash.newest.kind].format(turn=clash.earlier_turn),
    )


def _whole(category: str, score: float, message: str, text: str) -> Finding:
    return Finding(
        category=category,
        start=0,
        end=len(text),
        score=round(score, 4),
        detector=f"context.{category}",
        message=message,
    )
