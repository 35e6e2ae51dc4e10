"""Check `kind`: another word of the same kind in a word's place: "red" for "blue"."""

from __future__ import annotations

from aiguardian.guards.trust.judgement import Check
from aiguardian.guards.trust.marks import OF_KIND, others_of_kind
from aiguardian.guards.trust.negation import is_negated
from aiguardian.guards.trust.reading import Reading

ENOUGH_AGREEMENT = 0.5
"""Of what stands around the word; a thing of another kind may stand in the same sentence."""


def check_kinds(reading: Reading) -> list[Check]:
    """One contradicted check for each word that no source has, where the evidence has another of
    its kind that the claim does not name."""
    if not reading.read_marks & OF_KIND:
        return []
    found = []
    for number, word in reading.marked(OF_KIND):
        if reading.index.holds(word.stem):
            continue
        check = _check(reading, number, others_of_kind()[word.stem] - reading.stems)
        if check is not None:
            found.append(check)
    return found


def _check(reading: Reading, number: int, others: frozenset[str]) -> Check | None:
    places = [(reading.agreement(number, place), -place) for place in reading.read_places(others)]
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
