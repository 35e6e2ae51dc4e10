"""Sentences as TrustGuard cuts them: with the full stops of German numbers inside.

"Am 3. Mai 1987" and "3,2 Mrd. Euro" hold stops that end no sentence; cut there, a date would be
read as another number.
"""

from __future__ import annotations

import re

from aiguardian.guards.trust.quantities.dates import MONTHS
from aiguardian.text.sentences import sentence_spans

_DAY = re.compile(r"(?<![\w.,])\d{1,2}\.$")
_MAGNITUDES = ("Mrd.", "Mio.", "Tsd.")
_MAGNITUDE = re.compile(r"\d[ \u00a0](?:Mrd|Mio|Tsd)\.$")
_WORD = re.compile(r"[^\W\d_]+")
_MONTHS = frozenset(MONTHS) - {"may", "march"}
"""English puts no stop after the day: "It has 12. May I ask why?" """
_LOOK_BEHIND = 12


def statement_spans(text: str) -> list[tuple[int, int]]:
    """Half-open spans of the sentences, without the white space around them. Linear."""
    spans: list[tuple[int, int]] = []
    for start, end in sentence_spans(text):
        if spans and text[spans[-1][1] - 1] == "." and _goes_on(text, spans[-1][1], start):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _goes_on(text: str, end: int, start: int) -> bool:
    """Whether a sentence goes on after a full stop at its `end`, with what stands at `start`."""
    if text[end:start] not in (" ", "\u00a0"):
        return False
    before = text[max(0, end - _LOOK_BEHIND) : end]
    if before.endswith(_MAGNITUDES):
        return _MAGNITUDE.search(before) is not None
    if not before[-2:-1].isdecimal():
        return False
    word = _WORD.match(text, start)
    return word is not None and word[0].lower() in _MONTHS and _DAY.search(before) is not None
