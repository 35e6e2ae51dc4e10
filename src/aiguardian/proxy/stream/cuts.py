"""Where a text may be cut into segments: places that depend on the text before them alone.

A segment ends at the first end of a line or sentence from `least` on, else at the last white
space up to `most`. No cut falls inside what one look has to see whole: a private key, a tag, a
link, a placeholder in brackets, the line that opens a code fence.
"""

from __future__ import annotations

import re

from msgspec import Struct

KEY_BLOCK = 16_384
"""Code points after which an open key block is cut: four times a 4,096-bit RSA key in PEM."""
TAG = 512
BRACKET = 64
"""No name in brackets that is longer is taken for a placeholder of ours."""
LATEST = 1024
"""Code points past the most after which only a key block holds a cut up."""
RUN = 512
"""A run without white space up to this length stays whole."""

# The end of a line, of a sentence (closing quotes included), or of a CJK sentence.
_END = re.compile(r"\n|[.!?…][\"'”’»)\]*_]{0,3}\s|[。！？](?![」』”’）。！？])(?=.)", re.DOTALL)
_LONGEST_END = 5
NOT_KEYS = frozenset({None, "bracket", "tag", "link", "fence"})
_SPACE = re.compile(r"\s")
_KEY_END = re.compile(r"----\s?END[^\n-]{0,80}-{4,8}[^-]")


class Pacing(Struct, frozen=True):
    """Sizes in code points. They bound the hold-back: two segments at most wait, each of up to
    `most`, or up to `LATEST` more in a run without white space, or `KEY_BLOCK` more in a key."""

    first: int = 24
    """Of the first segment, a sentence: readers wait for 140 code points in the middle, not for
    440 (benchmarks/proxy_stream.py, 2026-11-21)."""
    ahead: int = 48
    """Of the second, which is there so that the first can go: it may end within a sentence, for it
    waits in its turn until the whole sentence was judged."""
    least: int = 200
    steady: int = 600
    """What `least` grows to, doubled after every second segment: people read more slowly than
    models write, and a third of the questions on a long answer is saved (8 kB, 2026-11-21)."""
    most: int = 1500
    context: int = 400
    """How much of the text before a segment its judge sees."""


class Cutter:
    """Finds the cuts of a growing text. The same text gives the same cuts under any chunking."""

    def __init__(self, pacing: Pacing) -> None:
        self._pacing = pacing
        self._count = 0
        """Segments so far."""
        self._from = 0
        """Up to here the open segment was searched for its end."""
        self._is_late = False
        """It has no end within `most`."""

    def next_cut(self, text: str) -> int | None:
        """Length of the next segment of `text`, which begins where the last segment ended; None
        while more text is needed to tell."""
        if self._count == 1:
            return self._cut_ahead(text)
        least, most = self._least(), self._pacing.most
        if len(text) < least:
            return None
        at = max(self._from, least - _LONGEST_END)
        while found := _END.search(text, at, most):
            if found.end() >= least and is_open(text, found.end()) is None:
                return self._cut(found.end())
            at = found.start() + 1
        if len(text) <= most:
            self._from = max(at, len(text) - _LONGEST_END)
            return None
        return self._late_cut(text)

    def _least(self) -> int:
        """How long the open segment has to be to end with a sentence."""
        pacing = self._pacing
        if self._count == 0:
            return pacing.first
        grown = pacing.least << min(self._count // 2 - 1, 16)
        return min(grown, max(pacing.steady, pacing.least))

    def _cut_ahead(self, text: str) -> int | None:
        """The first white space from `ahead` on, wherever in a sentence it is; a run without any
        is left to the rules for the late."""
        ahead, most = self._pacing.ahead, self._pacing.most
        for at in range(max(ahead, self._from), min(len(text), most) + 1):
            if text[at - 1].isspace() and is_open(text, at) is None:
                return self._cut(at)
        if len(text) <= most:
            self._from = len(text) + 1
            return None
        return self._late_cut(text)

    def _late_cut(self, text: str) -> int | None:
        """No end of a line or sentence came in time."""
        most = self._pacing.most
        if not self._is_late:
            space = last_space(text, most)
            while space and is_open(text, space) is not None:
                space = last_space(text, space - 1)
            if space:
                return self._cut(space)
            self._is_late = True
        limit = most + KEY_BLOCK
        for at in range(max(most, self._from), min(len(text), limit)):
            is_place = text[at - 1].isspace() or at - most >= LATEST or _is_in_run(text, at)
            if is_place and is_open(text, at) in ({None} if at - most < LATEST else NOT_KEYS):
                return self._cut(at)
        if len(text) >= limit:
            return self._cut(limit)
        self._from = len(text)
        return None

    def _cut(self, at: int) -> int:
        self._count += 1
        self._from = 0
        self._is_late = False
        return at


def last_space(text: str, end: int) -> int:
    """The position after the last white space before `end`, 0 when there is none."""
    if end and text[end - 1].isspace():
        return end
    words = text[:end].rsplit(None, 1)
    return end - len(words[-1]) if words else 0


def is_open(text: str, at: int) -> str | None:
    """What a cut at this position would fall into, or None. Looks only at the text before it."""
    first = max(0, at - KEY_BLOCK)
    key = max(text.rfind("---- BEGIN", first, at), text.rfind("----BEGIN", first, at))
    if key >= 0 and _KEY_END.search(text, key, at) is None:
        return "key"
    if _is_unclosed(text, at, "[", "]", BRACKET):
        return "bracket"
    tag = text.rfind("<", max(0, at - TAG), at)
    if tag >= 0 and text.find(">", tag, at) < 0 and _names_tag(text[tag + 1 : min(at, tag + 2)]):
        return "tag"
    if _is_unclosed(text, at, "](", ")", TAG):
        return "link"
    line = text.rfind("\n", 0, at) + 1
    if line < at <= line + TAG and text.startswith(("```", "~~~"), line):
        return "fence"
    return None


def _is_in_run(text: str, at: int) -> bool:
    """Whether more than `RUN` code points before the position have no white space."""
    return at > RUN and _SPACE.search(text, at - RUN - 1, at) is None


def _is_unclosed(text: str, at: int, opener: str, closer: str, longest: int) -> bool:
    begin = text.rfind(opener, max(0, at - longest), at)
    return begin >= 0 and text.find(closer, begin + len(opener), at) < 0


def _names_tag(first: str) -> bool:
    return first.isalpha() or first in {"", "/", "!"}
