"""Keys derived from SECRET_KEY, and values sealed with them (AES-256-GCM, NIST SP 800-38D)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from aiguardian.settings.groups import Access

_NONCE_BYTES = 12
_ID_BYTES = 4


class Unreadable(Exception):
    """A sealed value that this key did not seal, or that somebody changed."""


def derived_key(secret: bytes, purpose: str) -> bytes:
    """32 bytes for one purpose (HKDF-SHA256, RFC 5869): keys of two purposes tell nothing of
    each other."""
    return HKDF(SHA256(), 32, salt=None, info=f"aiguardian/{purpose}".encode()).derive(secret)


@dataclass(frozen=True, slots=True)
class Secrets:
    """SECRET_KEY and those before it, newest first: the newest closes, each opens."""

    values: tuple[bytes, ...]

    def newest(self, purpose: str) -> bytes:
        """The key that closes and signs for one purpose."""
        return derived_key(self.values[0], purpose)

    def each(self, purpose: str) -> tuple[bytes, ...]:
        """Every key that opens for one purpose, the newest first."""
        return tuple(derived_key(value, purpose) for value in self.values)

    def lasting(self, purpose: str) -> bytes:
        """The key of digests that values are found by: it stays the oldest secret's, for what was
        filed under a digest is found under that one only."""
        return derived_key(self.values[-1], purpose)


def secrets_of(access: Access) -> Secrets | None:
    """The installation's secrets; None where there is no SECRET_KEY."""
    if access.secret_key is None:
        return None
    former = access.secret_key_previous.reveal().split(",") if access.secret_key_previous else []
    values = [access.secret_key.reveal(), *(one.strip() for one in former if one.strip())]
    return Secrets(tuple(dict.fromkeys(value.encode() for value in values)))


def key_id(key: bytes) -> str:
    """Eight hexadecimal digits that name a key and tell nothing of it."""
    return derived_key(key, "key-id/1")[:_ID_BYTES].hex()


class Seal:
    """Seals values with the first of its keys, and opens what any of them sealed."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._ids = [bytes.fromhex(key_id(key)) for key in keys]
        self._ciphers = [AESGCM(key) for key in keys]

    def close(self, value: str, *, bound_to: bytes) -> bytes:
        """The sealed value, the key's id and a nonce before it; opens only with the same
        `bound_to`."""
        return self.close_bytes(value.encode("utf-8", "surrogatepass"), bound_to=bound_to)

    def open(self, sealed: bytes, *, bound_to: bytes) -> str:
        """The value again. Raises `Unreadable`."""
        try:
            return self.open_bytes(sealed, bound_to=bound_to).decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise Unreadable("A sealed value is no text.") from error

    def close_bytes(self, value: bytes, *, bound_to: bytes) -> bytes:
        """As `close`, of bytes."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._ids[0] + nonce + self._ciphers[0].encrypt(nonce, value, bound_to)

    def open_bytes(self, sealed: bytes, *, bound_to: bytes) -> bytes:
        """As `open`, of bytes. Raises `Unreadable`."""
        for index, known in enumerate(self._ids):
            if sealed.startswith(known):
                opened = _opened(self._ciphers[index], sealed[_ID_BYTES:], bound_to)
                if opened is not None:
                    return opened
        for cipher in self._ciphers:  # before there were several keys, no id was written
            opened = _opened(cipher, sealed, bound_to)
            if opened is not None:
                return opened
        raise Unreadable("A sealed value does not open with this key.")


def _opened(cipher: AESGCM, sealed: bytes, bound_to: bytes) -> bytes | None:
    try:
        return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
    except (InvalidTag, ValueError):
        return None
