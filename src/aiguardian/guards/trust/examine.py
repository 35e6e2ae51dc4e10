"""All that is found out about the claims of a text before a verdict, by level.

`basic` is exact checks only. `standard` shows the best evidence of the doubtful claims to the
entailment model, as many as its budget allows; `strict` shows it every window that may matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from msgspec.structs import replace

from aiguardian.errors import DeadlineExceeded
from aiguardian.guards.trust.citation.marks import citation_marks
from aiguardian.guards.trust.claims import find_claims
from aiguardian.guards.trust.evidence import SourceIndex, index_sources
from aiguardian.guards.trust.exact import check_claim
from aiguardian.guards.trust.features import claim_features
from aiguardian.guards.trust.judgement import Claim, Examined, Source
from aiguardian.guards.trust.model import Entailment
from aiguardian.guards.trust.reading import read_claim
from aiguardian.guards.trust.showing import Showing
from aiguardian.guards.trust.tables.find import find_tables
from aiguardian.guards.trust.tables.table import Kept, Table
from aiguardian.processor import Deadline

Level = Literal["basic", "standard", "strict"]

PAIRS_PER_1000 = 6
"""Pairs of evidence and claim that `standard` shows to the model for 1,000 characters of text. A
pair takes 9 to 14 ms of a core: shared by two cores within the 60 ms that this level may take."""
FEWEST_PAIRS = 4
ABREAST = 8
"""Pairs that the model is shown together, so that free cores may share them; what it said of some
is lost where the time ends before it has read all of these."""
STRICT_PIECES = 8
"""Pieces of evidence that `strict` shows to the model for each claim."""
RESERVE_S, RESERVE_SHARE = 2.0, 0.25
"""Kept of the caller's time for the answer, and the share of it at most; what is not reached by
then is `unjudged`."""


BLANKED = frozenset(("number", "footnote", "author"))
"""Kinds of citation marks whose numbers are no part of the claim."""
_MAY_CITE = re.compile(r"[\[(【<⁰¹²³⁴-⁹]")


@dataclass(frozen=True, slots=True)
class Examination:
    """The claims that were reached, in order, and those that the deadline left out."""

    examined: list[Examined]
    unreached: list[Claim]
    showing: Showing | None = None
    """What chooses the passage to show for a claim; None where the sources were not all read."""


def examine(
    text: str,
    sources: Sequence[Source],
    *,
    question: str = "",
    level: Level = "basic",
    deadline: Deadline,
    entailment: Entailment | None = None,
) -> Examination:
    """Claims with evidence, exact checks and features. `entailment` is not used by `basic`.

    Stops in time for the answer to be made; raises `DeadlineExceeded` when nobody waits any more.
    """
    claims = find_claims(text, question)
    early = earlier(deadline)
    examined: list[Examined] = []
    showing: Showing | None = None
    try:
        index = index_sources(sources, early)
        showing = Showing(index)
        for found in _examined(claims, without_marks(text), index, sources, level, early):
            deadline.check()
            examined.append(found)
    except DeadlineExceeded:
        deadline.check()
        return Examination(examined, claims[len(examined) :], showing)
    if level != "basic" and entailment is not None:
        examined = _read(examined, len(text), level, early, entailment)
    return Examination(examined, [], showing)


def earlier(deadline: Deadline) -> Deadline:
    """The deadline that leaves time for the answer. It can't be cancelled: check the other too."""
    left_s = deadline.remaining_s()
    return Deadline(left_s - min(RESERVE_S, RESERVE_SHARE * left_s))


def _examined(
    claims: Sequence[Claim],
    plain: str,
    index: SourceIndex,
    sources: Sequence[Source],
    level: Level,
    deadline: Deadline,
) -> Iterator[Examined]:
    """The claims as far as the deadline lets; `plain` is the text without citation marks."""
    kept = Kept()
    tables = [
        table
        for source in sources
        for table in find_tables(source, deadline, kept, with_record=False)
    ]
    for claim in claims:
        deadline.check()
        bare = plain[claim.start : claim.end]
        if bare == claim.text:
            yield examine_claim(claim, index, tables, level=level, deadline=deadline)
            continue
        without = replace(claim, text=bare)
        found = examine_claim(without, index, tables, level=level, deadline=deadline)
        yield replace(found, claim=claim)


def without_marks(text: str) -> str:
    """The text with its citation marks blanked out, of the same length: "[3]" counts nothing."""
    if not _MAY_CITE.search(text):
        return text
    parts: list[str] = []
    position = 0
    for mark in citation_marks(text, frozenset()):
        if mark.start >= position and mark.is_certain and mark.kind in BLANKED:
            parts += [text[position : mark.start], " " * (mark.end - mark.start)]
            position = mark.end
    return "".join((*parts, text[position:]))


def examine_claim(
    claim: Claim,
    index: SourceIndex,
    tables: Sequence[Table],
    *,
    level: Level,
    deadline: Deadline,
) -> Examined:
    """One claim with its evidence, what the exact checks say, and the features of both."""
    if claim.not_checkable and claim.not_checkable in SPEECHLESS:
        return Examined(claim)
    most = STRICT_PIECES if level == "strict" else 3
    evidence = index.best(claim, deadline, most)
    reading = read_claim(claim, evidence, index) if evidence else None
    checks = check_claim(reading, evidence, tables, deadline) if reading else []
    features = claim_features(claim, reading, checks, index)
    return Examined(claim, tuple(evidence), tuple(checks), features)


SPEECHLESS = frozenset(("code", "no words", "question", "heading", "table header", "announcement"))
"""Kinds of what is no claim for which no evidence is looked for either."""


def _read(
    examined: list[Examined],
    length: int,
    level: Level,
    deadline: Deadline,
    entailment: Entailment,
) -> list[Examined]:
    """The claims with what the model says, as far as budget and deadline go."""
    order, most, abreast = _by_doubt(examined), STRICT_PIECES, 1
    if level == "standard":
        order = order[: max(FEWEST_PAIRS, PAIRS_PER_1000 * length // 1000)]
        most, abreast = 1, ABREAST
    result = list(examined)
    for start in range(0, len(order), abreast):
        numbers = order[start : start + abreast]
        try:
            read = read_evidence([examined[n] for n in numbers], most, deadline, entailment)
        except DeadlineExceeded:
            break
        for number, each in zip(numbers, read, strict=True):
            result[number] = each
    return result


def _by_doubt(examined: list[Examined]) -> list[int]:
    """The claims that have evidence, those first of which exact checks say least."""
    open_to_reading = [n for n, each in enumerate(examined) if each.evidence]
    return sorted(open_to_reading, key=lambda n: (_certainty(examined[n]), n))


def _certainty(examined: Examined) -> float:
    return max(
        (check.score for check in examined.checks if check.outcome == "contradicted"), default=0.0
    ) + (not examined.claim.is_checkable)


def read_evidence(
    examined: Sequence[Examined], most: int, deadline: Deadline, entailment: Entailment
) -> list[Examined]:
    """The claims with what the model says of their best pieces of evidence, of which each has one
    at least; that which supports a claim most comes first then. Raises `DeadlineExceeded`."""
    pairs = [
        (piece.text, each.claim.statement) for each in examined for piece in each.evidence[:most]
    ]
    answers = iter(entailment.judge(pairs, deadline))
    return [
        _with_answers(each, list(islice(answers, len(each.evidence[:most])))) for each in examined
    ]


def _with_answers(examined: Examined, answers: Sequence[tuple[float, float]]) -> Examined:
    best = max(range(len(answers)), key=lambda n: answers[n][0])
    features = dict(examined.features) | {
        "nli.supported": answers[0][0],
        "nli.contradicted": answers[0][1],
        "nli.supported_max": answers[best][0],
        "nli.contradicted_max": max(each[1] for each in answers),
        "nli.contradicted_at_supported": answers[best][1],
    }
    ordered = (examined.evidence[best], *examined.evidence[:best], *examined.evidence[best + 1 :])
    return replace(examined, evidence=ordered, features=features)
