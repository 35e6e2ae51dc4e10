"""The references that a text lists itself: numbered entries, footnotes, link definitions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

HEADING = re.compile(
    r"^[ \t]{0,3}(?:#{1,6}[ \t]*)?[*_]{0,2}(?:references?(?: list)?|bibliography|works cited|"
    r"sources|literature(?: cited)?|footnotes|notes|citations|quellen|quellenverzeichnis|"
    r"literatur|literaturverzeichnis|références|bibliographie|referencias|bibliografía|fuentes|"
    r"riferimenti|bibliografia|referências|参考文献|参考资料)[*_]{0,2}:?[*_]{0,2}[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
ENTRY = re.compile(
    r"^[ \t]{0,8}(?:[-*•][ \t]{1,4})?(?:\[\^?(?P<bracket>[^\]\n]{1,60})\]:?(?!\()"
    r"|(?P<number>\d{1,4})[.):][ \t]|[-*•][ \t])"
    r"[ \t]*(?P<text>[^\n]{2,2000})$",
    re.MULTILINE,
)
DEFINITION = re.compile(
    r"^[ \t]{0,8}\[\^?(?P<label>[^\]\n]{1,60})\]:[ \t]*(?P<text>[^\n]{2,2000})$", re.MULTILINE
)
_NEXT_HEADING = re.compile(r"^#{1,6}[ \t]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class References:
    """Entries of a text's own list by label, in order, and where the list stands."""

    entries: dict[str, str] = field(default_factory=dict)
    """By label in lower case: a number, or the name of a footnote."""
    spans: tuple[tuple[int, int], ...] = ()
    """Of the lists and definitions: what is cited there is no claim."""
    is_numbered: bool = False
    """Whether a number that has no entry is a fault."""

    def holds(self, place: int) -> bool:
        """Whether a place of the text lies in the list itself."""
        return any(start <= place < end for start, end in self.spans)


def references(text: str) -> References:
    """The list under the last heading for references, and all definitions of notes. Linear."""
    entries: dict[str, str] = {}
    spans: list[tuple[int, int]] = []
    for match in DEFINITION.finditer(text):
        entries.setdefault(match["label"].lower(), match["text"].strip())
        spans.append(match.span())
    headings = list(HEADING.finditer(text))
    if headings:
        heading = headings[-1]
        following = _NEXT_HEADING.search(text, heading.end())
        end = following.start() if following else len(text)
        listed = _listed(text, heading.end(), end)
        entries = listed | entries
        if listed:
            spans.append((heading.start(), end))
    is_numbered = any(label.isdigit() for label in entries)
    return References(entries, tuple(sorted(spans)), is_numbered)


def _listed(text: str, start: int, end: int) -> dict[str, str]:
    entries: dict[str, str] = {}
    for place, match in enumerate(ENTRY.finditer(text, start, end), 1):
        label = match["bracket"] or match["number"] or str(place)
        entries.setdefault(label.lower(), match["text"].strip())
    return entries
