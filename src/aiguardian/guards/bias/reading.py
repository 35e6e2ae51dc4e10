"""Which parts of a text are in a language that the models read.

English words decide first: most texts need no language model. `text.language` is asked about
blocks that have too few of them. A block is judged unless it is surely in another language, for
slang and misspelt English look like many languages.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from aiguardian.processor import Deadline
from aiguardian.text.language import are_close, language_probabilities

_ENGLISH_TEXT = (
    "the of and to that it for are with his they this have from by what when your can said there "
    "which she how their if out many then them these some would make like him into look more "
    "write see could people my than been call who its now find long did get made may new take only "
    "work know year give most very after things our name good think say great where help through "
    "much before too any same tell want show also around three should because well even such here "
    "why ask went need feel try again don't dont i'm im you're youre can't cant it's isn't didn't "
    "that's thats ur lol shit fuck fucking bitch ass nigga hoes gonna wanna ain't aint cuz bro "
    "dude yall y'all smh omg wtf love hate really never always every stop being yourself nobody "
    "someone anyone you"
)
ENGLISH = frozenset(_ENGLISH_TEXT.split())
"""Frequent words of English and of its chats that its neighbours' languages don't have ("in", "is",
"was", "no" and "me" they do)."""

ENOUGH_ENGLISH = 0.15
"""Share of a block's words. By the tweets of bias_toxicity, of which 13 in 22,000 are then taken
for another language, 12 of them rightly."""
LIKELY = 0.7
"""Probability of one other language from which on a block counts as written in it,"""
SURE = 0.95
"""and of all languages but English together."""
FEWEST_LETTERS = 20
"""Latin letters below which the language model errs too often to withhold a judgement."""
BLOCK = 300
"""Code points: lines are put together to about this many before they are looked at."""
MOST_ASKED = 64
"""Blocks shown to the language model; further doubtful ones go by the last answer."""
OTHER_SCRIPT = re.compile(r"[\u0370-\u1dff\u2c00-\u2dff\u3040-\ud7ff\U00020000-\U0002fa1f]")
"""Letters of scripts that English is not written in; no marks, symbols or emoji."""
SCRIPT_SHARE = 0.5

_LINE = re.compile(r"[^\n]{1,2000}")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Reading:
    """The language of most letters (ISO 639-1), or "und" when nothing tells; and the half-open
    spans that no model reads, in order."""

    language: str
    unread: tuple[tuple[int, int, str], ...]
    """Start, end, language."""


def read_languages(prose: str, readable: frozenset[str], deadline: Deadline) -> Reading:
    """The reading of a text; `prose` has code and addresses blanked out. Linear."""
    letters: Counter[str] = Counter()
    unread: list[tuple[int, int, str]] = []
    asked = 0
    last = "und"
    for start, end in _blocks(prose):
        deadline.check()
        found = _evident(prose[start:end])
        if found is None:
            asked += 1
            found = _likeliest(prose[start:end]) if asked <= MOST_ASKED else last
            last = found
        letters[found] += end - start
        if found != "und" and found not in readable:
            _append(unread, start, end, found)
    known = [(count, code) for code, count in letters.items() if code != "und"]
    return Reading(max(known)[1] if known else "und", tuple(unread))


def _append(unread: list[tuple[int, int, str]], start: int, end: int, language: str) -> None:
    """Neighbouring blocks of one language become one span."""
    if unread and unread[-1][2] == language and start - unread[-1][1] <= 2:
        start = unread.pop()[0]
    unread.append((start, end, language))


def _blocks(prose: str) -> Iterator[tuple[int, int]]:
    start = end = None
    for line in _LINE.finditer(prose):
        if not line.group().strip():
            continue
        start = line.start() if start is None else start
        end = line.end()
        if end - start >= BLOCK:
            yield start, end
            start = None
    if start is not None and end is not None:
        yield start, end


def _evident(block: str) -> str | None:
    """The language where no model is needed to tell, or None."""
    words = [word.group().lower().replace("’", "'") for word in _WORD.finditer(block)]
    letters = sum(map(len, words))
    if _is_other_script(block, letters):
        return None
    known = sum(word in ENGLISH for word in words)
    if words and known >= ENOUGH_ENGLISH * len(words):
        return "en"
    return "und" if letters < FEWEST_LETTERS else None


def _is_other_script(block: str, letters: int) -> bool:
    if block.isascii():
        return False
    return len(OTHER_SCRIPT.findall(block)) > SCRIPT_SHARE * letters


def _likeliest(block: str) -> str:
    """The language of a block, "und" where the model is not sure or takes it for English."""
    words = " ".join(word.group().lower() for word in _WORD.finditer(block))
    ranked = {code: p for code, p in language_probabilities(words).items() if code != "zxx"}
    best = next(iter(ranked))
    if _is_other_script(block, sum(map(len, words.split()))):
        return best if not are_close(best, "en") else "und"
    near = sum(value for code, value in ranked.items() if are_close(code, "en"))
    if are_close(best, "en"):
        return "en"
    return best if ranked[best] >= LIKELY and near < 1.0 - SURE else "und"
