"""English numbers in words: "twelve hundred", "two and a half", "a dozen", "twenty-first"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from aiguardian.guards.trust.quantities.numerals import Numeral

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SIMPLE = {word: value for value, word in enumerate(_ONES)} | {
    word: 10 * value for value, word in enumerate(_TENS, start=2)
}
_SCALES = {
    "hundred": 100,
    "thousand": 1_000,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
_ORDINAL_ONES = [
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
]
ORDINALS = {word: value for value, word in enumerate(_ORDINAL_ONES)} | {
    word.removesuffix("y") + "ieth": 10 * value for value, word in enumerate(_TENS, start=2)
}
FRACTIONS = {
    "half": 1 / 2, "third": 1 / 3, "thirds": 1 / 3, "quarter": 1 / 4, "quarters": 1 / 4,
    "fifth": 1 / 5, "fifths": 1 / 5, "tenth": 1 / 10, "tenths": 1 / 10,
}  # fmt: skip

_ANY = "|".join(sorted([*_SIMPLE, *_SCALES, "dozens?", *ORDINALS], key=len, reverse=True))
# The look ahead takes all the words there are and gives none back: "two sixs" is no number.
PHRASE = re.compile(
    rf"\b(?:an?[ ](?=(?:hundred|thousand|million|billion|trillion|dozen)\b))?(?:{_ANY})"
    rf"(?=(?P<more>(?:(?:[ -]|[ ]and[ ])(?:{_ANY})){{0,12}}))(?P=more)"
    r"(?:[ ]and[ ]a[ ](?:half|quarter))?\b",
    re.IGNORECASE,
)
"""At most 13 number words in a row. "second" is found too; the caller decides by what follows."""
_RUN = re.compile(r"[^\W\d_]+")
_STARTS = frozenset((*_SIMPLE, *_SCALES, "dozen", "dozens", *ORDINALS, "a", "an"))
_PARTS = frozenset((*_SIMPLE, *_SCALES, "dozen", "dozens", *ORDINALS, *FRACTIONS))
SHARE = re.compile(
    r"\b(?:(one|two|three|four|a)[ -])?(half|thirds?|quarters?|fifths?|tenths?)"
    r"(?=[ ](?:of|the)\b|[ ]its\b)",
    re.IGNORECASE,
)


def names_number(words: Iterable[str]) -> bool:
    """Whether any of the words, in lower case, is part of a number: most sentences have none, and
    this is told in a tenth of the time of reading them."""
    return not _PARTS.isdisjoint(words)


def names_share(words: Iterable[str]) -> bool:
    """Whether any of the words, in lower case, is part of a share ("half", "thirds")."""
    return not FRACTIONS.keys().isdisjoint(words)


def find_number_words(text: str) -> list[tuple[Numeral, bool]]:
    """Each number in words, and whether it is an ordinal ("twenty-first"). Phrases that make no
    number ("two hundred hundred") are read up to where they do."""
    found = []
    for match in _phrases(text):
        phrase = match.group().lower()
        if phrase in _SCALES:
            continue  # "millions of", or the magnitude of a number in digits
        value, is_ordinal, is_rough = _read(phrase)
        numeral = Numeral(
            match.start(), match.end(), value, 0.0 if not is_rough else value * 0.02, is_rough
        )
        found.append((numeral, is_ordinal))
    return found


def _phrases(text: str) -> Iterator[re.Match[str]]:
    """The matches of `PHRASE`, which is tried only where a word begins that may begin one."""
    end = 0
    for run in _RUN.finditer(text):
        if run.start() >= end and run[0].casefold() in _STARTS:
            match = PHRASE.match(text, run.start())
            if match is not None:
                end = match.end()
                yield match


def find_shares(text: str) -> list[Numeral]:
    """Shares in words as percentages: 50 for "half of", 66.7 for "two thirds of"."""
    counts = {"two": 2, "three": 3, "four": 4}
    return [
        Numeral(
            m.start(),
            m.end(),
            100 * counts.get((m[1] or "").lower(), 1) * FRACTIONS[m[2].lower()],
            0.5,
        )
        for m in SHARE.finditer(text)
    ]


def _read(phrase: str) -> tuple[float, bool, bool]:
    """Value, whether an ordinal ends it, whether it is rough ("a dozen", "two hundred")."""
    total = current = 0.0
    is_ordinal = is_rough = False
    for word in re.findall(r"[a-z]+", phrase):
        if word in _SIMPLE:
            current += _SIMPLE[word]
        elif word in ORDINALS:
            current += ORDINALS[word]
            is_ordinal = True
        elif word == "hundred":
            current, is_rough = max(current, 1) * 100, True
        elif word.startswith("dozen"):
            current, is_rough = max(current, 1) * 12, True
        elif word in _SCALES:
            total, current, is_rough = total + max(current, 1) * _SCALES[word], 0.0, True
        elif word in ("half", "quarter"):
            current += FRACTIONS[word] * (total or 1)
    return total + current, is_ordinal, is_rough
