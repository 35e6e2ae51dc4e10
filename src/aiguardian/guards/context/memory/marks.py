"""What is known of a turn besides its words, and what a question wants of it: marks that are
indexed like words, so that turns are ranked before any text is opened."""

from __future__ import annotations

import re

from aiguardian.guards.context.memory.words import words
from aiguardian.text.stems import stem

_SPEAKER = re.compile(r"\s{0,4}([^\W\d_][\w.'’-]{0,30}(?: [\w.'’-]{1,30}){0,2}) {0,2}: ")
"""A name before the words, as transcripts have it: "Jane Doe: hello". Nearest false positive:
"Note: we leave at six", which makes a speaker of a heading, and costs nothing."""

_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|dozen|today|tomorrow|yesterday|"
    r"tonight|week|weekend|month|year|monday|tuesday|wednesday|thursday|friday|saturday|sunday)s?\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=[\w,;] )[A-Z\u00c0-\u00de][\w'’-]")
_ASKS_NUMBER = re.compile(
    r"\b(?:when|what (?:time|date|year|day|month|age)|how (?:many|much|long|old|often|far))\b",
    re.IGNORECASE,
)
_ASKS_NAME = re.compile(r"\b(?:who|whom|whose|where|which|names?|called|titles?)\b", re.IGNORECASE)
_LOOKED_AT = 4_096
"""Of a text: marks are of short turns."""

_FIRST_PERSON = re.compile(r"\b(?:i|my|me|mine|we|our)\b", re.IGNORECASE)
_ADVICE = re.compile(
    r"\b(?:you|your)\b[^.?!]{0,60}\b(?:recommend|suggest|advi[sc]e|t(?:old|aught)|g[ai]ve|tips?|shar)"
    r"|\b(?:recommend|suggest|advise|t(?:old|aught)|gave)\w{0,4} (?:to )?me\b",
    re.IGNORECASE,
)
ASSISTANTS = ("assistant", "system", "ai", "bot", "model")


def marks(role: str, text: str) -> list[str]:
    """The marks of a turn: who speaks, whether it asks, holds a number or a name, and how long
    it is in a few steps. Each at most once."""
    start = text[:_LOOKED_AT]
    found = set(_names(role))
    if spoken := _SPEAKER.match(start):
        found |= set(_names(spoken[1]))
    if start.rstrip().endswith("?"):
        found.add("#asks")
    if _NUMBER.search(start):
        found.add("#number")
    if _NAME.search(start):
        found.add("#name")
    found |= {f"#over{size}" for size in SIZES if start.count(" ") >= size}
    return sorted(found)


SIZES = (3, 8, 16)
"""Words: a turn of three thanks or agrees."""


def wanted(query: str) -> dict[str, float]:
    """The marks that a question wants, and how much each adds to a turn's score."""
    query = query[:_LOOKED_AT]
    found = dict.fromkeys((f"#over{size}" for size in SIZES), LENGTH) | {"#asks": ASKS}
    if _ASKS_NUMBER.search(query):
        found["#number"] = KIND
    if _ASKS_NAME.search(query):
        found["#name"] = KIND
    found |= dict.fromkeys(_names(query), SPEAKER)
    if _ADVICE.search(query):
        found |= {f"@{role}": SPEAKER for role in ASSISTANTS}
    elif _FIRST_PERSON.search(query):
        found["@user"] = SPEAKER
    return found


def _names(text: str) -> list[str]:
    return [f"@{stem(word)}" for word in words(text[:_LOOKED_AT])[:MOST_NAMES]]


MOST_NAMES = 32
LENGTH, ASKS, KIND, SPEAKER = 0.06, -0.06, 0.05, 0.2
"""Beside a relevance of 0 to 2; chosen on three sources, benchmarks/context_memory.py, 2026-11.
Halved or doubled they change the recall by a hundredth, except that of speakers: with it, the
questions about what the user said find .94 of the evidence, without it .84."""
