"""A text made ready to look for numbers in: digits, spaces and hyphens of every script as ASCII.

Every step keeps one code point for one, so that an offset below is an offset into the text.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from dataclasses import dataclass
from functools import cache

from aiguardian.guards.security.pii.context import Context

_SHAPE = bytes.maketrans(
    bytes(range(256)),
    bytes(57 if 48 <= i < 58 else 65 if 65 <= i < 91 or 97 <= i < 123 else i for i in range(256)),
)
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")


@dataclass(frozen=True, slots=True)
class Reading:
    """One text as the finders of this folder see it."""

    text: str
    """The text with ASCII digits, spaces and hyphens."""
    shape: bytes
    """A byte a code point: `9` a digit, `A` an ASCII letter, anything else itself or `?`."""
    context: Context
    """Where the words stand that say what a number is."""


def read(text: str) -> Reading:
    """The reading of the text; linear."""
    plain = text if text.isascii() else _with_ascii_marks(text)
    shape = plain.encode("ascii", "replace").translate(_SHAPE)
    return Reading(plain, shape, Context(plain))


def _with_ascii_marks(text: str) -> str:
    for mark in _OTHER_MARKS.keys() & set(text):
        text = text.replace(mark, _OTHER_MARKS[mark])
    return text.translate(_digits()) if _OTHER_DIGIT.search(text) else text


# Spaces that keep digits together, and hyphens that typesetters put for the ASCII one.
_OTHER_MARKS = dict.fromkeys("\u00a0\u2007\u2009\u202f\u3000", " ") | dict.fromkeys(
    "‐‑‒–−﹣－", "-"
) | {"＠": "@", "．": ".", "：": ":", "／": "/", "（": "(", "）": ")", "＋": "+"}  # fmt: skip


@cache
def _digits() -> dict[int, str]:
    """For `str.translate`: the ASCII digit of every decimal digit of Unicode."""
    every = (chr(code) for code in range(0x80, sys.maxunicode + 1))
    return {ord(char): str(unicodedata.digit(char)) for char in every if char.isdecimal()}
