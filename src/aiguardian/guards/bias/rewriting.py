"""The text with suggestions put in where grammar allows; quotations, code and addresses stay."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aiguardian.guards.bias.hits import Hit

_ARTICLE = re.compile(r"\b(an?)([ \u00a0]+)\Z", re.IGNORECASE)
_CONSONANT_SOUND = re.compile(r"(?:one|once|uni(?!n)|use|usu|eu)", re.IGNORECASE)


def rewritten(text: str, hits: Sequence[Hit]) -> str:
    """The text with the suggestion of every insertable hit in its place, in the hit's own case.

    "a" and "an" before it follow the new word. Hits that overlap an earlier one are left out.
    """
    pieces: list[str] = []
    position = 0
    for hit in sorted(hits, key=lambda each: (each.start, -each.end)):
        if not hit.is_insertable or hit.start < position:
            continue
        new = in_case_of(text[hit.start : hit.end], hit.suggestion)
        pieces += [with_article(text[position : hit.start], new), new]
        position = hit.end
    return "".join(pieces) + text[position:]


def in_case_of(old: str, new: str) -> str:
    """The new words in the case of the old: all capitals, a first capital, or as they are."""
    if len(old) > 1 and old.isupper():
        return new.upper()
    return new[:1].upper() + new[1:] if old[:1].isupper() else new


def with_article(before: str, new: str) -> str:
    """The text before a word, its last "a" or "an" as the first sound of the word wants it.

    By spelling: "hour" and abbreviations are beyond it.
    """
    article = _ARTICLE.search(before, max(0, len(before) - 8))
    if article is None:
        return before
    takes_an = new[:1].lower() in set("aeiou") and not _CONSONANT_SOUND.match(new)
    fitting = "an" if takes_an else "a"
    fitting = fitting.capitalize() if article[1][0].isupper() else fitting
    return before[: article.start()] + fitting + article[2]
