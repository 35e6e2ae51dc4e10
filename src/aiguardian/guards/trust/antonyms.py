"""Check `antonym`: a word of the claim in whose place the evidence has its opposite."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from aiguardian.guards.trust.judgement import Check
from aiguardian.guards.trust.negation import is_negated
from aiguardian.guards.trust.reading import Reading
from aiguardian.guards.trust.words import fold, stem

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
    if _opposites().keys().isdisjoint(reading.stems):
        return []
    found = []
    for number, word in enumerate(reading.said):
        opposites = _opposites().get(word.stem)
        if opposites is None or word.stem in reading.places or opposites & reading.stems:
            continue
        check = _check(reading, number, opposites)
        if check is not None:
            found.append(check)
    return found


def _check(reading: Reading, number: int, opposites: frozenset[str]) -> Check | None:
    places = [
        (reading.agreement(number, place), -place)
        for opposite in opposites & reading.places.keys()
        for place in reading.places[opposite]
    ]
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


@cache
def _opposites() -> dict[str, frozenset[str]]:
    lines = (Path(__file__).parent / "antonyms.txt").read_text(encoding="utf-8").splitlines()
    found: dict[str, set[str]] = {}
    for line in lines:
        if not line or line.startswith("#"):
            continue
        one, other = ({stem(fold(w.strip())) for w in side.split(",")} for side in line.split(":"))
        for left in one:
            found.setdefault(left, set()).update(other - {left})
        for right in other:
            found.setdefault(right, set()).update(one - {right})
    return {word: frozenset(opposites) for word, opposites in found.items()}
