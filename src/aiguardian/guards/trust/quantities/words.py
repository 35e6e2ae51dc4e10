"""The words of a text that carry meaning, cut down to a stem so that forms of one word agree.

The stem is no dictionary form ("movies" and "movie" are both "movi"): it is only ever compared.
"""

from __future__ import annotations

import re
from collections.abc import Set
from functools import lru_cache

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]{1,3})?")

_STOPWORDS_TEXT = (
    "a an the of in on at to for from by with as and or but nor so yet is are was were be been "
    "being am do does did done have has had having will would shall should can could may might "
    "must it its this that these those there here he she they them his her their him we our us "
    "you your i my me who whom whose which what when where why how than then also such into onto "
    "s t re ve ll if while during about over under up down out off not no per each q"
)
STOPWORDS = frozenset(_STOPWORDS_TEXT.split())
"""English words that tell nothing about what is counted."""

_IRREGULAR_TEXT = (
    "won:win lost:lose loss:lose held:hold began:begin begun:begin ran:run wrote:write "
    "written:write took:take taken:take made:make sold:sell bought:buy paid:pay led:lead "
    "beat:beat beaten:beat drew:draw drawn:draw came:come went:go gone:go got:get gave:give "
    "given:give rose:rise risen:rise fell:fall fallen:fall grew:grow grown:grow spent:spend "
    "built:build met:meet left:leave kept:keep said:say saw:see seen:see told:tell born:birth "
    "died:death die:death dead:death men:man women:woman children:child people:person feet:foot "
    "played:play scored:score earnings:earn revenues:revenue sales:sale sell:sale "
    "directed:direct director:direct producer:produce producers:produce"
)
IRREGULAR = dict(pair.split(":") for pair in _IRREGULAR_TEXT.split())

_ENDINGS = (
    ("iness", "y"),
    ("ies", "y"),
    ("ied", "y"),
    ("ings", ""),
    ("ing", ""),
    ("sses", "ss"),
    ("shes", "sh"),
    ("ches", "ch"),
    ("xes", "x"),
    ("edly", ""),
    ("ed", ""),
    ("ly", ""),
)


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """The stem of one word, lower case. A word that is not English mostly stays as it is."""
    low = word.lower().replace("’", "'")
    low = low.removesuffix("'s")
    low = IRREGULAR.get(low, low)
    if len(low) < 4:
        return low
    return _without_last_vowel(_without_ending(low))


@lru_cache(maxsize=8192)
def telling_stem(word: str) -> str:
    """The stem of one word, empty for a stopword."""
    return "" if word.lower() in STOPWORDS else stem(word)


def _without_ending(word: str) -> str:
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return _undoubled(word[: -len(ending)]) + instead
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _undoubled(word: str) -> str:
    """ "runn" (from "running") is "run"; "fall" stays."""
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        return word[:-1]
    return word


def _without_last_vowel(word: str) -> str:
    if len(word) > 3 and word[-1] in "ey":
        return word[:-1] if word[-1] == "e" else word[:-1] + "i"
    return word


def content_stems(text: str) -> list[str]:
    """Stems of the words that are not stopwords, in order, repeats kept."""
    return [found for found in map(telling_stem, WORD.findall(text)) if found]


_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DECIMAL = re.compile(r"\d+\.\d+")


def tokens(text: str) -> list[str]:
    """Lower-case words and numbers, stopwords too; numbers lose their thousands separators and
    the zeros after the decimal point."""
    return [_plain(token) for token in _TOKEN.findall(text.lower())]


def _plain(token: str) -> str:
    if not token[0].isdigit():
        return token
    bare = token.replace(",", "") if _GROUPED.fullmatch(token) else token
    return bare.rstrip("0").rstrip(".") if _DECIMAL.fullmatch(bare) else bare


def overlap(wanted: Set[str], given: Set[str]) -> float:
    """Share of `wanted` that is in `given`, 0.0 to 1.0; 0.0 when nothing is wanted."""
    return len(wanted & given) / len(wanted) if wanted else 0.0
