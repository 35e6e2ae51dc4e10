"""What the memory's operations answer."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET

from aiguardian.guards.context.memories import Memory, Recalled, Receipt, Remembered, Turn
from aiguardian.guards.context.schemas import ContextReport, ForgetReceipt, Found, FoundFact
from aiguardian.guards.context.screening import Sorted
from aiguardian.processor import Decision, Finding


def remembered(turns: Sequence[Turn], sifted: Sorted, kept: Remembered) -> ContextReport:
    """What was stored. Offsets of findings point into the turns' texts joined by blank lines."""
    refused = len(sifted.refused)
    return ContextReport(
        text_length=len("\n\n".join(turn.text for turn in turns)),
        risk=round(sifted.risk, 4),
        flagged=refused > 0,
        confidence_score=round(sifted.risk if refused else 1.0 - sifted.risk, 4),
        decision=_decision(turns, sifted, kept),
        findings=_findings(turns, sifted),
        turns=len(turns),
        remembered=len(kept.turns),
        merged=kept.merged,
        superseded=len(kept.superseded),
        refused=refused,
    )


def _decision(turns: Sequence[Turn], sifted: Sorted, kept: Remembered) -> Decision:
    if not sifted.refused:
        reason = f"{len(kept.turns)} new turn(s) stored, {kept.merged} known already."
        return Decision("keep", round(1.0 - sifted.risk, 4), reason)
    reason = (
        f"{len(sifted.refused)} of {len(turns)} turn(s) not stored: they would attack the model "
        f"when recalled. {sifted.refused[0][1].reason}"
    ).strip()
    return Decision("flag" if sifted.clean else "block", round(sifted.risk, 4), reason)


def _findings(turns: Sequence[Turn], sifted: Sorted) -> list[Finding]:
    starts, at = [], 0
    for turn in turns:
        starts.append(at)
        at += len(turn.text) + 2
    return [
        Finding(
            category="memory_poisoning",
            start=starts[place],
            end=starts[place] + len(turns[place].text),
            score=round(verdict.risk, 4),
            detector="context.screening",
            message=f"Not stored. {verdict.reason}".strip(),
        )
        for place, verdict in sifted.refused
    ]


def recalled(query: str, found: Recalled) -> ContextReport:
    """The memories that answer a query, best first."""
    count = len(found.memories)
    left_out = f" {found.left_out} more did not fit." if found.left_out else ""
    reason = f"{count} memor{'y' if count == 1 else 'ies'} of {found.tokens} tokens.{left_out}"
    return ContextReport(
        text_length=len(query),
        risk=0.0,
        flagged=False,
        confidence_score=1.0,
        decision=Decision("keep", 1.0, reason),
        memories=[_found(one) for one in found.memories],
        tokens=found.tokens,
    )


def _found(memory: Memory) -> Found:
    facts = [
        FoundFact(
            text=fact.text,
            start=fact.start,
            end=fact.end,
            valid_from=fact.valid_from,
            valid_to=UNSET if fact.valid_to is None else fact.valid_to,
        )
        for fact in memory.facts
    ]
    return Found(
        id=memory.id,
        text=memory.text,
        role=memory.role,
        turn=memory.turn,
        score=min(max(round(memory.score, 4), 0.0), 1.0),
        session_id=memory.session or UNSET,
        at=memory.at,
        facts=facts or UNSET,
    )


def forgotten(receipt: Receipt) -> ContextReport:
    """How much was deleted, with the receipt."""
    reason = f"{receipt.turns} turn(s) and {receipt.facts} fact(s) deleted for good."
    return ContextReport(
        text_length=0,
        risk=0.0,
        flagged=False,
        confidence_score=1.0,
        decision=Decision("keep", 1.0, reason),
        forgotten=receipt.turns,
        receipt=ForgetReceipt(
            id=receipt.id,
            at=receipt.at,
            turns=receipt.turns,
            facts=receipt.facts,
            sessions=receipt.sessions,
        ),
    )
