"""Words as a search sees them: lower case, endings off, East Asian text in pairs of signs."""

from __future__ import annotations

import re

_WORD = re.compile(
    "[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]+|[^\\W_\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]+"
)
_IS_CJK = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")

PREFIX_CHARS = 5
"""Words that share five first letters mostly share a root (invent, inventor, invention); a
weaker match than the word itself. Works in any language that inflects at the end."""

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
            found.append(stem(word[:MAX_WORD_CHARS]))
    return found


def stem(word: str) -> str:
    """The word without plural, -ed or -ing (an S-stemmer after Harman 1991, a little more)."""
    if len(word) > 4:
        if word.endswith("ies"):
            return word[:-3] + "y"
        if word.endswith("ing") and len(word) > 6:
            return _undouble(word[:-3])
        if word.endswith("ed") and len(word) > 5:
            return _undouble(word[:-2])
        if word.endswith("es") and word[-3] in "sxzh":
            return word[:-2]
    if len(word) > 3 and word[-1] == "s" and word[-2] not in "sui":
        return word[:-1].rstrip("e") if len(word) > 5 else word[:-1]
    return word.rstrip("e") if len(word) > 5 else word


def _undouble(word: str) -> str:
    if word[-1] == word[-2] and word[-1] not in "lsz":
        return word[:-1]
    return word.rstrip("e")


def prefix(term: str) -> str:
    """What a term shares with its relatives; the term itself when it is short or a number."""
    return "~" + term[:PREFIX_CHARS] if len(term) > PREFIX_CHARS and term.isalpha() else term
