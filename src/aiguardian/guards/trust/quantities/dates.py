"""Points and stretches of the calendar: full dates, months, years, decades, centuries.

Each becomes an interval of day numbers, so that "March 1994" lies in "the 1990s". Months in
English, German, French, Spanish, Italian, Portuguese and Dutch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

DAYS_PER_MONTH = 31
DAYS_PER_YEAR = 12 * DAYS_PER_MONTH
"""A calendar of equal months: it keeps the order of dates, and `/ DAYS_PER_YEAR` gives years."""

_MONTHS_TEXT = (
    "january:1 february:2 march:3 april:4 may:5 june:6 july:7 august:8 september:9 october:10 "
    "november:11 december:12 jan:1 feb:2 mar:3 apr:4 jun:6 jul:7 aug:8 sep:9 sept:9 oct:10 nov:11 "
    "dec:12 januar:1 februar:2 märz:3 mai:5 juni:6 juli:7 oktober:10 dezember:12 janvier:1 "
    "février:2 mars:3 avril:4 juin:6 juillet:7 août:8 septembre:9 octobre:10 novembre:11 "
    "décembre:12 enero:1 febrero:2 marzo:3 abril:4 mayo:5 junio:6 julio:7 agosto:8 septiembre:9 "
    "octubre:10 noviembre:11 diciembre:12 gennaio:1 febbraio:2 aprile:4 maggio:5 giugno:6 luglio:7 "
    "settembre:9 ottobre:10 dicembre:12 janeiro:1 fevereiro:2 março:3 maio:5 junho:6 julho:7 "
    "setembro:9 outubro:10 novembro:11 dezembro:12 januari:1 februari:2 maart:3 mei:5 augustus:8"
)
MONTHS = {name: int(number) for name, number in (p.split(":") for p in _MONTHS_TEXT.split())}
_MONTH_NAMES = frozenset(MONTHS)
_MONTH = r"[^\W\d_]{3,10}"
"""Any word: whether it is a month is looked up, which is five times as fast as an alternation."""
_YEAR = r"\d{3,4}(?!\d)"
_ERA = r"(?:[ ]?(?P<era>BCE?|B\.C\.|v\. ?Chr\.))?"

_MARKED = (
    # ISO 8601 and the same with slashes or dots.
    re.compile(r"(?P<y>\d(?<![\d./-]\d)\d{3})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?![\d/-])"),
    # 3/4/2019 and 03.04.2019; which is the month is decided by `_slashed`.
    re.compile(
        r"(?P<a>\d(?<![\d./-]\d)\d?)(?P<mark>[/.])(?P<b>\d{1,2})(?P=mark)(?P<y>\d{4})(?![\d/])"
    ),
)
"""Numbers between marks."""
_NAMED = (
    # 3 April 1693, 3rd of April 1693, 3. April, 3 de abril de 1693
    re.compile(
        rf"(?P<d>\d(?<![\d,.]\d)\d?)(?:st|nd|rd|th|\.|er|º)?(?:[ ](?:of|de))?[ -]"
        rf"(?P<mon>{_MONTH})(?!\w)\.?(?:,?[ -](?:(?:of|de)[ ])?(?P<y>{_YEAR}))?"
    ),
    # April 3, 1693; April 3rd
    re.compile(
        rf"\b(?P<mon>{_MONTH})\.?[ ](?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:.,]?\d)"
        rf"(?:[ ]?,?[ ](?P<y>{_YEAR}))?"
    ),
    # April 1693
    re.compile(rf"\b(?P<mon>{_MONTH})\.?(?:[ ](?:of|de))?,?[ ](?P<y>{_YEAR})"),
)
"""With a month by its name."""
_DECADE = (
    # the 1990s, 1970's, '90s
    re.compile(r"(?<![\w.,-])(?P<decade>\d{3}0|['’]\d0)['’]?s\b"),
)
_CENTURY = (
    # 19th century, nineteenth-century dates come as ordinals
    re.compile(r"(?<!\w)(?P<century>\d{1,2})(?:st|nd|rd|th)[ -]century\b" + _ERA, re.IGNORECASE),
)
_ERAS = (
    # 782 BC, AD 79
    re.compile(r"(?<![\w.,])(?P<y>\d{1,4})[ ]?(?P<era>BCE?|B\.C\.|CE|AD)(?!\w)"),
    re.compile(r"\bAD[ ](?P<y>\d{1,4})(?!\w)"),
)
_IS_MARKED = re.compile(r"\d[-/.]\d{1,2}[-/.]\d")
_DIGIT = re.compile(r"\d")
_LETTERS = re.compile(r"[^\W\d_]+")
_IS_YEAR = re.compile(r"[12]\d{3}")
_BARE_YEAR = re.compile(r"(?P<y>[12](?<![\w.,$€£¥₹#:/+][12])\d{3})(?![\w%°]|[.,:]\d|[ ]?[%°])")
_SHORT_END = re.compile(r"[-–/](\d{2})(?![\d\w.,/-])")


class Date(Struct, frozen=True, gc=False):
    """The days from `low` to `high` (day numbers, both inside) at `text[start:end]`."""

    start: int
    end: int
    low: int
    high: int
    is_bare_year: bool = False
    """Whether it is a plain number that is only probably a year."""


def day_number(year: int, month: int = 1, day: int = 1) -> int:
    """Days since the year 0 in a calendar of equal months; negative before it."""
    return year * DAYS_PER_YEAR + (month - 1) * DAYS_PER_MONTH + day - 1


def names_month(words: Iterable[str]) -> bool:
    """Whether any of the words, in lower case, is a month's name."""
    return not _MONTH_NAMES.isdisjoint(words)


def find_dates(text: str, *, has_month: bool | None = None) -> list[Date]:
    """Dates in order, the longest reading where several are possible. Without a year a date is
    put in the year 0: it agrees with others of that kind only. `has_month` is whether a month's
    name stands in the text, if that is known."""
    if _DIGIT.search(text) is None:
        return []
    if has_month is None:
        has_month = names_month(_LETTERS.findall(text.lower()))
    found: list[Date] = []
    for pattern in _possible(text, has_month=has_month):
        for match in pattern.finditer(text):
            date = _read(match)
            if date is not None:
                found.append(date)
    if _IS_YEAR.search(text):
        found += [_bare_year(text, match) for match in _BARE_YEAR.finditer(text)]
    return _without_overlaps(found) if len(found) > 1 else found


def _possible(text: str, *, has_month: bool) -> Iterator[re.Pattern[str]]:
    """The patterns of which the text has what they cannot do without: told much faster than
    they are searched for."""
    if _IS_MARKED.search(text):
        yield from _MARKED
    if has_month:
        yield from _NAMED
    low = text.lower()
    if "0s" in low or "0'" in low or "0’" in low:
        yield from _DECADE
    if "century" in low:
        yield from _CENTURY
    if any(era in text for era in ("BC", "B.C", "CE", "AD")):
        yield from _ERAS


def _read(match: re.Match[str]) -> Date | None:
    group = match.groupdict()
    if group.get("decade"):
        return _decade(match)
    if group.get("century"):
        return _century(match, group)
    year = int(str(group["y"])) if group.get("y") else 0
    if (group.get("era") or "").upper().startswith(("B", "V")):
        year = -year
    if group.get("mon") and str(group["mon"]).lower() not in MONTHS:
        return None
    month, day = _month_and_day(group)
    if month is None:
        return _span(match, day_number(year), day_number(year + 1) - 1)
    if not 1 <= month <= 12 or not (day is None or 1 <= day <= 31):
        return None
    if day is None:
        first = day_number(year, month)
        return _span(match, first, first + DAYS_PER_MONTH - 1)
    exact = day_number(year, month, day)
    return _span(match, exact, exact)


def _month_and_day(group: dict[str, str | None]) -> tuple[int | None, int | None]:
    day = int(str(group["d"])) if group.get("d") else None
    if group.get("mon"):
        return MONTHS[str(group["mon"]).lower()], day
    if group.get("a") and group.get("b"):
        return _slashed(int(str(group["a"])), int(str(group["b"])), str(group["mark"]))
    return (int(str(group["m"])), day) if group.get("m") else (None, None)


def _slashed(one: int, other: int, mark: str) -> tuple[int, int]:
    """Month and day of 3/4/2019: day first with dots or when it must be, else month first."""
    if mark == "." or one > 12:
        return other, one
    return one, other


def _decade(match: re.Match[str]) -> Date:
    digits = match["decade"]
    year = int(digits) if digits[0].isdigit() else 1900 + int(digits[1:])
    length = 100 if year % 100 == 0 and year < 2000 else 10
    return _span(match, day_number(year), day_number(year + length) - 1)


def _century(match: re.Match[str], group: dict[str, str | None]) -> Date:
    number = int(match["century"])
    first = -100 * number if group.get("era") else 100 * (number - 1)
    return _span(match, day_number(first), day_number(first + 101) - 1)


def _bare_year(text: str, match: re.Match[str]) -> Date:
    """A year, or a season or stretch of years: "1996-97", "2008/09"."""
    year = int(match["y"])
    last = year
    end = match.end()
    short = _SHORT_END.match(text, end)
    if short is not None and (int(short[1]) - year) % 100 <= 50:
        last = year + (int(short[1]) - year) % 100
        end = short.end()
    return Date(match.start(), end, day_number(year), day_number(last + 1) - 1, is_bare_year=True)


def _span(match: re.Match[str], low: int, high: int) -> Date:
    return Date(match.start(), match.end(), low, high)


def _without_overlaps(found: list[Date]) -> list[Date]:
    kept: list[Date] = []
    for date in sorted(found, key=lambda d: (d.start, d.is_bare_year, -d.end)):
        if not kept or date.start >= kept[-1].end:
            kept.append(date)
        elif kept[-1].is_bare_year and not date.is_bare_year:
            kept[-1] = date
    return kept
