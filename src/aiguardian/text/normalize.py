"""The text as a reader sees it, with a way back to the text that was sent.

In this order: unseen characters out (`invisible`), floods of combining marks out, NFKC (UAX 15:
full width, ligatures, mathematical letters), look-alikes to ASCII where Latin is meant
(`confusables`). Letters, case, accents, digits and the order of words stay.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from aiguardian.text.confusables import confusable_edits
from aiguardian.text.invisible import Hidden, has_unseen, unseen_edits
from aiguardian.text.offsets import Edit, Mapped, apply_edits, positions

MOST_MARKS = 3
"""Combining marks on a Latin, Greek or Cyrillic letter: polytonic Greek needs three."""
MOST_NON_STARTERS = 30
"""In any script, as in UAX 15's Stream-Safe Text Format: NFKC sorts them in quadratic time."""

FEW = 6
"""Different characters up to which, and one in so many, searching beats splitting the text."""

_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_OVERLAYS = "\u0334\u0335\u0336\u0337\u0338\u20d2\u20d3\u20e5\u20e6\u20eb"
# Marks are neither letters nor spaces to `re`; the two half-width Japanese ones are letters.
_NOT_LETTERS = r"(?:[^\w\s\x00-\x7f]|[\uff9e\uff9f])"
_FLOOD = re.compile(
    rf"[{_MARKS}]{{{MOST_MARKS + 1},}}|(?<=[A-Za-z])[{_OVERLAYS}]+"
    rf"|{_NOT_LETTERS}{{{MOST_NON_STARTERS + 1},}}"
)
_MARK_RUN = re.compile(f"[{_MARKS}]+")
_FLOOD_ALONE = frozenset(_OVERLAYS + "\u0488\u0489\u20dd\u20e0\uff9e\uff9f")  # ccc 0, most of them
_SEGMENT = re.compile(r"[\x00-\x7f]?[^\x00-\x7f]+")


@dataclass(frozen=True, slots=True)
class Normalized:
    """The normalised text, mapped to the original, and what was hidden in the original."""

    mapped: Mapped
    hidden: tuple[Hidden, ...] = ()


def normalize(text: str) -> Normalized:
    """The text as a reader sees it. Linear; ASCII text without controls comes back as it is."""
    mapped, hidden = Mapped(text), list[Hidden]()
    if has_unseen(text):
        edits, hidden = unseen_edits(text)
        mapped = _edited(mapped, edits)
    if mapped.text.isascii():
        return Normalized(mapped, tuple(hidden))
    floods = _flood_edits(mapped.text)
    hidden += [Hidden("marks", *mapped.original_span(edit.start, edit.end)) for edit in floods]
    mapped = _edited(mapped, floods)
    mapped = _edited(mapped, _nfkc_edits(mapped.text))
    if look_alikes := confusable_edits(mapped.text):
        mapped = _edited(mapped, look_alikes)
        mapped = _edited(mapped, _nfkc_edits(mapped.text))  # ASCII letters join with other marks
    return Normalized(mapped, tuple(sorted(hidden, key=lambda found: found.start)))


def _edited(mapped: Mapped, edits: list[Edit]) -> Mapped:
    return mapped.then(*apply_edits(mapped.text, edits)) if edits else mapped


def _flood_edits(text: str) -> list[Edit]:
    if not any(map(_is_non_starter, set(text))):
        return []
    return [edit for match in _FLOOD.finditer(text) for edit in _flood(text, *match.span())]


def _flood(text: str, start: int, end: int) -> Iterator[Edit]:
    """A run of marks goes whole; of a longer mixed run only what follows 30 non-starters."""
    if _MARK_RUN.fullmatch(text, start, end):
        yield Edit(start, end, "")
        return
    run_start = start
    for at in range(start, end + 1):
        if at < end and _is_non_starter(text[at]):
            continue
        if at - run_start > MOST_NON_STARTERS:
            yield Edit(run_start + MOST_NON_STARTERS, at, "")
        run_start = at + 1


def _is_non_starter(char: str) -> bool:
    # The two half-width marks are the only starters whose decomposition begins with a mark.
    return unicodedata.combining(char) != 0 or char in _FLOOD_ALONE


def _nfkc_edits(text: str) -> list[Edit]:
    """Edits to NFKC. A segment starts with an ASCII character, which nothing before it changes."""
    if unicodedata.is_normalized("NFKC", text):
        return []
    few = _few_edits(text)
    if few and apply_edits(text, few)[0] == unicodedata.normalize("NFKC", text):
        return few
    edits: list[Edit] = []
    for match in _SEGMENT.finditer(text):
        segment = match.group()
        if unicodedata.is_normalized("NFKC", segment):
            continue
        whole = unicodedata.normalize("NFKC", segment)
        if len(whole) == len(segment) and segment.translate(_SINGLES) == whole:
            edits.append(Edit(*match.span(), whole, one_to_one=True))
        else:
            edits += _cluster_edits(segment, whole, match.start())
    return edits


def _few_edits(text: str) -> list[Edit]:
    """Edits where a handful of different characters change, the usual case; not always enough."""
    changing = [char for char in set(text) if not unicodedata.is_normalized("NFKC", char)]
    if len(changing) > FEW or FEW * sum(map(text.count, changing)) > len(text):
        return []
    news = ((char, unicodedata.normalize("NFKC", char)) for char in changing)
    return sorted(
        Edit(at, at + 1, new, one_to_one=len(new) == 1)
        for char, new in news
        for at in positions(text, char)
    )


def _cluster_edits(segment: str, whole: str, offset: int) -> list[Edit]:
    """An edit for each cluster that changes, or one for all where clusters touch each other."""
    edits, made, start = [], [], 0
    for at in range(1, len(segment) + 1):
        if at < len(segment) and not _begins_cluster(segment[at]):
            continue
        cluster = segment[start:at]
        new = unicodedata.normalize("NFKC", cluster)
        made.append(new)
        if new != cluster:
            edits.append(
                Edit(offset + start, offset + at, new, one_to_one=len(cluster) == 1 == len(new))
            )
        start = at
    if "".join(made) != whole:
        return [Edit(offset, offset + len(segment), whole)]
    return edits


def _begins_cluster(char: str) -> bool:
    """Whether normalising never joins a character to the one before it.

    Marks and Hangul vowels and finals join. The few others that do (UAX 15, NFKC_QC=Maybe) are
    caught by comparing the result with the whole.
    """
    if unicodedata.combining(char) or "\u1160" <= char <= "\u11ff" or "\uff9e" <= char <= "\uffdc":
        return False
    return unicodedata.category(char) != "Mc"


class _Singles(dict[int, str]):
    """NFKC of single characters where that is one character, filled as they are met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        new = unicodedata.normalize("NFKC", char)
        self[code] = new if len(new) == 1 else char
        return self[code]


_SINGLES = _Singles()
