"""Check `entity`: names of people, places, things, and codes, that the sources have or have not.

A name counts as found when its words stand in a source, in any order; initials and the last name
alone count too. Texts without capital letters have no names that a rule could see.
"""

from __future__ import annotations

import re

from aiguardian.guards.trust.judgement import Check
from aiguardian.guards.trust.reading import Reading
from aiguardian.guards.trust.words import Word
from aiguardian.text.likeness import common_words

_INSIDE = frozenset(("of", "the", "de", "la", "van", "von", "der", "den", "di", "da", "del", "bin"))
"""Small words that a name may hold between two capitals."""
_NO_NAMES_TEXT = (
    "i mr mrs ms dr prof sir monday tuesday wednesday thursday friday saturday sunday january "
    "february march april may june july august september october november december nonetheless "
    "nevertheless moreover furthermore additionally consequently meanwhile likewise similarly "
    "notably overall lastly firstly secondly finally instead otherwise besides conversely "
    "ultimately"
)
_NO_NAMES = frozenset(_NO_NAMES_TEXT.split())
"""Capitalised words that name nobody, those among them that open sentences; days and months belong
to dates."""
LONGEST = 8
"""Words of one name."""
ENOUGH_AGREEMENT = 0.5
"""Of what stands around the name, for another name in that place to contradict it."""

UNSURE = 0.4
"""Score of one capitalised word that opens a sentence: most are rare words, not names."""

Name = tuple[int, int]
"""The first and last word of a name, both included."""


def find_names(said: list[Word]) -> list[Name]:
    """The names in a list of words."""
    if not any(word.text[0].islower() for word in said):
        return []  # a heading, or a text in capitals
    found: list[Name] = []
    free = 0
    for number in [n for n, w in enumerate(said) if w.text[0].isupper() or not w.text.isalpha()]:
        if number >= free and _opens_name(said, number):  # most words are not among them
            last = _last_word(said, number)
            found.append((number, last))
            free = last + 1
    return found


def _opens_name(said: list[Word], number: int) -> bool:
    word = said[number]
    if not _is_nameful(word):
        return False
    if number and not _opens_sentence(said, number):
        return True
    if any(char.isupper() or char.isdigit() for char in word.text[1:]):
        return True
    is_common = word.folded in common_words() or word.stem in common_words()
    goes_on = number + 1 < len(said) and _follows(said, number) and _is_nameful(said[number + 1])
    return goes_on or not (is_common or not word.is_content)


def _is_nameful(word: Word) -> bool:
    if word.is_capital and word.folded not in _NO_NAMES and _counts(word):
        return True
    return not word.text.isalpha() and _is_mixed(word)


def _is_mixed(word: Word) -> bool:
    """Whether letters and digits make a code of it, not a number with its unit."""
    has_both = any(map(str.isdigit, word.text)) and any(map(str.isalpha, word.text))
    return has_both and not _ORDINAL.fullmatch(word.folded)


_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|s|k|m|b|bn|am|pm|mg|ml|kg|km|cm|mm|g|x|h|gb|mb|d)")


def _counts(word: Word) -> bool:
    """Whether a word says something in a name: "WHO" does, "who" does not."""
    return word.is_content or (word.text.isupper() and len(word.text) > 1)


def _opens_sentence(said: list[Word], number: int) -> bool:
    """Whether a stop may stand before the word: a gap wider than one space, no initial's."""
    is_initial = len(said[number - 1].text) == 1 and said[number - 1].is_capital
    return said[number].start - said[number - 1].end > 1 and not is_initial


def _follows(said: list[Word], number: int) -> bool:
    return said[number + 1].start - said[number].end == 1


def _last_word(said: list[Word], first: int) -> int:
    last = first
    at = first + 1
    while at < len(said) and at - first < LONGEST and _follows(said, at - 1):
        if _is_nameful(said[at]) or (said[at].text.isdigit() and len(said[at].text) < 4):
            last = at
        elif said[at].folded not in _INSIDE:
            break
        at += 1
    return last


def check_entities(reading: Reading) -> list[Check]:
    """A check for each name of the claim: in a source, in none, or another one in its place."""
    names = find_names(reading.said)
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
        if not any(word.stem in reading.stems for word in reading.read[first : last + 1])
    ]


def _check(reading: Reading, name: Name, others: list[Name]) -> Check:
    first, last = name
    written = reading.said_text(first, last)
    missing = _missing(reading, name)
    if not missing:
        return reading.check("entity", "supported", 1.0, f"The sources name {written}.", said=name)
    share = len(missing) / max(1, sum(map(_counts, reading.said[first : last + 1])))
    agreement, other = _replacement(reading, name, others)
    if other is not None and agreement >= ENOUGH_AGREEMENT:
        message = f"The text names {written} where the source names {reading.span(*other).text}."
        return reading.check(
            "entity.other", "contradicted", agreement * share, message, said=name, read=other
        )
    sure = 1.0 if _is_surely_name(reading.said, name) else UNSURE
    message = f"No source names {written}."
    return reading.check("entity.absent", "silent", sure * share, message, said=name)


def _is_surely_name(said: list[Word], name: Name) -> bool:
    """Whether more than its place at the start of a sentence makes it a name."""
    first, last = name
    if last > first or (first and not _opens_sentence(said, first)):
        return True
    return any(char.isupper() or char.isdigit() for char in said[first].text[1:])


def _missing(reading: Reading, name: Name) -> list[Word]:
    """The words of a name that no source has."""
    return [word for word in _parts(reading, name) if not _is_known(reading, word)]


def _parts(reading: Reading, name: Name) -> list[Word]:
    first, last = name
    return [word for word in reading.said[first : last + 1] if _counts(word)]


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
    return {word.folded for word in reading.read}


def _is_abbreviated(reading: Reading, letters: str) -> bool:
    """Whether words in a row of claim or evidence begin with these letters: WHO for World Health
    Organization."""
    if len(letters) < 2:
        return False
    initials = (
        "".join(word.folded[0] for word in side if word.is_content)
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
