"""Characters that no reader sees: which there are, which belong there, and what they say.

Joiners in emoji, Persian and Indic words, marks of direction beside right-to-left letters, an emoji
flag's tags and one variation selector after a symbol are how those texts are written. The rest can
break words apart unseen or carry a text of its own, which is read here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from aiguardian.text.offsets import Edit

HiddenKind = Literal["zero_width", "soft_hyphen", "variation", "bidi", "tag", "control", "marks"]


@dataclass(frozen=True, slots=True)
class Hidden:
    """A run of unseen characters in the original, and the text that they spell, if any."""

    kind: HiddenKind
    start: int
    end: int
    text: str = ""


# Unicode's Default_Ignorable_Code_Point, interlinear annotation, C0 and C1 without white space.
_BMP = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
)
_UNSEEN = re.compile(f"[{_BMP}\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+")
_KIND = re.compile(
    # A terminal's colour sequence (ECMA-48 CSI) goes whole: "[31m" alone would stay in the word.
    r"(?P<control>(?:\x1b\[[0-9;?]{0,32}[ -/]?[@-~]|[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f])+)"
    "|(?P<soft_hyphen>\u00ad+)"
    "|(?P<variation>[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]+)"
    "|(?P<bidi>[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+)"
    "|(?P<tag>[\U000e0000-\U000e007f]+)"
    f"|(?P<zero_width>(?:(?![\x00-\x1f\x7f-\xad\u061c\u180b-\u180d\u180f\u200e\u200f\u202a-\u202e"
    f"\u2066-\u2069\ufe00-\ufe0f])[{_BMP}]|[\U0001d173-\U0001d17a\U000e0080-\U000e00ff\U000e01f0-\U000e0fff])+)"
)
_ASCII_CONTROLS = bytes([*range(9), *range(14, 32), 127])

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff]")
_OVERRIDES = frozenset("\u202d\u202e")
_FLAG_TAGS = re.compile("[\U000e0030-\U000e0039\U000e0061-\U000e007a]{2,6}\U000e007f")
_BLACK_FLAG = "\U0001f3f4"


def has_unseen(text: str) -> bool:
    """Whether any character is unseen. About 1 ns a character in ASCII text, 8 elsewhere."""
    if text.isascii():
        return len(text.encode().translate(None, _ASCII_CONTROLS)) != len(text)
    return _UNSEEN.search(text) is not None


def unseen_edits(text: str) -> tuple[list[Edit], list[Hidden]]:
    """Edits that take unseen characters out, and those of them that do not belong there. Linear.

    A joiner that its script needs stays in; marks of direction and selectors go without a word
    where they belong.
    """
    edits, hidden = [], []
    for kind, start, end in _runs(text):
        belongs = _belongs(text, kind, start, end)
        if not belongs:
            hidden.append(Hidden(kind, start, end, _spelled(kind, text[start:end])))
        if not (belongs and kind == "zero_width" and text[start] in "\u200c\u200d"):
            edits.append(Edit(start, end, ""))
    return edits, hidden


def _runs(text: str) -> Iterator[tuple[HiddenKind, int, int]]:
    """Maximal runs of one kind. The one search for all kinds is ten times faster than a split."""
    for run in _UNSEEN.finditer(text):
        at = run.start()
        while at < run.end() and (match := _KIND.match(text, at)):
            kind: HiddenKind = match.lastgroup  # type: ignore[assignment]
            yield kind, at, match.end()
            at = match.end()


def _belongs(text: str, kind: HiddenKind, start: int, end: int) -> bool:
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    if kind == "zero_width":
        return end - start == 1 and _is_needed(text[start], before, after, start)
    if kind == "variation":
        follows_symbol = before.strip() != "" and not before.isalpha()
        return end - start == 1 and (follows_symbol or before > "\u17ff")
    if kind == "bidi":
        nearby = text[max(0, start - 64) : end + 64]
        plain = end - start <= 4 and not _OVERRIDES.intersection(text[start:end])
        return plain and _RIGHT_TO_LEFT.search(nearby) is not None
    if kind == "tag":
        return before == _BLACK_FLAG and _FLAG_TAGS.fullmatch(text, start, end) is not None
    return False


def _is_needed(char: str, before: str, after: str, start: int) -> bool:
    """Whether a single zero-width character is how its neighbours' script is written."""
    if char == "\ufeff":
        return start == 0
    if not before or not after:
        return False
    if char == "\u200d" and _is_pictograph(after):
        return _is_pictograph(before) or before == "\ufe0f"
    joins = _joins(before) and (_joins(after) or not after.isalnum())
    if char in "\u200c\u200d":
        return joins
    if char == "\u200b":  # a place to break the line where words are not spaced
        return _is_unspaced(before) and _is_unspaced(after)
    return char in "\u115f\u1160\u17b4\u17b5\u180e" and joins


def _joins(char: str) -> bool:
    """Arabic to Sinhala, Myanmar, Khmer, Mongolian and their extensions."""
    return (
        "\u0600" <= char <= "\u0dff"
        or "\u1000" <= char <= "\u109f"
        or (
            "\u1100" <= char <= "\u11ff"
            or "\u1780" <= char <= "\u18af"
            or "\ua840" <= char <= "\uabff"
        )
    )


def _is_unspaced(char: str) -> bool:
    """Thai, Lao, Tibetan, Myanmar, Khmer, CJK."""
    return (
        "\u0e00" <= char <= "\u109f"
        or "\u1780" <= char <= "\u17ff"
        or ("\u2e80" <= char <= "\u9fff")
    )


def _is_pictograph(char: str) -> bool:
    return char >= "\u2190" and unicodedata.category(char) in ("So", "Sk")


def _spelled(kind: HiddenKind, run: str) -> str:
    """What a run of unseen characters says: tags as ASCII, selectors as bytes, two as bits."""
    if kind == "tag":
        shifted = (chr(ord(char) - 0xE0000) for char in run)
        return "".join(char for char in shifted if " " <= char <= "~")
    if kind == "variation":
        return _readable(bytes(map(_selector_byte, run)))
    if kind == "zero_width" and len(run) >= 16:
        return _bits(run)
    return ""


def _selector_byte(char: str) -> int:
    code = ord(char)
    if code >= 0xE0100:
        return code - 0xE0100 + 16
    return code - 0xFE00 if code >= 0xFE00 else 0


def _bits(run: str) -> str:
    """Bytes from the two commonest characters of a run taken as 0 and 1, either way round."""
    common = sorted(set(run), key=run.count, reverse=True)[:2]
    if len(common) < 2:
        return ""
    for zero in common:
        bits = "".join("01"[char != zero] for char in run if char in common)
        whole = bits[: len(bits) // 8 * 8]
        if read := _readable(int(whole or "0", 2).to_bytes(len(whole) // 8, "big")):
            return read
    return ""


def _readable(data: bytes) -> str:
    """UTF-8 text of at least two characters without controls, else empty."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return ""
    return text if len(text) > 1 and text.replace("\n", "").isprintable() else ""
