"""Addresses of Bitcoin, Ethereum and other chains, most with a checksum of their own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

from aiguardian.guards.security.pii.entity import Entity
from aiguardian.guards.security.pii.keccak import keccak_256
from aiguardian.guards.security.pii.number_spans import Span
from aiguardian.guards.security.pii.reading import Reading

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_CONSTANTS = (1, 0x2BC830A3)
"""BIP-173 and, from witness version 1 on, BIP-350."""
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
# 0x and forty digits, a bech32 prefix, or base58. Nearest: a commit, a token.
_WRITTEN = re.compile(
    r"0x[0-9A-Fa-f]{40}|(?:bc|tb|ltc|addr|cosmos)1[0-9a-z]{20,110}"
    r"|(?:BC|TB|LTC)1[0-9A-Z]{20,90}|[1-9A-HJ-NP-Za-km-z]{26,106}"
)
_SHORTEST, _LONGEST = 26, 120
_FIRST_OF_CHECKED = frozenset("13LMDAT92mn")
_RIPPLE = str.maketrans(
    "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz",
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
)
_MOST_DIGESTS = 64
"""Ethereum checksums computed a text: each takes 0.3 ms; addresses behind them go unchecked."""


def find_crypto_addresses(reading: Reading, words: Iterable[Span]) -> Iterator[Entity]:
    """Addresses whose checksum holds, and those of a telling shape; linear in the text."""
    digests = 0
    for start, end in words:
        if not _SHORTEST <= end - start <= _LONGEST:
            continue
        value = reading.text[start:end]
        if _WRITTEN.fullmatch(value) is None:
            continue
        if value[:2] == "0x":
            digests += 1
            score, holds = _judge_ethereum(value, may_check=digests <= _MOST_DIGESTS)
        elif _holds(value):
            score, holds = 0.97, True
        else:
            is_named = reading.context.gap("crypto", start, end) is not None
            score, holds = _unchecked(value, is_named=is_named), False
        if score:
            yield Entity("CRYPTO_ADDRESS", start, end, score, "crypto_addresses", validated=holds)


def _judge_ethereum(value: str, *, may_check: bool) -> tuple[float, bool]:
    if len(set(value[2:].lower())) < 6:
        return 0.0, False  # the zero address and its like
    if may_check and is_eip_55(value):
        return 0.97, True
    return 0.8, False


def _holds(value: str) -> bool:
    """A checksum of Bitcoin's kinds or Ripple's holds."""
    if "1" in value[:7] and has_bech32(value):
        return True
    if len(value) > 36:
        return False
    return (value[0] in _FIRST_OF_CHECKED and is_hash_address(value)) or (
        value[0] == "r" and is_hash_address(value.translate(_RIPPLE))
    )


def _unchecked(value: str, *, is_named: bool) -> float:
    kinds = (str.isdigit, str.islower, str.isupper)
    if not all(any(map(kind, value)) for kind in kinds):
        return 0.0
    if len(value) in (95, 106) and value[0] in "48":
        return 0.85 if is_named else 0.6  # Monero
    return 0.7 if is_named and 32 <= len(value) <= 44 else 0.0  # Solana


def is_hash_address(value: str) -> bool:
    """Base58 of a version byte, a 20-byte hash and four bytes of its double SHA-256."""
    number = 0
    for char in value:
        digit = _BASE58.find(char)
        if digit < 0:
            return False
        number = number * 58 + digit
    if number >> 200:
        return False
    raw = number.to_bytes(25, "big")
    return hashlib.sha256(hashlib.sha256(raw[:21]).digest()).digest()[:4] == raw[21:]


def is_eip_55(value: str) -> bool:
    """The letters' case repeats bits of the digest of the address in small letters (EIP-55)."""
    plain = value[2:].lower()
    if value[2:] in (plain, plain.upper()):
        return False
    digest = keccak_256(plain.encode()).hex()
    return all(
        char.isdigit() or char.isupper() == (digest[place] > "7")
        for place, char in enumerate(value[2:])
    )


def has_bech32(value: str) -> bool:
    """BIP-173 or BIP-350 checksum behind the last `1`."""
    prefix, _, data = value.lower().rpartition("1")
    if not prefix or len(data) < 6 or any(char not in _BECH32 for char in data):
        return False
    check = 1
    spread = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    for number in spread + [_BECH32.index(char) for char in data]:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ number
        for bit, generator in enumerate(_GENERATORS):
            check ^= generator if top >> bit & 1 else 0
    return check in _BECH32_CONSTANTS
