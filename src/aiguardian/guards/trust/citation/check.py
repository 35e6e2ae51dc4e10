"""Whether the citations of a text hold: they resolve, are well-formed, and fit what they carry."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from aiguardian.guards.trust.citation.addresses import address_fault
from aiguardian.guards.trust.citation.carried import Carried, carried
from aiguardian.guards.trust.citation.identifiers import Identifier, identifiers
from aiguardian.guards.trust.citation.marks import Mark, citation_marks, without_code
from aiguardian.guards.trust.citation.overlap import Fit, Overlap, evidence, overlap, words
from aiguardian.guards.trust.citation.references import references
from aiguardian.guards.trust.citation.resolving import Resolver, Target
from aiguardian.guards.trust.judgement import Check, Source
from aiguardian.processor import Deadline

Supports = Callable[[str, Source], float]
"""How well a source supports a claim, in [0, 1]."""

WEIGHTS = (-0.5, -1.87, 3.09, -2.56, 5.14, 2.19, -0.47, -4.56, -0.38, -4.91, -1.27, 6.6, -0.93)
"""Intercept; then for the claim, and again for all that the mark may stand for: how the cited
source fits (together, anywhere, pairs), and what its rival has more. Logistic regression on texts
made as in benchmarks/trust_citation.py with other seeds; on datasets left out .947 of the wrong
citations are found and .984 of the right ones kept."""
SECOND_OPINION = 1.0
"""What the handed-in judge adds for a rival that it holds for fully supporting, the cited not. By
the exact checks alone 0 to 3 make no difference (.949 found, .986 kept, benchmark of 2026-11)."""
RIVALS = 2
"""Sources that the handed-in judge compares with the cited one."""
POSSIBLY, SURELY = 0.05, 0.95
"""Rivals that are less or more likely than this by their words alone need no judge."""
WRONG = 0.5
SILENT_SHARE = 0.15
"""Of the claim's words: a cited source with fewer says nothing of it."""
FEWEST_WORDS = 3
"""Content words: a shorter claim fits anything and nothing."""


NO_FIT = Fit(-1, 0.0, 0.0)


def check_citations(
    text: str, sources: Sequence[Source], supports: Supports, deadline: Deadline
) -> list[Check]:
    """What can be said of each citation and identifier, in order of the text.

    `contradicted`: it cannot be right (`citation.malformed`), or another source says what the
    cited one does not (`citation.wrong_source`). `silent`: it resolves to nothing
    (`citation.unresolved`), or to a source that does not speak of the claim
    (`citation.unsupported`). `supported`: `citation.resolved`. Linear but for the claims, each of
    which is compared with the sources that share a word with it.
    """
    prose = without_code(text)
    marks = citation_marks(text, frozenset(source.id.strip().lower() for source in sources))
    found = [*_wrong_identifiers(prose, sources), *_malformed_addresses(marks)]
    if marks:
        bad_places = {(check.start, check.end) for check in found}
        good = [mark for mark in marks if (mark.start, mark.end) not in bad_places]
        found.extend(_cited(text, prose, good, sources, supports, deadline))
    return sorted(found, key=lambda check: check.start)


def _cited(
    text: str,
    prose: str,
    marks: Sequence[Mark],
    sources: Sequence[Source],
    supports: Supports,
    deadline: Deadline,
) -> Iterator[Check]:
    """The checks of all marks outside the text's own list."""
    listed = references(prose)
    cited = [mark for mark in marks if not listed.holds(mark.start)]
    if not cited:
        return
    resolver = Resolver(sources, listed)
    built = overlap(sources, deadline)
    for group in carried(text, cited):
        deadline.check()
        targets = [(mark, resolver.resolve(mark)) for mark in group.marks]
        yield from _unresolved(targets)
        yield from _judged(group, targets, sources, built, supports)


def _wrong_identifiers(text: str, sources: Sequence[Source]) -> Iterator[Check]:
    """Identifiers that cannot exist, or that no source has where sources have others."""
    listed = identifiers(text)
    given = _given_identifiers(sources) if listed else {}
    for one in listed:
        if one.fault:
            message = f"The {one.kind} {one.value[:60]} {one.fault}."
            yield Check("citation.malformed", "contradicted", 0.95, message, one.start, one.end)
        elif one.kind in given and one.value not in given[one.kind]:
            message = f"No source has the {one.kind} {one.value[:60]}."
            yield Check("citation.unresolved", "silent", 0.7, message, one.start, one.end)


def _malformed_addresses(marks: Sequence[Mark]) -> Iterator[Check]:
    for mark in marks:
        fault = address_fault(mark.value) if mark.kind == "url" else ""
        if fault:
            message = f"The address {mark.value[:80]} {fault}."
            yield Check("citation.malformed", "contradicted", 0.9, message, mark.start, mark.end)


def _given_identifiers(sources: Sequence[Source]) -> dict[str, set[str]]:
    given: dict[str, set[str]] = {}
    for source in sources:
        for one in _well_formed(f"{source.id}\n{source.text}"):
            given.setdefault(one.kind, set()).add(one.value)
    return given


def _well_formed(text: str) -> Iterator[Identifier]:
    return (one for one in identifiers(text) if not one.fault)


def _unresolved(targets: Sequence[tuple[Mark, Target]]) -> Iterator[Check]:
    for mark, target in targets:
        if target.fault:
            yield Check(
                "citation.unresolved", "silent", target.score, target.fault, mark.start, mark.end
            )


def _judged(
    group: Carried,
    targets: Sequence[tuple[Mark, Target]],
    sources: Sequence[Source],
    built: Overlap,
    supports: Supports,
) -> Iterator[Check]:
    """The claim of a cluster against what the cluster cites together."""
    places = sorted({place for _, target in targets for place in target.sources})
    resolved = [mark for mark, target in targets if target.sources]
    if not places or len(words(group.text)) < FEWEST_WORDS:
        return
    candidates = _candidates(group, built)
    cited = [one for one in candidates if one.source in places]
    own = max(cited, key=_strength, default=Candidate(places[0]))
    rivals = [one for one in candidates if one.source not in places][:RIVALS]
    wrong, rival = _best_rival(group.text, own, rivals, sources, supports)
    for mark in resolved:
        yield _verdict(mark, own, rival, wrong, sources)


@dataclass(frozen=True, slots=True)
class Candidate:
    """How a source fits a claim, and all that the mark behind the claim may stand for."""

    source: int
    claim: Fit = NO_FIT
    passage: Fit = NO_FIT


def _candidates(group: Carried, built: Overlap) -> list[Candidate]:
    """The sources that share a word with the claim or its passage, best first."""
    claims = {fit.source: fit for fit in built.fits(group.text)}
    passages = claims
    if group.passage != group.text:
        passages = {fit.source: fit for fit in built.fits(group.passage)}
    found = [
        Candidate(source, claims.get(source, NO_FIT), passages.get(source, NO_FIT))
        for source in claims.keys() | passages.keys()
    ]
    return sorted(found, key=lambda one: (-_strength(one), one.source))


def _strength(one: Candidate) -> float:
    parts = (one.claim.together, one.claim.anywhere, one.passage.together, one.passage.anywhere)
    return sum(parts) + one.claim.pairs + one.passage.pairs


def _best_rival(
    claim: str,
    own: Candidate,
    rivals: Sequence[Candidate],
    sources: Sequence[Source],
    supports: Supports,
) -> tuple[float, Candidate | None]:
    """The likeliest chance that a rival is what should be cited, and that rival."""
    by_words = [(wrong_source(own, rival), rival) for rival in rivals]
    if not by_words:
        return 0.0, None
    chance, best = max(by_words, key=lambda one: one[0])
    if not POSSIBLY < chance < SURELY:
        return chance, best
    mine = supports(claim, sources[own.source])
    judged = [
        (wrong_source(own, rival, supports(claim, sources[rival.source]) - mine), rival)
        for _, rival in by_words
    ]
    return max(judged, key=lambda one: one[0])


def wrong_source(own: Candidate, rival: Candidate, opinion: float = 0.0) -> float:
    """The chance, 0 to 1, that a claim belongs to a rival of the source it cites.

    `opinion` is what a judge gives the rival more than the cited source, -1 to 1.
    """
    parts = (1.0, *_compared(own.claim, rival.claim), *_compared(own.passage, rival.passage))
    total = sum(weight * part for weight, part in zip(WEIGHTS, parts, strict=True))
    return 1 / (1 + math.exp(-total - SECOND_OPINION * opinion))


def _compared(own: Fit, rival: Fit) -> tuple[float, ...]:
    more = (rival.together - own.together, rival.anywhere - own.anywhere, rival.pairs - own.pairs)
    return (own.together, own.anywhere, own.pairs, *more)


def _verdict(
    mark: Mark, own: Candidate, rival: Candidate | None, wrong: float, sources: Sequence[Source]
) -> Check:
    name = _called(sources[own.source])
    if rival is not None and wrong >= WRONG:
        quoted = evidence(rival.claim, sources[rival.source])
        other = _called(sources[rival.source])
        message = f"The text cites {name}, but {other} is what says this: {_short(quoted.text)!r}."
        return Check(
            "citation.wrong_source",
            "contradicted",
            round(wrong, 3),
            message,
            mark.start,
            mark.end,
            quoted,
        )
    spoken = max(own.claim.anywhere, own.passage.anywhere)
    if spoken < SILENT_SHARE:
        message = f"The text cites {name}, which does not speak of this."
        score = round(0.9 - 2 * spoken, 3)
        return Check("citation.unsupported", "silent", score, message, mark.start, mark.end)
    quoted = evidence(own.claim, sources[own.source])
    message = f"The citation means {name}, which speaks of this."
    score = round(max(own.claim.together, own.passage.together), 3)
    return Check("citation.resolved", "supported", score, message, mark.start, mark.end, quoted)


def _called(source: Source) -> str:
    return (
        f"source {source.index + 1} ({source.id[:60]})"
        if source.id
        else f"source {source.index + 1}"
    )


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 160 else plain[:157] + "..."
