"""Where a sentence may be cut, and what must not be cut inside.

Protected: code, quotations, numbers with their units, negations with what they negate, names
that the question asks about.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable

from aiguardian.guards.token.terms import QUESTION_WORDS

_PROTECTED = re.compile(
    r"`[^`\n]{1,400}`|\"[^\"\n]{1,400}\"|“[^”\n]{1,400}”|«[^»\n]{1,400}»|「[^」\n]{1,400}」"
    r"|[$€£¥]?\d[\d.,:/%°-]*+(?:\s?(?:%|[^\W\d_]{1,12}))?"
    r"|\b(?:not|no|never|none|nor|neither|without|unless|except|cannot|hardly|nicht|kein\w*|nie|"
    r"ohne|ne|pas|jamais|sans|sin|nunca|non|не|нет|никогда)\b[^,;.\n]{0,80}"
    r"|\b\w{1,40}n['’]t\b[^,;.\n]{0,80}",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Z\u00c0-\u00de][\w.'’-]{1,40}(?: [A-Z\u00c0-\u00de][\w.'’-]{1,40}){0,5}")
_CLAUSE = re.compile(
    r"[,;:)–—、，；](?=\s|[\u2e80-\u9fff])|\s(?=(?:and|or|but|which|who|that|because|while)\s)"
)
_WORD_END = re.compile(r"(?<=\S)(?=\s)|(?<=[\u2e80-\u9fff])(?=[\u2e80-\u9fff])")
MIN_WORDS = 4
"""A shorter start of a sentence says nothing ("Grass is")."""

Span = tuple[int, int]


def names_in(query: str | None) -> re.Pattern[str] | None:
    """A pattern for the names in a question: its runs of capitalised words."""
    found = {name for name in _NAME.findall(query or "") if name.lower() not in QUESTION_WORDS}
    if not found:
        return None
    longest_first = sorted(found, key=lambda name: (-len(name), name))[:32]
    return re.compile("|".join(re.escape(name) for name in longest_first), re.IGNORECASE)


def clause_ends(body: str, names: re.Pattern[str] | None = None) -> list[int]:
    """Ends of clauses outside protected spans, ascending."""
    return _outside([m.end() for m in _CLAUSE.finditer(body)], _protected(body, names))


def word_ends(body: str, names: re.Pattern[str] | None = None) -> list[int]:
    """Ends of words outside protected spans, ascending, from the fourth word on."""
    ends = [match.start() for match in _WORD_END.finditer(body)]
    return _outside(ends[MIN_WORDS - 1 :], _protected(body, names))


def _protected(body: str, names: re.Pattern[str] | None) -> list[Span]:
    spans = [match.span() for match in _PROTECTED.finditer(body)]
    if names is not None:
        spans = _united(sorted(spans + [match.span() for match in names.finditer(body)]))
    return spans


def _united(spans: list[Span]) -> list[Span]:
    united: list[Span] = []
    for start, end in spans:
        if united and start < united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united


def _outside(places: list[int], spans: list[Span]) -> list[int]:
    """The places that lie inside no span; spans are ascending and apart."""
    starts = [start for start, _ in spans]
    kept = []
    for place in places:
        before = bisect_left(starts, place) - 1
        if before < 0 or place >= spans[before][1]:
            kept.append(place)
    return kept


def longest_within(body: str, ends: list[int], budget: int, count: Callable[[str], int]) -> int:
    """The last of `ends` up to which `body` costs no more than `budget`, else 0."""
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high) // 2
        if count(body[: ends[middle]]) <= budget:
            low = middle + 1
        else:
            high = middle
    return ends[low - 1] if low else 0
