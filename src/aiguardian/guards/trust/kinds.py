"""Check `kind`: another word of the same kind in a word's place: "red" for "blue"."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from aiguardian.guards.trust.judgement import Check
from aiguardian.guards.trust.negation import is_negated
from aiguardian.guards.trust.reading import Reading
from aiguardian.guards.trust.words import stem

ENOUGH_AGREEMENT = 0.5
"""Of what stands around the word; a thing of another kind may stand in the same sentence."""


def check_kinds(reading: Reading) -> list[Check]:
    """One contradicted check for each word that no source has, where the evidence has another of
    its kind that the claim does not name."""
    if _others().keys().isdisjoint(reading.stems):
        return []
    found = []
    for number, word in enumerate(reading.said):
        others = _others().get(word.stem)
        if others is None or reading.index.holds(word.stem):
            continue
        check = _check(reading, number, (others - reading.stems) & reading.places.keys())
        if check is not None:
            found.append(check)
    return found


def _check(reading: Reading, number: int, others: frozenset[str]) -> Check | None:
    places = [
        (reading.agreement(number, place), -place)
        for other in others
        for place in reading.places[other]
    ]
    agreement, place = max(places, default=(0.0, 0))
    if agreement < ENOUGH_AGREEMENT or is_negated(reading.said, number):
        return None
    said, read = reading.said[number].text, reading.read[-place].text
    return reading.check(
        "kind",
        "contradicted",
        agreement,
        f'The text says "{said}" where the source says "{read}".',
        said=(number, number),
        read=(-place, -place),
    )


@cache
def _others() -> dict[str, frozenset[str]]:
    """For each stem those that exclude it: the other words of its kinds."""
    lines = (Path(__file__).parent / "kinds.txt").read_text(encoding="utf-8").splitlines()
    found: dict[str, set[str]] = {}
    for line in lines:
        if not line or line.startswith("#"):
            continue
        kind = [{stem(word) for word in same.split("=")} for same in line.split()]
        every = set().union(*kind)
        for same in kind:
            for word in same:
                found.setdefault(word, set()).update(every - same)
    return {word: frozenset(others) for word, others in found.items()}
