"""A stretch of code, and what an engine says of it before that becomes a hit."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """A weakness at a half-open span of the whole text."""

    key: str
    """Its key in `weaknesses.WEAKNESSES`."""
    start: int
    end: int
    score: float
    why: str


class Block(NamedTuple):
    """A stretch of code and its language; half-open offsets."""

    start: int
    end: int
    language: str
