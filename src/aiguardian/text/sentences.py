"""Where the sentences of a text begin and end, in any script, without a model."""

from __future__ import annotations

import re

_WIDE, _STOPS = "。！？｡", ".!?…؟۔।॥։።"
# A full stop of any script (Latin, Arabic, Devanagari, Armenian, Ethiopic, CJK), with the
# closing marks that belong to it. CJK stops need no space after them, the others do. All begin
# with one set of characters, which is looked for many times faster than three alternatives are
# tried; the look behind at two keeps a million full stops linear.
_STOP = re.compile(
    rf"[{_WIDE}{_STOPS}\n](?:"
    rf"(?<=[{_WIDE}])[{_WIDE}]*[」』）”’\"]*"
    rf"|(?<=[{_STOPS}])(?<![{_STOPS}]{{2}})[{_STOPS}]*+[\"'”’»)\]]*+(?=\s)"
    r"|(?<=\n)[ \t\r]*+\n\s*+)"
)
_OPENING = re.compile(r"[(\[\"'“‘«]")
_LONGEST_WORD = 24
"""Code points before a full stop in which a word that ends no sentence is looked for."""

_ABBREVIATIONS_TEXT = (
    "mr mrs ms dr prof st sr jr rev hon gen col lt capt sgt gov sen rep e.g i.e cf vs etc al "
    "fig figs eq no nos vol pp ed eds inc ltd co corp dept est approx jan feb mar apr jun jul "
    "aug sep sept oct nov dec u.s u.k a.m p.m z.b bzw ca bspw usw nr abb m mme mlle art p.ej "
    "sra "
)
ABBREVIATIONS = frozenset(_ABBREVIATIONS_TEXT.split())
"""Before a full stop these end no sentence (English, German, French, Spanish)."""


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Half-open spans of the sentences, without the white space around them. Linear.

    A blank line always ends a sentence, a single line break never does by itself.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for stop in _STOP.finditer(text):
        if stop.group()[0] != "\n" and not _ends_sentence(text, start, stop.start(), stop.end()):
            continue
        _add_trimmed(spans, text, start, stop.end())
        start = stop.end()
    _add_trimmed(spans, text, start, len(text))
    return spans


def _ends_sentence(text: str, start: int, stop: int, end: int) -> bool:
    if text[stop] != "." or end - stop > 1:
        return True
    if text[end : end + 8].lstrip()[:1].islower():
        return False
    word = _word_before(text[max(start, stop - _LONGEST_WORD) : stop])
    if not word:
        return stop > start
    is_initial = len(word) == 1 and word.isalpha() and word.isupper()
    is_list_number = word.isdigit() and stop - len(word) <= start + 1
    return not (is_initial or is_list_number or word.lower() in ABBREVIATIONS)


def _word_before(text: str) -> str:
    """What stands at the end of a text, from the last white space or opening mark; empty where one
    of these ends it. One line break may stand behind it."""
    text = text.removesuffix("\n")
    if not text or text[-1].isspace():
        return ""
    word = text.rsplit(None, 1)[-1]
    return word if word.isalnum() else _OPENING.split(word)[-1]


def _add_trimmed(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))
