"""Numbers made from a seed: valid ones of every kind, near misses of one digit, benign ones.

The identity numbers are drawn until the guard's own check accepts them, so what this set measures
is shape, context, score and overlap; the checks themselves are compared with python-stdnum where
that is installed (`agreement` in security_pii.py).
"""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from aiguardian.guards.security.pii.bank import IBAN_LENGTHS
from aiguardian.guards.security.pii.checksums import has_luhn, has_mod_97
from aiguardian.guards.security.pii.ids.id_format import IdFormat
from aiguardian.guards.security.pii.ids.table import ID_FORMATS

SENTENCES = (
    "{word}: {value}", "my {word} is {value}, thanks", "{word} {value}\n", '"{word}": "{value}"',
    "Please update the {word} ({value}) in my file.", "{value} is my {word}",
)  # fmt: skip
"""Ways to say a number with its word, none of them the guard's."""
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TRIES = 400_000


@dataclass(frozen=True)
class Case:
    """A text with one number in it."""

    text: str
    type: str
    """The type that should be found; empty when nothing should."""
    start: int
    end: int
    kind: str
    """`named`, `alone`, `near miss` or `benign`."""


def numbered_cases(seed: int, *, each: int) -> list[Case]:
    """`each` valid numbers of every checked kind beside their word, as many near misses; and the
    distinct shapes, cards and IBANs alone."""
    rng = random.Random(seed)
    cases: list[Case] = []
    for type_, words, values, is_distinct in _kinds(rng, each):
        for value in values:
            word = rng.choice(words)
            cases.append(_case(rng, word, value, type_, "named"))
            if (missed := _near_miss(rng, type_, value)) is not None:
                cases.append(_case(rng, word, missed, "", "near miss"))
            if is_distinct:
                text = f"see {value} for this"
                cases.append(Case(text, type_, 4, 4 + len(value), "alone"))
    return cases


def _kinds(rng: random.Random, each: int) -> Iterator[tuple[str, tuple[str, ...], list[str], bool]]:
    for row in ID_FORMATS:
        if row.has_checksum:
            values = [value for _ in range(each) if (value := _valid_id(rng, row))]
            yield row.type, row.words[:3], values, bool(row.distinct) and row.alone >= 0.6
    words = ("card", "credit card", "Kreditkarte", "tarjeta", "carte bancaire")
    yield "CREDIT_CARD", words, [_card(rng) for _ in range(4 * each)], True
    yield "IBAN_CODE", ("IBAN", "bank account"), [_iban(rng) for _ in range(4 * each)], True


def _valid_id(rng: random.Random, row: IdFormat) -> str:
    """A number of the row's first shape; digits that are a date are drawn as one."""
    shape = (row.distinct or row.plain)[0]
    for _ in range(_TRIES):
        value = _filled(rng, shape)
        if rng.random() < 0.9:
            value = _with_date(rng, value, row.type)
        if row.check(_plain(value)):
            return value
    return ""


_PREFIXES = {
    "CH_AHV": "756", "AE_EMIRATES_ID": "784", "CH_UID": "CHE", "MX_CURP": "GOHC870513HDFNRR",
    "MX_RFC": "GOHC870513", "CN_RESIDENT_ID": "110105", "IN_GSTIN": "27AAPFU0939F1Z",
    "IT_FISCAL_CODE": "RSSMRA85T10A56", "LU_NATIONAL_ID": "1980", "JMBG": "0101980",
    "FR_NIR": "1 85 05 78 006", "AR_CUIT": "20",
}  # fmt: skip
# Where six digits of the number are a day: the place they begin at, and their order.
_DAYS = {
    "SE_PERSONNUMMER": (2, "%y%m%d"), "NO_NATIONAL_ID": (0, "%d%m%y"), "FI_HETU": (0, "%d%m%y"),
    "IS_KENNITALA": (0, "%d%m%y"), "GR_AMKA": (0, "%d%m%y"), "PL_PESEL": (0, "%y%m%d"),
    "CZ_SK_BIRTH_NUMBER": (0, "%y%m%d"), "HU_PERSONAL_ID": (2, "%y%m%d"),
    "RO_CNP": (1, "%y%m%d"), "BG_EGN": (0, "%y%m%d"), "EE_ISIKUKOOD": (1, "%y%m%d"),
    "LT_ASMENS_KODAS": (1, "%y%m%d"), "LV_PERSONAS_KODS": (0, "%d%m%y"),
    "CN_RESIDENT_ID": (8, "%y%m%d"), "ZA_ID": (0, "%y%m%d"), "LU_NATIONAL_ID": (2, "%y%m%d"),
}  # fmt: skip


def _with_date(rng: random.Random, value: str, type_: str) -> str:
    prefix = _PREFIXES.get(type_, "")
    value = prefix + value[len(prefix) :]
    if type_ not in _DAYS:
        return value
    place, order = _DAYS[type_]
    day = (date(1940, 1, 1) + timedelta(days=rng.randrange(21_000))).strftime(order)
    century = "19" if type_ in ("SE_PERSONNUMMER", "CN_RESIDENT_ID", "LU_NATIONAL_ID") else ""
    place -= len(century)
    return value[:place] + century + day + value[place + len(century) + 6 :]


def _filled(rng: random.Random, shape: str) -> str:
    drawn = {"9": "0123456789", "A": _LETTERS, "?": "0123456789" + _LETTERS}
    return "".join(rng.choice(drawn[char]) if char in drawn else char for char in shape)


def _card(rng: random.Random) -> str:
    prefix, length = rng.choice(
        (("4", 16), ("51", 16), ("2221", 16), ("34", 15), ("37", 15), ("6011", 16), ("3530", 16))
    )
    body = prefix + "".join(rng.choices("0123456789", k=length - len(prefix) - 1))
    digits = next(body + last for last in "0123456789" if has_luhn(body + last))
    if rng.random() < 0.5:
        return digits
    groups = (4, 6, 5) if length == 15 else (4, 4, 4, 4)
    ends = [sum(groups[: place + 1]) for place in range(len(groups))]
    parts = [digits[end - size : end] for end, size in zip(ends, groups, strict=True)]
    return rng.choice(" -").join(parts)


def _iban(rng: random.Random) -> str:
    country = rng.choice(sorted(IBAN_LENGTHS))
    body = "".join(rng.choices("0123456789", k=IBAN_LENGTHS[country] - 4))
    value = next(
        whole for check in range(2, 99) if has_mod_97(whole := f"{country}{check:02d}{body}")
    )
    if rng.random() < 0.5:
        return value
    return " ".join(value[place : place + 4] for place in range(0, len(value), 4))


def _near_miss(rng: random.Random, type_: str, value: str) -> str | None:
    """The value with one digit changed so that its check fails; None when every change passes."""
    check = _check_of(type_)
    for _ in range(40):
        place = rng.choice([place for place, char in enumerate(value) if char.isdigit()])
        other = rng.choice([digit for digit in "0123456789" if digit != value[place]])
        changed = value[:place] + other + value[place + 1 :]
        if not check(_plain(changed)):
            return changed
    return None


def _check_of(type_: str) -> Callable[[str], bool]:
    if type_ == "CREDIT_CARD":
        return has_luhn
    if type_ == "IBAN_CODE":
        return has_mod_97
    return next(row.check for row in ID_FORMATS if row.type == type_)


def _plain(value: str) -> str:
    return re.sub("[^0-9A-Z]", "", value.upper())


def _case(rng: random.Random, word: str, value: str, type_: str, kind: str) -> Case:
    before, behind = rng.choice(SENTENCES).replace("{word}", word).split("{value}")
    return Case(before + value + behind, type_, len(before), len(before) + len(value), kind)


def benign_texts(seed: int, *, each: int) -> list[str]:
    """Sentences with numbers of nobody: orders, times, prices, versions, hashes, vectors."""
    rng = random.Random(seed)
    makers = (
        lambda: f"Order {rng.randrange(10**11, 10**12)} has shipped.",
        lambda: f"tracking number 1Z{rng.randrange(10**15, 10**16)}",
        lambda: f"at {rng.randrange(1_500_000_000_000, 1_800_000_000_000)} ms since the epoch",
        lambda: f"ts={rng.randrange(1_500_000_000, 1_800_000_000)} level=info",
        lambda: f"{date(2000, 1, 1) + timedelta(days=rng.randrange(9_000))} 12:30:45,123",
        lambda: f"it costs ${rng.randrange(10**6):,}.99 or {rng.randrange(10**9)} yen",
        lambda: f"v{rng.randrange(20)}.{rng.randrange(99)}.{rng.randrange(999)}",
        lambda: str(uuid.UUID(int=rng.getrandbits(128))),
        lambda: f"commit {rng.getrandbits(160):040x}",
        lambda: f"sha256:{rng.getrandbits(256):064x}",
        lambda: f"[{rng.random():.6f}, {rng.random():.6f}, {rng.random():.6f}]",
        lambda: f"invoice no. {rng.randrange(10**8, 10**9)} from last week",
        lambda: f"id={rng.randrange(10**17, 10**18)}",
        lambda: f"rows {rng.randrange(10**6)} to {rng.randrange(10**7)} of {rng.randrange(10**8)}",
        lambda: f"ISBN 978-3-{rng.randrange(10**5):05d}-{rng.randrange(1000):03d}-1",
        lambda: f"0x{rng.getrandbits(64):016x} {rng.getrandbits(32)}",
        lambda: f"{rng.randrange(10**8, 10**9)} {rng.randrange(10**8, 10**9)}",
        lambda: f"/api/items/{rng.randrange(10**10)}/parts/{rng.randrange(10**6)}",
        lambda: f"part {rng.choice(_LETTERS)}{rng.randrange(10**7)}-{rng.randrange(100)}",
        lambda: f"{rng.random() * 1e5:.9f} and {-rng.random() * 1e9:.3e}",
    )  # fmt: skip
    return [maker() for maker in makers for _ in range(each)]
