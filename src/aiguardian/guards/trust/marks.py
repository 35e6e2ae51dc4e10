"""What single words tell the exact checks: lists of words, looked up once for each written word.

A check asks first whether any word of the claim, or of its evidence, bears its mark: most
sentences deny, limit and hedge nothing, and are told so by one number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from aiguardian.guards.trust.quantities.dates import names_month
from aiguardian.guards.trust.quantities.number_words import names_number, names_share
from aiguardian.guards.trust.spelling import fold, stem
from aiguardian.text.likeness import common_words

DENIES, QUANTIFIES, OPPOSED, OF_KIND, HEDGES = (1 << bit for bit in range(5))
"""Bits of a word's marks: it denies what follows, says of how many, has opposites, is one of a
kind, leaves something open."""
DIGITS, NUMBERS, SHARES, MONTHS = (1 << bit for bit in range(5, 9))
"""It holds a digit, is part of a number in words, of a share in words, names a month."""
COUNTS = DIGITS | NUMBERS | SHARES
"""Words without any of these state no quantity."""
NAMES, TELLS, CODED, COMMON, SMALL = (1 << bit for bit in range(9, 14))
"""It may be part of a name, says something in one ("WHO" does, "who" does not), has a capital or a
digit inside, is a common word, begins with a small letter."""

_PLAIN_CUES_TEXT = (
    "not never no none nobody nothing neither nor cannot nowhere didnt doesnt dont isnt wasnt "
    "arent werent hasnt havent hadnt wont cant couldnt wouldnt shouldnt non "
    "nicht kein keine keinen keinem keiner keines niemals niemand nichts weder "
    "pas jamais aucun aucune rien nunca ningun ninguna ninguno nadie tampoco "
    "nessun nessuno nessuna niente nulla nao nenhum nenhuma ninguem niet geen nooit niets"
)
"""English, then German, French, Spanish, Italian, Portuguese and Dutch: words that English has, too
("sin", "personne", "mai"), are left out."""
_PLAIN_CUES = frozenset(_PLAIN_CUES_TEXT.split())
_IMPLIED_CUES_TEXT = (
    "without hardly barely scarcely fail lack unable refus deny zero absent prevent except exclud"
)
IMPLIED_CUES = frozenset(_IMPLIED_CUES_TEXT.split())
"""What denies what follows: words, and stems of words that have more than one sense."""
_CONTRACTED = ("n't", "n’t")

_LEVELS_TEXT = {
    "all": "all every each always entirely completely fully everyone everybody everything whole "
    "entire both unanimously totally wholly invariably",
    "most": "most majority mostly usually generally largely typically primarily mainly",
    "many": "many numerous often frequently widely",
    "some": "some several certain partly partially sometimes occasionally various",
    "few": "few fewer rarely seldom hardly minority little scarcely barely",
    "none": "no none never nobody neither zero nothing",
    "only": "only solely exclusively merely purely sole",
}
LEVELS = {word: level for level, words in _LEVELS_TEXT.items() for word in words.split()}
"""Of how many something is said, by the word that says it."""

_HEDGES_TEXT = (
    "may might could possibly perhaps maybe likely probably potentially apparently reportedly "
    "allegedly suggest seem appear tend hypothesiz speculat unclear uncertain preliminary "
    "presumabl expect plan intend propos consider hope aim estimat roughly approximat alleged "
    "rumor rumour claim should would"
)
_HEDGES = frozenset(_HEDGES_TEXT.split())

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
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|s|k|m|b|bn|am|pm|mg|ml|kg|km|cm|mm|g|x|h|gb|mb|d)")

_DIGIT = re.compile(r"[\d¼½¾⅐-⅞]")
_LETTERS = re.compile(r"[^\W\d_]+")


def marks_of(written: str, folded: str, stemmed: str, *, is_content: bool) -> int:
    """The marks of a word by how it is written, folded and stemmed."""
    found = DENIES * _denies(folded, stemmed) | QUANTIFIES * (folded in LEVELS)
    found |= OPPOSED * (stemmed in opposites()) | OF_KIND * (stemmed in others_of_kind())
    found |= HEDGES * _hedges(written, folded, stemmed) | count_marks(written)
    return found | _name_marks(written, folded, stemmed, is_content=is_content)


def _denies(folded: str, stemmed: str) -> bool:
    return folded in _PLAIN_CUES or stemmed in IMPLIED_CUES or folded.endswith(_CONTRACTED)


def _hedges(written: str, folded: str, stemmed: str) -> bool:
    if written == "May":  # the month, more often than a question
        return False
    return folded in _HEDGES or stemmed in _HEDGES


def count_marks(text: str) -> int:
    """What a word, or the words of a text, have to do with numbers: `DIGITS` and its like. Also
    tells "one" in "l'one"."""
    found = DIGITS if _DIGIT.search(text) else 0
    words = _LETTERS.findall(text.casefold())
    found |= NUMBERS * names_number(words) | SHARES * names_share(words)
    return found | MONTHS * names_month(words)


def _name_marks(written: str, folded: str, stemmed: str, *, is_content: bool) -> int:
    tells = is_content or (written.isupper() and len(written) > 1)
    is_name = written[0].isupper() and tells and folded not in _NO_NAMES
    is_coded = any(char.isupper() or char.isdigit() for char in written[1:])
    is_common = folded in common_words() or stemmed in common_words()
    found = NAMES * (is_name or (not written.isalpha() and _is_code(written, folded)))
    found |= TELLS * tells | CODED * is_coded | COMMON * is_common
    return found | SMALL * written[0].islower()


def _is_code(written: str, folded: str) -> bool:
    """Whether letters and digits make a code of it, not a number with its unit."""
    has_both = any(map(str.isdigit, written)) and any(map(str.isalpha, written))
    return has_both and not _ORDINAL.fullmatch(folded)


@cache
def opposites() -> dict[str, frozenset[str]]:
    """For each stem those that say the opposite."""
    found: dict[str, set[str]] = {}
    for line in _lines("antonyms.txt"):
        one, other = ({stem(fold(w.strip())) for w in side.split(",")} for side in line.split(":"))
        for left in one:
            found.setdefault(left, set()).update(other - {left})
        for right in other:
            found.setdefault(right, set()).update(one - {right})
    return {word: frozenset(against) for word, against in found.items()}


@cache
def others_of_kind() -> dict[str, frozenset[str]]:
    """For each stem those that exclude it: the other words of its kinds."""
    found: dict[str, set[str]] = {}
    for line in _lines("kinds.txt"):
        kind = [{stem(word) for word in same.split("=")} for same in line.split()]
        every = set().union(*kind)
        for same in kind:
            for word in same:
                found.setdefault(word, set()).update(every - same)
    return {word: frozenset(others) for word, others in found.items()}


def _lines(name: str) -> Iterator[str]:
    """The lines of a list beside this module, without remarks."""
    for line in (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line
