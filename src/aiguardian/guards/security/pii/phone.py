"""Telephone numbers: a cheap look for candidates, then libphonenumber's register of ranges.

The library is slow (60 µs a number) and heavy (7 MB), so it is loaded at the first candidate that
the shape alone doesn't decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from aiguardian.guards.security.pii.entity import Entity
from aiguardian.guards.security.pii.number_spans import is_part_of_more
from aiguardian.guards.security.pii.reading import Reading

# Six to seventeen digits with at most three marks between two. Nearest: dates, decimals, ids.
_CANDIDATE = re.compile(rb"9(?:[ .\-/()]{0,3}9){5,16}")
_EXTENSION = re.compile(
    r",?[ .]?(?:x|ext\.?|extension|#|доб\.?|int\.?|poste|anexo)[ .:]?\d{1,6}(?!\w)", re.IGNORECASE
)
_DATE_OR_TIME = re.compile(
    r"(?:19|20)\d\d([-/. ])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])(?:[ T-]\d\d?.*)?"
    r"|(?:0?[1-9]|[12]\d|3[01])([-/. ])(?:0?[1-9]|[12]\d|3[01])\2(?:19|20)\d\d(?: \d\d?.*)?"
    r"|(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d"
    r"|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}"
    r"|\d+\.\d+|97[89][- ]?\d.*"
)
# (202) 555-0143, 202-555-0143, 202.555.0143, 1-202-555-0143: the North American plan.
_NANP = re.compile(
    r"(?:\+?1[-. ]?)?(?:\([2-9]\d\d\) ?|[2-9]\d\d([-. /]))[2-9]\d\d(?:\1|[-. ])\d{4}"
)
_NANP_LIKE = re.compile(r"(?:\+?1[-. ]?)?(?:\(\d{3}\) ?|\d{3}([-.]))\d{3}(?:\1|[-.])\d{4}")
_IN_BRACKETS = re.compile(r"\(\d{2,5}\) ?\d{2,5}(?:[ .-]?\d{2,5}){1,3}")
_TRUNK = re.compile(r"0\d{1,5}(?:[ ./-]{1,3}\d{2,8}){1,5}")
_REGIONS = ("GB", "DE", "FR", "IT", "NL", "AU", "JP", "SE", "BE", "CH", "AT", "ES", "IN")
"""Countries that write a leading zero, tried for a number with one and no other hint."""
_LEADS = frozenset(b"(+")
_DIGIT = ord("9")
_GAP_OF_A_RUN = 24
"""A number without any mark inside is only a telephone number when the word is this close."""


def find_phones(reading: Reading, region: str | None) -> Iterator[Entity]:
    """Telephone numbers, international or written as in `region` (ISO 3166) or beside a word.

    `validated` says that the number lies in a range that its country has given out.
    """
    shape, place = reading.shape, 0
    while (match := _CANDIDATE.search(shape, place)) is not None:
        start, end = match.span()
        place = end
        if shape[end : end + 1] == b"9":
            # Too long: pass over all its digits.
            while place < len(shape) and shape[place] == _DIGIT:
                place += 1
            continue
        while start and shape[start - 1] in _LEADS and match.start() - start < 2:
            start -= 1
        yield from _judge(reading, start, end, region)


def _judge(reading: Reading, start: int, end: int, region: str | None) -> Iterator[Entity]:
    text = reading.text
    if text.count("(", start, end) != text.count(")", start, end):
        if text[start] != "(":
            end = text.find("(", start, end)
            while end > start and not text[end - 1].isdigit():
                end -= 1
            if end - start < 6:
                return
        else:
            start += 1
    value = text[start:end]
    is_international = value.startswith(("+", "(+", "00"))
    extension = _EXTENSION.match(text, end)
    if _DATE_OR_TIME.fullmatch(value) or (start and text[start - 1].isalnum()):
        return
    if not is_international and _is_inside(text, start, end if extension is None else start):
        return
    score, is_valid = _score(reading, start, end, region)
    if score:
        if extension is not None:
            end, score = extension.end(), min(score + 0.1, 0.95)
        yield Entity("PHONE_NUMBER", start, end, score, "phone", validated=is_valid)


def _is_inside(text: str, start: int, end: int) -> bool:
    """Part of a longer code; a word may be tied on behind: `085 175 7641-Office`."""
    if text[end : end + 1] == "-" and text[end + 1 : end + 2].isalpha():
        end = start
    return is_part_of_more(text, start, end if end > start else len(text))


def _score(reading: Reading, start: int, end: int, region: str | None) -> tuple[float, bool]:
    """The chance that the span is a telephone number, and whether the register knows it."""
    value = reading.text[start:end]
    digits = "".join(filter(str.isdigit, value))
    gap = reading.context.gap("phone", start, end)
    if (len(digits) > 15 and not value.startswith("00")) or len(set(digits)) == 1:
        return 0.0, False
    if value.startswith(("+", "(+")):
        if is_assigned(value.replace("(0)", ""), None):
            return 0.92, True
        return (0.75 if gap is not None else 0.55) * (len(digits) > 7), False
    if value.startswith("00") and len(digits) >= 10 and is_assigned("+" + digits[2:], None):
        return 0.85 if gap is not None or len(digits) != len(value) else 0.4, True
    return _score_national(reading, start, end, gap, region)


def _score_national(
    reading: Reading, start: int, end: int, gap: int | None, region: str | None
) -> tuple[float, bool]:
    value = reading.text[start:end]
    digits = "".join(filter(str.isdigit, value))
    is_marked = len(digits) != len(value)
    alone = _alone(value, digits, region) if is_marked else 0.2
    is_valid = region is not None and is_assigned(value, region)
    if is_valid and is_marked:
        alone = max(alone, 0.6)
    if gap is None:
        is_other = reading.context.is_named_otherwise(start)
        return (alone / 2 if is_other else alone), is_valid
    if not is_marked and (gap > _GAP_OF_A_RUN or len(digits) < 7):
        return alone, is_valid
    if len(digits) < 7 and gap > 8:
        return alone, is_valid
    return max(alone, 0.8 - gap / 1000) + 0.1 * is_valid, is_valid


def _alone(value: str, digits: str, region: str | None) -> float:
    """The score of a national number with marks inside and no word beside it."""
    if _NANP.fullmatch(value):
        return 0.5 if " " in value and "(" not in value and "-" not in value else 0.7
    if _IN_BRACKETS.fullmatch(value) and 8 <= len(digits) <= 12:
        return 0.65
    if _NANP_LIKE.fullmatch(value):
        return 0.55
    if value.startswith("001") and len(digits) == 13:
        return 0.6
    # Nine digits in two groups are an American postal code: 02110-1335.
    if _TRUNK.fullmatch(value) and 9 <= len(digits) <= 12 and len(value) > 10:
        known = _REGIONS if region is None else (region,)
        return 0.6 if any(is_assigned(value, one) for one in known) else 0.3
    return 0.25


@lru_cache(maxsize=256)
def is_assigned(value: str, region: str | None) -> bool:
    """The register holds the number's range; `region` is where a national number is dialled."""
    import phonenumbers  # here, for it takes 0.1 s and 7 MB

    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number)
