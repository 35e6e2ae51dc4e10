from __future__ import annotations

import pytest

from aiguardian.guards.security.pii.checksums import (
    has_ean,
    has_luhn,
    has_mod_11_2,
    has_mod_11_10,
    has_mod_97,
    has_mrz_digit,
    has_verhoeff,
    is_day,
)
from aiguardian.guards.security.pii.crypto_addresses import (
    has_bech32,
    is_eip_55,
    is_hash_address,
)
from aiguardian.guards.security.pii.keccak import keccak_256


def test_the_published_examples_pass_and_a_changed_digit_fails() -> None:
    assert has_luhn("79927398713")
    assert not has_luhn("79927398710")
    assert has_verhoeff("2363")
    assert not has_verhoeff("2364")
    assert has_mod_97("GB82WEST12345698765432")
    assert not has_mod_97("GB82WEST12345698765433")
    assert has_mod_11_10("33392005961")
    assert has_mod_11_2("11010519491231002X")
    assert has_ean("4006381333931")
    assert has_mrz_digit("L898902C36")
    assert not has_mrz_digit("L898902C37")


@pytest.mark.parametrize(
    ("day", "exists"),
    [((2024, 2, 29), True), ((2023, 2, 29), False), ((0, 2, 29), True), ((99, 13, 1), False),
     ((99, 1, 0), False), ((99, 4, 31), False)],
)  # fmt: skip
def test_days_are_those_of_the_calendar(day: tuple[int, int, int], exists: bool) -> None:
    assert is_day(*day) is exists


def test_keccak_of_nothing_is_the_known_digest() -> None:
    digest = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert keccak_256(b"").hex() == digest


def test_the_examples_of_the_address_standards_hold() -> None:
    assert is_eip_55("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")
    assert not is_eip_55("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD")
    assert not is_eip_55("0x" + "a" * 40)
    assert has_bech32("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0")
    assert not has_bech32("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj1")
    assert is_hash_address("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")
    assert not is_hash_address("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb")
    assert not is_hash_address("z" * 40)
