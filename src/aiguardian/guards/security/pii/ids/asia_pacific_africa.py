"""Numbers of Asia, Australia, New Zealand and Africa."""

from __future__ import annotations

from aiguardian.guards.security.pii.checksums import (
    begins_yymmdd,
    has_luhn,
    has_mod_11_2,
    has_verhoeff,
    is_day,
    is_one_digit_repeated,
    weighted_sum,
)
from aiguardian.guards.security.pii.ids.id_format import IdFormat, any_value

_BASE_36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# The order in which Taiwan's places got their letters: A is 10, I is 34, O is 35.
_TAIWAN_PLACES = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
_CHINESE_PROVINCES = frozenset(
    (11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51,
     52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83)
)  # fmt: skip


def is_aadhaar(value: str) -> bool:
    """2 to 9 first, Verhoeff (UIDAI)."""
    return value[0] > "1" and has_verhoeff(value) and value != value[::-1]


def is_pan(value: str) -> bool:
    """The fourth letter says what the holder is (Income Tax Department); no public checksum."""
    return value[3] in "ABCFGHJLPT" and value[5:9] != "0000"


def is_gstin(value: str) -> bool:
    """State, PAN, entity, Z, check character in base 36 (GSTN)."""
    total = 0
    for place, char in enumerate(value[:14]):
        total += sum(divmod(_BASE_36.index(char) * (1 + place % 2), 36))
    return is_pan(value[2:]) and _BASE_36[-total % 36] == value[14]


def is_resident_id(value: str) -> bool:
    """Province, birthday, ISO 7064 MOD 11-2 (GB 11643)."""
    if int(value[:2]) not in _CHINESE_PROVINCES or not 1880 <= int(value[6:10]) <= 2050:
        return False
    if value[-1] not in "0123456789X":
        return False
    return is_day(int(value[6:10]), int(value[10:12]), int(value[12:14])) and has_mod_11_2(value)


def is_my_number(value: str) -> bool:
    """Weights 6 5 4 3 2 7 6 5 4 3 2 modulo 11 (Digital Agency of Japan)."""
    rest = weighted_sum(value, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return (0 if rest < 2 else 11 - rest) == int(value[11]) and not is_one_digit_repeated(value)


def is_rrn(value: str) -> bool:
    """Birthday, sex and century; the old check digit is not kept since October 2020 (MOIS)."""
    return begins_yymmdd(value) and value[6] in "12345678"


def is_taiwanese(value: str) -> bool:
    """Place letter as two digits, sex 1, 2, 8 or 9, weights 1 9 8 ... 1 modulo 10 (NIA)."""
    place = 10 + _TAIWAN_PLACES.index(value[0])
    total = place // 10 + place % 10 * 9 + weighted_sum(value[1:], (8, 7, 6, 5, 4, 3, 2, 1, 1))
    return value[1] in "1289" and total % 10 == 0


def is_nric(value: str) -> bool:
    """S, T, F, G or M, weights 2 7 6 5 4 3 2 modulo 11, a letter from the series (ICA)."""
    if value[0] not in "STFGM":
        return False
    total = weighted_sum(value[1:8], (2, 7, 6, 5, 4, 3, 2))
    total += {"T": 4, "G": 4, "M": 3}.get(value[0], 0)
    if value[0] in "ST":
        return "JZIHGFEDCBA"[total % 11] == value[8]
    if value[0] in "FG":
        return "XWUTRQPNMLK"[total % 11] == value[8]
    return "KLJNPQRTUWX"[10 - total % 11] == value[8]


def is_hkid(value: str) -> bool:
    """One or two letters, six digits, check digit or A, modulo 11 (Immigration Department)."""
    body = value[:-1].rjust(8)
    total = 0
    for place, char in enumerate(body):
        total += (36 if char == " " else _BASE_36.index(char)) * (9 - place)
    return value[-1] in "0123456789A" and (total + _BASE_36.index(value[-1])) % 11 == 0


def is_thai(value: str) -> bool:
    """Weights 13 to 2 modulo 11 (DOPA)."""
    total = weighted_sum(value, range(13, 1, -1))
    return value[0] in "12345678" and (11 - total % 11) % 10 == int(value[12])


def is_mykad(value: str) -> bool:
    """Birthday and a place of birth that exists (JPN); no checksum exists."""
    place = int(value[6:8])
    return begins_yymmdd(value) and (1 <= place <= 16 or 21 <= place <= 99)


def is_nik(value: str) -> bool:
    """Province, birthday with 40 more for women (Dukcapil); no checksum exists."""
    day = int(value[6:8])
    born = is_day(int(value[10:12]), int(value[8:10]), day - 40 * (day > 40))
    return born and 11 <= int(value[:2]) <= 96 and value[12:] != "0000"


def is_cccd(value: str) -> bool:
    """Province, sex and century, year of birth (Vietnam, circular 59/2021); no checksum."""
    return value[0] == "0" and 1 <= int(value[:3]) <= 96 and value[3] in "0123"


def is_tfn(value: str) -> bool:
    """Weights 1 4 3 7 5 8 6 9 10 modulo 11 (ATO)."""
    total = weighted_sum(value, (1, 4, 3, 7, 5, 8, 6, 9, 10))
    return total % 11 == 0 and not is_one_digit_repeated(value)


def is_abn(value: str) -> bool:
    """The first digit less one, weights 10 1 3 5 ... 19 modulo 89 (ABR)."""
    total = weighted_sum(value, (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)) - 10
    return value[0] != "0" and total % 89 == 0


def is_acn(value: str) -> bool:
    """Weights 8 to 1 modulo 10 (ASIC)."""
    total = -weighted_sum(value, range(8, 0, -1)) % 10
    return total == int(value[8]) and not is_one_digit_repeated(value)


def is_medicare(value: str) -> bool:
    """2 to 6 first, weights 1 3 7 9 modulo 10, the tenth digit a card's issue (Services Au.)."""
    return value[0] in "23456" and (
        weighted_sum(value, (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(value[8])
    )


def is_ird(value: str) -> bool:
    """Weights 3 2 7 6 5 4 3 2, else 7 4 3 2 5 2 7 6, modulo 11 (Inland Revenue)."""
    padded = value.rjust(9, "0")
    if not 10_000_000 <= int(padded) <= 150_000_000:
        return False
    check = -weighted_sum(padded, (3, 2, 7, 6, 5, 4, 3, 2)) % 11
    if check == 10:
        check = -weighted_sum(padded, (7, 4, 3, 2, 5, 2, 7, 6)) % 11
    return check == int(padded[8])


def is_israeli(value: str) -> bool:
    """Luhn over nine digits (Population Authority)."""
    return has_luhn(value) and not is_one_digit_repeated(value)


def is_south_african(value: str) -> bool:
    """Birthday, citizenship, Luhn (Home Affairs)."""
    return begins_yymmdd(value) and value[10] in "012" and has_luhn(value)


def is_cnic(value: str) -> bool:
    """A province from 1 to 7 (NADRA); no checksum exists."""
    return value[0] in "1234567"


def is_emirates_id(value: str) -> bool:
    """784 for the Emirates, year of birth, Luhn (ICP)."""
    return value.startswith("784") and value[3] in "12" and has_luhn(value)


def is_egyptian(value: str) -> bool:
    """Century, birthday, governorate (Civil Status)."""
    return value[0] in "23" and begins_yymmdd(value[1:]) and 1 <= int(value[7:9]) <= 88


def is_saudi(value: str) -> bool:
    """1 a citizen, 2 a resident, Luhn (Absher)."""
    return value[0] in "12" and has_luhn(value)


def is_sri_lankan(value: str) -> bool:
    """Year and day of the year, 500 more for women, V or X (DRP)."""
    return 1 <= int(value[2:5]) % 500 <= 366 and value[9] in "VX"


ASIA_PACIFIC_AFRICA = (
    IdFormat("IN_AADHAAR", ("9999 9999 9999", "9999-9999-9999"), ("999999999999",),
             ("aadhaar", "aadhar", "adhaar", "uidai", "आधार", "uid"), is_aadhaar, 0.6, 0.35),
    IdFormat("IN_PAN", ("AAAAA9999A",), (),
             ("pan", "permanent account", "income tax", "पैन"), is_pan, 0.65, has_checksum=False),
    IdFormat("IN_GSTIN", ("99AAAAA9999A?A?", "99AAAAA9999A?9?"), (), ("gstin", "gst"), is_gstin,
             0.97),
    IdFormat("IN_VOTER_ID", (), ("AAA9999999",), ("voter", "epic", "election", "मतदाता"),
             any_value, has_checksum=False),
    IdFormat("CN_RESIDENT_ID", (), ("99999999999999999?",),
             ("身份证", "身份證", "居民", "resident id", "identity"), is_resident_id,
             alone_plain=0.95),
    IdFormat("JP_MY_NUMBER", (), ("9999 9999 9999", "9999-9999-9999", "999999999999"),
             ("my number", "マイナンバー", "個人番号", "mynumber"), is_my_number,
             alone_plain=0.35),
    IdFormat("KR_RRN", ("999999-9999999",), ("9999999999999",),
             ("주민등록", "주민번호", "외국인등록", "rrn", "resident registration"), is_rrn, 0.7,
             has_checksum=False),
    IdFormat("TW_ID", ("A999999999",), (), ("身分證", "統一編號", "居留證", "taiwan"),
             is_taiwanese, 0.7),
    IdFormat("SG_NRIC", ("A9999999A",), (), ("nric", "fin", "singapore"), is_nric, 0.75),
    IdFormat("HK_HKID", ("A999999(?)", "AA999999(?)"), ("A999999?", "AA999999?"),
             ("hkid", "香港身份證", "身份證", "hong kong id", "identity card"), is_hkid, 0.9,
             0.35),
    IdFormat("TH_NATIONAL_ID", ("9-9999-99999-99-9", "9 9999 99999 99 9"), ("9999999999999",),
             ("บัตรประชาชน", "เลขประจำตัวประชาชน", "thai id", "citizen id", "เลขบัตร"), is_thai,
             0.95, 0.3),
    IdFormat("MY_NRIC", ("999999-99-9999",), ("999999999999",),
             ("mykad", "nric", "ic number", "ic no", "kad pengenalan", "no. ic"), is_mykad, 0.75,
             has_checksum=False),
    IdFormat("ID_NIK", (), ("9999999999999999", "999999.999999.9999"),
             ("nik", "ktp", "kependudukan", "npwp"), is_nik, 0.5, has_checksum=False),
    IdFormat("VN_CCCD", (), ("999999999999",), ("cccd", "căn cước", "cmnd", "chứng minh nhân dân"),
             is_cccd, has_checksum=False),
    IdFormat("PH_PHILSYS", (), ("9999-9999-9999-9999", "9999-9999999-9"),
             ("philsys", "philid", "national id", "umid", "crn"), any_value,
             has_checksum=False),
    IdFormat("PK_CNIC", ("99999-9999999-9",), ("9999999999999",), ("cnic", "nadra", "nicop"),
             is_cnic, 0.7, has_checksum=False),
    IdFormat("LK_NIC", (), ("999999999A",), ("nic", "sri lanka"), is_sri_lankan,
             has_checksum=False),
    IdFormat("AE_EMIRATES_ID", ("999-9999-9999999-9",), ("999999999999999",),
             ("emirates id", "الهوية"), is_emirates_id, 0.95, 0.7),
    IdFormat("SA_NATIONAL_ID", (), ("9999999999",), ("iqama", "الهوية", "إقامة", "saudi"),
             is_saudi),
    IdFormat("EG_NATIONAL_ID", (), ("99999999999999",), ("الرقم القومي", "egypt", "egyptian"),
             is_egyptian, has_checksum=False),
    IdFormat("AU_TFN", (), ("999 999 999", "999-999-999", "999999999"),
             ("tfn", "tax file"), is_tfn),
    IdFormat("AU_ABN", ("99 999 999 999",), ("99999999999", "99-999-999-999"),
             ("abn", "business number"), is_abn, 0.72),
    IdFormat("AU_ACN", (), ("999 999 999", "999999999"), ("acn", "company number"), is_acn),
    IdFormat("AU_MEDICARE", ("9999 99999 9",), ("9999999999", "9999-99999-9"), ("medicare",),
             is_medicare, 0.65),
    IdFormat("NZ_IRD", (), ("99-999-999", "999-999-999", "99999999", "999999999"),
             ("ird", "inland revenue"), is_ird),
    IdFormat("NZ_NHI", (), ("AAA9999", "AAA99A9"), ("nhi", "national health index"),
             lambda value: not set(value[:3]) & {"I", "O"}, has_checksum=False),
    IdFormat("IL_ID", (), ("999999999", "99999999-9"),
             ("תעודת זהות", "ת.ז", "teudat zehut", "israeli", "מספר זהות"), is_israeli),
    IdFormat("ZA_ID", (), ("9999999999999", "999999 9999 999", "999999 9999 99 9"),
             ("rsa id", "south african", "sa id", "id number", "id no"), is_south_african,
             alone_plain=0.5),
    IdFormat("NG_NIN", (), ("99999999999",), ("nin", "bvn", "bank verification"),
             any_value, has_checksum=False),
)  # fmt: skip
"""Sources: the authorities named at each check."""
