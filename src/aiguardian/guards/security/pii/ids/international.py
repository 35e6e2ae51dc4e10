"""Numbers of devices and of banks."""

from __future__ import annotations

from aiguardian.guards.security.pii.checksums import (
    has_luhn,
    is_one_digit_repeated,
    weighted_sum,
)
from aiguardian.guards.security.pii.ids.id_format import IdFormat


def is_imei(value: str) -> bool:
    """Luhn over fifteen digits (3GPP TS 23.003)."""
    return has_luhn(value) and not is_one_digit_repeated(value)


def is_routing_number(value: str) -> bool:
    """A Federal Reserve district and weights 3 7 1 modulo 10 (ABA)."""
    district = int(value[:2])
    known = district <= 12 or 21 <= district <= 32 or 61 <= district <= 72 or district == 80
    return known and int(value) > 0 and weighted_sum(value, (3, 7, 1) * 3) % 10 == 0


def is_clabe(value: str) -> bool:
    """Weights 3 7 1, each product modulo 10 (Banco de México)."""
    total = sum(int(d) * (3, 7, 1)[place % 3] % 10 for place, d in enumerate(value[:17]))
    return -total % 10 == int(value[17])


INTERNATIONAL = (
    IdFormat("IMEI", ("99-999999-999999-9", "99 999999 999999 9"), ("999999999999999",),
             ("imei", "imeisv", "device id", "handset", "phone serial"), is_imei, 0.75, 0.25),
    IdFormat("BANK_ROUTING", (), ("999999999", "9999-9999-9"),
             ("routing", "aba", "rtn", "transit number", "transit no"), is_routing_number),
    IdFormat("BANK_ACCOUNT", (), ("999999999999999999",), ("clabe",), is_clabe, alone_plain=0.3),
)  # fmt: skip
"""Sources: the standards named at each check."""
