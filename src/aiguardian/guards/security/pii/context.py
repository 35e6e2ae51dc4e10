"""Words beside a number that say what it is, in the languages that people write them in."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache

from ahocorasick_rs import AhoCorasick, Implementation

from aiguardian.guards.security.pii.context_words import ANY_NUMBER, OTHER, words_by_label

REACH_BEFORE = 64
"""Code points between such a word and the number behind it."""

NAMED_REACH = 12
"""Code points between a number and the word that surely names it."""

REACH_BEHIND = 14
"""As much behind the number: `123456782 (BSN)`."""

_AS_SPACE = "_-\n\t\r"
_WHOLE_WORD_UP_TO = 4
"""A longer word may go on: `Telefonnummer`, `паспорта`, `passportNumber`."""
_UNSPACED = re.compile("[\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class Context:
    """Where each kind of word stands in one text; found in one pass at the first question."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: dict[str, tuple[list[int], list[int]]] | None = None

    def behind(self, label: str) -> list[int]:
        """Where each word with this label ends, in order."""
        return self._places().get(label, _NOWHERE)[1]

    def at(self, label: str) -> list[int]:
        """Where each word with this label begins, in order."""
        return self._places().get(label, _NOWHERE)[0]

    def gap(self, label: str, start: int, end: int) -> int | None:
        """Code points from the nearest such word to the span, at most `REACH_BEFORE` before it
        and `REACH_BEHIND` after it on the same line; None when another kind of number is named
        closer, or none is near."""
        gaps = [gap for gap in (self._before(label, start), self._after(label, end)) if gap >= 0]
        if not gaps:
            return None
        other = self._before(OTHER, start)
        return min(gaps) if other < 0 or min(gaps) <= other else None

    def is_named_otherwise(self, start: int) -> bool:
        """A word for some kind of number stands right before: `NHS 579 751 5249` is no telephone
        number, whatever it looks like. Asked only where no word for the number's own kind is."""
        return 0 <= self._before(ANY_NUMBER, start) <= NAMED_REACH

    def before(self, label: str, start: int) -> int | None:
        """As `gap`, only before the span."""
        gap = self._before(label, start)
        return gap if gap >= 0 else None

    def _before(self, label: str, start: int) -> int:
        ends = self.behind(label)
        place = bisect_right(ends, start)
        if not place or start - ends[place - 1] > REACH_BEFORE:
            return -1
        return start - ends[place - 1]

    def _after(self, label: str, end: int) -> int:
        starts = self._places().get(label, _NOWHERE)[0]
        place = bisect_right(starts, end - 1)
        if place == len(starts) or starts[place] - end > REACH_BEHIND:
            return -1
        between = self._text[end : starts[place]]
        return -1 if "\n" in between or ";" in between else starts[place] - end

    def _places(self) -> dict[str, tuple[list[int], list[int]]]:
        if self._found is None:
            self._found = _find(self._text)
        return self._found


_NOWHERE: tuple[list[int], list[int]] = ([], [])


@cache
def _automaton() -> tuple[AhoCorasick, list[tuple[int, bool, tuple[str, ...]]]]:
    """The automaton, and for each word its length, whether it stands unspaced, its labels."""
    labels: dict[str, list[str]] = {}
    for label, words in words_by_label().items():
        for word in words:
            labels.setdefault(_spaced(word), []).append(label)
    rows = [
        (len(word), _UNSPACED.match(word) is not None, tuple(named))
        for word, named in labels.items()
    ]
    return AhoCorasick(list(labels), implementation=Implementation.DFA), rows


def _find(text: str) -> dict[str, tuple[list[int], list[int]]]:
    automaton, rows = _automaton()
    found: dict[str, tuple[list[int], list[int]]] = {}
    for index, start, end in automaton.find_matches_as_indexes(_folded(text), overlapping=True):
        length, is_unspaced, labels = rows[index]
        if is_unspaced or _is_word(text, start, end, is_whole=length <= _WHOLE_WORD_UP_TO):
            for label in labels:
                starts, ends = found.setdefault(label, ([], []))
                starts.append(start)
                ends.append(end)
    for starts, _ in found.values():
        # The automaton reports in the order of the ends; starts may cross where words overlap.
        starts.sort()
    return found


def _spaced(text: str) -> str:
    # Five `replace` take a tenth of one `translate` where the text is not ASCII.
    for mark in _AS_SPACE:
        text = text.replace(mark, " ")
    return text


def _folded(text: str) -> str:
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    return _spaced(lower)


def _is_word(text: str, start: int, end: int, *, is_whole: bool) -> bool:
    """The match begins a word, camel case included, and ends one if it has to."""
    if (
        start
        and text[start - 1].isalpha()
        and not (text[start].isupper() and text[start - 1].islower())
    ):
        return False
    return (
        not is_whole
        or end == len(text)
        or not text[end].isalpha()
        or (text[end].isupper() and text[end - 1].islower())
    )
