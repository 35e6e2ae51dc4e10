"""The pieces in which a text is searched for an instruction: sentences, or lines of what has none.

Pieces are in order, don't overlap, and hold every character that isn't white space.
"""

from __future__ import annotations

from collections.abc import Iterator

from aiguardian.text.sentences import sentence_spans

LONGEST = 320
"""Code points of a piece. Some 80 tokens of English: an encoder reads it whole."""
SHORTEST = 12
"""A shorter piece ("OK.", "1.") joins the one after it."""

Span = tuple[int, int]


def pieces(text: str) -> list[Span]:
    """Half-open spans of the pieces of a text. Linear."""
    spans: list[Span] = []
    begin: int | None = None
    for start, end in _sentences(text):
        first = start if begin is None else begin
        if end - first < SHORTEST:
            begin = first
            continue
        spans.append((first, end))
        begin = None
    if begin is not None:
        spans.append((begin, len(text.rstrip())))
    return spans


def _sentences(text: str) -> Iterator[Span]:
    for start, end in sentence_spans(text):
        if end - start <= LONGEST:
            yield start, end
        else:
            yield from _parts(text, start, end)


def _parts(text: str, start: int, end: int) -> Iterator[Span]:
    """A long sentence cut behind the last line break that fits, else the last white space."""
    while end - start > LONGEST:
        stop = start + LONGEST
        cut = max(text.rfind("\n", start + SHORTEST, stop), -1)
        if cut < 0:
            cut = max(text.rfind(" ", start + LONGEST // 2, stop), -1)
        if cut < 0:
            cut = stop
        yield start, cut
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end
