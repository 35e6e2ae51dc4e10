"""Characters written as escapes, read in place: percent, HTML, backslash, quoted-printable.

RFC 3986, HTML 5 character references, the backslash forms of C, JavaScript, Python, JSON and CSS,
RFC 2045. What does not decode to visible text stays as it is, so `100%d` and `\\x89PNG` do.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Iterator

from aiguardian.text.decoding import Decoding, rewritten
from aiguardian.text.offsets import Edit

# A byte below 80 is a character by itself; the bytes above make one together.
_PERCENT = re.compile("%(?:[0-7][0-9A-Fa-f]|[89A-Fa-f][0-9A-Fa-f](?:%[89A-Fa-f][0-9A-Fa-f])*)")
_REFERENCE = re.compile("&(?:#[0-9]{2,7};?|#[xX][0-9A-Fa-f]{2,6};?|[A-Za-z][A-Za-z0-9]{1,30};)")
_BACKSLASH = re.compile(
    r"\\(?:(?P<bytes>x[0-7][0-9A-Fa-f]|x[89A-Fa-f][0-9A-Fa-f](?:\\x[89A-Fa-f][0-9A-Fa-f])*)"
    r"|(?P<units>u[dD][89ABab][0-9A-Fa-f]{2}\\u[dD][C-Fc-f][0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})"
    r"|(?P<code>u\{[0-9A-Fa-f]{1,6}\}|U[0-9A-Fa-f]{8})"
    r"|(?P<octal>[01][0-7]{2}(?:\\[01][0-7]{2}){2,})"
    r"|(?P<css>0{0,4}[2-7][0-9A-Fa-f] ?(?:\\0{0,4}[2-7][0-9A-Fa-f] ?){2,}))"
)
_QUOTED = re.compile("=(?:[2-7][0-9A-F]|[89A-F][0-9A-F](?:=[89A-F][0-9A-F])*|\r?\n)")
_QUOTED_SIGN = re.compile(r"=3D|=[0-9A-F]{2}=[0-9A-F]{2}|[A-Za-z]=\r?\n[A-Za-z]")
_STILL_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}|&#[0-9xX]|&[A-Za-z]{2,8};|\\[xuU][0-9A-Fa-f]{2}")
FEWEST_FOREIGN = 4
"""Letters outside ASCII that are escaped text and not a range in a pattern."""
_JOINTS = frozenset("@._-+:/ ")
"""Signs that hold an address, a path or two words together."""


def percent(text: str) -> Iterator[Decoding]:
    """Readings with percent-encoded bytes in place (RFC 3986). Linear."""
    if "%" not in text:
        return
    edits = [
        _edit(match, _utf8(bytes.fromhex(match.group().replace("%", ""))))
        for match in _PERCENT.finditer(text)
    ]
    yield from _telling(text, edits, "percent", fewest=2)


def html_references(text: str) -> Iterator[Decoding]:
    """Readings with HTML character references in place, `&lt;` and the like only among others."""
    if "&" not in text:
        return
    edits = [
        _edit(match, _visible(html.unescape(match.group()))) for match in _REFERENCE.finditer(text)
    ]
    edits = [edit for edit in edits if edit.new != text[edit.start : edit.end]]
    yield from _telling(text, edits, "html")


def backslashes(text: str) -> Iterator[Decoding]:
    r"""Readings with `\x`, `\u`, `\U`, `\u{}`, octal and CSS escapes in place. Linear."""
    if "\\" not in text:
        return
    edits = [_edit(match, _unescaped(match)) for match in _BACKSLASH.finditer(text)]
    yield from _telling(text, edits, "backslash")


def quoted_printable(text: str) -> Iterator[Decoding]:
    """Readings of RFC 2045 quoted-printable, where soft breaks or runs show that it is."""
    if "=" not in text or not _QUOTED_SIGN.search(text):
        return
    edits = []
    for match in _QUOTED.finditer(text):
        if match.group()[1] in "\r\n":
            edits.append(Edit(match.start(), match.end(), ""))
        elif new := _utf8(bytes.fromhex(match.group().replace("=", ""))):
            edits.append(_edit(match, new))
    yield from rewritten(text, edits, "quoted_printable")


def _edit(match: re.Match[str], new: str) -> Edit:
    return Edit(match.start(), match.end(), new)


def _telling(text: str, edits: list[Edit], encoding: str, *, fewest: int = 1) -> Iterator[Decoding]:
    """Readings of the regions where something is escaped that had no need to be.

    That is a letter or digit, or a sign between two of them; `fewest` edits, or one in a word.
    """
    edits = [edit for edit in edits if edit.new]
    # Letters, not edits: a run of escapes is one edit, however many letters it spells.
    foreign = sum(char.isalpha() and not char.isascii() for edit in edits for char in edit.new)
    enough = foreign >= FEWEST_FOREIGN
    starts = [edit.start for edit in edits if _is_telling(text, edit, is_foreign=enough)]
    if not starts:
        return
    if (
        len(edits) < fewest
        and len(edits[0].new) < FEWEST_FOREIGN
        and not _is_between(text, edits[0])
    ):
        return
    for reading in rewritten(text, edits, encoding):
        first = bisect_left(starts, reading.start)
        if first < len(starts) and starts[first] < reading.end:
            yield reading


def _is_telling(text: str, edit: Edit, *, is_foreign: bool) -> bool:
    if edit.new in _JOINTS:
        return _is_between(text, edit)
    if edit.new in "%&\\":
        return _STILL_ESCAPED.match(edit.new + text[edit.end : edit.end + 9]) is not None
    return any(char.isalnum() and (is_foreign or char.isascii()) for char in edit.new)


def _is_between(text: str, edit: Edit) -> bool:
    before, after = text[edit.start - 1 : edit.start], text[edit.end : edit.end + 1]
    return before.isalnum() and after.isalnum()


def _unescaped(match: re.Match[str]) -> str:
    escape, kind = match.group(), match.lastgroup
    if kind == "bytes":
        return _utf8(bytes.fromhex(escape.replace("\\x", "")))
    if kind == "units":
        units = bytes.fromhex(escape.replace("\\u", ""))
        return _visible(units.decode("utf-16-be", "replace"))
    if kind == "octal":
        return _utf8(bytes(int(digits, 8) for digits in escape.split("\\")[1:]))
    if kind == "css":
        return _utf8(bytes(int(digits, 16) for digits in escape.split("\\")[1:]))
    code = int(escape.strip("\\uU{}"), 16)
    return _visible(chr(code)) if code < 0x110000 else ""


def _utf8(data: bytes) -> str:
    try:
        return _visible(data.decode())
    except UnicodeDecodeError:
        return ""


def _visible(text: str) -> str:
    """The text, when nothing in it is a control or unassigned; white space may be."""
    return text if "".join(text.split()).isprintable() else ""
