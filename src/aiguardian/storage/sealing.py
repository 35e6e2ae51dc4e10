"""Keys derived from SECRET_KEY, and values sealed with them (AES-256-GCM, NIST SP 800-38D)."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12


class Unreadable(Exception):
    """A sealed value that this key did not seal, or that somebody changed."""


def derived_key(secret: bytes, purpose: str) -> bytes:
    """32 bytes for one purpose (HKDF-SHA256, RFC 5869): keys of two purposes tell nothing of
    each other."""
    return HKDF(SHA256(), 32, salt=None, info=f"aiguardian/{purpose}".encode()).derive(secret)


class Seal:
    """Seals and opens values with one key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def close(self, value: str, *, bound_to: bytes) -> bytes:
        """The sealed value, a nonce before it; opens only with the same `bound_to`."""
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
        return nonce + self._cipher.encrypt(nonce, value, bound_to)

    def open_bytes(self, sealed: bytes, *, bound_to: bytes) -> bytes:
        """As `open`, of bytes. Raises `Unreadable`."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
        except (InvalidTag, ValueError) as error:
            raise Unreadable("A sealed value does not open with this key.") from error
