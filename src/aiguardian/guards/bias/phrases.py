"""Finds listed phrases in a text, whatever their case, hyphens and inflected apostrophes.

A text is cut into words once; each list then looks up the first word of its phrases. Linear in the
text: a megabyte takes about a third of a second for the first list and less for the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_GAP = re.compile(r"[ \t\n\r\u00a0/-]{0,3}\Z")
"""Between two words of one phrase: "master/slave", "wheel-chair", a line break. No comma."""
MOST_GAP = 3

EntryT = TypeVar("EntryT")


class Word(NamedTuple):
    """A word as it stands: half-open span, and its lower case with straight apostrophes."""

    start: int
    end: int
    folded: str


class Match(NamedTuple, Generic[EntryT]):
    """A phrase found: indices of its words (half-open) and what the list says of it."""

    first: int
    last: int
    entry: EntryT


def words(text: str) -> list[Word]:
    """The words of a text in order; hyphens and underscores part words, apostrophes don't."""
    return [
        Word(found.start(), found.end(), found.group().lower().replace("’", "'"))
        for found in _WORD.finditer(text)
    ]


@dataclass(frozen=True, slots=True)
class Phrases(Generic[EntryT]):
    """A list of phrases, by first word; longer phrases first."""

    by_first: Mapping[str, tuple[tuple[tuple[str, ...], EntryT], ...]]

    @staticmethod
    def of(entries: Iterable[tuple[str, EntryT]]) -> Phrases[EntryT]:
        """The list of these phrases. Of two entries for one phrase the later counts."""
        unique = {tuple(word.folded for word in words(phrase)): entry for phrase, entry in entries}
        by_first: dict[str, list[tuple[tuple[str, ...], EntryT]]] = {}
        for phrase, entry in unique.items():
            by_first.setdefault(phrase[0], []).append((phrase, entry))
        return Phrases(
            {
                first: tuple(sorted(listed, key=lambda each: -len(each[0])))
                for first, listed in by_first.items()
            }
        )

    def find(self, text: str, cut: list[Word]) -> Iterator[Match[EntryT]]:
        """Every phrase in the text, the longest at each place; matches do not overlap."""
        next_free = 0
        for index, word in enumerate(cut):
            listed = self.by_first.get(word.folded)
            if listed is None or index < next_free:
                continue
            for phrase, entry in listed:
                if _stands_at(text, cut, index, phrase):
                    next_free = index + len(phrase)
                    yield Match(index, next_free, entry)
                    break


def _stands_at(text: str, cut: list[Word], index: int, phrase: tuple[str, ...]) -> bool:
    if index + len(phrase) > len(cut):
        return False
    return all(
        cut[index + offset].folded == expected
        and (offset == 0 or _are_joined(text, cut[index + offset - 1], cut[index + offset]))
        for offset, expected in enumerate(phrase)
    )


def _are_joined(text: str, one: Word, other: Word) -> bool:
    """Whether only white space, a hyphen or a slash stands between two words."""
    gap = other.start - one.end
    return gap <= MOST_GAP and _GAP.match(text, one.end, other.start) is not None
