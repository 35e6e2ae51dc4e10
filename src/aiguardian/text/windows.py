"""Windows of a bounded number of tokens over a text of any length, cut between sentences.

Every character is in a window: the windows begin at 0, each begins where the one before ends or
earlier, and the last ends with the text. They are made as they are asked for, so a caller whose
time is up stops and says from where on nothing was judged.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from typing import NamedTuple

from aiguardian.text.sentences import sentence_spans

CHARACTERS_PER_TOKEN = 4
"""First guess for the length of a cut in a sentence that is too long."""


class Window(NamedTuple):
    """Half-open span in code points, and the tokens counted or estimated in it."""

    start: int
    end: int
    tokens: int


def estimated_tokens(text: str) -> int:
    """Tokens of a WordPiece or BPE vocabulary, guessed high: 3 ASCII characters or 1 other each."""
    ascii_count = len(text) if text.isascii() else len(text.encode("ascii", "ignore"))
    return -(-ascii_count // 3) + len(text) - ascii_count


def windows(
    text: str,
    *,
    max_tokens: int = 128,
    overlap_tokens: int = 0,
    count: Callable[[str], int] = estimated_tokens,
) -> Iterator[Window]:
    """Windows of at most `max_tokens` by `count`; none for the empty text. Linear.

    A window holds whole sentences; a sentence that is longer is cut at white space, or anywhere
    where it has none. Up to `overlap_tokens` of the last pieces open the next window again. One
    character that counts more than `max_tokens` is a window by itself.
    """
    held: list[Window] = []
    total = 0
    for piece in _pieces(text, max_tokens, count):
        if held and total + piece.tokens > max_tokens:
            yield Window(held[0].start, held[-1].end, total)
            held = _tail(held, min(overlap_tokens, max_tokens - piece.tokens))
            total = sum(kept.tokens for kept in held)
        held.append(piece)
        total += piece.tokens
    if held:
        yield Window(held[0].start, held[-1].end, total)


def _tail(held: list[Window], tokens: int) -> list[Window]:
    kept: list[Window] = []
    for piece in reversed(held[1:]):
        tokens -= piece.tokens
        if tokens < 0:
            break
        kept.append(piece)
    return kept[::-1]


def _pieces(text: str, max_tokens: int, count: Callable[[str], int]) -> Iterator[Window]:
    """Sentences with the white space after them, cut where they are longer than a window."""
    starts = [start for start, _ in sentence_spans(text)][1:]
    start = 0
    for end in [*starts, len(text)]:
        if start == end:
            continue
        tokens = count(text[start:end]) if end - start <= 64 * max_tokens else max_tokens + 1
        if tokens <= max_tokens:
            yield Window(start, end, tokens)
        else:
            yield from _cut(text, start, end, max_tokens=max_tokens, count=count)
        start = end


def _cut(
    text: str, start: int, end: int, *, max_tokens: int, count: Callable[[str], int]
) -> Iterator[Window]:
    """Parts of a long sentence, each found by shrinking a guess until its count fits."""
    while start < end:
        length = min(end - start, max_tokens * CHARACTERS_PER_TOKEN)
        while True:
            stop = _stop(text, start, start + length, end)
            tokens = count(text[start:stop])
            if tokens <= max_tokens or stop - start == 1:
                break
            length = max(1, min(stop - start - 1, (stop - start) * max_tokens // tokens))
        yield Window(start, stop, tokens)
        start = stop


def _stop(text: str, start: int, stop: int, end: int) -> int:
    """Where to cut at `stop` or before: after white space, else not before a combining mark."""
    if stop >= end:
        return end
    for at in range(stop, start + (stop - start) // 2, -1):
        if text[at - 1].isspace():
            return at
    at = stop
    while at > max(start + 1, stop - 30) and unicodedata.combining(text[at]):
        at -= 1
    return at
