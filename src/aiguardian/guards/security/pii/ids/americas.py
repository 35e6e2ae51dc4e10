"""Numbers of the Americas."""

from __future__ import annotations

from aiguardian.guards.security.pii.checksums import (
    begins_yymmdd,
    has_luhn,
    is_one_digit_repeated,
    weighted_sum,
)
from aiguardian.guards.security.pii.ids.id_format import IdFormat

_MBI_LETTERS = frozenset("ACDEFGHJKMNPQRTUVWXY")
_EIN_UNUSED = frozenset(
    ("00", "07", "08", "09", "17", "18", "19", "28", "29", "49", "69", "70", "78", "79", "89",
     "96", "97")
)  # fmt: skip
_RFC_VALUES = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ "
_CURP_VALUES = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
_MEXICAN_STATES = frozenset(
    ("AS", "BC", "BS", "CC", "CL", "CM", "CS", "CH", "DF", "DG", "GT", "GR", "HG", "JC", "MC",
     "MN", "MS", "NT", "NL", "OC", "PL", "QT", "QR", "SP", "SL", "SR", "TC", "TS", "TL", "VZ",
     "YN", "ZS", "NE")
)  # fmt: skip


def is_ssn(value: str) -> bool:
    """Area not 000, 666 or 9xx, no part all zeros (SSA, after 2011); no checksum exists."""
    area, group, serial = value[:3], value[3:5], value[5:]
    if area in ("000", "666") or area[0] == "9" or group == "00" or serial == "0000":
        return False
    # The wallet insert of 1938 and the pamphlet of 1940: printed, never given to anyone.
    return value not in ("078051120", "219099999") and not is_one_digit_repeated(value)


def is_itin(value: str) -> bool:
    """9xx, then 50-65, 70-88, 90-92 or 94-99 (IRS)."""
    if value.startswith("98765432"):
        return False  # printed in advertisements
    group = int(value[3:5])
    return value[0] == "9" and (
        50 <= group <= 65 or 70 <= group <= 88 or (90 <= group <= 99 and group != 93)
    )


def is_ein(value: str) -> bool:
    """A prefix that a campus of the IRS gives out."""
    return value[:2] not in _EIN_UNUSED


def is_npi(value: str) -> bool:
    """Luhn behind 80840, the prefix of American health numbers (CMS)."""
    return value[0] in "12" and has_luhn("80840" + value)


def is_mbi(value: str) -> bool:
    """Medicare beneficiary identifier: fixed places for digits and 20 of the letters (CMS)."""
    return (
        value[0] != "0"
        and value[1] in _MBI_LETTERS
        and (value[2].isdigit() or value[2] in _MBI_LETTERS)
        and value[4] in _MBI_LETTERS
        and (value[5].isdigit() or value[5] in _MBI_LETTERS)
        and value[7] in _MBI_LETTERS
        and value[8] in _MBI_LETTERS
    )


def is_dea(value: str) -> bool:
    """A prescriber's number: two letters, six digits, check digit."""
    digits = value[2:]
    total = weighted_sum(digits, (1, 2, 1, 2, 1, 2))
    return value[0] in "ABCDEFGHJKLMPRSTUX" and total % 10 == int(digits[6])


def is_sin(value: str) -> bool:
    """Luhn; 0 and 8 begin no personal number (Service Canada)."""
    return value[0] not in "08" and has_luhn(value)


def is_cpf(value: str) -> bool:
    """Two digits modulo 11 (Receita Federal)."""
    if is_one_digit_repeated(value):
        return False
    first = -weighted_sum(value, range(10, 1, -1)) % 11 % 10
    second = -weighted_sum(value, range(11, 1, -1)) % 11 % 10
    # A remainder of 0 or 1 gives 0; `% 11 % 10` turns the ten into it.
    return value[9:] == f"{first}{second}"


def is_cnpj(value: str) -> bool:
    """Two digits modulo 11 with weights 2 to 9 (Receita Federal)."""
    if is_one_digit_repeated(value):
        return False
    weights = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
    first = -weighted_sum(value, weights[1:]) % 11 % 10
    second = -weighted_sum(value, weights) % 11 % 10
    return value[12:] == f"{first}{second}"


def is_cuit(value: str) -> bool:
    """A known prefix and a digit modulo 11 (AFIP)."""
    check = -weighted_sum(value, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    known = value[:2] in ("20", "23", "24", "25", "26", "27", "30", "33", "34")
    return known and min(check, 9) == int(value[10])


def is_rut(value: str) -> bool:
    """Modulo 11 with K for ten (Registro Civil)."""
    total = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(value[-2::-1]))
    return "0123456789K0"[-total % 11] == value[-1] and not is_one_digit_repeated(value[:-1])


def is_curp(value: str) -> bool:
    """Date, sex, state and a check digit over the 37 letters of Mexican Spanish (RENAPO)."""
    if value[10] not in "HMX" or value[11:13] not in _MEXICAN_STATES:
        return False
    if not begins_yymmdd(value[4:10]):
        return False
    total = sum(_CURP_VALUES.index(char) * (18 - place) for place, char in enumerate(value[:17]))
    return str(-total % 10) == value[17]


def is_rfc(value: str) -> bool:
    """Date and a check character modulo 11 (SAT); three letters a company, four a person."""
    padded = value.rjust(13)
    if not begins_yymmdd(padded[4:10]):
        return False
    total = sum(_RFC_VALUES.index(char) * (13 - place) for place, char in enumerate(padded[:12]))
    return "0123456789A"[-total % 11] == padded[12]


def is_nit(value: str) -> bool:
    """Modulo 11 over nine digits (DIAN)."""
    rest = weighted_sum(value, (41, 37, 29, 23, 19, 17, 13, 7, 3)) % 11
    return (rest if rest < 2 else 11 - rest) == int(value[9])


def is_ecuadorian(value: str) -> bool:
    """Province, a third digit up to 6, Luhn (Registro Civil)."""
    is_province = 1 <= int(value[:2]) <= 24 or value[:2] == "30"
    return is_province and value[2] <= "6" and has_luhn(value)


def is_ruc(value: str) -> bool:
    """A known prefix and a digit modulo 11 (SUNAT)."""
    check = (11 - weighted_sum(value, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11) % 10
    return value[:2] in ("10", "15", "16", "17", "20") and check == int(value[10])


def is_uruguayan(value: str) -> bool:
    """Weights 2, 9, 8, 7, 6, 3, 4 modulo 10."""
    return -weighted_sum(value, (2, 9, 8, 7, 6, 3, 4)) % 10 == int(value[7])


def is_plausible_dni(value: str) -> bool:
    """Argentine identity numbers run from below one million to about 70 million."""
    return "1" <= value[0] <= "9" and (len(value) == 7 or int(value) < 70_000_000)


AMERICAS = (
    IdFormat("US_SSN", ("999-99-9999",), ("999 99 9999", "999.99.9999", "999999999"),
             ("ssn", "ssns", "ss#", "ss #", "social security", "soc sec", "social sec",
              "social insurance", "seguro social", "social"), is_ssn, 0.55, has_checksum=False),
    IdFormat("US_ITIN", ("999-99-9999",), ("999 99 9999", "999999999"),
             ("itin", "taxpayer identification", "tax id", "individual taxpayer", "taxpayer id"),
             is_itin, 0.52, has_checksum=False),
    IdFormat("US_EIN", (), ("99-9999999", "999999999"),
             ("ein", "fein", "employer identification", "employer id", "federal tax id"),
             is_ein, has_checksum=False),
    IdFormat("US_NPI", (), ("9999999999",), ("npi", "national provider"), is_npi),
    IdFormat("US_MBI", ("9A?9-A?9-AA99",), ("9A?9A?9AA99",),
             ("mbi", "medicare", "beneficiary"), is_mbi, 0.75, 0.55, has_checksum=False),
    IdFormat("US_DEA", (), ("AA9999999",), ("dea", "prescriber"), is_dea),
    IdFormat("CA_SIN", (), ("999-999-999", "999 999 999", "999999999"),
             ("sin", "social insurance", "assurance sociale", "nas"), is_sin, alone_plain=0.3),
    IdFormat("BR_CPF", ("999.999.999-99",), ("999999999-99", "99999999999"),
             ("cpf", "cadastro de pessoas", "contribuinte"), is_cpf, 0.9, 0.35),
    IdFormat("BR_CNPJ", ("99.999.999/9999-99",), ("99999999999999",),
             ("cnpj", "pessoa jurídica"), is_cnpj, 0.95, 0.4),
    IdFormat("AR_CUIT", ("99-99999999-9",), ("99999999999", "99 99999999 9"),
             ("cuit", "cuil"), is_cuit, 0.8),
    IdFormat("AR_DNI", (), ("99.999.999", "9.999.999", "99999999"),
             ("dni", "documento nacional", "documento"), is_plausible_dni, has_checksum=False),
    IdFormat("CL_RUT", ("99.999.999-?", "9.999.999-?"), ("99999999-?", "9999999-?"),
             ("rut", "r.u.t", "rol único", "rol unico", "cédula", "cedula"), is_rut, 0.8, 0.45),
    IdFormat("CO_NIT", ("999.999.999-9",), ("999999999-9", "9999999999"),
             ("nit", "identificación tributaria", "identificacion tributaria"), is_nit),
    IdFormat("CO_CEDULA", (), ("9.999.999.999", "99.999.999", "9999999999", "99999999"),
             ("cédula de ciudadanía", "cedula de ciudadania", "cédula", "cedula", "c.c."),
             lambda value: value[0] != "0", has_checksum=False),
    IdFormat("MX_CURP", ("AAAA999999AAAAAA?9",), (), ("curp",), is_curp, 0.97),
    IdFormat("MX_RFC", ("AAAA999999???",), ("AAA999999???", "AAAA-999999-???", "AAA-999999-???"),
             ("rfc", "registro federal"), is_rfc, 0.7, 0.45),
    IdFormat("MX_NSS", (), ("99999999999", "9999-99-9999-9"), ("nss", "imss", "seguridad social"),
             has_luhn),
    IdFormat("EC_CEDULA", (), ("9999999999", "999999999-9"), ("cédula", "cedula"), is_ecuadorian),
    IdFormat("PE_RUC", (), ("99999999999",), ("ruc", "contribuyente"), is_ruc),
    IdFormat("PE_DNI", (), ("99999999",), ("dni",), lambda value: value[0] != "9",
             has_checksum=False),
    IdFormat("UY_CI", (), ("9.999.999-9", "99999999"), ("cédula", "cedula", "c.i."), is_uruguayan),
)  # fmt: skip
"""Sources: the authorities named at each check."""
