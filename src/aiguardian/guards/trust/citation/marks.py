"""Citation marks in a text: where they stand and what they name.

Read: `[3]`, `[1, 4–6]`, `[1][2]`, `【3】`, `[^note]`, superscripts, `[source 2]`, `(Source: name)`,
`(Author 2020; Other et al., 2019)`, `Author et al. (2020)`, ids of given sources in brackets,
Markdown links and bare web addresses. Not read: anything in code, array indexes, number ranges
that contain 0 (`[0, 1]`), years in brackets and units with an exponent (`m²`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from aiguardian.text.fences import INLINE_CODE, fences

MarkKind = Literal["number", "id", "author", "footnote", "name", "url"]


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that is cited, at `start` to `end`; `[1, 2]` makes two marks of one place."""

    kind: MarkKind
    start: int
    end: int
    value: str
    """The number, the id, the surname of the first author, the name or the address."""
    year: str = ""
    """Of an author mark: the year as written (`2020`, `2020a`, `n.d.`)."""
    is_certain: bool = True
    """Whether this surely is a citation: `(Tokyo 2020)` may be an event."""


MOST_IN_RANGE = 30
"""`[1-30]` cites; of `[1-900]` only the ends are looked at."""
SHORTEST_ID = 3
"""In round brackets, which often hold one letter that is nobody's id."""
YEAR_LIKE = 1_000
"""Bracketed numbers from here on are years or counts, not places in a list."""

_RANGE = r"\d{1,4}(?:\s?[-–—]\s?\d{1,4})?"
_NUMBERS = re.compile(
    rf"\[(?P<square>{_RANGE}(?:\s?[,;]\s?{_RANGE}){{0,30}})\](?!\()"
    r"|【(?P<wide>\d{1,4})(?:[:†][^】\n]{0,60})?】"
    rf"|<sup>\[?(?P<sup>{_RANGE}(?:\s?,\s?{_RANGE}){{0,30}})\]?</sup>"
)
_FOOTNOTE = re.compile(r"\[\^([^\]\s]{1,60})\](?!:)")
_SUPERSCRIPT = re.compile(
    r"(?:(?<=[^\W\d_]{2})|(?<=(?!10)\d\d)|(?<=%)|(?<=[.,;:!?)\"”’]))"
    r"[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}(?:[˒,⁻–][⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}){0,9}(?!\s?[=+×*/^])"
)
_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]")
_UNIT = re.compile(r"\b(?:sec|min|mol|deg|rad|mil|yd|ft|in|[kcmdµn]?m)$", re.IGNORECASE)
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹˒⁻", "0123456789,-")
_NAMED_NUMBER = re.compile(
    r"[\[(](?:see )?(?:source|src|doc|document|ref|reference|passage|context|quelle|fuente|fonte)s?"
    r"[ #:._-]{0,3}(\d{1,4}(?:\s?(?:,|and|&|und|y|et)\s?\d{1,4}){0,9})[\])]",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"[\[(]([^\[\]()\n]{1,80})[\])](?!\()")
_NAME = re.compile(
    r"(?:^|[(\[*_]|(?<=\.\s)|(?<=\s))(?:sources?|quellen?|fuentes?|fontes?)\*{0,2}:\*{0,2}[ \t]?"
    r"([^\n()\[\];]{2,160}?)(?=[)\]]|\.?\s*$|\.\s|;)",
    re.IGNORECASE | re.MULTILINE,
)
_MAY_DATE = re.compile(r"[(\[, ](?:1[5-9]|20)\d\d|n\.\s?d\.")
_MAY_NAME = re.compile(r"(?:source|quelle|fuente|fonte)[sn]?\*{0,2}:", re.IGNORECASE)
"""Without these there is nothing for the slower patterns to find."""
_LINK = re.compile(
    r"\[[^\]\n]{1,300}\]\(\s?<?([^\s()<>]{3,2000}(?:\([^\s()<>]{0,200}\)[^\s()<>]{0,200})?)"
)
_URL = re.compile(
    r"(?:https?:/{1,3}|www\.)[^\s<>\"'`|\\^{}\u3000-\u303f\uff08\uff09]{1,2000}", re.IGNORECASE
)
_TRAILING = ".,;:!?*_"
_INTERVAL = re.compile(
    r"(?:\brange|\binterval|\bbetween|∈|\bin|\bdomain|\bvalues?)\s*$", re.IGNORECASE
)

# A surname with its particles: "van der Berg", "O'Neil", "Müller-Lyer".
_SURNAME = (
    r"(?:(?i:van|von|de|der|den|del|della|di|da|la|le|ten|ter|el|al|bin)[ -]){0,3}"
    r"[^\W\d_a-zß-öø-ÿ][\w'’-]{1,40}"
)
_YEAR = r"(?:1[5-9]|20)\d\d[a-z]?|n\.\s?d\."
_AUTHORS = (
    rf"(?P<first>{_SURNAME})(?P<others>,?\s(?:et\s?al\.?|and colleagues|and others)"
    rf"|(?:,\s{_SURNAME}){{0,5}},?\s(?:and|&|und|y|et)\s{_SURNAME})?"
)
_IN_PARENTHESES = re.compile(
    rf"(?:(?:see|cf\.|e\.g\.,?|also|siehe|vgl\.)\s){{0,3}}{_AUTHORS}(?P<comma>,?)\s\(?(?P<year>{_YEAR})\)?(?P<rest>.*)"
)
_NARRATIVE = re.compile(
    rf"(?<!\w){_AUTHORS}(?:['’]s)?\s[(\[](?P<year>{_YEAR})(?:,\s?p{{1,2}}\.\s?[\d–-]{{1,12}})?[)\]]"
)
_PARENTHESES = re.compile(r"[(\[]([^()\[\]\n]{3,300})[)\]]")
_NO_AUTHORS_TEXT = (
    "january february march april may june july august september october november december jan feb "
    "mar apr jun jul aug sep sept oct nov dec spring summer autumn fall winter since until from in "
    "by before after around circa about late early mid born died founded established est released "
    "published version copyright act law euro world olympics january paris london tokyo rio athens "
    "beijing windows office fy q1 q2 q3 q4 the this that version no vol chapter figure table "
    "section page equation eq fig copa expo"
)
NO_AUTHORS = frozenset(_NO_AUTHORS_TEXT.split())
"""What stands before a year in parentheses without being an author."""


def citation_marks(text: str, ids: frozenset[str]) -> list[Mark]:
    """The marks of a text in order. `ids` are the given sources' ids, in lower case.

    Linear: every pattern is bounded.
    """
    prose = without_code(text)
    found = [*_ids(prose, ids), *_numbers(prose), *_footnotes(prose), *_superscripts(prose)]
    found += [*_authors(prose), *_named(prose), *_addresses(prose)]
    return _without_overlaps(found)


def without_code(text: str) -> str:
    """The text with code blanked out, of the same length. Links stay: they are citations."""
    parts: list[str] = []
    place = 0
    for fence in fences(text):
        parts.append(text[place : fence.start])
        parts.append(" " * (fence.end - fence.start))
        place = fence.end
    parts.append(text[place:])
    return INLINE_CODE.sub(lambda match: " " * len(match[0]), "".join(parts))


def _numbers(text: str) -> Iterator[Mark]:
    for match in _NUMBERS.finditer(text):
        listed = match["square"] or match["wide"] or match["sup"]
        numbers = _expanded(listed)
        if match["square"] and not _cites(text, match.start(), match.end(), numbers):
            continue
        for number in numbers:
            yield Mark("number", match.start(), match.end(), str(number))
    for match in _NAMED_NUMBER.finditer(text):
        for number in re.findall(r"\d+", match[1]):
            yield Mark("number", match.start(), match.end(), str(int(number)))


def _expanded(listed: str) -> list[int]:
    numbers: list[int] = []
    for part in re.split(r"\s?[,;]\s?", listed):
        ends = [int(end) for end in re.split(r"\s?[-–—]\s?", part)]
        first, last = ends[0], ends[-1]
        is_range = first < last <= first + MOST_IN_RANGE
        numbers.extend(range(first, last + 1) if is_range else ends)
    return numbers


def _cites(text: str, start: int, end: int, numbers: list[int]) -> bool:
    """Whether numbers in square brackets are a citation: no index, interval, year or footer."""
    if 0 in numbers or max(numbers) >= YEAR_LIKE:
        return False
    if len(numbers) > 1 and _INTERVAL.search(text, max(0, start - 12), start):
        return False
    before = text[max(0, start - 2) : start]
    is_index = len(before) == 2 and before[1].isalnum() and not before[0].isalnum()
    return not is_index and text[end : end + 1] not in ("=", "{")  # `a[1]`, `x[2]=`


def _footnotes(text: str) -> Iterator[Mark]:
    for match in _FOOTNOTE.finditer(text):
        yield Mark("footnote", match.start(), match.end(), match[1])


def _superscripts(text: str) -> Iterator[Mark]:
    if not _RAISED.search(text):
        return
    for match in _SUPERSCRIPT.finditer(text):
        if _UNIT.search(text, max(0, match.start() - 4), match.start()):
            continue
        for number in _expanded(match[0].translate(_DIGITS).strip(",-")):
            yield Mark("number", match.start(), match.end(), str(number))


def _ids(text: str, ids: frozenset[str]) -> Iterator[Mark]:
    """What stands in brackets and is the id of a source, or is built like one."""
    shapes = {_shape(one) for one in ids if any(map(str.isdigit, one))}
    for match in _BRACKETED.finditer(text):
        place = match.start(1)
        for part in re.split(r"([,;]\s?)", match[1]):
            value = part.strip().removeprefix("#")
            is_known = value.lower() in ids
            is_alike = not value.isdigit() and _shape(value.lower()) in shapes
            is_short = len(value) < SHORTEST_ID and match[0][0] == "("
            if (is_known or is_alike) and not is_short:
                is_whole = value == match[1].strip()
                span = match.span() if is_whole else (place, place + len(part))
                yield Mark("id", *span, value)
            place += len(part)


def _shape(value: str) -> str:
    return re.sub(r"\d+", "0", value)


def _authors(text: str) -> Iterator[Mark]:
    if not _MAY_DATE.search(text):
        return
    for match in _NARRATIVE.finditer(text):
        if match["first"].lower() not in NO_AUTHORS:
            certain = bool(match["others"])
            yield Mark("author", *match.span(), match["first"], match["year"], certain)
    for outer in _PARENTHESES.finditer(text):
        place = outer.start(1)
        parts = re.split(r"(;\s?)", outer[1])
        for part in parts:
            match_ = _IN_PARENTHESES.fullmatch(part.strip())
            if match_ is not None and match_["first"].lower() not in NO_AUTHORS:
                span = outer.span() if len(parts) == 1 else (place, place + len(part))
                certain = bool(match_["others"] or len(parts) > 1 or match_["comma"])
                yield Mark("author", *span, match_["first"], match_["year"], certain)
            place += len(part)


def _named(text: str) -> Iterator[Mark]:
    if not _MAY_NAME.search(text):
        return
    for match in _NAME.finditer(text):
        name = match[1].strip(" *_\"“”'`")
        if name and not _URL.match(name) and not re.fullmatch(r"[\d,\s–-]+", name):
            yield Mark("name", match.start(), match.end(1), name)


def _addresses(text: str) -> Iterator[Mark]:
    for match in _LINK.finditer(text):
        if _URL.match(match[1]):
            yield Mark("url", *match.span(1), match[1])
    for match in _URL.finditer(text):
        value = match[0].rstrip(_TRAILING)
        while value.endswith((")", "]")) and value.count(value[-1]) > value.count(
            "(" if value[-1] == ")" else "["
        ):
            value = value[:-1].rstrip(_TRAILING)
        yield Mark("url", match.start(), match.start() + len(value), value)


def _without_overlaps(found: list[Mark]) -> list[Mark]:
    """In order of the text; marks of one place stay together, of two that cross the first given."""
    kept: list[Mark] = []
    spans: dict[tuple[int, int], MarkKind] = {}
    taken = bytearray()
    for mark in found:
        if len(taken) < mark.end:
            taken.extend(bytes(mark.end - len(taken)))
        span = (mark.start, mark.end)
        if spans.get(span) == mark.kind:
            if mark not in kept[-MOST_IN_RANGE:]:
                kept.append(mark)
        elif not any(taken[mark.start : mark.end]):
            spans[span] = mark.kind
            taken[mark.start : mark.end] = b"\1" * (mark.end - mark.start)
            kept.append(mark)
    return sorted(kept, key=lambda mark: (mark.start, mark.end))
