"""VAT numbers of the European Union and the United Kingdom, each with its country's check.

Rules: the Commission's VIES page on the structure of VAT numbers, and the countries' own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from aiguardian.guards.security.pii.checksums import has_luhn, has_mod_11_10, weighted_sum
from aiguardian.guards.security.pii.ids.eastern_europe import is_nip, is_oib
from aiguardian.guards.security.pii.ids.id_format import IdFormat, written_shapes
from aiguardian.guards.security.pii.ids.western_europe import (
    is_afm,
    is_cif,
    is_dni,
    is_nie,
    is_nif,
    is_partita_iva,
    is_pps,
    is_siren,
)

_WORDS = (
    "vat", "ust", "umsatzsteuer", "mwst", "tva", "iva", "btw", "moms", "nip", "dph", "dič", "áfa",
    "ddv", "pdv", "pvm", "pvn", "alv", "φπα", "ддс", "uid", "tax id", "mva",
)  # fmt: skip
_AUSTRIAN = (1, 2, 1, 2, 1, 2, 1)


def is_austrian(value: str) -> bool:
    """U and eight digits: Luhn-like over seven, 96 less the sum."""
    total = sum(
        sum(divmod(int(digit) * weight, 10))
        for digit, weight in zip(value[1:8], _AUSTRIAN, strict=True)
    )
    return value[0] == "U" and (96 - total) % 10 == int(value[8])


def is_belgian(value: str) -> bool:
    """97 less the rest of the first eight digits."""
    return value[0] in "01" and 97 - int(value[:8]) % 97 == int(value[8:])


def is_cypriot(value: str) -> bool:
    """Eight digits and a letter modulo 26; odd places by a table."""
    odd = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21)
    total = sum(odd[int(digit)] for digit in value[0:8:2]) + sum(map(int, value[1:8:2]))
    return chr(65 + total % 26) == value[8]


def is_czech_company(value: str) -> bool:
    """Weights 8 to 2 modulo 11."""
    return (11 - weighted_sum(value, range(8, 1, -1)) % 11) % 10 == int(value[7])


def is_danish_company(value: str) -> bool:
    """Weights 2 7 6 5 4 3 2 1 divisible by 11."""
    return value[0] != "0" and weighted_sum(value, (2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def is_estonian_company(value: str) -> bool:
    """Weights 3 7 1 modulo 10."""
    return weighted_sum(value, (3, 7, 1, 3, 7, 1, 3, 7, 1)) % 10 == 0


def is_finnish_company(value: str) -> bool:
    """Weights 7 9 10 5 8 4 2 1 divisible by 11."""
    return weighted_sum(value, (7, 9, 10, 5, 8, 4, 2, 1)) % 11 == 0


def is_french(value: str) -> bool:
    """Two digits from the SIREN modulo 97."""
    siren = value[2:]
    return is_siren(siren) and (12 + 3 * (int(siren) % 97)) % 97 == int(value[:2])


def is_british(value: str) -> bool:
    """Weights 8 to 2 and the last two digits: 0, 42 or 55 modulo 97 (HMRC's three series)."""
    total = weighted_sum(value, range(8, 1, -1)) + int(value[7:9])
    return total % 97 in (0, 42, 55)


def is_hungarian_company(value: str) -> bool:
    """Weights 9 7 3 1 modulo 10."""
    return weighted_sum(value, (9, 7, 3, 1, 9, 7, 3, 1)) % 10 == 0


def is_lithuanian(value: str) -> bool:
    """Nine digits, the eighth 1, two rounds of weights modulo 11."""
    total = weighted_sum(value, range(1, 9)) % 11
    if total == 10:
        total = weighted_sum(value, (3, 4, 5, 6, 7, 8, 9, 1)) % 11 % 10
    return value[7] == "1" and total == int(value[8])


def is_luxembourgish_company(value: str) -> bool:
    """The last two digits are the rest of the first six modulo 89."""
    return int(value[:6]) % 89 == int(value[6:])


def is_latvian_company(value: str) -> bool:
    """Weights 9 1 4 8 3 10 2 5 7 6, 3 less the sum modulo 11."""
    total = (3 - weighted_sum(value, (9, 1, 4, 8, 3, 10, 2, 5, 7, 6))) % 11
    return value[0] > "3" and total == int(value[10])


def is_maltese(value: str) -> bool:
    """37 less the weighted sum modulo 37."""
    return 37 - weighted_sum(value, (3, 4, 6, 7, 8, 9)) % 37 == int(value[6:])


def is_dutch(value: str) -> bool:
    """Nine digits, B, two digits: the whole modulo 97 (since 2020), or the eleven test before."""
    if value[9] != "B" or not value[:9].isdigit():
        return False
    spread = "".join(str(int(char, 36)) for char in "NL" + value)
    eleven = weighted_sum(value, range(9, 1, -1)) % 11
    return int(spread) % 97 == 1 or eleven == int(value[8])


def is_romanian_company(value: str) -> bool:
    """Weights 7 5 3 2 1 7 5 3 2 from the right, times ten modulo 11."""
    total = weighted_sum(value[:-1].rjust(9, "0"), (7, 5, 3, 2, 1, 7, 5, 3, 2))
    return value[0] != "0" and total * 10 % 11 % 10 == int(value[-1])


def is_swedish_company(value: str) -> bool:
    """Luhn over ten digits, then 01."""
    return value.endswith("01") and has_luhn(value[:10])


def is_slovene(value: str) -> bool:
    """Weights 8 to 2 modulo 11."""
    check = -weighted_sum(value, range(8, 1, -1)) % 11
    return value[0] != "0" and check % 10 == int(value[7])


def is_slovak_company(value: str) -> bool:
    """Divisible by 11."""
    return value[0] != "0" and value[2] in "234789" and int(value) % 11 == 0


def is_bulgarian_company(value: str) -> bool:
    """Weights 1 to 8, else 3 to 10, modulo 11."""
    total = weighted_sum(value, range(1, 9)) % 11
    if total == 10:
        total = weighted_sum(value, range(3, 11)) % 11 % 10
    return total == int(value[8])


def is_spanish(value: str) -> bool:
    """DNI, NIE or CIF."""
    if value[0].isdigit():
        return value[8].isalpha() and is_dni(value)
    return (value[8].isalpha() and is_nie(value)) or is_cif(value)


def is_swiss(value: str) -> bool:
    """CHE and nine digits, weights 5 4 3 2 7 6 5 4 modulo 11 (UID register)."""
    return -weighted_sum(value[3:], (5, 4, 3, 2, 7, 6, 5, 4)) % 11 == int(value[11])


_COUNTRIES: dict[str, tuple[tuple[str, ...], Callable[[str], bool]]] = {
    # shapes of what follows the country's two letters, and its check
    "AT": (("A99999999",), is_austrian),
    "BE": (("9999999999", "9999.999.999"), is_belgian),
    "BG": (("999999999",), is_bulgarian_company),
    "CY": (("99999999A",), is_cypriot),
    "CZ": (("99999999",), is_czech_company),
    "DE": (("999999999",), has_mod_11_10),
    "DK": (("99999999",), is_danish_company),
    "EE": (("999999999",), is_estonian_company),
    "EL": (("999999999",), is_afm),
    "ES": (("A9999999?", "99999999A"), is_spanish),
    "FI": (("99999999",), is_finnish_company),
    "FR": (("99999999999", "99 999999999", "99 999 999 999"), is_french),
    "GB": (("999999999", "999 9999 99"), is_british),
    "HR": (("99999999999",), is_oib),
    "HU": (("99999999",), is_hungarian_company),
    "IE": (("9999999A", "9999999AA"), is_pps),
    "IT": (("99999999999",), is_partita_iva),
    "LT": (("999999999",), is_lithuanian),
    "LU": (("99999999",), is_luxembourgish_company),
    "LV": (("99999999999",), is_latvian_company),
    "MT": (("99999999",), is_maltese),
    "NL": (("999999999A99",), is_dutch),
    "PL": (("9999999999",), is_nip),
    "PT": (("999999999",), is_nif),
    "RO": (("99999999", "9999999", "999999999", "9999999999"), is_romanian_company),
    "SE": (("999999999999",), is_swedish_company),
    "SI": (("99999999",), is_slovene),
    "SK": (("9999999999",), is_slovak_company),
}


_AS_SHAPE = str.maketrans("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", "9" * 10 + "A" * 26)


def is_vat(value: str) -> bool:
    """What follows the country's two letters is written as its numbers are, and its check holds."""
    row = _COUNTRIES.get(value[:2])
    if row is None:
        return False
    shape = value[2:].translate(_AS_SHAPE)
    return shape in _plain_shapes(value[:2]) and row[1](value[2:])


@cache
def _plain_shapes(country: str) -> frozenset[str]:
    bare = (shape.replace(" ", "").replace(".", "") for shape in _COUNTRIES[country][0])
    return frozenset(written for shape in bare for written in written_shapes(shape))


def _shapes() -> tuple[str, ...]:
    bare = {shape for shapes, _ in _COUNTRIES.values() for shape in shapes}
    return tuple(sorted(f"AA{gap}{shape}" for shape in bare for gap in ("", " ")))


VAT = (
    IdFormat("VAT_NUMBER", (), _shapes(), _WORDS, is_vat, alone_plain=0.55),
    IdFormat("CH_UID", ("AAA-999.999.999",), ("AAA999999999",), ("uid", "mwst", "tva", "iva"),
             lambda value: value.startswith("CHE") and is_swiss(value), 0.9, 0.5),
)  # fmt: skip
"""The check needs the country's own rule: a shape alone would take DE123 for Dutch."""
