"""Spans of a text that could be a number: whole number-like words, alone or several in a row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from aiguardian.guards.security.pii.reading import Reading

Span = tuple[int, int]
"""Half-open code-point positions."""

_WORD = re.compile(rb"9[9A]*")
_LETTERS_BEFORE = re.compile(rb"A{1,120}\Z")
_LONGEST = 26
"""Code points of the longest shape: a French or Luxembourgish number with all its spaces."""
_MOST_WORDS = 8
_LINKS = frozenset(b" .-/+(")
_LETTERS_BETWEEN = frozenset((b" A ", b" AA ", b"-A-", b"-AA-"))
_BREAKS = frozenset(b" (")
_DIGIT, _LETTER = ord("9"), ord("A")
_PREFIX = re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,6}(?: [A-Z]{3})?[ -]\Z")
_SUFFIX = re.compile(r"[ -][A-Z](?![A-Za-z0-9])")
_GLUE_BEFORE = frozenset("-./_,+\\%&=:@~")
_GLUE_BEHIND = frozenset("-./_,\\%:@+")
_MONEY = frozenset("$€£¥₹₽")


def number_words(reading: Reading) -> list[Span]:
    """The words of ASCII letters and digits that hold a digit, in order; linear."""
    shape = reading.shape
    words = []
    for match in _WORD.finditer(shape):
        start, end = match.span()
        if start and shape[start - 1] == _LETTER:
            before = _LETTERS_BEFORE.search(shape[max(0, start - 120) : start])
            start -= len(before[0]) if before else 0
        words.append((start, end))
    return words


def candidate_spans(reading: Reading, words: Iterable[Span]) -> Iterator[Span]:
    """Up to eight words with single marks between, 26 code points at most, with the letters that
    stand apart before or behind: `AB 12 34 56 C`."""
    for run in _runs(reading.shape, words):
        if len(run) == 1:
            yield from _with_letters(reading, run[0][0], run[0][1])
            continue
        for first, (start, _) in enumerate(run):
            if first and reading.shape[start - 1] != 32:
                continue
            for last in range(first, min(first + _MOST_WORDS, len(run))):
                end = run[last][1]
                if end - start > _LONGEST:
                    break
                if last + 1 == len(run) or reading.shape[end] in _BREAKS:
                    yield from _with_letters(reading, start, end)


def _runs(shape: bytes, words: Iterable[Span]) -> Iterator[list[Span]]:
    """Words of at most 26 characters, grouped where one mark stands between two."""
    run: list[Span] = []
    for start, end in words:
        if run and not _is_linked(shape, run[-1][1], start):
            yield run
            run = []
        if end - start <= _LONGEST:
            run.append((start, end))
    if run:
        yield run


def _is_linked(shape: bytes, end: int, start: int) -> bool:
    """One mark between two words, or one or two letters between two marks: `98 031275 F 690`."""
    if start == end + 1:
        return shape[end] in _LINKS
    return start - end <= 4 and shape[end:start] in _LETTERS_BETWEEN


def _with_letters(reading: Reading, start: int, end: int) -> Iterator[Span]:
    text, shape = reading.text, reading.shape
    starts = [start]
    if start > 1 and text[start - 1] in " -" and shape[start - 2] == _LETTER:
        match = _PREFIX.search(text, max(0, start - 12), start)
        if match is not None:
            starts.append(match.start())
    behind = text[end : end + 1]
    for one in starts:
        yield one, end
        if behind == ")" and "(" in text[start:end]:
            yield one, end + 1
        elif shape[end : end + 3] == b"(A)":
            yield one, end + 3
        elif behind and behind in " -" and _SUFFIX.match(text, end):
            yield one, end + 2


def is_part_of_more(text: str, start: int, end: int) -> bool:
    """The span continues a path, a decimal, a price or a longer code on either side."""
    return _is_continued_before(text, start) or (
        end < len(text)
        and (
            text[end].isalpha()
            or (text[end] in _GLUE_BEHIND and end + 1 < len(text) and text[end + 1].isalnum())
        )
    )


def _is_continued_before(text: str, start: int) -> bool:
    if not start:
        return False
    before = text[start - 1]
    if before in _MONEY or before.isalpha():
        return True
    if before not in _GLUE_BEFORE or start == 1 or not text[start - 2].isalnum():
        return False
    # `ssn:123-45-6789` and `id=...` name the number; `12:30` is a time.
    return before not in ":=" or text[start - 2].isdigit()
