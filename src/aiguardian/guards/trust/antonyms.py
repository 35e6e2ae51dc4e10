"""Check `antonym`: a word of the claim in whose place the evidence has its opposite."""

from __future__ import annotations

from aiguardian.guards.trust.judgement import Check
from aiguardian.guards.trust.marks import OPPOSED, opposites
from aiguardian.guards.trust.negation import is_negated
from aiguardian.guards.trust.reading import Reading

NEW = 0.4
"""Score of a word that no source has, with its opposite in the evidence but little around it the
same,"""
NEW_AGREEMENT = 0.15
"""and how much must be the same."""
ENOUGH_AGREEMENT = 0.45
"""Of what stands around the word: below, the opposite is probably said of something else."""


def check_antonyms(reading: Reading) -> list[Check]:
    """One contradicted check for each word whose opposite stands in its place.

    Converses ("sent", "received") are no opposites: they tell the same from the other side. A
    claim that has both words ("from unstable to stable") is left alone.
    """
    if not reading.read_marks & OPPOSED:
        return []
    found = []
    for number, word in reading.marked(OPPOSED):
        against = opposites()[word.stem]
        if word.stem in reading.places or against & reading.stems:
            continue
        check = _check(reading, number, against)
        if check is not None:
            found.append(check)
    return found


def _check(reading: Reading, number: int, against: frozenset[str]) -> Check | None:
    places = [(reading.agreement(number, place), -place) for place in reading.read_places(against)]
    if not places:
        return None
    agreement, place = max(places)
    is_new = not reading.index.holds(reading.said[number].stem)
    if agreement < (NEW_AGREEMENT if is_new else ENOUGH_AGREEMENT):
        return None
    if is_negated(reading.said, number) != is_negated(reading.read, -place):
        return None
    said, read = reading.said[number].text, reading.read[-place].text
    return reading.check(
        "antonym",
        "contradicted",
        NEW + (1.0 - NEW) * agreement if is_new else agreement,
        f'The text says "{said}" where the source says "{read}".',
        said=(number, number),
        read=(-place, -place),
    )
