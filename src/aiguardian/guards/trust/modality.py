"""Check `modality`: a claim that is surer than its evidence ("cures" for "may help to cure")."""

from __future__ import annotations

from aiguardian.guards.trust.judgement import Check
from aiguardian.guards.trust.reading import Reading
from aiguardian.guards.trust.words import Word, stem

_HEDGES_TEXT = (
    "may might could possibly perhaps maybe likely probably potentially apparently reportedly "
    "allegedly suggest seem appear tend hypothesiz speculat unclear uncertain preliminary "
    "presumabl expect plan intend propos consider hope aim estimat roughly approximat alleged "
    "rumor rumour claim should would"
)
_HEDGES = frozenset(_HEDGES_TEXT.split())
_HEDGE_STEMS = _HEDGES | frozenset(map(stem, _HEDGES))
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
    if reading.shared < ENOUGH_SHARED or _HEDGE_STEMS.isdisjoint(reading.places):
        return []
    hedged = _hedged(reading)
    best: tuple[float, int, int] | None = None
    for number, word in enumerate(reading.said):
        if not word.is_content or word.stem not in reading.places or _is_hedge(word):
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
    if any(map(_is_hedge, reading.said)):
        message = f'Both leave it open ("{written}").'
        return reading.check("modality", "supported", agreement, message, said=(number, number))
    is_sure = any(word.stem in _SURE for word in reading.said)
    message = f'The text states what the source says with "{written}".'
    return reading.check(
        "modality.overstated",
        "contradicted" if is_sure else "silent",
        (SURER if is_sure else PLAIN) * agreement,
        message,
        said=(number, number),
        read=(hedge, place),
    )


def _is_hedge(word: Word) -> bool:
    if word.text == "May":  # the month, more often than a question
        return False
    return word.folded in _HEDGES or word.stem in _HEDGES


def _hedged(reading: Reading) -> dict[int, int]:
    """For each place of the evidence that a hedge stands before, the place of the nearest."""
    hedges = sorted(
        at for cue in _HEDGE_STEMS & reading.places.keys() for at in reading.places[cue]
    )
    return {
        place: at
        for at in hedges
        if _is_hedge(reading.read[at])
        for place in range(at + 1, at + 1 + REACH)
    }
