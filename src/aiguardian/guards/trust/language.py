"""Whether a model reads a text: English words decide first, then the language model."""

from __future__ import annotations

import re

from aiguardian.text.language import are_close, language_probabilities

_ENGLISH_TEXT = (
    "the of and to that it for are with his they this have from by what when your can said there "
    "which she how their if out many then them these some would make like him into more been who "
    "its than was is in on as at be has had were not but or an he her we you all also about after"
)
ENGLISH = frozenset(_ENGLISH_TEXT.split())
_SHARED_TEXT = "in an was also her of had we on or as all has he is at me so"
_SHARED = frozenset(_SHARED_TEXT.split())
"""Of these, what a neighbouring language has, too: "in" and "was" are German, "of" is Dutch."""
SURELY = 0.95
"""How likely the language model must find another language where only such words look English."""
ENOUGH_ENGLISH = 0.12
"""Share of the words; English prose has 0.3 and more, a table or list of names less."""
FEWEST_LETTERS = 24
"""Below, the language model errs too often to withhold a judgement."""
LIKELY = 0.8
SAMPLE = 2_000
"""Code points looked at."""

_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-z]")


def language_of(text: str) -> str:
    """ISO 639-1 code, or "und" where nothing tells."""
    words = [word.lower() for word in _WORD.findall(text[:SAMPLE])]
    letters = sum(map(len, words))
    if not words or letters < FEWEST_LETTERS:
        return "und"
    english = [word for word in words if word in ENGLISH]
    latin = len(_LATIN.findall(text[:SAMPLE]))
    looks_english = latin >= 0.8 * letters and len(english) >= ENOUGH_ENGLISH * len(words)
    if looks_english and not _SHARED.issuperset(english):
        return "en"
    ranked = {c: p for c, p in language_probabilities(" ".join(words)).items() if c != "zxx"}
    best = next(iter(ranked))
    if looks_english:
        return best if ranked[best] >= SURELY else "en"
    return best if ranked[best] >= LIKELY else "und"


def is_read(language: str) -> bool:
    """Whether the models read it. What can't be told counts as read: most of it is tables."""
    return language == "und" or are_close(language, "en")
