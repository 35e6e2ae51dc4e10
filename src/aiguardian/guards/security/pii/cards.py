"""Payment card numbers: an issuer's range and length, and Luhn (ISO/IEC 7812)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from aiguardian.guards.security.pii.checksums import has_luhn, is_one_digit_repeated
from aiguardian.guards.security.pii.entity import Entity
from aiguardian.guards.security.pii.number_spans import Span, is_part_of_more
from aiguardian.guards.security.pii.reading import Reading

# First digits from, to, and lengths. Visa, Mastercard, American Express, Diners, Discover, JCB,
# UnionPay, Mir, RuPay, Troy, Verve: their published ranges.
_COMMON = (
    (4, 4, (16, 19)), (51, 55, (16,)), (2221, 2720, (16,)), (34, 34, (15,)), (37, 37, (15,)),
    (6011, 6011, (16, 19)), (644, 659, (16, 19)), (3528, 3589, (16,)), (62, 62, (16, 17, 18, 19)),
    (2200, 2204, (16,)), (508500, 508999, (16,)), (8172, 8202, (16,)), (979200, 979289, (16,)),
    (506099, 506198, (16, 19)), (36, 36, (14,)), (300, 305, (14,)), (38, 39, (14,)),
)  # fmt: skip
_GROUPED = frozenset(
    shape.replace(b" ", mark)
    for mark in (b" ", b"-", b".")
    for shape in (
        b"9999 9999 9999 9999", b"9999 999999 99999", b"9999 999999 9999",
        b"9999 9999 9999 9999 999", b"9999 9999 9999 999", b"9999 9999 9999 99",
        b"9999 9999 9999", b"9999 999 999 999", b"999999 9999999999", b"99999999 99999999",
        b"9999 9999 99999", b"999999 9999999999999",
    )
)  # fmt: skip
_SHORTEST, _LONGEST = 12, 19
# The four before show that the groups are the tail of something longer: of an IBAN.
_GROUP_BEFORE = re.compile(rb"(?:99|AA)99 \Z")
_NOT_DIGIT = re.compile("[^0-9]")


def find_cards(reading: Reading, spans: Iterable[Span]) -> Iterator[Entity]:
    """Numbers with a right check digit in a known issuer's range, or in any where a card is named.

    Nearest: IMEI and ISIN-like numbers pass Luhn too, the range keeps most of them out.
    """
    for start, end in spans:
        if end - start < _SHORTEST or reading.shape[start] != 57:
            continue
        shape = reading.shape[start:end]
        is_grouped = shape in _GROUPED
        if not is_grouped and shape.strip(b"9"):
            continue
        if is_grouped and _GROUP_BEFORE.search(reading.shape, max(0, start - 6), start):
            continue
        digits = _NOT_DIGIT.sub("", reading.text[start:end])
        if not _SHORTEST <= len(digits) <= _LONGEST or is_one_digit_repeated(digits):
            continue
        is_common = _is_in(digits, _COMMON)
        score = _score(reading, start, end, is_grouped=is_grouped, is_common=is_common)
        if score and has_luhn(digits):
            yield Entity("CREDIT_CARD", start, end, score, "cards", validated=True)


def _score(reading: Reading, start: int, end: int, *, is_grouped: bool, is_common: bool) -> float:
    if reading.context.gap("card", start, end) is not None:
        return 0.97 if is_common else 0.85
    if is_part_of_more(reading.text, start, end):
        return 0.0
    alone = (0.9 if is_grouped else 0.75) if is_common else 0.2
    return alone / 2 if reading.context.is_named_otherwise(start) else alone


def _is_in(digits: str, ranges: Iterable[tuple[int, int, tuple[int, ...]]]) -> bool:
    return any(
        len(digits) in lengths and first <= int(digits[: len(str(first))]) <= last
        for first, last, lengths in ranges
    )
