"""The stem of an English word and the root that it shares with its relatives, for finding text.

A light stemmer: it takes off what number and tense put on, and so keeps words apart that mean
different things. Two searches use it; each stores or compares only what it made itself.
"""

from __future__ import annotations

ROOT_CHARS = 5
"""Words that share five first letters mostly share a root (invent, inventor, invention). Works
in any language that inflects at the end; four and six find fewer (benchmarks/context_memory.py)."""


def stem(word: str, *, keeps_e: int = 4) -> str:
    """The word without plural, -ed or -ing (an S-stemmer after Harman 1991, a little more). A
    last e stays on words of up to `keeps_e` letters."""
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
    return word.rstrip("e") if len(word) > keeps_e else word


def root(term: str) -> str:
    """What a term shares with its relatives, marked with a tilde; the term itself when it is short
    or a number."""
    return "~" + term[:ROOT_CHARS] if len(term) > ROOT_CHARS and term.isalpha() else term


def _undouble(word: str) -> str:
    if word[-1] == word[-2] and word[-1] not in "lsz":
        return word[:-1]
    return word.rstrip("e")
