"""Ids of rows that grow with time: 48 bits of milliseconds, then random ones (as RFC 9562's UUID
version 7, without its version). A row that is written again after an error keeps its id."""

from __future__ import annotations

from random import Random

BYTES = 16
_random = Random()  # seeded by the system; ids need be unique, not secret, and this is no call


def row_id(at: float) -> bytes:
    """A new id for a row of this time, in seconds since 1970."""
    return first_id(at)[:6] + _random.randbytes(BYTES - 6)


def first_id(at: float) -> bytes:
    """What is smaller than the id of any row from this time on."""
    milliseconds = min(max(int(at * 1000), 0), 2**48 - 1)
    return milliseconds.to_bytes(6, "big") + bytes(BYTES - 6)
