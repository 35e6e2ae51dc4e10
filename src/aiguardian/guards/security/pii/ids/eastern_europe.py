"""Numbers of central, eastern and south-eastern Europe and of Turkey."""

from __future__ import annotations

from datetime import date, timedelta

from aiguardian.guards.security.pii.checksums import (
    begins_ddmmyy,
    begins_yymmdd,
    has_mod_11_10,
    is_day,
    is_one_digit_repeated,
    weighted_sum,
)
from aiguardian.guards.security.pii.ids.id_format import IdFormat


def is_pesel(value: str) -> bool:
    """Birthday with the century in the month, weights 1 3 7 9 modulo 10 (MSWiA)."""
    if not is_day(int(value[:2]), int(value[2:4]) % 20, int(value[4:6])):
        return False
    return -weighted_sum(value, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10 == int(value[10])


def is_nip(value: str) -> bool:
    """Weights 6 5 7 2 3 4 5 6 7 modulo 11 (Ministerstwo Finansów)."""
    total = weighted_sum(value, (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11
    return total == int(value[9]) and not is_one_digit_repeated(value)


def is_regon(value: str) -> bool:
    """Weights 8 9 2 3 4 5 6 7 modulo 11 (GUS)."""
    total = weighted_sum(value, (8, 9, 2, 3, 4, 5, 6, 7)) % 11 % 10
    return total == int(value[8]) and not is_one_digit_repeated(value)


def is_polish_card(value: str) -> bool:
    """Three letters, check digit, five digits; weights 7 3 1 (dowód osobisty)."""
    letters = [ord(char) - 55 for char in value[:3]]
    total = 7 * letters[0] + 3 * letters[1] + letters[2]
    return (total + weighted_sum(value[4:], (7, 3, 1, 7, 3))) % 10 == int(value[3])


def is_rodne_cislo(value: str) -> bool:
    """Birthday, month plus 50 for women and 20 more when serials ran out, divisible by 11."""
    month = int(value[2:4])
    month -= 50 * (month > 50)
    month -= 20 * (month > 20)
    if not is_day(int(value[:2]), month, int(value[4:6])):
        return False
    if len(value) == 9:
        return value[:2] < "54" and value[6:] != "000"
    return int(value[:9]) % 11 % 10 == int(value[9])


def is_hungarian_tax(value: str) -> bool:
    """8, days since 1867, weights 1 to 9 modulo 11 (NAV)."""
    return value[0] == "8" and weighted_sum(value, range(1, 10)) % 11 == int(value[9])


def is_taj(value: str) -> bool:
    """Weights 3 and 7 in turn modulo 10 (NEAK)."""
    total = weighted_sum(value, (3, 7, 3, 7, 3, 7, 3, 7)) % 10
    return total == int(value[8]) and not is_one_digit_repeated(value)


def is_hungarian_person(value: str) -> bool:
    """Sex and century, birthday, weights 10 to 1 or 1 to 10 modulo 11 (BM)."""
    if value[0] not in "12345678" or not begins_yymmdd(value[1:]):
        return False
    up = weighted_sum(value, range(1, 11)) % 11
    down = weighted_sum(value, range(10, 0, -1)) % 11
    return int(value[10]) in (up, down)


def is_cnp(value: str) -> bool:
    """Sex and century, birthday, county, weights 279146358279 modulo 11 (DEPABD)."""
    county = int(value[7:9])
    is_county = 1 <= county <= 52 or county == 70 or 80 <= county <= 83
    if value[0] == "0" or not begins_yymmdd(value[1:]) or not is_county:
        return False
    total = weighted_sum(value, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    return (1 if total == 10 else total) == int(value[12])


def is_egn(value: str) -> bool:
    """Birthday with the century in the month, weights 2 4 8 5 10 9 7 3 6 modulo 11 (GRAO)."""
    month = int(value[2:4])
    month -= 20 * (month > 20) + 20 * (month > 40)
    if not is_day(int(value[:2]), month, int(value[4:6])):
        return False
    return weighted_sum(value, (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10 == int(value[9])


def is_oib(value: str) -> bool:
    """ISO 7064 MOD 11,10 (Porezna uprava)."""
    return has_mod_11_10(value) and not is_one_digit_repeated(value)


def is_jmbg(value: str) -> bool:
    """Birthday with three digits of the year, weights 7 6 5 4 3 2 twice modulo 11 (1976)."""
    year = int(value[4:7])
    full = year + (1000 if year >= 800 else 2000)
    if not is_day(full, int(value[2:4]), int(value[:2])):
        return False
    total = -weighted_sum(value, (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return total % 10 == int(value[12])


def is_baltic(value: str) -> bool:
    """Estonia and Lithuania: sex and century, birthday, two rounds of weights modulo 11."""
    if value[0] not in "12345678" or not begins_yymmdd(value[1:]):
        return False
    total = weighted_sum(value, (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)) % 11
    if total == 10:
        total = weighted_sum(value, (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)) % 11 % 10
    return total == int(value[10])


def is_latvian(value: str) -> bool:
    """Birthday and a digit modulo 11, or 32 and no birthday since 2017 (PMLP)."""
    if value[:2] == "32":
        return True
    total = (1 + weighted_sum(value, (10, 5, 8, 4, 2, 1, 6, 3, 7, 9))) % 11 % 10
    return begins_ddmmyy(value) and total == int(value[10])


def is_tckn(value: str) -> bool:
    """Two digits over the odd and even places (NVI)."""
    odd, even = sum(map(int, value[0:9:2])), sum(map(int, value[1:8:2]))
    tenth = (odd * 7 - even) % 10
    eleventh = (odd + even + tenth) % 10
    return value[0] != "0" and value[9:] == f"{tenth}{eleventh}"


def is_inn(value: str) -> bool:
    """Ten digits a company, twelve a person; each check digit modulo 11 (FNS)."""
    weights = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
    if is_one_digit_repeated(value):
        return False
    if len(value) == 10:
        return weighted_sum(value, weights[2:]) % 11 % 10 == int(value[9])
    first = weighted_sum(value, weights[1:]) % 11 % 10
    second = weighted_sum(value, weights) % 11 % 10
    return value[10:] == f"{first}{second}"


def is_snils(value: str) -> bool:
    """Weights 9 to 1, the rest modulo 101 (SFR)."""
    rest = weighted_sum(value, range(9, 0, -1)) % 101 % 100
    return rest == int(value[9:]) and not is_one_digit_repeated(value[:9])


def is_rnokpp(value: str) -> bool:
    """Days since 1900 and weights -1 5 7 9 4 6 10 5 7 modulo 11 (DPS)."""
    born = date(1899, 12, 31) + timedelta(days=int(value[:5]))
    total = weighted_sum(value, (-1, 5, 7, 9, 4, 6, 10, 5, 7)) % 11 % 10
    return 1900 <= born.year <= 2030 and total == int(value[9])


EASTERN_EUROPE = (
    IdFormat("PL_PESEL", (), ("99999999999",), ("pesel",), is_pesel, alone_plain=0.35),
    IdFormat("PL_NIP", ("999-999-99-99", "999-99-99-999"), ("9999999999",),
             ("nip", "identyfikacji podatkowej"), is_nip, 0.7),
    IdFormat("PL_REGON", (), ("999999999",), ("regon",), is_regon),
    IdFormat("PL_ID_CARD", (), ("AAA999999", "AAA 999999"),
             ("dowód", "dowod", "dowodu", "id card", "identity card"), is_polish_card,
             alone_plain=0.4),
    IdFormat("CZ_SK_BIRTH_NUMBER", ("999999/9999",), ("9999999999", "999999/999"),
             ("rodné číslo", "rodne cislo", "rč", "r.č", "birth number", "rodného čísla"),
             is_rodne_cislo, 0.85),
    IdFormat("HU_TAX_ID", (), ("9999999999",), ("adóazonosító", "adoazonosito"),
             is_hungarian_tax),
    IdFormat("HU_TAJ", (), ("999 999 999", "999-999-999", "999999999"),
             ("taj", "társadalombiztosítás", "tb szám"), is_taj),
    IdFormat("HU_PERSONAL_ID", (), ("9-999999-9999", "9 999999 9999", "99999999999"),
             ("személyi szám", "személyi azonosító", "szemelyi"), is_hungarian_person),
    IdFormat("RO_CNP", (), ("9999999999999", "9 999999 999999"),
             ("cnp", "cod numeric personal", "codul numeric"), is_cnp, alone_plain=0.45),
    IdFormat("BG_EGN", (), ("9999999999",), ("егн", "egn", "единен граждански"), is_egn,
             alone_plain=0.3),
    IdFormat("HR_OIB", (), ("99999999999",), ("oib", "osobni identifikacijski"), is_oib,
             alone_plain=0.3),
    IdFormat("JMBG", (), ("9999999999999",),
             ("jmbg", "emšo", "emso", "јмбг", "matični broj", "матични број", "embg", "ембг"),
             is_jmbg, alone_plain=0.45),
    IdFormat("EE_ISIKUKOOD", (), ("99999999999",), ("isikukood", "personal code"), is_baltic,
             alone_plain=0.4),
    IdFormat("LT_ASMENS_KODAS", (), ("99999999999",), ("asmens kodas", "asmens kodo"), is_baltic,
             alone_plain=0.4),
    IdFormat("LV_PERSONAS_KODS", ("999999-99999",), ("99999999999",),
             ("personas kods", "personas kodu"), is_latvian, 0.65),
    IdFormat("TR_TCKN", (), ("99999999999",),
             ("tckn", "tc kimlik", "t.c. kimlik", "kimlik no", "kimlik numara", "tc no"), is_tckn,
             alone_plain=0.4),
    IdFormat("RU_INN", (), ("999999999999", "9999999999"), ("инн", "inn"), is_inn,
             alone_plain=0.3),
    IdFormat("RU_SNILS", ("999-999-999 99", "999-999-999-99"), ("99999999999",),
             ("снилс", "snils", "пенсионн"), is_snils, 0.9),
    IdFormat("RU_PASSPORT", (), ("99 99 999999", "9999 999999", "9999999999", "9999-999999"),
             ("паспорт", "серия", "passport"), lambda value: value[:4] != "0000",
             has_checksum=False),
    IdFormat("UA_TAX_ID", (), ("9999999999",),
             ("рнокпп", "іпн", "ідентифікаційний", "инн", "ипн"), is_rnokpp),
)  # fmt: skip
"""Sources: the authorities named at each check."""
