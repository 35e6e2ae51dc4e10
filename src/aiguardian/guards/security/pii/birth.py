"""Dates of birth and ages: a date or number is one only where birth or age is spoken of."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aiguardian.guards.security.pii.entity import Entity
from aiguardian.guards.security.pii.named_values import NamedValue
from aiguardian.guards.security.pii.reading import Reading

_YEAR = r"(?:1[89]\d\d|20[0-4]\d|25\d\d)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
# Any word may be the month: behind "born" a day, a word and a year are a date in every language.
_DATE = re.compile(
    rf"(?<!\d)(?:{_YEAR} ?[-/.年년] ?(?:0?[1-9]|1[0-2]) ?[-/.月월] ?{_DAY}(?: ?[日일])?(?!\d)"
    rf"|{_DAY} ?[-/.] ?{_DAY} ?[-/.] ?(?:{_YEAR}|\d\d)(?![\d])"
    rf"|{_DAY}(?:st|nd|rd|th|er|º|ª|°|\.|-го|-a|-ji)?(?: of| de| di| d')?[ -](?:tháng )?"
    rf"[^\W_]{{1,14}}\.?,?(?: de| del| năm)?[ -]{_YEAR}(?!\d)"
    rf"|[^\W\d_]{{3,14}}\.? {_DAY}(?:st|nd|rd|th|\.)?,? {_YEAR}(?!\d)"
    rf"|{_YEAR}[ .]{{1,2}}[^\W\d_]{{3,14}} {_DAY}(?!\d))",
    re.IGNORECASE,
)
_REACH = 48
"""Code points from the word to the date: `born in the hospital of Trento on 3 May 1980`."""

_PERSON_BEFORE = re.compile(
    r"(?:\b(?:he|she|i|they|you|we|who|her|his|my|our|their|this|that|patient|mr|mrs|ms|brother|"
    r"sister|mother|father|son|daughter|wife|husband|friend|child|uncle|aunt|cousin|boss)\b|'s|’s)",
    re.IGNORECASE,
)
_PERSON_BEHIND = re.compile(
    r"\b(?:olds?|o)[ ,-]{1,2}(?:[a-z]{2,12} ){0,2}(?:male|female|man|woman|boy|girl|patient|son|"
    r"daughter|m|f|gentleman|lady|student|teacher|engineer|child|kid|teenager|brother|sister|mother|father|"
    r"employee|resident|nurse|driver|victim|suspect)\b",
    re.IGNORECASE,
)
# The number right before the word for years, and before that who has them.
_YEARS = re.compile(r"(?<![\d.,$€£-])(\d{1,3})[ -]?\Z")
_HAS_BEFORE = re.compile(
    r"(?:\b(?:j['’]ai|il a|elle a|ich bin|er ist|sie ist|tengo|tiene|ho|ha|tenho|tem|ik ben|"
    r"hij is|zij is|ze is|jag är|han är|hon är|jeg er|han er|hun er|mam|ma|mám|má|minulla on)|"
    r"мне|ему|ей|мені|йому|їй)\s\Z",
    re.IGNORECASE,
)
_OLDEST = 120

NAMED_AGES = (
    NamedValue(
        "AGE",
        "age",
        r"(?<!of )(?<!= )(?<!=)(?:1[01]\d|[1-9]\d?)"
        r"(?![\d.,]\d|%| ?[-–] ?\d| (?:to|and|bis|und|à|et|a|y|do|i) \d)",
        0.6,
    ),
)
"""Behind the word itself: `Age: 34`, `he turned 50`. Nearest: `drinking age of 21`, `age = 3`,
`children aged 8 to 10`."""


def find_births(reading: Reading) -> Iterator[Entity]:
    """The first date behind each word for birth, within 48 code points and a paragraph."""
    text = reading.text
    for place in reading.context.behind("birth"):
        gap_end = text.find("\n\n", place, place + _REACH)
        match = _DATE.search(text, place, place + _REACH + 24 if gap_end < 0 else gap_end)
        if match is not None and match.start() - place <= _REACH:
            score = 0.9 if match.start() - place <= 12 else 0.75
            yield Entity("DATE_OF_BIRTH", *match.span(), score, "birth", validated=False)


def find_ages(reading: Reading) -> Iterator[Entity]:
    """The number of years of a person; a house, a whisky or a codebase has none."""
    text = reading.text
    for label in ("years old", "years"):
        for place in reading.context.at(label):
            match = _YEARS.search(text, max(0, place - 5), place)
            if match is None or not 0 < int(match[1]) <= _OLDEST:
                continue
            score = _age_score(text, match, is_old=label == "years old")
            if score:
                yield Entity("AGE", *match.span(1), score, "birth", validated=False)


def _age_score(text: str, match: re.Match[str], *, is_old: bool) -> float:
    """Someone must have the years: `34 Jahre` alone is a span of time."""
    if ord(text[match.end()]) > 0x2E80:
        return 0.65
    before = text[max(0, match.start() - 32) : match.start()]
    if not is_old:
        return 0.65 if _HAS_BEFORE.search(before) else 0.0
    behind = text[match.end() : match.end() + 48]
    return 0.7 if _PERSON_BEFORE.search(before) or _PERSON_BEHIND.search(behind) else 0.4
