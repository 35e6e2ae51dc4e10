"""Dates that no calendar has, weekdays that do not fit, spans that run backwards, wrong ages."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from aiguardian.guards.trust.judgement import Check
from aiguardian.guards.trust.quantities.dates import MONTHS

LONGEST_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
WEEKDAYS_TEXT = "monday tuesday wednesday thursday friday saturday sunday"
WEEKDAYS = {name: number for number, name in enumerate(WEEKDAYS_TEXT.split())}
FIRST_GREGORIAN = 1753
"""The first full year in which English dates are Gregorian: before, weekdays differ by country."""

_NAMES = "|".join(sorted(MONTHS, key=len, reverse=True))
_WEEKDAY = rf"(?:(?P<weekday>{'|'.join(WEEKDAYS)}),?\s{{1,2}}(?:the\s)?)?"
_DAY_FIRST = re.compile(
    rf"(?<!\w){_WEEKDAY}(?<![\d.,])(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?\s(?:of\s|de\s)?"
    rf"(?P<month>{_NAMES})\b\.?(?:,?\s(?:de\s)?(?P<year>[12]\d{{3}})(?![\d%]))?",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"(?<!\w){_WEEKDAY}(?P<month>{_NAMES})\.?\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:%])"
    r"(?!\s(?:percent|million|billion|people|players|years))(?:,?\s(?P<year>[12]\d{3})(?![\d%]))?",
    re.IGNORECASE,
)
_ISO = re.compile(r"(?<![\w./-])(?P<year>[12]\d{3})-(?P<month>\d\d)-(?P<day>\d\d)(?![\d-])")
_SPAN = re.compile(
    r"(?:\b(?P<word>from|between)\s(?:the\syear\s)?(?P<a>[12]\d{3})\s(?P<to>to|until|and|through)\s"
    r"(?P<b>[12]\d{3})(?![\d%,.]\d|\d)"
    r"|\((?P<c>[12]\d{3})\s?[-–—]\s?(?P<d>[12]\d{3})\))(?!\s{0,2}(?:BCE?|B\.C\.|v\.\s?Chr))"
)
_LIFE = re.compile(
    r"\((?:born\s)?[^()\n]{0,40}?(?P<born>1\d{3}|20\d\d)\s?[-–—]\s?[^()\n]{0,40}?"
    r"(?P<died>1\d{3}|20\d\d)\)"
)
_BORN = re.compile(r"\bborn\b[^.\n]{0,80}?\b(?P<year>1\d{3}|20\d\d)\b")
_DIED = re.compile(r"\bdied\b[^.\n]{0,80}?\b(?P<year>1\d{3}|20\d\d)\b")
LIFE_REACH = 400
"""Code points between a birth and a death that are told of one person."""
_AGE = re.compile(
    r"\bdied\b[^.\n]{0,120}?\b(?:at\s(?:the\s)?age(?:\sof)?|aged)\s(?P<age>\d{1,3})\b"
)
NEAR = 1_000
"""Code points after a life's years in which an age at death is taken for the same person's."""


def calendar_faults(text: str) -> Iterator[Check]:
    """The dates and spans that cannot be. Linear: every pattern is bounded."""
    for pattern in (_DAY_FIRST, _MONTH_FIRST, _ISO):
        for match in pattern.finditer(text):
            yield from _date(match)
    yield from _spans(text)
    yield from _lives(text)


def _date(match: re.Match[str]) -> Iterator[Check]:
    written = match["month"].lower()
    month = int(written) if written.isdigit() else MONTHS[written]
    day, year = int(match["day"]), int(match["year"] or 0)
    if (
        not match["month"].isdigit()
        and not match["month"][0].isupper()
        and written in ("may", "mar")
    ):
        return  # "he may 12 times": the verb
    if not 1 <= month <= 12 or not 1 <= day <= LONGEST_MONTH[month - 1]:
        if not (day > 31 or day == 0) or match.re is _ISO:
            yield _fault(f"There is no date {match[0]!r}.", 0.9, match.span())
        return
    if not year:
        return
    try:
        date = dt.date(year, month, day)
    except ValueError:
        message = f"There is no date {match[0]!r}: {year} is no leap year."
        yield _fault(message, 0.95, match.span())
        return
    weekday = match.groupdict().get("weekday")
    if weekday and year >= FIRST_GREGORIAN and WEEKDAYS[weekday.lower()] != date.weekday():
        name = WEEKDAYS_TEXT.split()[date.weekday()].capitalize()
        yield _fault(f"The text says {match[0]!r}, but that day was a {name}.", 0.9, match.span())


def _spans(text: str) -> Iterator[Check]:
    for match in _SPAN.finditer(text):
        first, last = int(match["a"] or match["c"]), int(match["b"] or match["d"])
        is_choice = match["to"] == "and" and match["word"] == "from"
        if last < first and not is_choice:
            message = f"The span {match[0].strip('()')!r} ends before it begins."
            yield _fault(message, 0.75, match.span())


def _lives(text: str) -> Iterator[Check]:
    """Deaths before births, and an age at death that the years do not give."""
    lives = _told_lives(text)
    for life in lives:
        if life.died < life.born:
            message = f"The text says born {life.born} and died {life.died}."
            yield _fault(message, 0.7, (life.end - 4, life.end))
    lives += [
        _Life(match.start(), match.end(), int(match["born"]), int(match["died"]))
        for match in _LIFE.finditer(text)
    ]
    lives.sort(key=lambda life: life.start)
    for match in _AGE.finditer(text):
        pair = _years_near(lives, match.start(), match.end())
        if pair is None:
            continue
        born, died = pair
        if 0 < died - born < 130 and int(match["age"]) not in (died - born, died - born - 1):
            message = (
                f"The text says died at {match['age']}, but {born} to {died} makes "
                f"{died - born - 1} or {died - born}."
            )
            yield _fault(message, 0.85, (match.start("age"), match.end("age")))


@dataclass(frozen=True, slots=True)
class _Life:
    """The years of a birth and a death that a stretch of text gives."""

    start: int
    end: int
    born: int
    died: int


def _told_lives(text: str) -> list[_Life]:
    """Each "born ... 1912" with the first "died ... 1954" after it in its paragraph."""
    deaths = list(_DIED.finditer(text))
    starts = [death.start() for death in deaths]
    lives: list[_Life] = []
    for birth in _BORN.finditer(text) if deaths else ():
        at = bisect_left(starts, birth.end())
        if at == len(deaths) or starts[at] > birth.end() + LIFE_REACH:
            continue
        if "\n" not in text[birth.end() : starts[at]]:
            years = int(birth["year"]), int(deaths[at]["year"])
            lives.append(_Life(birth.start(), deaths[at].end(), *years))
    return lives


def _years_near(lives: list[_Life], start: int, end: int) -> tuple[int, int] | None:
    """Birth and death years that were given shortly before a place, if they are of one life."""
    first = bisect_left(lives, start - NEAR, key=lambda life: life.start)
    pairs: set[tuple[int, int]] = set()
    for life in lives[first:]:
        if life.start >= start or len(pairs) > 1:
            break
        if life.end <= end:
            pairs.add((life.born, life.died))
    return pairs.pop() if len(pairs) == 1 else None


def _fault(message: str, score: float, span: tuple[int, int]) -> Check:
    return Check("general.dates", "contradicted", score, message, *span)
