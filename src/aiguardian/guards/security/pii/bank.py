"""Bank accounts: IBAN, BIC, and the account and branch numbers of single countries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aiguardian.guards.security.pii.checksums import has_mod_97
from aiguardian.guards.security.pii.entity import Entity
from aiguardian.guards.security.pii.named_values import NamedValue
from aiguardian.guards.security.pii.number_spans import Span
from aiguardian.guards.security.pii.reading import Reading

# Lengths by country: SWIFT's IBAN registry, release 97 and the countries that use it in part.
IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FK FI FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV", 22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL",
        24: "AD CZ DZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST", 26: "IS TR",
        27: "BF BI CM DJ FR GR IT MC MG MR SM", 28: "AL AZ BY BJ CI CY DO GT GW HN HU LB ML NI PL "
        "SN SV", 29: "BR EG PS QA UA", 30: "JO KW MU YE", 31: "MT SC", 32: "LC", 33: "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip
_BIC = r"[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?"


def find_ibans(reading: Reading, words: Iterable[Span]) -> Iterator[Entity]:
    """IBANs of a known country with the right length and check digits (ISO 13616)."""
    for start, _ in words:
        if reading.shape.startswith(b"AA99", start):
            end = _iban_end(reading, start)
            if end:
                yield Entity("IBAN_CODE", start, end, 0.99, "bank", validated=True)


def _iban_end(reading: Reading, start: int) -> int:
    """Where the IBAN that begins here ends; 0 when none does."""
    length = IBAN_LENGTHS.get(reading.text[start : start + 2].upper())
    if length is None:
        return 0
    value, place, text = "", start, reading.text
    while len(value) < length and place < len(text):
        if reading.shape[place] in b"9A":
            value += text[place]
        elif text[place] not in " -" or reading.shape[place + 1 : place + 2] not in (b"9", b"A"):
            return 0
        place += 1
    goes_on = reading.shape[place : place + 1] in (b"9", b"A")
    if len(value) < length or goes_on or not has_mod_97(value.upper()):
        return 0
    return place


BANK_VALUES = (
    NamedValue("BANK_ROUTING", "sort code", r"\d\d[ -]?\d\d[ -]?\d\d", 0.85),
    NamedValue("BANK_ROUTING", "bsb", r"\d{3}[ -]?\d{3}", 0.85),
    NamedValue("BANK_ROUTING", "ifsc", r"[A-Z]{4}0[A-Z0-9]{6}", 0.9),
    NamedValue("BANK_ACCOUNT", "account", r"(?=[\d -]{6,24}(?![\dA-Za-z]))\d(?:[ -]?\d){5,17}",
               0.75),
    NamedValue("BIC", "bic", _BIC, 0.9, is_upper=True),
)  # fmt: skip
"""What is reported only behind the word that names it."""
