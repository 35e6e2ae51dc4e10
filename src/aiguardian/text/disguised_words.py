"""Rotated (rot13), reversed and leet words, read where the words so read are known ones.

Known: `likeness.common_words`. A disguised word that is itself a common word says nothing, so those
are left out ("was" and "saw", "grub" and "teho"). A stretch counts when more of its words are
known once undone than are known as they stand.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from aiguardian.text.confusables import table
from aiguardian.text.decoding import Decoding, rewritten
from aiguardian.text.likeness import common_words
from aiguardian.text.offsets import Edit, ReversedOffsets, apply_edits

FEWEST = 2
"""Different disguised words in a text, or there is no looking at the order of words."""
LEAST_SCORE = 1.6
"""Of a stretch: a disguised word counts 1 (three letters a half), a common one -1, another -0.2."""
UNKNOWN = -0.2
LONG = 5
"""Letters of a disguised word of which every stretch needs one: short ones turn up in code."""
EDGE_WORDS = 6
"""Unknown words on either side that are taken along: names and addresses."""

FEWEST_TURNED = 4
"""Different turned letters in a text: open o and schwa alone are letters of languages."""

_WORD = re.compile("[A-Za-z]{3,}")
_LETTERS = re.compile("[A-Za-z]+")
_TURNED_PAIRS = str.maketrans("nudpbqNUDPBQ", "unpdqbUNPDQB")
_REVERSED_ADDRESS = re.compile(
    r"(?<![\w.@-])(?:moc|gro|ten|ude|vog|oi|ed|rf|se|ti|ln|ku\.oc)\.[\w-]{1,63}@[\w.+-]{1,64}(?![\w@])"
)
# A token that mixes letters with digits or signs that pass for letters; possessive, so linear.
_LEET = re.compile(
    r"(?<![\w@$!|])(?:[A-Za-z]++[013457@$!|]|[013457@$!|]++[A-Za-z])[A-Za-z013457@$!|]{0,20}(?![\w@$|])"
)
_SIGN = re.compile(r"[013457@$!|](?=[A-Za-z])")
_LEET_REST = str.maketrans("013457$!|", "oieastsii")  # an at sign in an unknown word may be one
_LEET_LETTERS = tuple(
    str.maketrans("013457@$!|", letters) for letters in ("oieastasii", "oleastasil")
)


@dataclass(frozen=True, slots=True)
class _Stretch:
    start: int
    end: int


@cache
def rotated_words() -> frozenset[str]:
    """What common words become under rot13, without those that are common themselves."""
    return frozenset(codecs.encode(word, "rot13") for word in common_words()) - common_words()


@cache
def reversed_words() -> frozenset[str]:
    """Common words backwards, without those that are common themselves."""
    return frozenset(word[::-1] for word in common_words()) - common_words()


def rotated_or_reversed(text: str) -> Iterator[Decoding]:
    """Readings of stretches in rot13 or written backwards. Linear."""
    words = set(_WORD.findall(text.lower()))
    if len(words & rotated_words()) >= FEWEST:
        for stretch in _stretches(text, rotated_words(), _rotate):
            yield _rotated(text, stretch)
    if len(words & reversed_words()) >= FEWEST:
        for stretch in _stretches(text, reversed_words(), _reverse):
            yield _mirrored(text, stretch)
            yield _mirrored_words(text, stretch)
    if "@" in text:
        for match in _REVERSED_ADDRESS.finditer(text):
            yield _mirrored(text, _Stretch(*match.span()))


def upside_down(text: str) -> Iterator[Decoding]:
    """Readings of lines of turned letters, turned and read from the end. Linear."""
    turned = table("turned")
    if text.isascii() or len(turned.keys() & set(map(ord, set(text)))) < FEWEST_TURNED:
        return
    start = 0
    for line in text.splitlines(keepends=True):
        undone = line.translate(turned).translate(_TURNED_PAIRS)[::-1]
        end = start + len(line)
        if any(word.lower() in common_words() for word in _WORD.findall(undone)):
            yield Decoding("upside_down", start, end, undone, ReversedOffsets(start, end))
        start = end


def leet(text: str) -> Iterator[Decoding]:
    """Readings with leet words in place where two or more are known words undone. Linear."""
    if not _SIGN.search(text):
        return
    tokens = [match for match in _LEET.finditer(text) if not match.group().rstrip("!").isalpha()]
    if len(tokens) < FEWEST:
        return
    known = [edit for match in tokens if (edit := _unleeted(match))]
    different = {edit.new.lower() for edit in known}
    if len(different) < FEWEST or max(map(len, different)) < LONG or 2 * len(known) < len(tokens):
        return
    places = {edit.start for edit in known}
    rest = [
        Edit(*match.span(), match.group().translate(_LEET_REST), one_to_one=True)
        for match in tokens
        if match.start() not in places
    ]
    yield from rewritten(text, sorted(known + rest), "leet")


def _unleeted(match: re.Match[str]) -> Edit | None:
    token = match.group()
    for bare in dict.fromkeys((token, token.rstrip("!"))):
        for letters in _LEET_LETTERS:
            word = bare.translate(letters)
            if word.lower() in common_words():
                return Edit(match.start(), match.start() + len(bare), word, one_to_one=True)
    return None


def _rotated(text: str, stretch: _Stretch) -> Decoding:
    run = text[stretch.start : stretch.end]
    edit = Edit(stretch.start, stretch.end, codecs.encode(run, "rot13"), one_to_one=True)
    made, offsets = apply_edits(text, [edit], start=stretch.start, end=stretch.end)
    return Decoding("rot13", stretch.start, stretch.end, made, offsets)


def _mirrored(text: str, stretch: _Stretch) -> Decoding:
    run = text[stretch.start : stretch.end]
    offsets = ReversedOffsets(stretch.start, stretch.end)
    return Decoding("reversed", stretch.start, stretch.end, run[::-1], offsets)


def _mirrored_words(text: str, stretch: _Stretch) -> Decoding:
    words = _LETTERS.finditer(text, stretch.start, stretch.end)
    edits = [Edit(*word.span(), word.group()[::-1]) for word in words]
    made, offsets = apply_edits(text, edits, start=stretch.start, end=stretch.end)
    return Decoding("reversed_words", stretch.start, stretch.end, made, offsets)


def _rotate(word: str) -> str:
    return codecs.encode(word, "rot13")


def _reverse(word: str) -> str:
    return word[::-1]


def _stretches(
    text: str, disguised: frozenset[str], undo: Callable[[str], str]
) -> Iterator[_Stretch]:
    """Stretches of words of which more are disguised than common."""
    words = list(_LETTERS.finditer(text))
    scores = [_score(word.group().lower(), disguised, undo) for word in words]
    at = 0
    for first, last in _best_runs(scores):
        first = _widened(scores, first, at - 1, -1)
        last = _widened(scores, last, len(words), 1)
        at = last + 1
        if not any(scores[i] == 1.0 and len(words[i].group()) >= LONG for i in range(first, at)):
            continue
        yield _Stretch(words[first].start(), words[last].end())


def _score(word: str, disguised: frozenset[str], undo: Callable[[str], str]) -> float:
    if len(word) < 3:
        return 0.0
    if word in disguised:
        return 1.0 if len(word) > 3 else 0.5
    if word not in common_words():
        return UNKNOWN
    return 0.0 if undo(word) in common_words() else -1.0  # "now" and "won" fit either way


def _best_runs(scores: list[float]) -> Iterator[tuple[int, int]]:
    """First and last index of runs from a disguised word to another that reach `LEAST_SCORE`.

    Kadane's scan: a run ends when its sum has fallen to nothing, or 3 below its best.
    """
    total = best = 0.0
    first = last = -1
    for at, score in enumerate([*scores, -1e9]):
        if total <= 0 and score > 0:
            first, total, best = at, 0.0, 0.0
        total += score
        if total > best:
            best, last = total, at
        if total <= 0 or total < best - 3:
            if best >= LEAST_SCORE:
                yield first, last
            total = best = 0.0


def _widened(scores: list[float], at: int, bound: int, step: int) -> int:
    """The index up to `EDGE_WORDS` unknown words further on, before `bound`."""
    for _ in range(EDGE_WORDS):
        if at + step == bound or scores[at + step] not in (0.0, UNKNOWN):
            break
        at += step
    return at
