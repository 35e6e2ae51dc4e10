"""Check `quantifier`: "all" where the evidence says "some", "only" where it does not.

A statement about all entails one about most, many and some of the same things, never the other
way round; none contradicts each of these.
"""

from __future__ import annotations

from aiguardian.guards.trust.judgement import Check
from aiguardian.guards.trust.marks import LEVELS, QUANTIFIES
from aiguardian.guards.trust.reading import Reading
from aiguardian.guards.trust.words import Words

_STRENGTH = {"all": 4, "most": 3, "many": 2, "some": 1}
_REVERSED = {
    frozenset(pair)
    for pair in (
        ("all", "none"), ("all", "few"), ("most", "none"), ("most", "few"), ("many", "none"),
        ("many", "few"), ("some", "none"), ("only", "none"),
    )
}  # fmt: skip
BEFORE = 4
"""Words between a quantifier and what it counts."""
ENOUGH_AGREEMENT = 0.4
OVERSTATED, REVERSED, NARROWED = 0.5, 0.8, 0.5
"""Scores of "all" for "some", of "all" for "none", and of an "only" that the evidence has not."""


def check_quantifiers(reading: Reading) -> list[Check]:
    """A check for each quantifier of the claim whose noun or verb the evidence has too."""
    found = []
    for number, word in reading.marked(QUANTIFIES):
        check = _check(reading, number, LEVELS[word.folded])
        if check is not None:
            found.append(check)
    return found


def _check(reading: Reading, number: int, level: str) -> Check | None:
    anchor = _anchor(reading.said, number)
    if level == "only" and not any(
        LEVELS.get(word.folded) == "only" for word in reading.read.listed
    ):
        return _narrowed(reading, number)
    if anchor is None:
        return None
    places = reading.places.get(reading.said[anchor].stem, [])
    ranked = [(reading.agreement(anchor, at), -at) for at in places]
    agreement, place = max(ranked, default=(0.0, 0))
    if agreement < ENOUGH_AGREEMENT:
        return None
    other = _level_before(reading.read, -place)
    return _compared(reading, number, level, other, -place, agreement)


def _anchor(said: Words, number: int) -> int | None:
    """The next content word: what the quantifier counts or how often it happens."""
    for at in range(number + 1, min(len(said), number + 1 + BEFORE)):
        if said[at].is_content and said[at].folded not in LEVELS:
            return at
    return None


def _level_before(read: Words, place: int) -> tuple[str, int]:
    for at in range(place - 1, max(-1, place - 1 - BEFORE), -1):
        level = LEVELS.get(read[at].folded)
        if level is not None:
            return level, at
        if read[at].is_content and read.gap(at) > 1:
            break
    return "", place


def _narrowed(reading: Reading, number: int) -> Check:
    message = f'The text says "{reading.said[number].text}", the source does not limit it.'
    span = (number, number)
    return reading.check("quantifier.only", "silent", NARROWED, message, said=span)


def _compared(
    reading: Reading,
    number: int,
    level: str,
    other: tuple[str, int],
    place: int,
    agreement: float,
) -> Check | None:
    there, at = other
    said = reading.said[number].text
    if level == there:
        return reading.check(
            "quantifier", "supported", agreement, f'Both say "{said}".', said=(number, number)
        )
    if level == "only":
        return _narrowed(reading, number)
    if not there:
        return None
    message = f'The text says "{said}" where the source says "{reading.read[at].text}".'
    if frozenset((level, there)) in _REVERSED:
        outcome, score = "contradicted", REVERSED
    elif _STRENGTH.get(level, 0) > _STRENGTH.get(there, 9):
        outcome, score = "contradicted", OVERSTATED
    else:
        return None
    return reading.check(
        "quantifier",
        outcome,  # type: ignore[arg-type]  # one of two literals
        score * agreement,
        message,
        said=(number, number),
        read=(at, place),
    )
