"""E-mail addresses and host names written so that programs miss them, read in place.

`jane (at) example [dot] com`, `jane at example dot com`, `jane @ example . com`, `hxxps://`,
`example[.]com`. Nearest false positive: "look at example.com", which a bare `at` needs a bare
`dot` for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from aiguardian.text.decoding import Decoding, rewritten
from aiguardian.text.offsets import Edit

_AT = "at|ät|arroba|arobase|chiocciola|klammeraffe|собака|@"
_DOT = r"dot|punkt|punto|ponto|point|точка|\."
_BRACKETED = re.compile(rf"[\[({{<][ \t]?(?:(?P<at>(?i:{_AT}))|(?P<dot>(?i:{_DOT})))[ \t]?[\])}}>]")
_HOST = r"[A-Za-z0-9][A-Za-z0-9-]{0,62}"
_DOT_WORD = r"[ _-](?:dot|DOT|punto|ponto|punkt)[ _-]"
_SPELLED = re.compile(
    rf"(?P<at>[ _-](?:at|AT|arroba)[ _-])(?={_HOST}{_DOT_WORD}{_HOST})"
    rf"|(?P<dot>{_DOT_WORD})(?=[A-Za-z])"
)
_DOT_WORDS = ("dot", "DOT", "punto", "ponto", "punkt")
_SPACED = re.compile(
    rf"(?P<at>@)(?=[ \t]{{1,3}}{_HOST}(?:\.|[ \t]{{1,3}}\.[ \t]{{1,3}})[A-Za-z]{{2,24}}\b)"
    r"|[ \t](?P<dot>\.)(?=[ \t]{1,3}[A-Za-z]{2,24}\b)"
)
_HXXP = re.compile(r"h(?:xx|XX|\*\*)p(?=s?(?::|\[:\])//)")


def obfuscated_addresses(text: str) -> Iterator[Decoding]:
    """Readings with addresses and hosts in their usual form. Linear."""
    edits = _edits(_BRACKETED, text) if any(map(text.__contains__, "[({<")) else []
    if any(word in text for word in _DOT_WORDS):
        edits += _after_at(_edits(_SPELLED, text))
    if " @ " in text:
        edits += _after_at(_edits(_SPACED, text))
    edits += [Edit(*match.span(), "http", one_to_one=True) for match in _HXXP.finditer(text)]
    if edits:
        yield from rewritten(text, _apart(sorted(edits)), "address")


def _edits(pattern: re.Pattern[str], text: str) -> list[Edit]:
    """An at sign or a dot for each match between words, with the blanks around it."""
    edits = []
    for match in pattern.finditer(text):
        start, end = match.span()
        while match.start() - 4 < start > 0 and text[start - 1] in " \t":
            start -= 1
        while match.end() + 4 > end < len(text) and text[end] in " \t":
            end += 1
        is_inside = text[start - 1 : start].isalnum() and text[end : end + 1].isalnum()
        if is_inside and start + 3 >= match.start() and end - 3 <= match.end():
            edits.append(Edit(start, end, "@" if match.lastgroup == "at" else "."))
    return edits


def _after_at(edits: list[Edit]) -> list[Edit]:
    """The edits that are an at sign or follow one within the length of a host name."""
    kept: list[Edit] = []
    for edit in edits:
        if edit.new == "@" or (kept and edit.start - kept[-1].end <= 63):
            kept.append(edit)
    return kept


def _apart(edits: list[Edit]) -> list[Edit]:
    kept: list[Edit] = []
    for edit in edits:
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    return kept
