"""What the tagger sees of a text: its tokens, and hashed features of each.

Tokens are words, numbers, runs of one sign, and line breaks; Han, Hiragana and Hangul go sign by
sign, with their neighbours in the key, for those scripts put no space between words. A feature
is a number below `ROWS`: a row of the model's table.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np

BUCKETS = 1 << 15
"""Rows that hashed features share; measured against 2**14 (worse) and 2**16 (no better)."""
BITS = 13
ROWS = BUCKETS + BITS

FIRST, LAST, CITY, CITY_PART, COUNTRY, STREET, COMPANY = (1 << bit for bit in range(7))
COMMON, AMBIGUOUS, PROPER, CUE, CALENDAR, ORGANISATION = (1 << bit for bit in range(7, 13))
NAMES = FIRST | LAST | CITY | CITY_PART | COUNTRY | ORGANISATION
"""The bits that say that a word is a name; training hides them at random."""

_SIGN = "\u3005\u3040-\u309f\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_LETTER = rf"[^\W\d_{_SIGN}\u30a0-\u30ff]"
_MARK = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0900-\u0903\u093a-\u094f\u0955-\u0957\u0962\u0963"
    "\u0981-\u0983\u09bc-\u09cd\u09d7\u0a01-\u0a03\u0a3c-\u0a4d\u0a81-\u0a83\u0abc-\u0acd"
    "\u0b01-\u0b03\u0b3c-\u0b57\u0b82\u0bbe-\u0bcd\u0bd7\u0c00-\u0c04\u0c3e-\u0c56\u0c81-\u0c83"
    "\u0cbc-\u0cd6\u0d00-\u0d03\u0d3b-\u0d4d\u0d57\u0d81-\u0d83\u0dca-\u0ddf\u0e31\u0e34-\u0e3a"
    "\u0e47-\u0e4e\u200c\u200d"
)
# Letters and marks in any order. A step of the loop takes a run of marks and a run of letters:
# `re` keeps some 100 bytes for each step until the word ends.
_WORD = rf"(?:[A-Za-z]++{_LETTER}*+|{_LETTER}++|[{_MARK}]++{_LETTER}*+)(?:[{_MARK}]++{_LETTER}*+)*"

# Each alternative begins with a character that no other begins with, except the elided article
# ("d'", "dell'"), which is bounded: one pass. A possessive "'s" is left to itself. The number of
# the group says what a token is: 1 line break, 2 sign, 3 word, 4 number, 5 or none other.
TOKEN = re.compile(
    rf"(\n\s*)|([{_SIGN}])"
    rf"|([\u30a0-\u30ff]+|(?:[dlnmtscj]|qu|dell|nell|sull|dall|all|un)['’](?={_LETTER})"
    rf"|{_WORD}(?:['’](?!s\b){_WORD})*)|(\d+)|_+|([^\w\s])\5*|\S"
)
CHECKED = 4_096
"""Tokens between two looks at the clock."""
LONGEST_WORD = 64
"""Code points of a word that count; what lies behind them changes nothing."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a text, one entry each: code-point span, key for features, place code."""

    starts: list[int]
    ends: list[int]
    keys: list[str]
    places: Any  # (n_tokens,), uint8, below `PLACES`


PLACES = 6
"""A token follows the one before directly, after a space or begins a line; doubled: it may begin
a sentence."""
_SENTENCE_ENDS = frozenset(".!?:\n。！？।…•-*|>\"“«'")


def tokenize(text: str, *, check: Callable[[], None] | None = None) -> Tokens:
    """The tokens of a text, in order. Linear; `check` is called every 5 ms or so."""
    starts: list[int] = []
    ends: list[int] = []
    keys: list[str] = []
    places = bytearray()
    at, before = 0, "\n"
    for match in TOKEN.finditer(text):
        start, end = match.span()
        kind = match.lastindex
        if kind == 3:
            key = match[0] if end - start <= LONGEST_WORD else match[0][:LONGEST_WORD]
        elif kind == 2:
            key = f"\0{text[start - 1] if start else ' '}{text[start : end + 1]}"
        elif kind == 4:
            key = _number_key(match[0])
        elif kind == 1:
            key = "\n\n" if "\n" in text[start + 1 : end] else "\n"
        else:
            key = text[start]
        gap = 2 if before[0] == "\n" else 1 if start > at else 0
        places.append(gap + 3 if before[0] in _SENTENCE_ENDS else gap)
        starts.append(start)
        ends.append(end)
        keys.append(key)
        at, before = end, key
        if check is not None and not len(starts) % CHECKED:
            check()
    return Tokens(starts, ends, keys, np.frombuffer(bytes(places), dtype=np.uint8))


def _number_key(number: str) -> str:
    """Years, and numbers by their length: no number is anybody's name."""
    is_year = len(number) == 4 and number[:2] in ("19", "20")
    return "#year" if is_year else f"#{min(len(number), 7)}"


def is_sign(char: str) -> bool:
    """Whether a letter is a token by itself: Han, Hiragana, Hangul."""
    return _IS_SIGN.match(char) is not None


_IS_SIGN = re.compile(f"[{_SIGN}]")


def feature_rows(
    key: str, gazetteer: Gazetteer, *, hidden: int = 0, bare: bool = False
) -> list[int]:
    """Rows of the table for a token. `hidden` bits of the gazetteer are left out, and with `bare`
    the word itself too: how training makes names that nobody has listed."""
    if key[0] == "\0":
        return _sign_rows(key, gazetteer, hidden)
    if not key[0].isalpha():
        return [_hashed("k", key)]
    low = key.lower()
    bits = gazetteer.bits(low) & ~hidden
    shape = word_shape(key)
    rows = [
        _hashed("2", low[-2:]),
        _hashed("3", low[-3:]),
        _hashed("4", low[-4:]),
        _hashed("a", low[:2]),
        _hashed("b", low[:3]),
        _hashed("h", shape),
        _hashed("l", f"{shape}{min(len(key), 12)}"),
        _hashed("g", f"{shape}{bits}"),
    ]
    if not bare:
        rows.append(_hashed("w", low))
    return rows + _bit_rows(bits)


def _sign_rows(key: str, gazetteer: Gazetteer, hidden: int) -> list[int]:
    left, middle, right = key[1:2], key[2:3], key[3:4]
    bits = [
        gazetteer.bits(part) & ~hidden for part in (middle, left + middle, middle + right, key[1:])
    ]
    rows = [_hashed("c", middle), _hashed("d", left + middle), _hashed("e", middle + right)]
    rows += [_hashed("uvxy"[index], str(each)) for index, each in enumerate(bits) if each]
    rows.append(
        _hashed("h", "hangul" if middle >= "\uac00" else "kana" if middle < "\u3400" else "han")
    )
    return rows + _bit_rows(bits[1] | bits[2] | bits[3])


def _bit_rows(bits: int) -> list[int]:
    return [BUCKETS + bit for bit in range(BITS) if bits >> bit & 1]


def _hashed(kind: str, value: str) -> int:
    return crc32(f"{kind}{value}".encode("utf-8", "surrogatepass")) % BUCKETS


def word_shape(word: str) -> str:
    """How a word uses capitals: x, X, Xx, XX, xX, or the block of a script that has none."""
    if word.islower():
        return "x"
    if not word[0].isupper() and not word[0].istitle():
        return "xX" if word.lower() != word else f"u{ord(word[0]) >> 7}"
    if len(word) == 1:
        return "X"
    if word[1:].islower():
        return "Xx"
    return "XX" if word.isupper() else "XxX"


class Gazetteer:
    """Which lists a lower-case word is on. Words are kept as 32-bit hashes, not as text."""

    def __init__(self, hashes: Any, bits: Any) -> None:
        self._hashes: array[int] = array("I", hashes.astype(np.uintc).tobytes())
        self._bits: array[int] = array("H", bits.astype(np.ushort).tobytes())

    def bits(self, low: str) -> int:
        """The bits of a word; 0 for one on no list, but for one in 40,000 that has another's."""
        wanted = crc32(low.encode("utf-8", "surrogatepass"))
        at = bisect_left(self._hashes, wanted)
        if at < len(self._hashes) and self._hashes[at] == wanted:
            return self._bits[at]
        return 0

    def of_token(self, key: str) -> int:
        """The bits of a token; of a sign those of the two pairs and of the three that it stands in,
        for nearly every single sign is somebody's name."""
        if key[0] == "\0":
            return self.bits(key[1:3]) | self.bits(key[2:4]) | self.bits(key[1:])
        return self.bits(key.lower()) if key[0].isalpha() else 0

    def arrays(self) -> tuple[Any, Any]:
        """The hashes and their bits, as they are stored."""
        return np.array(self._hashes, dtype=np.uint32), np.array(self._bits, dtype=np.uint16)
