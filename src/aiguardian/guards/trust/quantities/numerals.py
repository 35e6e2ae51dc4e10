"""Numbers written in digits of any script, with the separators of several locales."""

from __future__ import annotations

import re
import unicodedata
from operator import attrgetter

from msgspec import Struct

MAX_DIGITS = 18
"""More digits in a row are a key or a code, no quantity."""

# A run of digits with the marks inside it, then groups of three after a space ("1 200 000").
# Each step takes at least one digit and gives nothing back, so a megabyte of digits is linear.
# Here as below the first digit comes before what must stand before it: a digit is looked for many
# times faster than a look behind is tried at each place.
RUN = re.compile(
    r"\d(?:(?<![\w.]\d)|(?<=\b[A-Z]{3}\d)|(?<=\bRs\d)|(?<=\bRs\.\d))"
    r"\d*+(?:[.,'’٫٬\u00a0\u202f\u2009]\d++)*(?:(?<=\d)(?<!\d{4})[ ]\d{3}(?![\d.,]?\d))*"
)
_EITHER = re.compile(r"\d(?<![\d.,]\d)\d{0,2}[.,]\d{3}(?![\d.,]?\d)")
IS_AMBIGUOUS = re.compile(r"[.,]\d{3}(?!\d)")
"""Only a mark before three digits may part thousands as well as decimals."""
_LETTERS = re.compile(r"[^\W\d_]+")
_COMMA_WORDS_TEXT = (
    "der die das den dem des und ist im wurde hat ein eine mit von für auf le la les des du une et "
    "est au aux dans pour avec sur el los las del y es en con por para un una il lo gli della nel "
    "di e che per o os as da do dos uma em com não het een de van op met werd heeft"
)
_COMMA_WORDS = frozenset(_COMMA_WORDS_TEXT.split())
"""Of German, French, Spanish, Italian, Portuguese and Dutch."""
_POINT_WORDS_TEXT = "the of and is was were are it its for with that from by to at"
_POINT_WORDS = frozenset(_POINT_WORDS_TEXT.split())
FEWEST_WORDS = 2
"""Different ones that tell a language: one alone may be part of a name ("de", "la")."""
_NO_DIGIT, _A_DIGIT = re.compile(r"[^\d]"), re.compile(r"\d")
VULGAR = re.compile(r"[¼½¾⅐-⅞]")
FRACTION = re.compile(r"(?<![\w/.,])(?:(\d{1,4})[ -])?(\d{1,3})/(\d{1,3})(?![\w/]|[.,]\d)")
_DECIMAL_COMMA = re.compile(r"\d(?:\.\d{3},\d|(?<![\d.,]\d)\d{0,2},\d{1,2}(?![\d,])(?!\.\d))")
_DECIMAL_POINT = re.compile(r"\d(?:,\d{3}\.\d|(?<![\d.,]\d)\d{0,5}\.(?:\d{1,2}|\d{4,6})(?![\d.]))")


class Numeral(Struct, frozen=True, gc=False):
    """A number as written at `text[start:end]`: its value and half a unit of its last digit."""

    start: int
    end: int
    value: float
    half: float
    is_round: bool = False
    """Two or more zeros at the end and no decimals: maybe rounded."""


def has_decimal_commas(text: str) -> bool:
    """Whether the numbers of the text are written as "1.234,5" rather than "1,234.5"."""
    sample = text[:20_000]
    if "," not in sample:
        return "." in sample and _is_of_commas(sample)
    commas = sum(1 for _ in _DECIMAL_COMMA.finditer(sample))
    points = sum(1 for _ in _DECIMAL_POINT.finditer(sample))
    return commas > points or (not points and _is_of_commas(sample))


def _is_of_commas(text: str) -> bool:
    """Whether a text with a number that can be read both ways ("12.345", "12,345") is in a
    language that writes commas before decimals."""
    if not _EITHER.search(text):
        return False
    words = set(_LETTERS.findall(text.lower()))
    foreign = len(words & _COMMA_WORDS)
    return foreign >= FEWEST_WORDS and foreign > len(words & _POINT_WORDS)


def find_numerals(text: str, *, decimal_commas: bool) -> list[Numeral]:
    """Numbers in digits, in order; versions, codes and runs past `MAX_DIGITS` are left out."""
    found: list[Numeral] = []
    if "/" in text:
        found = [_fraction(match) for match in FRACTION.finditer(text) if int(match[3])]
    taken = {numeral.start for numeral in found}
    for match in RUN.finditer(text):
        if match.start() not in taken:
            numeral = read_run(match.group(), match.start(), decimal_commas=decimal_commas)
            if numeral is not None:
                found.append(_with_vulgar(text, numeral))
    for match in () if text.isascii() else VULGAR.finditer(text):
        if not text[: match.start()][-1:].isdigit():
            value = unicodedata.numeric(match.group())
            found.append(Numeral(match.start(), match.end(), value, 0.001))
    return sorted(found, key=attrgetter("start")) if taken or not text.isascii() else found


def read_run(run: str, start: int, *, decimal_commas: bool) -> Numeral | None:
    """The number that a run of digits and marks says, or None ("1.2.3", "12,3,4")."""
    if run.isdecimal():
        if len(run) > MAX_DIGITS:
            return None
        is_round = len(run) > 2 and run.endswith("00")
        return Numeral(start, start + len(run), float(int(run)), 0.5, is_round)
    parts, marks = _NO_DIGIT.split(run), _A_DIGIT.sub("", run)
    if sum(map(len, parts)) > MAX_DIGITS:
        return None
    whole, decimals = _split(parts, marks, decimal_commas=decimal_commas)
    if whole is None:
        return None
    value = float(f"{int(whole)}.{decimals}") if decimals else float(int(whole))
    is_round = not decimals and len(whole) > 2 and whole.endswith("00")
    return Numeral(start, start + len(run), value, 0.5 * 10.0 ** -len(decimals), is_round)


def _split(parts: list[str], marks: str, *, decimal_commas: bool) -> tuple[str | None, str]:
    """Digits before and after the decimal mark, the first None when the marks make no number."""
    if not marks:
        return parts[0], ""
    last = marks[-1]
    is_alone = marks.count(last) == 1
    groups_fit = all(len(part) in (2, 3) for part in parts[1:-1]) and len(parts[0]) <= 3
    if last in ".٫," and is_alone and (set(marks[:-1]) - {last} or len(marks) == 1):
        grouping = len(parts[-1]) == 3 and 1 <= len(parts[0]) <= 3 and parts[0] != "0"
        is_decimal = len(marks) > 1 or not grouping or (last == ",") == decimal_commas
        if last == "٫":
            is_decimal = True
        if is_decimal:
            return (
                ("".join(parts[:-1]), _ascii(parts[-1]))
                if groups_fit or len(parts) == 2
                else (None, "")
            )
    if len(set(marks)) == 1 and groups_fit and len(parts[-1]) == 3:
        return "".join(parts), ""
    return None, ""


def _ascii(digits: str) -> str:
    return "".join(str(unicodedata.digit(digit)) for digit in digits)


def _fraction(match: re.Match[str]) -> Numeral:
    value = int(match[2]) / int(match[3]) + int(match[1] or 0)
    return Numeral(match.start(), match.end(), value, 0.001)


def _with_vulgar(text: str, numeral: Numeral) -> Numeral:
    """ "2½" and "2 ½" are two and a half."""
    if text.isascii():
        return numeral
    match = VULGAR.match(text, numeral.end) or VULGAR.match(text, numeral.end + 1)
    if match is None or text[numeral.end : match.start()].strip():
        return numeral
    value = numeral.value + unicodedata.numeric(match.group())
    return Numeral(numeral.start, match.end(), value, 0.001)
