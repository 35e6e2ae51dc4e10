"""Passports, licences, plates and the numbers of patients, policies and members, by their words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from aiguardian.guards.security.pii.checksums import has_mrz_digit
from aiguardian.guards.security.pii.entity import Entity
from aiguardian.guards.security.pii.named_values import NamedValue
from aiguardian.guards.security.pii.number_spans import Span, is_part_of_more
from aiguardian.guards.security.pii.reading import Reading

_VIN_VALUES = dict(
    zip(
        "0123456789ABCDEFGHJKLMNPRSTUVWXYZ",
        (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6,
         7, 8, 9),
        strict=True,
    )
)  # fmt: skip
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_LENGTH = 17
_PASSPORT = (
    r"(?=(?:[A-Z]{0,3}[ -]?\d){4})(?:[A-Z0-9]{6,10}|[A-Z]{1,3}[ -]\d{6,8}|\d{2} ?\d{2} ?\d{6})"
)
_LICENCE = r"(?=(?:[A-Z]{0,6}-?\d){4})[A-Z0-9]{1,18}(?:-[A-Z0-9]{1,9}){0,5}"
_CODE = r"(?=(?:[A-Z]{0,6}-?\d){3})[A-Z0-9]{2,18}(?:[-/][A-Z0-9]{1,12}){0,4}"
_LONG_CODE = r"(?=(?:[A-Z]{0,4}[ ./-]?\d){6})[A-Z0-9]{2,18}(?:[ ./-][A-Z0-9]{1,12}){0,4}"
_PLATE_LETTER = "A-ZÀ-ÞĀ-ŽΑ-ΩА-Я0-9\u4e00-\u9fff가-힣ぁ-ん"
_PLATE = (
    rf"(?=[^\d\s]{{0,4}}[ ·-]?[^\d\s]{{0,4}}[ ·-]?\d)[{_PLATE_LETTER}]{{1,8}}"
    rf"(?:[ ·-][{_PLATE_LETTER}]{{1,5}}){{0,3}}"
)
_POSTAL = (
    r"\d{5}-\d{3,4}|\d{3}[- ]\d{4}|\d{2}-\d{3}|\d{3} \d{2,3}|\d{4} ?[A-Z]{2}|\d{3,7}"
    r"|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]{1,2}\d[A-Z0-9]? ?\d[A-Z]{2}|[A-Z]\d[0-9W] ?[A-Z0-9]{4}"
    r"|[A-Z]{2}-?\d{4,5}"
)


def is_vin(value: str) -> bool:
    """The ninth place checks the rest modulo 11 (49 CFR 565; kept in North America and China)."""
    if any(char not in _VIN_VALUES for char in value) or len(set(value)) < 6:
        return False
    pairs = zip(value, _VIN_WEIGHTS, strict=False)
    return "0123456789X"[sum(_VIN_VALUES[char] * weight for char, weight in pairs) % 11] == value[8]


def is_mixed_plate(value: str) -> bool:
    """Four to nine letters and digits, some of each, or digits only beside foreign letters."""
    return 2 <= len(value) <= 9 and any(map(str.isdigit, value))


NAMED_DOCUMENTS = (
    NamedValue("PASSPORT", "passport", _PASSPORT, 0.85, reach=64),
    NamedValue("DRIVER_LICENSE", "licence", _LICENCE, 0.85, reach=48),
    NamedValue("LICENSE_PLATE", "plate", _PLATE, 0.8, is_mixed_plate, is_upper=True, reach=32),
    NamedValue("VIN", "vin", "[A-HJ-NPR-Z0-9]{17}", 0.85, reach=48),
    NamedValue("MEDICAL_RECORD", "medical", _CODE, 0.8, reach=24),
    NamedValue("INSURANCE_NUMBER", "insurance", _CODE, 0.8, reach=24),
    NamedValue("MEMBER_NUMBER", "employee", _CODE, 0.7),
    NamedValue("ID_NUMBER", "id", _LONG_CODE, 0.55),
    NamedValue("POSTAL_CODE", "postal", _POSTAL, 0.6),
)  # fmt: skip
"""What is reported only behind the word that names it."""


def find_vins(reading: Reading, words: Iterable[Span]) -> Iterator[Entity]:
    """Vehicle identification numbers whose check digit holds, in capitals."""
    for start, end in words:
        if end - start != _VIN_LENGTH:
            continue
        value = reading.text[start:end]
        if value.isupper() and value[-4:].isdigit() and is_vin(value):
            is_named = reading.context.gap("vin", start, end) is not None
            if is_named or not is_part_of_more(reading.text, start, end):
                score = 0.95 if is_named else 0.6
                yield Entity("VIN", start, end, score, "documents", validated=True)


# The two or three lines at the foot of a passport or identity card (ICAO 9303).
_MRZ = re.compile(
    r"(?<![A-Z0-9<])(?:[PV][A-Z<][A-Z<]{3}[A-Z<]{31,39}\s{1,3}[A-Z0-9<]{36,44}"
    r"|[ACI][A-Z0-9<][A-Z<]{3}[A-Z0-9<]{25}\s{1,3}[A-Z0-9<]{30}\s{1,3}[A-Z<]{30})(?![A-Z0-9<])"
)


def find_machine_readable(reading: Reading) -> Iterator[Entity]:
    """The machine-readable zone as a whole, whether or not its check digits hold."""
    if "<<" not in reading.text:
        return
    for match in _MRZ.finditer(reading.text):
        lines = match[0].split()
        holds = has_mrz_digit(lines[0][5:15] if len(lines) == 3 else lines[1][:10])
        kind = "PASSPORT" if match[0][0] in "PV" else "IDENTITY_CARD"
        score = 0.98 if holds else 0.8
        yield Entity(kind, *match.span(), score, "documents", validated=holds)
