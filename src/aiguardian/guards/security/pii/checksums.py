"""Check digits that several kinds of number share.

Each takes the digits and letters without separators, letters in capitals; none raises.
"""

from __future__ import annotations

from collections.abc import Sequence

_LETTERS_AND_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LUHN_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_VERHOEFF_D = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_VERHOEFF_P = (
    "0123456789", "1576283094", "5803796142", "8916043527",
    "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip


def weighted_sum(value: str, weights: Sequence[int]) -> int:
    """The sum of the leading digits, each times its weight; as many as there are weights."""
    return sum(int(digit) * weight for digit, weight in zip(value, weights, strict=False))


def has_luhn(value: str) -> bool:
    """ISO/IEC 7812-1, annex B: every second digit from the right doubled, the sum ends in 0."""
    odd = sum(map(int, value[::-2]))
    even = sum(_LUHN_DOUBLED[int(digit)] for digit in value[-2::-2])
    return (odd + even) % 10 == 0


def has_verhoeff(value: str) -> bool:
    """Verhoeff's check over the dihedral group of order ten (Aadhaar, Luxembourg)."""
    state = 0
    for place, digit in enumerate(reversed(value)):
        state = int(_VERHOEFF_D[state][int(_VERHOEFF_P[place % 8][int(digit)])])
    return state == 0


def has_mod_97(value: str) -> bool:
    """ISO 7064 MOD 97-10 as IBAN uses it: the first four behind the rest, letters from 10 on."""
    turned = value[4:] + value[:4]
    return int("".join(str(_LETTERS_AND_DIGITS.index(char)) for char in turned)) % 97 == 1


def has_mod_11_10(value: str) -> bool:
    """ISO 7064 MOD 11,10 (German tax id and VAT, Croatian OIB)."""
    product = 10
    for digit in value[:-1]:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return (product + int(value[-1])) % 10 == 1


def has_mod_11_2(value: str) -> bool:
    """ISO 7064 MOD 11-2, X for ten (Chinese resident number)."""
    state = 0
    for digit in value[:-1]:
        state = (state + int(digit)) * 2 % 11
    last = 10 if value[-1] == "X" else int(value[-1])
    return (state + last) % 11 == 1


def has_mrz_digit(value: str) -> bool:
    """ICAO 9303 part 3: weights 7, 3, 1; letters from 10 on, the filler `<` is 0."""
    total = 0
    for place, char in enumerate(value[:-1]):
        total += _LETTERS_AND_DIGITS.find(char) * (7, 3, 1)[place % 3] if char != "<" else 0
    return value[-1].isdigit() and total % 10 == int(value[-1])


def has_ean(value: str) -> bool:
    """The check digit of GS1 numbers: weights 1 and 3 from the right."""
    return (sum(map(int, value[::-2])) + 3 * sum(map(int, value[-2::-2]))) % 10 == 0


def is_day(year: int, month: int, day: int) -> bool:
    """Such a day exists; a year of two digits counts as leap when either century's is."""
    if not 1 <= month <= 12 or day < 1:
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0 or year == 0)
    lengths = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return day <= lengths[month - 1]


def begins_yymmdd(value: str) -> bool:
    """The first six digits are a day as year, month, day."""
    return is_day(int(value[:2]), int(value[2:4]), int(value[4:6]))


def begins_ddmmyy(value: str) -> bool:
    """The first six digits are a day as day, month, year."""
    return is_day(int(value[4:6]), int(value[2:4]), int(value[:2]))


def is_one_digit_repeated(value: str) -> bool:
    """`000000000` and its like pass many checks and are nobody's number."""
    return len(set(value)) == 1
