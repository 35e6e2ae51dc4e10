"""Emoji written out in words, so that a model with an English vocabulary reads them.

The names are Unicode's own. Without this each emoji is the same unknown token to a WordPiece
vocabulary, and what a picture says about a person is lost.
"""

from __future__ import annotations

import unicodedata

SKIN_TONES = {
    0x1F3FB: " light skin ",
    0x1F3FC: " medium light skin ",
    0x1F3FD: " medium skin ",
    0x1F3FE: " medium dark skin ",
    0x1F3FF: " dark skin ",
}
"""Unicode calls them "emoji modifier fitzpatrick type-6", which no vocabulary holds."""

JOINERS = frozenset({0x200D, 0xFE0E, 0xFE0F, 0x20E3})
"""Zero-width joiner, variation selectors and key cap: they only shape their neighbours."""

RANGES = ((0x2300, 0x2400), (0x2600, 0x27C0), (0x2B00, 0x2C00), (0x1F000, 0x1FB00))


def name_emoji(text: str) -> str:
    """The text with each emoji as its lower-case name between spaces. Linear."""
    return text if text.isascii() else text.translate(_NAMES)


class _Names(dict[int, str | int]):
    """Maps a code point to what replaces it; filled as emoji are met, some 3,000 at most."""

    def __missing__(self, code: int) -> str | int:
        if not any(low <= code < high for low, high in RANGES):
            return code
        name = unicodedata.name(chr(code), "")
        self[code] = f" {name.lower()} " if name else code
        return self[code]


def _flag_letters() -> dict[int, str]:
    return {0x1F1E6 + place: f" {chr(97 + place)} " for place in range(26)}


_NAMES = _Names(SKIN_TONES | _flag_letters() | dict.fromkeys(JOINERS, ""))
