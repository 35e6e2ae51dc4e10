"""The form under which two spellings are one word.

The stem is a rough one of English endings: it only has to bring "acquired", "acquires" and
"acquisition's" near each other, and to leave other languages' words alone as far as it can.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

LONGEST_STEMMED = 40
"""Letters; longer words are no words of a language and stay as they are."""

_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_VOWEL = re.compile(r"[aeiouy]")
_DOUBLED = re.compile(r"([bdfgmnprt])\1$")


def fold(written: str) -> str:
    """Lower case, without accents, possessive and the commas of thousands."""
    if _THOUSANDS.fullmatch(written):
        return written.replace(",", "")
    folded = written.casefold()
    if not folded.isascii():
        parted = unicodedata.normalize("NFKD", folded.replace("’", "'"))
        folded = "".join(char for char in parted if not unicodedata.combining(char))
    return folded.removesuffix("'s") or folded


def stem(folded: str) -> str:
    """The word without its English endings: "studies" and "studied" give "study"."""
    if len(folded) > LONGEST_STEMMED or not folded.isalpha() or not folded.isascii():
        return folded
    irregular = _irregular().get(folded)
    if irregular is not None:
        return irregular
    return _finish(_without_ending(folded))


def _without_ending(word: str) -> str:
    """Endings of number and tense only: others change what a word says."""
    if len(word) <= 3:
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("ied") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return _without_tense(word[:-1])
    return _without_tense(word)


def _without_tense(word: str) -> str:
    for ending in ("ing", "ed"):
        base = word.removesuffix(ending)
        if base != word and len(base) >= 3 and _VOWEL.search(base):
            return _DOUBLED.sub(r"\1", base)
    if word.endswith("ly") and len(word) > 5:
        return word[:-2]
    return word


def _finish(word: str) -> str:
    """Without a silent e, for "increase" and "increasing" to be one."""
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


@cache
def _irregular() -> dict[str, str]:
    lines = (Path(__file__).parent / "irregular.txt").read_text(encoding="utf-8").splitlines()
    found: dict[str, str] = {}
    for line in lines:
        if line and not line.startswith("#"):
            first, *others = line.split()
            base = _finish(_without_ending(first)) if others else first
            found |= dict.fromkeys((first, *others), base)
    return found
