"""Text to hashed n-grams of letters and words, as numpy arrays, each with its place in the text.

Words are runs of letters, digits and marks, folded: lower case, Latin and Greek accents gone,
digits alike. Letter n-grams of 3 to 5 stay within a word and its edges. Scripts without spaces
between words (Han, kana, Thai, Lao, Khmer, Burmese) give 1- to 3-grams instead.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

SPACE = 32
BLOCK = 16_384
"""Code points hashed at once: bounds the memory and the table of powers."""

_TABLE_END = 0x3100
_WORDS_ABOVE = ((0x3100, 0xD800), (0xF900, 0xFB00), (0xFB1D, 0xFE00), (0x20000, 0x40000))
"""Past the table: Bopomofo to Hangul, compatibility Han, Hebrew and Arabic forms, rarer Han."""
_UNSPACED = ((0xE00, 0xF00), (0x1000, 0x10A0), (0x1780, 0x1800), (0x3040, 0x3100),
             (0x3400, 0xA000), (0xF900, 0xFB00), (0x20000, 0x40000))  # fmt: skip
_WITHOUT_DECOMPOSITION = str.maketrans("ıłđøßæœ", "ildosao")

_MULTIPLIER = np.uint32(2_654_435_761)
_SECOND = np.uint32(2_246_822_519)
_SHIFT = np.uint32(15)
_BASE = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Grams:
    """Hashes of n-grams, and where each lies: half-open code-point spans of its letters."""

    hashes: Any  # (n,), uint32
    starts: Any  # (n,), int32
    ends: Any  # (n,), int32


def fold(text: str) -> Any:
    """One code for each code point, (len(text),) uint32: folded letters, and 32 between words."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    table = _fold_table()
    if text.isascii():
        return table[codes]
    folded = table[np.minimum(codes, _TABLE_END)]
    for low, high in _WORDS_ABOVE:
        above = (codes >= low) & (codes < high)
        folded[above] = codes[above]
    return folded


def folded_text(codes: Any) -> str:
    """The folded codes as text of the same length, for a search in it."""
    text: str = codes.tobytes().decode("utf-32-le")
    return text


@cache
def _fold_table() -> Any:
    """Folded code of each code point below `_TABLE_END`; the entry after them is a space."""
    table = np.full(_TABLE_END + 1, SPACE, dtype=np.uint32)
    for code in range(_TABLE_END):
        table[code] = _folded(chr(code))
    return table


def _folded(char: str) -> int:
    kind = unicodedata.category(char)
    if kind == "Nd":
        return ord("0")
    if kind[0] not in "LNM":
        return SPACE
    lower = char.lower()[0].translate(_WITHOUT_DECOMPOSITION)
    if ord(lower) < 0x530 or 0x1E00 <= ord(lower) < 0x2000:
        lower = unicodedata.normalize("NFD", lower)[0]
    return ord(lower)


def is_unspaced(codes: Any) -> Any:
    """Whether each code is of a script that is written without spaces, (n,) bool."""
    inside = np.zeros(len(codes), dtype=bool)
    for low, high in _UNSPACED:
        inside |= (codes >= low) & (codes < high)
    return inside


def ngrams(codes: Any) -> Grams:
    """Letter and word n-grams of folded codes (at most `BLOCK` of them), in no set order."""
    padded = np.empty(len(codes) + 2, dtype=np.uint32)
    padded[0] = padded[-1] = SPACE
    padded[1:-1] = codes
    inner = padded != SPACE
    words, letters = _joined(_words(padded, inner)), _joined(_letters(padded, inner))
    hashes = np.concatenate([words[0], _mixed(letters[0])])
    starts = np.concatenate([words[1], letters[1]])
    ends = np.concatenate([words[2], letters[2]])
    return Grams(hashes, starts - np.int32(1), ends - np.int32(1))


Part = tuple[Any, Any, Any]


def _joined(parts: list[Part]) -> Part:
    hashes, starts, ends = zip(*parts, strict=True)
    return np.concatenate(hashes), np.concatenate(starts), np.concatenate(ends)


def _words(padded: Any, inner: Any) -> list[Part]:
    """Each word, and each pair of neighbours."""
    edges = np.flatnonzero(inner[1:] != inner[:-1]).astype(np.int32) + 1
    starts, ends = edges[::2], edges[1::2]
    powers, inverses = _powers()
    sums = np.zeros(len(padded) + 1, dtype=np.uint64)
    np.cumsum(padded * powers[: len(padded)], out=sums[1:])
    hashed = (sums[ends] - sums[starts]) * inverses[starts]
    words = _mixed((hashed ^ (hashed >> np.uint64(32))).astype(np.uint32))
    pairs = _mixed(words[:-1] * _SECOND ^ words[1:])
    return [(words, starts, ends), (pairs, starts[:-1], ends[1:])]


def _letters(padded: Any, inner: Any) -> list[Part]:
    """n-grams of letters; the first and the last place may be the space around a word."""
    parts: list[Part] = []
    places = np.arange(len(padded), dtype=np.int32)
    two = padded[:-1] * _MULTIPLIER + padded[1:]
    three = two[:-1] * _MULTIPLIER + padded[2:]
    valid = inner[1:-1]
    spaced = valid
    if padded.max() >= _UNSPACED[0][0]:
        dense = is_unspaced(padded)
        spaced = valid & ~dense[1:-1]
        parts.append(_part(padded * _SECOND, dense, places, size=1))
        parts.append(_part(two, dense[:-1] & dense[1:], places, size=2))
    parts.append(_part(three, valid, places + 1, size=1))
    four = three[:-1] * _MULTIPLIER + padded[3:]
    spaced = spaced[:-1] & spaced[1:]
    parts.append(_part(four, spaced, places + 1, size=2))
    five = four[:-1] * _MULTIPLIER + padded[4:]
    spaced = spaced[:-1] & inner[3:-1]
    parts.append(_part(five, spaced, places + 1, size=3))
    return parts


def _part(hashes: Any, valid: Any, places: Any, *, size: int) -> Part:
    """The valid n-grams of `size` letters, hashed but not mixed yet."""
    chosen = np.flatnonzero(valid)
    starts = places[chosen]
    return hashes[chosen] + np.uint32(size), starts, starts + np.int32(size)


def _mixed(hashes: Any) -> Any:
    """Spreads the bits, so that the lowest ones may serve as a bucket."""
    hashes = (hashes ^ (hashes >> _SHIFT)) * _SECOND
    return hashes ^ (hashes >> np.uint32(13))


@cache
def _powers() -> tuple[Any, Any]:
    """Powers of the word hash's base and of its inverse modulo 2^64, one for each place."""
    inverse = np.uint64(pow(int(_BASE), -1, 1 << 64))
    size = BLOCK + 2
    powers, inverses = np.ones(size, dtype=np.uint64), np.ones(size, dtype=np.uint64)
    powers[1:], inverses[1:] = _BASE, inverse
    return np.cumprod(powers), np.cumprod(inverses)
