"""A rewritten text as edits of the text before it, so that each part finds its place again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

Span = tuple[int, int]

_WORDS = re.compile(r"\w+|\W")
_MOST_COMPARED = 4_000_000
"""Word pairs that a comparison may look at; two long texts beyond count as one edit."""


@dataclass(frozen=True, slots=True)
class Edit:
    """`text[start:end]` became `new`."""

    start: int
    end: int
    new: str


def edits_between(text: str, output: str, spans: Sequence[Span] = ()) -> tuple[Edit, ...]:
    """The edits, in order and apart, that make `output` of `text`; exact whatever `spans` say.

    `spans` is where the text was changed, if it is known; else words are compared.
    """
    if text == output:
        return ()
    return _by_spans(text, output, _merged(spans, len(text))) or _by_words(text, output)


def applied(text: str, edits: Sequence[Edit]) -> str:
    """The text with the edits made."""
    parts: list[str] = []
    position = 0
    for edit in edits:
        parts += text[position : edit.start], edit.new
        position = edit.end
    parts.append(text[position:])
    return "".join(parts)


def _merged(spans: Sequence[Span], length: int) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        begin, stop = max(0, start), min(end, length)
        if begin >= stop:
            continue
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], stop))
        else:
            merged.append((begin, stop))
    return merged


def _by_spans(text: str, output: str, spans: list[Span]) -> tuple[Edit, ...]:
    """Empty when what lies between the spans does not stand in the output, in that order."""
    if not spans or not output.startswith(text[: spans[0][0]]):
        return ()
    edits = []
    at = spans[0][0]  # in the output
    for (start, end), after in zip(spans, [*spans[1:], None], strict=True):
        between = text[end : after[0] if after else len(text)]
        stop = output.find(between, at) if after else len(output) - len(between)
        if stop < at or not output.startswith(between, stop):
            return ()
        edits.append(Edit(start, end, output[at:stop]))
        at = stop + len(between)
    return tuple(edits)


def _by_words(text: str, output: str) -> tuple[Edit, ...]:
    old, new = _WORDS.findall(text), _WORDS.findall(output)
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    before = sum(map(len, old[:head]))
    old, new = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(old) * len(new) > _MOST_COMPARED:
        return (Edit(before, before + sum(map(len, old)), "".join(new)),)
    starts = [before]
    for word in old:
        starts.append(starts[-1] + len(word))
    return tuple(
        Edit(starts[a], starts[b], "".join(new[c:d]))
        for tag, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes()
        if tag != "equal"
    )
