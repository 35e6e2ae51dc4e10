"""Checks that a value carries in itself: checksums, signatures and encoded structures.

Each takes the whole value as found and answers whether it holds; none raises.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import zlib

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_DISCORD_EPOCH_BITS = 22


def base_digits(number: int, alphabet: str, *, width: int) -> str:
    """The number written in the alphabet, padded with its zero to `width`."""
    digits = ""
    while number:
        number, digit = divmod(number, len(alphabet))
        digits = alphabet[digit] + digits
    return digits.rjust(width, alphabet[0])


def crc_base62(body: str) -> str:
    """The six characters that GitHub and npm write behind the random part of a token."""
    return base_digits(zlib.crc32(body.encode()), _BASE62, width=6)


def is_github_token(value: str) -> bool:
    """`prefix_`, random part, CRC-32 of the random part in base 62 (github.blog, 2021-04-05)."""
    body = value.partition("_")[2]
    return crc_base62(body[:-6]) == body[-6:]


def is_gitlab_routable(value: str) -> bool:
    """Routable tokens end `.LLCCCCCCC`: length and CRC-32 in base 36 (docs.gitlab.com)."""
    if value[-10:-9] != ".":
        return False
    return base_digits(zlib.crc32(value[:-7].encode()), _BASE36, width=7) == value[-7:]


def is_grafana_token(value: str) -> bool:
    """`glsa_`, random part, `_`, CRC-32 of what stands before as eight hexadecimal digits."""
    body, _, check = value.rpartition("_")
    return f"{zlib.crc32(body.encode()):08x}" == check or (
        f"{zlib.crc32(body[5:].encode()):08x}" == check
    )


def is_pypi_macaroon(value: str) -> bool:
    """`pypi-` and a version-2 macaroon whose location is an index host."""
    raw = decode_base64(value[5:])
    return raw[:2] == b"\x02\x01" and b"pypi.org" in raw[:24]


def is_discord_token(value: str) -> bool:
    """The first part is the base64 of the account's decimal number (discord.com/developers)."""
    number = decode_base64(value.partition(".")[0])
    return number.isdigit() and int(number) >> _DISCORD_EPOCH_BITS > 0


def is_numbered_base64(value: str) -> bool:
    """Base64 of a decimal number, a colon and what only a generator writes behind it."""
    number, _, rest = decode_base64(value).partition(b":")
    return len(number) > 9 and number.isdigit() and len(rest) > 15


def is_aiguardian_key(value: str) -> bool:
    """CRC-32 in base 62 of all before the last six characters (identity/api_key.py)."""
    return crc_base62(value[:-6]) == value[-6:]


def is_age_key(value: str) -> bool:
    """BIP-173 bech32 checksum over the upper-case age identity (age-encryption.org/v1)."""
    prefix, _, data = value.lower().rpartition("1")
    if not data or any(letter not in _BECH32 for letter in data):
        return False
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    return _polymod(expanded + [_BECH32.index(c) for c in data]) == 1


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(
            (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
        ):
            check ^= generator if top >> bit & 1 else 0
    return check


def is_base58check(value: str) -> bool:
    """Base58 whose last four bytes are the double SHA-256 of the rest (Bitcoin, BIP-32)."""
    number = 0
    for letter in value:
        digit = _BASE58.find(letter)
        if digit < 0:
            return False
        number = number * 58 + digit
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()[:4] == raw[-4:]


def decode_base64(value: str) -> bytes:
    """The bytes, with either alphabet and with or without padding; empty when it is no base64."""
    plain = value.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def json_object(value: str) -> dict[str, object]:
    """The JSON object that the base64 text holds; empty when it holds none."""
    try:
        decoded = json.loads(decode_base64(value))
    except (ValueError, RecursionError):
        return {}
    return decoded if isinstance(decoded, dict) else {}


def holds_base64_json(value: str) -> bool:
    """What stands from the first `eyJ` on is a base64 JSON object."""
    return bool(json_object(value[max(value.find("eyJ"), 0) :]))


_USER_AND_PASSWORD = re.compile(rb"[\x20-\x39\x3b-\x7e]{0,200}:[\x20-\x7e]{2,400}")


def is_basic_credential(value: str) -> bool:
    """Base64 of printable `user:password` (RFC 7617), with a password behind the colon."""
    return _USER_AND_PASSWORD.fullmatch(decode_base64(value)) is not None
