"""Check `role`: who did what to whom, and what is more than what.

Without a grammar: a verb or comparative that claim and evidence share, with the same two names
around it, but on exchanged sides; any two content words in a claim that says nothing else than its
evidence. A passive ("was acquired by") exchanges them once more.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiguardian.guards.trust.judgement import Check
from aiguardian.guards.trust.reading import Reading
from aiguardian.guards.trust.words import Word

SIDE = 6
"""Words on each side of the verb in which its subject and object are looked for."""
ENOUGH_SHARED = 0.5
"""Share of the claim's words in the evidence."""
SAME_SHARED, SAME_LENGTH = 0.95, 2.0
"""Share of words, and length of the evidence against the claim's, from which on both say the same
with the same words."""
LONGEST = 60
"""Words of a claim whose sides can be told apart."""
_BE = "be"
_ENDS_SIDE = frozenset(("and", "but", "while", "whereas", "although", "because", "when", "that"))


def check_roles(reading: Reading) -> list[Check]:
    """At most one check: the first verb whose two sides are exchanged."""
    if reading.shared < ENOUGH_SHARED or len(reading.said) > LONGEST or reading.is_table:
        return []
    if not (_says_same(reading) or _shares_two_names(reading)):
        return []
    for number, word in enumerate(reading.said.listed):
        if word.stem not in reading.places or not _relates(word):
            continue
        check = _check(reading, number)
        if check is not None:
            return [check]
    return []


def _shares_two_names(reading: Reading) -> bool:
    """Whether two capitalised words of the claim stand in the evidence: without them, no two could
    have been exchanged."""
    shared = {
        word.stem for word in reading.said.listed if word.is_capital and word.stem in reading.places
    }
    return len(shared) > 1


def _says_same(reading: Reading) -> bool:
    if reading.shared < SAME_SHARED:
        return False
    return reading.first_length <= SAME_LENGTH * len(reading.said)


def _relates(word: Word) -> bool:
    """Whether a word may stand between two that it relates: no name, no number."""
    return word.is_content and word.text.islower() and len(word.text) > 2


def _check(reading: Reading, number: int) -> Check | None:
    here = _sides(reading.said.listed, number)
    if not all(here):
        return None
    for place in reading.places[reading.said[number].stem]:
        there = _sides(reading.read.listed, place)
        if _kept(here, there):
            return None
        pair = _exchanged(here, there)
        if pair is None or not (_says_same(reading) or all(word[0].isupper() for word in pair)):
            continue
        verb = reading.said[number].text
        message = (
            f'The text has "{pair[0]}" and "{pair[1]}" on the sides of "{verb}" that the source '
            "exchanges."
        )
        score = reading.shared
        return reading.check(
            "role", "contradicted", score, message, said=(number, number), read=(place, place)
        )
    return None


Sides = tuple[dict[str, str], dict[str, str]]
"""Stem to written form of what stands on the doing and on the suffering side."""


def _sides(said: Sequence[Word], number: int) -> Sides:
    before = _side(said, range(number - 1, max(-1, number - 1 - SIDE), -1))
    after = _side(said, range(number + 1, min(len(said), number + 1 + SIDE)))
    return (after, before) if _is_passive(said, number) else (before, after)


def _side(said: Sequence[Word], places: range) -> dict[str, str]:
    found: dict[str, str] = {}
    for at in places:
        word = said[at]
        if word.folded in _ENDS_SIDE:
            break
        if word.is_content and len(word.text) > 2 and not word.text[0].isdigit():
            found.setdefault(word.stem, word.text)
    return found


def _is_passive(said: Sequence[Word], number: int) -> bool:
    """A form of "be" shortly before the word and "by" shortly after."""
    has_be = any(word.stem == _BE for word in said[max(0, number - 3) : number])
    return has_be and any(word.folded == "by" for word in said[number + 1 : number + 4])


def _kept(here: Sides, there: Sides) -> bool:
    """Whether any word stands on its side in both."""
    return bool(here[0].keys() & there[0].keys()) or bool(here[1].keys() & there[1].keys())


def _exchanged(here: Sides, there: Sides) -> tuple[str, str] | None:
    doing = sorted(here[0].keys() & there[1].keys())
    suffering = sorted(here[1].keys() & there[0].keys())
    if not doing or not suffering:
        return None
    return here[0][doing[0]], here[1][suffering[0]]
