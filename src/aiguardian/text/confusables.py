"""Letters of other scripts that were put where ASCII letters belong (UTS 39 confusables).

A Russian or Greek text stays what it is: a letter is replaced only in a word that mixes it with
Latin ones, or in a word wholly of look-alikes with no real word of such a script nearby.
Table: `confusables.json`, made by `training/confusables.py`, see `confusables.md` beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from aiguardian.text.offsets import Edit, positions

TABLE = Path(__file__).parent / "confusables.json"

NEARBY = 80
"""Code points on either side in which a real word of the other script clears a word."""

# Hyphens, slashes and colons that pass for the ASCII ones in addresses and URLs.
_PUNCTUATION = {"‐": "-", "‑": "-", "−": "-", "∕": "/", "⁄": "/", "⧸": "/", "∶": ":", "꞉": ":"}

_OTHER_SCRIPTS = (
    "\u0370-\u03ff\u0400-\u058f\u13a0-\u17ff\u1c80-\u1c8f\u1f00-\u1fff\u2c80-\u2dff\ua4d0-\ua6ff"
    "\uab70-\uabbf\U00010280-\U0001057f"
)
_MIXED = re.compile(f"[A-Za-z](?=[{_OTHER_SCRIPTS}])|[{_OTHER_SCRIPTS}](?=[A-Za-z])")
_WORD = re.compile(r"[^\W_]+")
_ASCII_LETTER = re.compile("[A-Za-z]")
_ALPHANUMERIC = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")


@cache
def table(group: str) -> dict[int, str]:
    """For `str.translate`: the ASCII letter of each letter in `looks`, `near` or `turned`."""
    groups: dict[str, str] = json.loads(TABLE.read_text(encoding="utf-8"))[group]
    return {ord(char): letter for letter, chars in groups.items() for char in chars}


@cache
def _look_alikes() -> frozenset[str]:
    return frozenset(map(chr, table("looks")))


@cache
def _near() -> frozenset[str]:
    return frozenset(map(chr, table("near")))


@cache
def _earnest() -> re.Pattern[str]:
    """Letters of other scripts that pass for none of ASCII: where they are, the script is meant."""
    others = re.compile(f"[{_OTHER_SCRIPTS}]")
    # Up to the last such block of the basic plane: with others in it the class is no bitmap.
    kept = (chr(code) for code in range(0x370, 0xABC0) if others.match(chr(code)))
    return re.compile(f"[{''.join(char for char in kept if char not in _look_alikes())}]")


@cache
def _symbols() -> dict[str, str]:
    """What is replaced wherever it stands: punctuation, and letters in black discs and squares."""
    signs = ((chr(code), letter) for code, letter in table("looks").items())
    return _PUNCTUATION | {char: letter for char, letter in signs if not char.isalnum()}


def confusable_edits(text: str) -> list[Edit]:
    """Edits that put ASCII letters for their look-alikes, one to one, in order. Linear."""
    characters = set(text)
    edits = []
    if not characters.isdisjoint(_look_alikes() | _near()):
        has_ascii = not characters.isdisjoint(_ALPHANUMERIC)
        is_mixed = has_ascii and _MIXED.search(text) is not None
        edits = list(_word_edits(text, is_mixed=is_mixed))
    for char in characters.intersection(_symbols()):
        new = _symbols()[char]
        edits += (Edit(at, at + 1, new, one_to_one=True) for at in positions(text, char))
    return sorted(edits)


def _word_edits(text: str, *, is_mixed: bool) -> Iterator[Edit]:
    readable = _look_alikes() | _ALPHANUMERIC
    for match in _WORD.finditer(text):
        word = match.group()
        if word.isascii():
            continue
        if readable.issuperset(word):
            if _is_disguised(text, *match.span()):
                yield Edit(*match.span(), word.translate(table("looks")), one_to_one=True)
        elif is_mixed and 2 * sum(map(str.isascii, word)) >= len(word):
            # The rougher look-alikes count where at least half of the word is ASCII as it is.
            new = word.translate(table("looks")).translate(table("near"))
            if new.isascii():
                yield Edit(*match.span(), new, one_to_one=True)


def _is_disguised(text: str, start: int, end: int) -> bool:
    """Whether a word wholly of look-alikes and ASCII stands for the ASCII word."""
    if _ASCII_LETTER.search(text, start, end):
        return True
    if end - start == 1 and start > 0 and not text[start - 1].isspace():
        return False
    return not _earnest().search(text, max(0, start - NEARBY), end + NEARBY)
