"""Check `modality`: a claim that is surer than its evidence ("cures" for "may help to cure")."""

from __future__ import annotations

from aiguardian.guards.trust.judgement import Check
from aiguardian.guards.trust.marks import HEDGES
from aiguardian.guards.trust.reading import Reading

_SURE_TEXT = (
    "definite certain prov proven always guarantee undoubted clear conclusiv confirm establish "
    "must will absolut undeniabl unquestionabl"
)
_SURE = frozenset(_SURE_TEXT.split())
REACH = 5
"""Words before and after a verb in which a hedge belongs to it."""
ENOUGH_AGREEMENT = 0.5
ENOUGH_SHARED = 0.4
SURER, PLAIN = 0.7, 0.4
"""Scores of a sure word, and of a plain statement, where the evidence hedges."""


def check_modality(reading: Reading) -> list[Check]:
    """One check where claim and evidence, or only the evidence, hedge the same word."""
    if reading.shared < ENOUGH_SHARED or not reading.read_marks & HEDGES:
        return []
    hedged = _hedged(reading)
    best: tuple[float, int, int] | None = None
    for number, word in enumerate(reading.said.listed):
        if not word.is_content or word.stem not in reading.places or word.marks & HEDGES:
            continue
        for place in reading.places[word.stem]:
            if place not in hedged:
                continue
            agreement = reading.agreement(number, place)
            if best is None or agreement > best[0]:
                best = (agreement, number, place)
    if best is None or best[0] < ENOUGH_AGREEMENT:
        return []
    agreement, number, place = best
    return [_check(reading, agreement, number, place, hedged[place])]


def _check(reading: Reading, agreement: float, number: int, place: int, hedge: int) -> Check:
    written = reading.read[hedge].text
    if reading.said_marks & HEDGES:
        message = f'Both leave it open ("{written}").'
        return reading.check("modality", "supported", agreement, message, said=(number, number))
    is_sure = any(word.stem in _SURE for word in reading.said.listed)
    message = f'The text states what the source says with "{written}".'
    return reading.check(
        "modality.overstated",
        "contradicted" if is_sure else "silent",
        (SURER if is_sure else PLAIN) * agreement,
        message,
        said=(number, number),
        read=(hedge, place),
    )


def _hedged(reading: Reading) -> dict[int, int]:
    """For each place of the evidence that a hedge stands before, the place of the nearest."""
    return {
        place: at
        for at, word in enumerate(reading.read.listed)
        if word.marks & HEDGES
        for place in range(at + 1, at + 1 + REACH)
    }
