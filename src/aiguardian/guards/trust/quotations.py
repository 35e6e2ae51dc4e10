"""Check `quotation`: what stands between quotation marks stands so in a source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from aiguardian.guards.trust.evidence import SourceIndex
from aiguardian.guards.trust.judgement import Check, Claim, Evidence
from aiguardian.guards.trust.words import Words, words
from aiguardian.processor import Deadline

FEWEST_WORDS = 3
"""Words of a quotation that is checked: shorter ones are titles and words set apart."""
LONGEST = 600
"""Code points of a quotation; longer ones are compared by their first words."""
NEAR = 0.6
"""Likeness of a passage from which on it is what was meant to be quoted."""

_QUOTED = re.compile(
    r'"([^"\n]{1,1000})"|“([^”\n]{1,1000})”|«([^»\n]{1,1000})»|„([^“”\n]{1,1000})[“”]|「([^」\n]{1,1000})」'
)


def check_quotations(claim: Claim, index: SourceIndex, deadline: Deadline) -> list[Check]:
    """A check for each quotation of the claim: word for word in a source, altered, or not there."""
    found = []
    for quoted in _QUOTED.finditer(claim.text):
        group = quoted.lastindex or 1
        written = quoted[group][:LONGEST]
        said = words(written, claim.start + quoted.start(group))
        if len(said) >= FEWEST_WORDS:
            evidence = index.best(Claim(written, said.starts[0], said.ends[-1]), deadline)
            found.append(_check(said, written, evidence, index))
    return found


def _check(said: Words, written: str, evidence: Sequence[Evidence], index: SourceIndex) -> Check:
    sought = [word.folded for word in said.listed]
    nearest: tuple[float, Evidence | None] = (0.0, None)
    for piece in evidence:
        numbers = index.words_of(index.window(piece))
        read = index.words.part(numbers.start, numbers.stop)
        folded = [word.folded for word in read.listed]
        place = _place(folded, sought)
        if place is not None:
            span = _span(piece, read, place, place + len(sought) - 1)
            message = "The quotation stands word for word in the source."
            return _told(said, "supported", 1.0, message, span)
        likeness = _likeness(folded, sought)
        nearest = max(nearest, (likeness, piece), key=lambda pair: pair[0])
    if nearest[1] is not None and nearest[0] >= NEAR:
        message = f'The quotation "{_short(written)}" is altered: the source says it otherwise.'
        return _told(said, "contradicted", 0.9, message, nearest[1])
    message = f'No source holds the quotation "{_short(written)}".'
    return _told(said, "silent", 0.9, message, None)


def _told(
    said: Words, outcome: str, score: float, message: str, evidence: Evidence | None
) -> Check:
    return Check(
        "quotation",
        outcome,  # type: ignore[arg-type]  # one of three literals
        score,
        message,
        start=said.starts[0],
        end=said.ends[-1],
        evidence=evidence,
    )


def _place(read: list[str], sought: list[str]) -> int | None:
    """Where the words stand in a row."""
    length = len(sought)
    for at in range(len(read) - length + 1):
        if read[at] == sought[0] and read[at : at + length] == sought:
            return at
    return None


def _span(piece: Evidence, read: Words, first: int, last: int) -> Evidence:
    start, end = read.starts[first], read.ends[last]
    return Evidence(piece.source, start, end, piece.text[start - piece.start : end - piece.start])


def _likeness(read: list[str], sought: list[str]) -> float:
    """Share of the quotation's words that stand in the passage in the same order."""
    blocks = SequenceMatcher(None, read, sought, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(sought)


def _short(written: str) -> str:
    return written if len(written) <= 60 else f"{written[:57]}..."
