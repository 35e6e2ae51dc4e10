"""Words as a search sees them: lower case, endings off, East Asian text in pairs of signs."""

from __future__ import annotations

import re

from aiguardian.text.stems import stem

_WORD = re.compile(
    "[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]+|[^\\W_\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]+"
)
_IS_CJK = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")

_KEEPS_E = 5
"""Letters of a word that keeps its last e."""
MAX_WORD_CHARS = 64
"""Of a longer run of letters only the start counts: it is no word."""

# What asks rather than names: nothing in a text answers by containing these.
_QUESTION_WORDS_TEXT = (
    "a an and are as at be been but by can could did do does for from had has have how i if "
    "in is it its me my of on or s should so t tell than that the their them then there these "
    "they this to up us was we were what when where which who whom whose why will with would "
    "you your about according please give name list find describe explain summarize value key "
)
QUESTION_WORDS = frozenset(_QUESTION_WORDS_TEXT.split())


def terms(text: str) -> list[str]:
    """The terms of a text in their order."""
    found: list[str] = []
    for word in _WORD.findall(text.lower()):
        if _IS_CJK.match(word):
            found += [word[i : i + 2] for i in range(max(1, len(word) - 1))]
        else:
            found.append(stem(word[:MAX_WORD_CHARS], keeps_e=_KEEPS_E))
    return found
