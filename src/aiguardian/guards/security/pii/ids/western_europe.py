"""Numbers of western, southern and northern Europe."""

from __future__ import annotations

from aiguardian.guards.security.pii.checksums import (
    begins_ddmmyy,
    begins_yymmdd,
    has_ean,
    has_luhn,
    has_mod_11_10,
    has_verhoeff,
    is_day,
    is_one_digit_repeated,
    weighted_sum,
)
from aiguardian.guards.security.pii.ids.id_format import IdFormat

_NINO_UNUSED = frozenset(("BG", "GB", "KN", "NK", "NT", "TN", "ZZ"))
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_PPS_LETTERS = "WABCDEFGHIJKLMNOPQRSTUV"
_HETU_MARKS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_FISCAL_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11,
         3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
        strict=True,
    )
)  # fmt: skip
_FISCAL_DIGITS = str.maketrans("LMNPQRSTUV", "0123456789")


def is_nino(value: str) -> bool:
    """Prefixes that HMRC uses, suffix A to D (NIM39110); no checksum exists."""
    return (
        value[0] not in "DFIQUV"
        and value[1] not in "DFIOQUV"
        and value[:2] not in _NINO_UNUSED
        and value[8] in "ABCD"
    )


def is_nhs(value: str) -> bool:
    """Weights 10 to 2 modulo 11 (NHS Data Dictionary)."""
    check = -weighted_sum(value, range(10, 1, -1)) % 11
    return check == int(value[9]) and not is_one_digit_repeated(value)


def is_utr(value: str) -> bool:
    """The check digit stands first; weights 6 7 8 9 10 5 4 3 2 modulo 11 (HMRC)."""
    rest = weighted_sum(value[1:], (6, 7, 8, 9, 10, 5, 4, 3, 2)) % 11
    return value[0] == "21987654321"[rest]


def is_uk_driver(value: str) -> bool:
    """Surname, birth year's decade, month (plus 50 for women), day, year, initials (DVLA)."""
    month = int(value[6:8])
    return 1 <= month % 50 <= 12 and month < 63 and 1 <= int(value[8:10]) <= 31


def is_pps(value: str) -> bool:
    """Weights 8 to 2, a second letter but W, T, X counts nine times, modulo 23 (Revenue)."""
    total = weighted_sum(value, range(8, 1, -1))
    if len(value) == 9:
        if value[8] not in "ABCDEFGHIWTX":
            return False
        total += 9 * (ord(value[8]) - 64) * (value[8] < "W" and value[8] != "T")
    return _PPS_LETTERS[total % 23] == value[7]


def is_nir(value: str) -> bool:
    """Sex, month, and 97 less the rest of the first thirteen (INSEE); Corsica counts as 19, 18."""
    first = value[:13].replace("2A", "19").replace("2B", "18")
    month = value[3:5]
    if value[0] not in "12378" or not first.isdigit() or not value[13:].isdigit():
        return False
    if not ("01" <= month <= "12" or "20" <= month <= "42" or month >= "50"):
        return False
    return 97 - int(first) % 97 == int(value[13:])


def is_siren(value: str) -> bool:
    """Luhn (INSEE)."""
    return has_luhn(value) and not is_one_digit_repeated(value)


def is_siret(value: str) -> bool:
    """A SIREN, five digits of the establishment, Luhn over all (INSEE)."""
    return is_siren(value[:9]) and has_luhn(value)


def is_steuer_id(value: str) -> bool:
    """Eleven digits, ISO 7064, one digit two or three times among the first ten (BZSt)."""
    counts = sorted((value[:10].count(digit) for digit in set(value[:10])), reverse=True)
    return value[0] != "0" and counts[0] in (2, 3) and counts[1] == 1 and has_mod_11_10(value)


def is_german_insurance(value: str) -> bool:
    """Area, birthday, letter, serial and a digit modulo 10 (Deutsche Rentenversicherung)."""
    day, month = int(value[2:4]), int(value[4:6])
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return False
    spread = value[:8] + f"{ord(value[8]) - 64:02d}" + value[9:11]
    weights = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
    total = sum(
        sum(divmod(int(digit) * weight, 10)) for digit, weight in zip(spread, weights, strict=True)
    )
    return total % 10 == int(value[11])


def is_german_health(value: str) -> bool:
    """A letter as two digits, eight digits, a check digit by Luhn from the left (GKV)."""
    spread = f"{ord(value[0]) - 64:02d}{value[1:9]}"
    total = sum(sum(divmod(int(digit) * (1 + place % 2), 10)) for place, digit in enumerate(spread))
    return total % 10 == int(value[9])


def is_dni(value: str) -> bool:
    """The letter of the number modulo 23 (Ministerio del Interior)."""
    return _DNI_LETTERS[int(value[:-1]) % 23] == value[-1]


def is_nie(value: str) -> bool:
    """As DNI, with X, Y, Z for 0, 1, 2."""
    return value[0] in "XYZ" and is_dni(str("XYZ".index(value[0])) + value[1:])


def is_cif(value: str) -> bool:
    """A company's letter, and a check digit or letter by Luhn over seven digits."""
    if value[0] not in "ABCDEFGHJNPQRSUVW":
        return False
    odd = sum(sum(divmod(int(digit) * 2, 10)) for digit in value[1:8:2])
    check = -(odd + sum(map(int, value[2:8:2]))) % 10
    return value[8] in (str(check), "JABCDEFGHI"[check])


def is_spanish_insurance(value: str) -> bool:
    """Province, number, and the rest modulo 97 (Seguridad Social)."""
    return 1 <= int(value[:2]) <= 53 and int(value[:10]) % 97 == int(value[10:])


def is_nif(value: str) -> bool:
    """Weights 9 to 2 modulo 11 (Autoridade Tributária)."""
    check = -weighted_sum(value, range(9, 1, -1)) % 11 % 10
    return value[0] != "0" and check == int(value[8])


def is_codice_fiscale(value: str) -> bool:
    """Letters where they belong, a day that exists, the check letter (Agenzia delle Entrate)."""
    places = (6, 7, 9, 10, 12, 13, 14)
    digits = "".join(value[place] for place in places).translate(_FISCAL_DIGITS)
    if not digits.isdigit() or not (value[:6] + value[8] + value[11] + value[15]).isalpha():
        return False
    if value[8] not in "ABCDEHLMPRST" or not 1 <= int(digits[2:4]) % 40 <= 31:
        return False
    odd = sum(_FISCAL_ODD[char] for char in value[0:15:2])
    even = sum(int(char) if char.isdigit() else ord(char) - 65 for char in value[1:15:2])
    return chr(65 + (odd + even) % 26) == value[15]


def is_partita_iva(value: str) -> bool:
    """Luhn and a provincial office (Agenzia delle Entrate)."""
    office = int(value[7:10])
    return has_luhn(value) and (1 <= office <= 100 or office in (120, 121, 888, 999))


def is_bsn(value: str) -> bool:
    """The eleven test: weights 9 to 2 and -1 (RvIG)."""
    return int(value) > 0 and weighted_sum(value, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


def is_rijksregister(value: str) -> bool:
    """97 less the rest of nine digits, a 2 before them from 2000 on (IBZ)."""
    check, month = int(value[9:]), int(value[2:4])
    if month > 12 and not 20 <= month <= 32 and not 40 <= month <= 52:
        return False
    if int(value[4:6]) > 31:
        return False
    is_recent = int(value[:2]) <= 50
    return check == 97 - int(value[:9]) % 97 or (
        is_recent and check == 97 - int("2" + value[:9]) % 97
    )


def is_luxembourgish(value: str) -> bool:
    """Birthday, then Luhn and Verhoeff over the first eleven digits (CTIE)."""
    if not 1890 <= int(value[:4]) <= 2050 or not begins_yymmdd(value[2:]):
        return False
    return has_luhn(value[:12]) and has_verhoeff(value[:11] + value[12])


def is_svnr(value: str) -> bool:
    """Serial, check digit, birthday; weights 3 7 9 - 5 8 4 2 1 6 modulo 11 (Dachverband)."""
    total = weighted_sum(value, (3, 7, 9, 0, 5, 8, 4, 2, 1, 6)) % 11
    # Months 13 to 15 are given out when a day's serials run short.
    return (
        value[0] != "0"
        and total == int(value[3])
        and 1 <= int(value[4:6]) <= 31
        and 1 <= int(value[6:8]) <= 15
    )


def is_ahv(value: str) -> bool:
    """756 for Switzerland and the check digit of GS1 (ZAS)."""
    return value.startswith("756") and has_ean(value)


def is_cpr(value: str) -> bool:
    """A birthday; the old modulo 11 is not kept since 2007 (CPR-kontoret)."""
    return begins_ddmmyy(value)


def is_personnummer(value: str) -> bool:
    """Birthday, day plus 60 for coordination numbers, Luhn over ten digits (Skatteverket)."""
    ten = value[-10:]
    day = int(ten[4:6])
    century = len(value) == 10 or value[:2] in ("18", "19", "20")
    return century and is_day(int(ten[:2]), int(ten[2:4]), day - 60 * (day > 60)) and has_luhn(ten)


def is_fodselsnummer(value: str) -> bool:
    """Birthday, day plus 40 for D-numbers, two digits modulo 11 (Skatteetaten)."""
    day, month = int(value[:2]), int(value[2:4])
    if not is_day(int(value[4:6]), month - 40 * (month > 40), day - 40 * (day > 40)):
        return False
    first = -weighted_sum(value, (3, 7, 6, 1, 8, 9, 4, 5, 2)) % 11
    second = -weighted_sum(value, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return value[9:] == f"{first}{second}"


def is_hetu(value: str) -> bool:
    """Birthday, century sign, and the mark of nine digits modulo 31 (DVV)."""
    digits = value[:6] + value[-4:-1]
    if not digits.isdigit() or not begins_ddmmyy(value):
        return False
    return _HETU_MARKS[int(digits) % 31] == value[-1]


def is_kennitala(value: str) -> bool:
    """Birthday, weights 3 2 7 6 5 4 3 2 modulo 11, century (Registers Iceland)."""
    check = -weighted_sum(value, (3, 2, 7, 6, 5, 4, 3, 2)) % 11
    day = int(value[:2])
    known = is_day(int(value[4:6]), int(value[2:4]), day - 40 * (day > 40)) and value[9] in "90"
    return known and check == int(value[8])


def is_afm(value: str) -> bool:
    """Powers of two modulo 11 (AADE)."""
    total = sum(int(digit) << (8 - place) for place, digit in enumerate(value[:8]))
    return total % 11 % 10 == int(value[8]) and not is_one_digit_repeated(value)


def is_amka(value: str) -> bool:
    """Birthday and Luhn (IDIKA)."""
    return begins_ddmmyy(value) and has_luhn(value)


_TAX_WORDS = ("tax id", "tax number", "tax identification", "tin")

WESTERN_EUROPE = (
    IdFormat("UK_NINO", ("AA 99 99 99 A", "AA-99-99-99-A"), ("AA999999A", "AA 999999 A"),
             ("nino", "national insurance", "ni number", "ni no"), is_nino, 0.8, 0.7,
             has_checksum=False),
    IdFormat("UK_NHS", (), ("999 999 9999", "999-999-9999", "9999999999"),
             ("nhs", "chi number", "h&c number", "health and care number"), is_nhs,
             alone_plain=0.35),
    IdFormat("UK_UTR", (), ("9999999999", "99999 99999"),
             ("utr", "unique taxpayer", "self assessment"), is_utr),
    IdFormat("DRIVER_LICENSE", ("AAAAA999999AA9AA", "AAAAA999999A99AA"), (),
             ("driving licence", "driver", "licence", "license", "dvla"), is_uk_driver, 0.8,
             has_checksum=False),
    IdFormat("IE_PPS", (), ("9999999A", "9999999AA"),
             ("pps", "ppsn", "personal public service"), is_pps, alone_plain=0.45),
    IdFormat("FR_NIR", ("9 99 99 99 999 999 99", "9 99 99 9A 999 999 99",
                        "9-99-99-99-999-999-99", "9.99.99.99.999.999.99"),
             ("999999999999999", "999999A99999999", "9999999999999 99"),
             ("nir", "sécurité sociale", "securite sociale", "numéro de sécu", "insee",
              "n° de sécu", "sécu"), is_nir, 0.95, 0.55),
    IdFormat("FR_SIREN", (), ("999 999 999", "999999999"), ("siren", "rcs"), is_siren),
    IdFormat("FR_SIRET", ("999 999 999 99999",), ("99999999999999",), ("siret",), is_siret, 0.7),
    IdFormat("FR_SPI", (), ("9999999999999", "99 99 999 999 999"),
             ("numéro fiscal", "numero fiscal", "référence fiscale", "spi"),
             lambda value: value[0] in "0123", has_checksum=False),
    IdFormat("DE_TAX_ID", ("99 999 999 999",), ("99999999999",),
             ("steuer", "idnr", "id nr", "identifikationsnummer", *_TAX_WORDS), is_steuer_id,
             0.75, 0.4),
    IdFormat("DE_SOCIAL_SECURITY", ("99 999999 A 999", "99 99 99 99 A 999", "99999999A999"), (),
             ("sozialversicherung", "rentenversicherung", "svnr", "sv nummer", "rvnr"),
             is_german_insurance, 0.8),
    IdFormat("DE_HEALTH_INSURANCE", (), ("A999999999",),
             ("krankenversicherung", "versichertennummer", "krankenkasse", "kvnr",
              "versicherten", "gesundheitskarte"), is_german_health, alone_plain=0.4),
    IdFormat("ES_DNI", (), ("99999999A", "99999999-A", "99.999.999-A", "99 999 999 A",
                            "99999999 A", "99.999.999A"),
             ("dni", "nif", "documento nacional", "documento de identidad"), is_dni,
             alone_plain=0.7),
    IdFormat("ES_NIE", (), ("A9999999A", "A-9999999-A", "A 9999999 A", "A9999999-A"),
             ("nie", "extranjero", "extranjería"), is_nie, alone_plain=0.75),
    IdFormat("ES_CIF", (), ("A9999999?", "A-9999999?", "A-9999999-?"), ("cif", "nif"), is_cif,
             alone_plain=0.4),
    IdFormat("ES_NSS", (), ("999999999999", "99 99999999 99", "99/99999999/99",
                            "99-99999999-99"),
             ("seguridad social", "nuss", "naf", "afiliación", "nss"), is_spanish_insurance,
             alone_plain=0.3),
    IdFormat("PT_NIF", (), ("999999999", "999 999 999"),
             ("nif", "contribuinte", "número fiscal", "nipc"), is_nif),
    IdFormat("IT_FISCAL_CODE", ("AAAAAA??A??A???A",),
             ("AAA AAA ??A?? A???A", "AAA AAA 99A99 A999A"),
             ("codice fiscale", "cod. fisc", "cf"), is_codice_fiscale, 0.97, 0.9),
    IdFormat("IT_VAT", (), ("99999999999",), ("partita iva", "p. iva", "p.iva", "piva", "p iva"),
             is_partita_iva),
    IdFormat("NL_BSN", (), ("999999999", "999.999.999", "9999.99.999", "999 999 999"),
             ("bsn", "burgerservicenummer", "sofinummer", "sofi", "service nummer"), is_bsn),
    IdFormat("BE_NATIONAL_NUMBER", ("99.99.99-999.99", "99.99.99 999 99"),
             ("99999999999", "999999-999-99", "999999 999 99"),
             ("rijksregister", "nrn", "registre national", "insz", "niss", "numéro national",
              "nationaal nummer"), is_rijksregister, 0.95, 0.35),
    IdFormat("LU_NATIONAL_ID", (), ("9999999999999", "9999 9999 999 99", "99999999 99999"),
             ("matricule", "cns", "identification", "numéro d'identification"), is_luxembourgish,
             alone_plain=0.6),
    IdFormat("AT_SOCIAL_SECURITY", ("9999 999999",), ("9999999999", "9999-999999", "9999/999999"),
             ("svnr", "sv nr", "sv nummer", "sozialversicherung", "versicherungsnummer",
              "e card"), is_svnr, 0.5),
    IdFormat("CH_AHV", ("999.9999.9999.99",), ("9999999999999", "999 9999 9999 99"),
             ("ahv", "avs", "sozialversicherung", "assurance vieillesse"), is_ahv, 0.97, 0.7),
    IdFormat("DK_CPR", ("999999-9999",), ("9999999999", "999999 9999"),
             ("cpr", "personnummer"), is_cpr, 0.55, has_checksum=False),
    IdFormat("SE_PERSONNUMMER", ("99999999-9999", "999999-9999", "999999+9999"),
             ("999999999999", "9999999999"),
             ("personnummer", "samordningsnummer", "person nr", "personnr", "pnr"),
             is_personnummer, 0.75, 0.3),
    IdFormat("NO_NATIONAL_ID", ("999999 99999", "999999-99999"), ("99999999999",),
             ("fødselsnummer", "fodselsnummer", "personnummer", "fnr", "d nummer"),
             is_fodselsnummer, 0.85, 0.6),
    IdFormat("FI_HETU", tuple(f"999999{mark}999?" for mark in "-+A"), (),
             ("hetu", "henkilötunnus", "henkilotunnus", "personbeteckning", "sotu"), is_hetu,
             0.85),
    IdFormat("IS_KENNITALA", (), ("999999-9999", "9999999999"), ("kennitala", "kt"),
             is_kennitala, alone_plain=0.5),
    IdFormat("GR_AFM", (), ("999999999",), ("αφμ", "α.φ.μ", "afm", "vat"), is_afm),
    IdFormat("GR_AMKA", (), ("99999999999",), ("αμκα", "α.μ.κ.α", "amka"), is_amka,
             alone_plain=0.35),
)  # fmt: skip
"""Sources: the authorities named at each check."""
