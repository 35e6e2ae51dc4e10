"""The kinds of validation: what each looks at, and what of it counts as risk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aiguardian.errors import DeadlineExceeded
from aiguardian.guards.trust.citation.check import check_citations
from aiguardian.guards.trust.claims import find_claims
from aiguardian.guards.trust.combine import Transparent
from aiguardian.guards.trust.consistency import disagreements
from aiguardian.guards.trust.examine import Examination, earlier, examine
from aiguardian.guards.trust.general.check import check_general
from aiguardian.guards.trust.invented.check import check_code
from aiguardian.guards.trust.judge.consulting import consult
from aiguardian.guards.trust.judge.question import Judge
from aiguardian.guards.trust.judgement import Check, Claim, Examined, Source, Verdict
from aiguardian.guards.trust.language import is_read, language_of
from aiguardian.guards.trust.model import Combiner, Entailment
from aiguardian.guards.trust.schemas import JudgeUse, TrustPayload
from aiguardian.guards.trust.showing import Showing
from aiguardian.guards.trust.supporting import Supporting
from aiguardian.guards.trust.verdict import (
    FLAG_AT,
    SET_ASIDE_SHARE,
    Judged,
    judge_claim,
    with_shown,
)
from aiguardian.processor import Deadline, Unjudged

LACKING_SHARE = 0.8
"""Of its share of samples, what a claim that these only lack counts; one that they contradict
counts in full. By judgement."""


WORDLESS = frozenset(("no words", "code", "heading", "table header", "announcement"))
"""What says nothing that could be grounded or not; a question, small talk and an opinion do."""


@dataclass(frozen=True, slots=True)
class Models:
    """What reads and weighs: `entailment` None for exact checks only."""

    entailment: Entailment | None
    combiner: Combiner
    judge: Judge | None = None
    """Whom `strict` asks about claims that are in doubt."""


@dataclass(slots=True)
class Outcome:
    """What a validation found out about one text."""

    judged: list[Judged] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    """Of the text, not of a claim: each that is wrong or can't be found is a finding."""
    unjudged: list[Unjudged] = field(default_factory=list)
    risk: float = 0.0
    language: str = "und"
    compared: str = ""
    """What the text was held against, in words; empty for nothing."""
    is_late: bool = False
    """Whether the deadline left claims out."""
    judge_use: JudgeUse | None = None
    counts_claims: bool = True
    """Whether claims that are not grounded count against the text."""


def validate(payload: TrustPayload, deadline: Deadline, models: Models) -> Outcome:
    """What the validation asked for finds."""
    asked = payload.validation_type
    if asked == "code":
        return _code(payload, deadline)
    if asked == "consistency":
        return _consistency(payload, deadline, models)
    outcome = _grounding(payload, deadline, models) if payload.sources else _set_aside(payload)
    if asked == "citation":
        _citation(payload, deadline, models, outcome)
    elif asked == "general":
        _general(payload, deadline, outcome)
    return outcome


def sources_of(payload: TrustPayload) -> list[Source]:
    """The sources with their ids; the place from 1 for one that has none."""
    return [
        Source(number, source.id or str(number + 1), source.text)
        for number, source in enumerate(payload.sources)
    ]


def _grounding(payload: TrustPayload, deadline: Deadline, models: Models) -> Outcome:
    """Each claim against the sources."""
    outcome = Outcome(compared=f"{len(payload.sources)} source(s)")
    unread, comparable = "", True
    if payload.level != "basic":
        outcome.language, unread, comparable = _languages(payload)
    if unread:
        models = Models(None, Transparent(), models.judge)
        outcome.unjudged.append(_unread(payload.text, unread))
    examination = examine(
        payload.text,
        sources_of(payload),
        question=payload.question,
        level=payload.level,
        deadline=deadline,
        entailment=models.entailment,
    )
    for each in examination.examined:
        support = models.combiner.support(each.features) if each.features else 0.0
        judged = judge_claim(each, support, level=payload.level, is_comparable=comparable)
        outcome.judged.append(judged)
    if models.judge is not None and _hears_judge(payload):
        consulted = consult(
            outcome.judged,
            models.judge,
            deadline=deadline,
            timeout_s=earlier(deadline).remaining_s(),
        )
        outcome.judged, outcome.judge_use = consulted.judged, consulted.use
        outcome.unjudged += consulted.notes
    outcome.judged = _with_shown(outcome.judged, examination.showing, earlier(deadline))
    outcome.is_late = bool(examination.unreached)
    outcome.unjudged += _late(examination)
    outcome.risk = _risk(outcome.judged, models.combiner, below=FLAG_AT[payload.level])
    return outcome


def _with_shown(judged: Sequence[Judged], showing: Showing | None, early: Deadline) -> list[Judged]:
    """The claims with the passage to show for each, as far as the time goes: the others show their
    best evidence."""
    return [with_shown(each, showing) if early.remaining_s() else each for each in judged]


def _hears_judge(payload: TrustPayload) -> bool:
    """Whether claims decide (they don't for citations), at the level that may cost the most."""
    return payload.level == "strict" and payload.validation_type != "citation"


def _languages(payload: TrustPayload) -> tuple[str, str, bool]:
    """The text's language; that of text or sources which no model reads, empty where they read
    both; and whether text and sources may be compared word by word."""
    language = language_of(payload.text)
    other = language_of("\n".join(source.text[:500] for source in payload.sources[:8]))
    unread = next((each for each in (language, other) if not is_read(each)), "")
    return language, unread, not unread or "und" in (language, other) or language == other


def _risk(judged: Sequence[Judged], combiner: Combiner, *, below: float) -> float:
    """Of the claims; where there is none a part of that of what was set aside, `below` a flag."""
    supports = [each.support for each in judged if each.verdict != "not_checkable"]
    if supports:
        return combiner.risk(supports)
    aside = [each.support for each in judged if each.claim.not_checkable not in WORDLESS]
    return min(below - 0.01, SET_ASIDE_SHARE * combiner.risk(aside)) if aside else 0.0


def _late(examination: Examination) -> list[Unjudged]:
    if not examination.unreached:
        return []
    start, end = examination.unreached[0].start, examination.unreached[-1].end
    return [Unjudged(start=start, end=end, reason="The time was up before it was reached.")]


def _unread(text: str, language: str) -> Unjudged:
    reason = f'No model here reads the language "{language}": exact checks were made, no more.'
    return Unjudged(start=0, end=len(text), reason=reason)


def _set_aside(payload: TrustPayload) -> Outcome:
    """Without sources no claim is judged: each says so itself."""
    outcome = Outcome()
    for claim in find_claims(payload.text, payload.question):
        reason = claim.not_checkable or "no sources were given"
        outcome.judged.append(_aside(claim, reason))
    return outcome


def _aside(claim: Claim, reason: str) -> Judged:
    return Judged(Examined(claim), "not_checkable", 0.0, f"Nothing to check: {reason}.")


def _citation(payload: TrustPayload, deadline: Deadline, models: Models, outcome: Outcome) -> None:
    """What the text cites; only this counts then, not whether all of it is grounded."""
    supports = Supporting(
        models.combiner,
        level=payload.level,
        deadline=earlier(deadline),
        entailment=models.entailment,
    )
    _check(
        payload,
        deadline,
        outcome,
        lambda early: check_citations(payload.text, sources_of(payload), supports, early),
    )
    outcome.counts_claims = False
    outcome.compared = outcome.compared or "the forms of citations and identifiers"
    outcome.risk = _check_risk(outcome.checks)


def _general(payload: TrustPayload, deadline: Deadline, outcome: Outcome) -> None:
    """What the text says against itself, beside its sources if it has any."""
    if outcome.is_late:  # no time is left for more
        return
    claims = [judged.claim for judged in outcome.judged]
    _check(payload, deadline, outcome, lambda early: check_general(payload.text, claims, early))
    outcome.compared = outcome.compared or "itself: no sources were given"
    outcome.risk = max(outcome.risk, _check_risk(outcome.checks))


def _code(payload: TrustPayload, deadline: Deadline) -> Outcome:
    """The code of the text: its syntax, and that what it names exists."""
    outcome = Outcome(compared="the standard libraries and known packages")
    is_code, packages = payload.content_type == "code", payload.packages
    _check(
        payload,
        deadline,
        outcome,
        lambda early: check_code(payload.text, is_code=is_code, packages=packages, deadline=early),
    )
    outcome.risk = _check_risk(outcome.checks)
    return outcome


def _check(
    payload: TrustPayload,
    deadline: Deadline,
    outcome: Outcome,
    look: Callable[[Deadline], list[Check]],
) -> None:
    """What a look at the whole text finds, or that the time was up before its end."""
    try:
        outcome.checks = look(earlier(deadline))
    except DeadlineExceeded:
        deadline.check()
        reason = f"The time was up before the check named {payload.validation_type} ended."
        outcome.unjudged.append(Unjudged(start=0, end=len(payload.text), reason=reason))


def _check_risk(checks: Sequence[Check]) -> float:
    """That of the worst thing that is wrong or can't be found."""
    return max((check.score for check in checks if check.outcome != "supported"), default=0.0)


def _consistency(payload: TrustPayload, deadline: Deadline, models: Models) -> Outcome:
    """Each claim against other answers to the same question."""
    if not payload.samples:
        return _set_aside(payload)
    reader = models.entailment if payload.level != "basic" else None

    def contradicts(claim: str, passage: str) -> float:
        return reader.judge([(passage, claim)], deadline)[0][1] if reader else 0.0

    claims = find_claims(payload.text, payload.question)
    checkable = [claim for claim in claims if claim.is_checkable]
    outcome = Outcome(compared=f"{len(payload.samples)} other answer(s)")
    _check(
        payload,
        deadline,
        outcome,
        lambda early: disagreements(
            checkable, payload.samples, early, contradicts=contradicts if reader else None
        ),
    )
    checks, outcome.checks = outcome.checks, []
    by_start = {check.start: check for check in checks}
    for claim in claims:
        check = by_start.get(claim.start) if claim.is_checkable else None
        if check is None:
            outcome.judged.append(_aside(claim, claim.not_checkable or "not reached"))
        else:
            outcome.judged.append(_agreed(claim, check))
    outcome.risk = max((1.0 - each.support for each in outcome.judged if each.told), default=0.0)
    return outcome


def _agreed(claim: Claim, check: Check) -> Judged:
    """The verdict of the other answers on a claim."""
    verdicts: dict[str, tuple[Verdict, float]] = {
        "supported": ("supported", check.score),
        "contradicted": ("contradicted", 1.0 - check.score),
        "silent": ("unsupported", 1.0 - LACKING_SHARE * check.score),
    }
    verdict, support = verdicts[check.outcome]
    return Judged(Examined(claim, checks=(check,)), verdict, support, check.message, check)
