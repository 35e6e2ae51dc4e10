"""Which claims the judge is asked about, and what its word changes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from aiguardian.guards.trust.judge.question import Heard, Judge, JudgeVerdict, Question
from aiguardian.guards.trust.schemas import JudgeUse
from aiguardian.guards.trust.verdict import CONTRADICTED_AT, Judged
from aiguardian.processor import Deadline, Unjudged

DOUBTFUL = (0.2, 0.8)
"""Supports between which a claim is in doubt. By judgement: no judge was measured."""
SHIFT = 1.5
"""By how much the judge's word moves the log-odds of support: just enough to decide every claim
that is in doubt (those of .8 are 1.39), and no more, for nobody calibrated it. By judgement."""
MOST_ASKED = 8
"""Claims of one request, the most doubtful ones. By judgement: each costs a call of a model."""
MOST_PASSAGES = 3
"""Pieces of evidence that the judge sees of a claim, of 800 characters or a sentence each."""

_REASONS: Mapping[JudgeVerdict, str] = {
    "supported": "The evidence says so.",
    "contradicted": "The evidence says otherwise.",
    "unsupported": "The evidence does not say so.",
}


@dataclass(frozen=True, slots=True)
class Consulted:
    """The claims after the judge was asked about those in doubt."""

    judged: list[Judged]
    notes: list[Unjudged]
    """One for each claim on which it gave no word: the guard's own verdict stands there."""
    use: JudgeUse | None = None
    """What it took; None where it gave no answer at all."""


def consult(
    judged: Sequence[Judged],
    judge: Judge,
    *,
    deadline: Deadline,
    timeout_s: float,
) -> Consulted:
    """The claims with the judge's word on those in doubt."""
    asked = _most_doubtful(judged)
    if not asked:
        return Consulted(list(judged), [])
    questions = [_question(judged[number]) for number in asked]
    heard = judge.ask(questions, deadline=deadline, timeout_s=timeout_s)
    result, notes = list(judged), []
    for number, answer in zip(asked, heard, strict=True):
        if answer.verdict is None:
            notes.append(_note(judged[number], answer))
        else:
            result[number] = _moved(judged[number], answer.verdict, judge.name)
    notes.sort(key=lambda note: note.start)
    return Consulted(result, notes, _use(judge.name, heard))


def _use(model: str, heard: Sequence[Heard]) -> JudgeUse | None:
    used = [each.used for each in heard if each.used is not None]
    if not used:
        return None
    return JudgeUse(
        model=model,
        answers=len(used),
        input_tokens=sum(each.input_tokens for each in used),
        output_tokens=sum(each.output_tokens for each in used),
        counted="reported" if all(each.is_reported for each in used) else "estimated",
    )


def _most_doubtful(judged: Sequence[Judged]) -> list[int]:
    doubtful = [number for number, each in enumerate(judged) if is_doubtful(each)]
    return sorted(doubtful, key=lambda n: (abs(judged[n].support - 0.5), n))[:MOST_ASKED]


def is_doubtful(judged: Judged) -> bool:
    """Whether the guard's own verdict is unsure. What an exact check refutes is not: no model,
    and no source that talks it round, may wave that through."""
    if judged.verdict == "not_checkable" or not judged.examined.evidence:
        return False
    is_refuted = any(
        check.outcome == "contradicted" and check.score >= CONTRADICTED_AT
        for check in judged.examined.checks
    )
    return DOUBTFUL[0] <= judged.support <= DOUBTFUL[1] and not is_refuted


def _question(judged: Judged) -> Question:
    pieces = judged.examined.evidence[:MOST_PASSAGES]
    return Question(judged.claim.statement, tuple(piece.text for piece in pieces))


def _moved(judged: Judged, said: JudgeVerdict, name: str) -> Judged:
    """The claim with the judge's verdict, which its support moves to: a claim in doubt ends on the
    other side of .5 where the judge disagrees."""
    odds = math.log(judged.support / (1.0 - judged.support))
    support = 1.0 / (1.0 + math.exp(-odds - (SHIFT if said == "supported" else -SHIFT)))
    return replace(
        judged,
        verdict=said,
        support=support,
        reason=_REASONS[said],
        told=None,
        judged_by=name,
    )


def _note(judged: Judged, answer: Heard) -> Unjudged:
    reason = f"The outside judge {answer.failure}: the guard's own verdict stands."
    return Unjudged(start=judged.claim.start, end=judged.claim.end, reason=reason)
