# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one
"""What ties a turn to the turns before it: meaning, words in common, and how turns open and close.

After TextTiling (Hearst 1997): a topic ends where cohesion drops. Words and meaning alone miss
what people say when they change the subject, so the ways they open and close one count, too.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

WINDOW = 8
"""Turns before that count."""
READ = 600
"""Code points of a turn that are looked at: topics are named early."""
RARITY_BUCKETS = 4096

_WORD = re.compile(r"[a-z']+|\d+")
_STOP_TEXT = (
    "an the i you he she it we they me my your his her its our their to of in on at for with and "
    "or but is are was were be been am do does did have has had will would can could should that "
    "this these those there so not no yes what how when where who which why if as from by about "
    "just like get got go i'm it's that's don't ok okay oh well um uh yeah hi hello please thanks "
    "thank very really too also any some more a"
)
STOP = frozenset(_STOP_TEXT.split())

CUES = {
    name: re.compile(pattern)
    for name, pattern in {
        "change": r"\b(?:by the way|btw|speaking of|anyway|on another note|changing|switch|different (?:topic|subject|question)|let's (?:talk|move|discuss)|moving on|next (?:item|topic|point)|one more|another|oh ,? (?:and|also))\b",
        "acceptance": r"^(?:ok|okay|great|thanks|thank you|perfect|alright|good|so|well|cool|nice|now)\b",
        "answer": r"^(?:yes|yeah|no|nope|sure|yep|correct|right|exactly|that's|that is|i see|true|me too|same|lol|haha|wow)\b",
        "greeting": r"^(?:hi|hello|hey|good (?:morning|evening|afternoon))\b",
        "request": r"\b(?:i (?:also )?(?:need|want|would like|'d like|am looking|'m looking|wish)|can you (?:help|find|search|book|get|tell)|help me|could you|find me|looking for)\b",
        "addition": r"\b(?:also|else|additional(?:ly)?)\b",
        "reference back": r"\b(?:it|that|they|them|those|this|these|there|one|ones|he|she|him|her|his|its|their)\b",
        "farewell": r"\b(?:bye|goodbye|have a (?:nice|good|great|wonderful)|that(?:'s| is| will be) all|take care|you're welcome|welcome|no problem|enjoy)\b",
        "offer of more": r"\b(?:anything else|something else|help you (?:with|further)|further assist)\b",
        "personal question": r"\b(?:do you (?:have|like|work|enjoy|know|play)|what (?:do|is|are|kind)|have you|are you|where (?:do|are)|how (?:old|about|are))\b",
        "done": r"\b(?:booked|reserved|confirmed|reservation|successful|all set)\b",
    }.items()
}
"""How turns open, refer and close. Alternatives only, so linear."""
BEFORE_LAST = (6, 7, 8, 10, 11)
"""Manners of the turn before the last that still tell."""


@dataclass(frozen=True)
class Read:
    """A turn as it is compared with others."""

    text: str
    embedding: Any  # (384,), unit length

    @cached_property
    def opening(self) -> str:
        """Its beginning in lower case, with typewriter apostrophes."""
        return self.text[:READ].lower().replace("’", "'")

    @cached_property
    def words(self) -> list[str]:
        """Lower-case words and numbers."""
        return _WORD.findall(self.opening)

    @cached_property
    def manner(self) -> list[float]:
        """How the turn opens, refers and closes, and how long it is."""
        text = self.opening
        return [
            *(float(cue.search(text) is not None) for cue in CUES.values()),
            float("?" in text),
            float(text.rstrip().endswith("?")),
            min(len(self.words), 40) / 20,
            float(len(self.words) < 5),
        ]


def bucket(word: str) -> int:
    """Where a word's rarity stands."""
    return zlib.crc32(word.encode()) % RARITY_BUCKETS


def cohesion(turns: Sequence[Read], index: int, rarity: Any) -> list[float]:
    """The features of turn `index` (at least 1) against those before. `rarity`: (4096,), the
    inverse document frequency of the words in each bucket."""
    turn, past = turns[index], turns[max(0, index - WINDOW) : index]
    found = _likeness(turn, past)
    shared, total = _shared_words(turn, past, rarity)
    found += [*shared, min(total, 40) / 20, min(index, 10) / 10]
    found += turn.manner + past[-1].manner
    return found + (
        [past[-2].manner[one] for one in BEFORE_LAST] if len(past) > 1 else [0.0] * len(BEFORE_LAST)
    )


def recent(turns: Sequence[Read], index: int) -> Any:
    """What was spoken of lately, (384,): the last six turns, each .7 as much as the next."""
    past = turns[max(0, index - 6) : index]
    weights = 0.7 ** np.arange(len(past) - 1, -1, -1)
    return _direction((np.stack([one.embedding for one in past]) * weights[:, None]).sum(0))


def _likeness(turn: Read, past: Sequence[Read]) -> list[float]:
    before = np.stack([one.embedding for one in past])  # (n_past, 384)
    near = before @ turn.embedding
    among = before[:-1] @ before[-1] if len(past) > 1 else np.zeros(1)
    means = [_direction(before[-width:].mean(0)) @ turn.embedding for width in (2, 4, 8)]
    return [
        float(value)
        for value in (
            near[-1],
            near[-2] if len(near) > 1 else near[-1],
            near[-4:].mean(),
            near[-4:].max(),
            near.max(),
            near.mean(),
            *means,
            among.max(),
            among[-1],
        )
    ]


def _shared_words(turn: Read, past: Sequence[Read], rarity: Any) -> tuple[list[float], float]:
    own = {word: float(rarity[bucket(word)]) for word in set(turn.words) - STOP}
    total = sum(own.values()) + 1e-6
    found = []
    for width in (1, 4, 8):
        said = {word for one in past[-width:] for word in one.words}
        shared = sum(weight for word, weight in own.items() if word in said)
        found += [shared / total, min(3.0, shared / 6)]
    return found, total


def _direction(vector: Any) -> Any:
    return vector / (np.linalg.norm(vector) + 1e-6)
