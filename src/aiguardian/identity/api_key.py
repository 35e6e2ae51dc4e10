"""The form of our keys: `agk_`, eleven characters that name it, a secret, a checksum.

    agk_0b3dXk19QzT_<43 characters of secret><6 of checksum>

The prefix and the checksum (CRC-32 of all before it, in base 62) let secret scanners know a key
for sure, ours in SecurityGuard among them; and a mistyped one is refused without a look-up.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import string
from collections.abc import Callable

from aiguardian.guards.security.secrets.checksums import base_digits, crc_base62

PREFIX = b"agk_"
PEPPER = "api-keys/pepper/1"
"""What the key of the kept digests is derived for."""
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_ID_BYTES, _ID_WIDTH = 8, 11
_SECRET_BYTES, _SECRET_WIDTH = 32, 43
_FORM = re.compile(r"(agk_[0-9A-Za-z]{11})_[0-9A-Za-z]{49}\Z")
"""Nearest false positive: none is known; 10^-11 of random strings of this form have the CRC."""


def new_key(draw: Callable[[int], bytes] = os.urandom) -> tuple[str, str]:
    """A new key's id and the key itself, with 256 bits that nobody can guess."""
    name = base_digits(int.from_bytes(draw(_ID_BYTES)), _BASE62, width=_ID_WIDTH)
    secret = base_digits(int.from_bytes(draw(_SECRET_BYTES)), _BASE62, width=_SECRET_WIDTH)
    body = f"agk_{name}_{secret}"
    return f"agk_{name}", body + crc_base62(body)


def read_id(given: bytes) -> str | None:
    """The id of a key that is formed as ours are, checksum included; None for anything else."""
    if not given.isascii():
        return None
    text = given.decode("ascii")
    found = _FORM.match(text)
    if found is None or crc_base62(text[:-6]) != text[-6:]:
        return None
    return found[1]


def digest(given: bytes, pepper: bytes) -> bytes:
    """What is kept of a key: HMAC-SHA256. A key is random: no slow hash would make it safer."""
    return hmac.digest(pepper, given, hashlib.sha256)
