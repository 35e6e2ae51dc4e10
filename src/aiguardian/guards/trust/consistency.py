"""Whether other answers to the same question say what the text says, claim by claim.

What a model knows it repeats; what it makes up differs from answer to answer (SelfCheckGPT,
Manakul et al. 2023). Each sample is read as a source: with the exact checks, and with the models
that are handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiguardian.guards.trust.evidence import SourceIndex, index_sources
from aiguardian.guards.trust.exact import check_claim
from aiguardian.guards.trust.judgement import Check, Claim, Evidence, Outcome, Source
from aiguardian.guards.trust.reading import read_claim
from aiguardian.processor import Deadline

MOST_SAMPLES = 20
SURE = 0.5
"""Score from which on an exact check, or the model, says that a sample contradicts."""
COVERED = 0.5
"""Share of the claim's words in a sample's best passage, from which on it says the same."""
ALIKE = 0.8
"""Cosine of the encoder for two sentences that say the same in other words."""
MAJORITY = 0.5
"""Of the samples."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one sample says of a claim."""

    outcome: Outcome
    message: str = ""


def disagreements(
    claims: Sequence[Claim],
    samples: Sequence[str],
    deadline: Deadline,
    *,
    likeness: Callable[[str, str], float] | None = None,
    contradicts: Callable[[str, str], float] | None = None,
) -> list[Check]:
    """One check for each checkable claim, none without samples.

    `consistency.contradicted` where half of the samples say something else, `consistency.lacking`
    (silent) where half do not say it, else `consistency.agreed`. The score is the share of the
    samples that say so. `likeness(claim, passage)` is a cosine, `contradicts(claim, passage)` a
    probability. The first `MOST_SAMPLES` samples are read. Evidence is not given: samples are no
    sources.
    """
    indexes = []
    for number, sample in enumerate(samples[:MOST_SAMPLES], 1):
        indexes.append(index_sources([Source(0, f"sample {number}", sample)], deadline))
    if not indexes:
        return []
    found = []
    for claim in claims:
        if claim.is_checkable:
            deadline.check()
            answers = [_answer(claim, one, deadline, likeness, contradicts) for one in indexes]
            found.append(_joined(claim, answers))
    return found


def _answer(
    claim: Claim,
    index: SourceIndex,
    deadline: Deadline,
    likeness: Callable[[str, str], float] | None,
    contradicts: Callable[[str, str], float] | None,
) -> _Answer:
    evidence = index.best(claim, deadline, 2)
    if not evidence:
        return _Answer("silent")
    checks = check_claim(read_claim(claim, evidence, index), evidence, (), deadline)
    against = [one for one in checks if one.outcome == "contradicted" and one.score >= SURE]
    if against:
        strongest = max(against, key=lambda check: check.score)
        return _Answer("contradicted", strongest.message.replace("the source", "another answer"))
    if contradicts is not None and contradicts(claim.statement, evidence[0].text) >= SURE:
        return _Answer("contradicted", f"Another answer says: {_short(evidence[0].text)!r}.")
    missing = any(one.outcome == "silent" and one.score >= SURE for one in checks)
    is_same = evidence[0].score >= COVERED and not missing
    is_same = is_same or _is_alike(claim, evidence[0], likeness)
    return _Answer("supported" if is_same else "silent")


def _is_alike(
    claim: Claim, evidence: Evidence, likeness: Callable[[str, str], float] | None
) -> bool:
    return likeness is not None and likeness(claim.statement, evidence.text) >= ALIKE


def _joined(claim: Claim, answers: Sequence[_Answer]) -> Check:
    """The verdict of all samples; of a split vote, the graver."""
    count = len(answers)
    against = [one for one in answers if one.outcome == "contradicted"]
    lacking = [one for one in answers if one.outcome != "supported"]
    span = (claim.start, claim.end)
    if len(against) >= MAJORITY * count:
        message = f"{len(against)} of {count} other answers say something else."
        message = f"{message} {against[0].message}".strip()
        score = round(len(against) / count, 3)
        return Check("consistency.contradicted", "contradicted", score, message, *span)
    if len(lacking) >= MAJORITY * count:
        message = f"{len(lacking)} of {count} other answers do not say this."
        score = round(len(lacking) / count, 3)
        return Check("consistency.lacking", "silent", score, message, *span)
    agreeing = count - len(lacking)
    message = f"{agreeing} of {count} other answers say this too."
    return Check("consistency.agreed", "supported", round(agreeing / count, 3), message, *span)


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 160 else plain[:157] + "..."
