"""The words of a text with their offsets.

What a written word says by itself is worked out once and kept for all texts; a text is a row of
such words with their places. Runs of scripts that put no space between words are cut into pairs of
letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableSequence
from itertools import accumulate

from aiguardian.guards.trust.marks import marks_of
from aiguardian.guards.trust.spelling import fold, stem

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_TOKEN = re.compile(
    rf"(\d+(?:[.,]\d+)+|[{_UNSPACED}]+|[^\W_{_UNSPACED}]+(?:['’][^\W\d_{_UNSPACED}]+)*)"
)
_SPACED_TOKEN = re.compile(r"(\d++(?:[.,]\d++)+|[^\W_]++(?:['’][^\W\d_]++)*)")
_ASCII_TOKEN = re.compile(r"([0-9]++(?:[.,][0-9]++)+|[A-Za-z0-9]++(?:'[A-Za-z]++)*)")
"""What the first finds in texts without such scripts, and in those that are all ASCII: faster."""
_IS_UNSPACED = re.compile(rf"[{_UNSPACED}]")

_STOP_TEXT = (
    "a an the and or but nor so yet of in on at to for from by with as into onto upon about over "
    "under between among through during within than then that this these those there here it its "
    "it's he she they them his their her him we us our you your i me my mine who whom whose which "
    "what when where why how is are was were be been being am do does did done doing has have had "
    "having will would shall should can could may might must if while because since until though "
    "although also too very just both either neither each such same own other another any some all "
    "more most much many few several not no never up down out off again once s t d ll re ve m "
    "according however therefore thus hence while "
    "ein eine einen einem einer eines der das dem des une les uma een het "
)
STOP = frozenset(_STOP_TEXT.split())
"""Words that carry grammar, not content, with the articles of other languages that are no English
words. Negations and quantifiers have checks of their own."""

MOST_KNOWN = 16_384
"""Written words of which it is kept what they say; then all are forgotten."""
LONGEST_KNOWN = 64
"""Code points of a word that is kept: what is longer is no word that comes again."""


class Word:
    """A word as it is written, wherever it stands; made once for all texts."""

    __slots__ = ("folded", "is_capital", "is_content", "marks", "stem", "text")

    def __init__(self, written: str) -> None:
        self.text = written
        self.folded = written if _IS_UNSPACED.match(written) else fold(written)
        """Lower case, without accents, possessive and the commas of thousands."""
        self.stem = stem(self.folded)
        """Equal for forms of one word."""
        self.is_content = self.folded not in STOP
        """Whether it says what a sentence is about."""
        self.is_capital = written[0].isupper()
        """Whether it begins with a capital letter."""
        self.marks = marks_of(written, self.folded, self.stem, is_content=self.is_content)
        """What it tells the exact checks, see `marks`."""


class Words:
    """The words of a text in order, and where each begins and ends."""

    __slots__ = ("ends", "listed", "starts")

    def __init__(
        self, listed: list[Word], starts: MutableSequence[int], ends: MutableSequence[int]
    ) -> None:
        self.listed, self.starts, self.ends = listed, starts, ends

    def __len__(self) -> int:
        return len(self.listed)

    def __getitem__(self, number: int) -> Word:
        return self.listed[number]

    def __iter__(self) -> Iterator[Word]:
        return iter(self.listed)

    def gap(self, number: int) -> int:
        """Code points between a word and the next."""
        return self.starts[number + 1] - self.ends[number]

    def part(self, first: int, stop: int) -> Words:
        """Some words in a row."""
        return Words(self.listed[first:stop], self.starts[first:stop], self.ends[first:stop])

    def add(self, others: Words) -> None:
        """Take in the words of a passage that is read after these."""
        self.listed.extend(others.listed)
        self.starts.extend(others.starts)
        self.ends.extend(others.ends)


class _Known(dict[str, Word]):
    """The words that were met, in any text: one lookup for each that is met again."""

    def __missing__(self, written: str) -> Word:
        if len(self) >= MOST_KNOWN:
            self.clear()
        found = Word(written)
        if len(written) <= LONGEST_KNOWN:
            self[written] = found
        return found


_KNOWN = _Known()
_word = _KNOWN.__getitem__


def words(text: str, start: int = 0) -> Words:
    """The words of a text in order; offsets count from `start`. Linear."""
    token = _token(text)
    if token is None:
        return _mixed(text, start)
    parts = token.split(text)
    edges = list(accumulate(map(len, parts), initial=start))
    return Words(list(map(_word, parts[1::2])), edges[1:-1:2], edges[2::2])


def content_stems(text: str) -> list[str]:
    """The stems of the words that say what a text is about, in order, repeats kept."""
    return [word.stem for word in words(text) if word.is_content]


def _token(text: str) -> re.Pattern[str] | None:
    """The fastest pattern that finds the words of a text; None where an unspaced script stands in
    it, whose runs are cut further."""
    if text.isascii():
        return _ASCII_TOKEN
    return None if _IS_UNSPACED.search(text) else _SPACED_TOKEN


def _mixed(text: str, offset: int) -> Words:
    """The words of a text with unspaced scripts in it."""
    found: list[tuple[Word, int, int]] = []
    for token in _TOKEN.finditer(text):
        written, start = token[0], token.start() + offset
        parts = _pairs(written) if _IS_UNSPACED.match(written) else [written]
        found += [
            (_word(part), start + at, start + at + len(part)) for at, part in enumerate(parts)
        ]
    listed, starts, ends = zip(*found, strict=True) if found else ((), (), ())
    return Words(list(listed), list(starts), list(ends))


def _pairs(run: str) -> list[str]:
    """The pairs of neighbours in a run; one letter alone is a word."""
    return [run[at : at + 2] for at in range(max(1, len(run) - 1))]
