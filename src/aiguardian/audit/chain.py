"""The hash chain: each entry's hash is over the one before it, so none is changed, moved or taken
out without all hashes after it changing too (Haber and Stornetta, 1991)."""

from __future__ import annotations

import hashlib

START = bytes(32)
"""What stands before the first entry."""
ID_BYTES = 8
"""Of a chain; drawn at random when a process begins one."""


def linked(previous: bytes, entry: bytes) -> bytes:
    """The hash of an entry behind the one with this hash: SHA-256 over both, 32 bytes."""
    return hashlib.sha256(previous + entry).digest()
