"""Check `entity`: names of people, places, things, and codes, that the sources have or have not.

A name counts as found when its words stand in a source, in any order; initials and the last name
alone count too. Texts without capital letters have no names that a rule could see.
"""

from __future__ import annotations

from aiguardian.guards.trust.judgement import Check
from aiguardian.guards.trust.marks import CODED, COMMON, NAMES, SMALL, TELLS
from aiguardian.guards.trust.reading import Reading
from aiguardian.guards.trust.words import Word, Words

_INSIDE = frozenset(("of", "the", "de", "la", "van", "von", "der", "den", "di", "da", "del", "bin"))
"""Small words that a name may hold between two capitals."""
LONGEST = 8
"""Words of one name."""
ENOUGH_AGREEMENT = 0.5
"""Of what stands around the name, for another name in that place to contradict it."""

UNSURE = 0.4
"""Score of one capitalised word that opens a sentence: most are rare words, not names."""

Name = tuple[int, int]
"""The first and last word of a name, both included."""


def find_names(said: Words) -> list[Name]:
    """The names in a row of words."""
    listed = said.listed
    found: list[Name] = []
    free = 0
    for number in [number for number, word in enumerate(listed) if word.marks & NAMES]:
        if number >= free and _opens_name(said, number):
            last = _last_word(said, number)
            found.append((number, last))
            free = last + 1
    if not found or not any(word.marks & SMALL for word in listed):
        return []  # none, or a heading, or a text in capitals
    return found


def _opens_name(said: Words, number: int) -> bool:
    word = said.listed[number]
    if number and not _opens_sentence(said, number):
        return True
    if word.marks & CODED:
        return True
    goes_on = number + 1 < len(said.listed) and said.gap(number) == 1
    if goes_on and said.listed[number + 1].marks & NAMES:
        return True
    return word.is_content and not word.marks & COMMON


def _opens_sentence(said: Words, number: int) -> bool:
    """Whether a stop may stand before the word: a gap wider than one space, no initial's."""
    before = said.listed[number - 1]
    return said.gap(number - 1) > 1 and not (len(before.text) == 1 and before.is_capital)


def _last_word(said: Words, first: int) -> int:
    last = first
    at = first + 1
    while at < len(said) and at - first < LONGEST and said.gap(at - 1) == 1:
        word = said.listed[at]
        if word.marks & NAMES or (word.text.isdigit() and len(word.text) < 4):
            last = at
        elif word.folded not in _INSIDE:
            break
        at += 1
    return last


def check_entities(reading: Reading) -> list[Check]:
    """A check for each name of the claim: in a source, in none, or another one in its place."""
    names = find_names(reading.said) if reading.said_marks & NAMES else []
    if not names:
        return []
    others: list[Name] = []
    if not all(_is_known(reading, word) for name in names for word in _parts(reading, name)):
        others = _others(reading)
    return [_check(reading, name, others) for name in names]


def _others(reading: Reading) -> list[Name]:
    """Names of the evidence that the claim does not have."""
    return [
        (first, last)
        for first, last in find_names(reading.read)
        if not any(word.stem in reading.stems for word in reading.read.listed[first : last + 1])
    ]


def _check(reading: Reading, name: Name, others: list[Name]) -> Check:
    first, last = name
    written = reading.said_text(first, last)
    missing = _missing(reading, name)
    if not missing:
        return reading.check("entity", "supported", 1.0, f"The sources name {written}.", said=name)
    share = len(missing) / max(1, len(_parts(reading, name)))
    agreement, other = _replacement(reading, name, others)
    if other is not None and agreement >= ENOUGH_AGREEMENT:
        message = f"The text names {written} where the source names {reading.span(*other).text}."
        return reading.check(
            "entity.other", "contradicted", agreement * share, message, said=name, read=other
        )
    sure = 1.0 if _is_surely_name(reading.said, name) else UNSURE
    message = f"No source names {written}."
    return reading.check("entity.absent", "silent", sure * share, message, said=name)


def _is_surely_name(said: Words, name: Name) -> bool:
    """Whether more than its place at the start of a sentence makes it a name."""
    first, last = name
    if last > first or (first and not _opens_sentence(said, first)):
        return True
    return bool(said[first].marks & CODED)


def _missing(reading: Reading, name: Name) -> list[Word]:
    """The words of a name that no source has."""
    return [word for word in _parts(reading, name) if not _is_known(reading, word)]


def _parts(reading: Reading, name: Name) -> list[Word]:
    first, last = name
    return [word for word in reading.said.listed[first : last + 1] if word.marks & TELLS]


def _is_known(reading: Reading, word: Word) -> bool:
    index = reading.index
    if index.holds(word.stem) or word.folded in index.folded:
        return True
    if len(word.text) == 1:  # an initial
        return any(folded.startswith(word.folded) for folded in _stems_near(reading))
    if word.text.isupper():
        return _is_abbreviated(reading, word.folded)
    if word.text[-1] != "s" or not word.text[:-1].isupper():
        return False
    several = word.folded[:-1]  # "MMPs" where the source has an MMP, or spells one out
    return index.holds(several) or several in index.folded or _is_abbreviated(reading, several)


def _stems_near(reading: Reading) -> set[str]:
    return {word.folded for word in reading.read.listed}


def _is_abbreviated(reading: Reading, letters: str) -> bool:
    """Whether words in a row of claim or evidence begin with these letters: WHO for World Health
    Organization."""
    if len(letters) < 2:
        return False
    initials = (
        "".join(word.folded[0] for word in side.listed if word.is_content)
        for side in (reading.read, reading.said)
    )
    return any(letters in each for each in initials)


def _replacement(reading: Reading, name: Name, others: list[Name]) -> tuple[float, Name | None]:
    """How much of what stands around this name also stands around another, and that name: the one
    that stands most surely in its place."""
    ranked = [
        (
            max(reading.agreement(name[0], other[0]), reading.agreement(name[1], other[1])),
            _likeness(reading, name, other),
            other,
        )
        for other in others
    ]
    if not ranked:
        return 0.0, None
    agreement, _, other = max(ranked, key=lambda rating: rating[0] + rating[1])
    return agreement, other


def _likeness(reading: Reading, name: Name, other: Name) -> float:
    """A bonus for a name after the same word ("by"), before the same word, of the same length."""
    said, read = reading.said, reading.read
    before = name[0] and other[0] and said[name[0] - 1].folded == read[other[0] - 1].folded
    ends = name[1] + 1 == len(said) or other[1] + 1 == len(read)
    after = not ends and said[name[1] + 1].folded == read[other[1] + 1].folded
    return 0.4 * bool(before) + 0.2 * after + 0.2 * (name[1] - name[0] == other[1] - other[0])
