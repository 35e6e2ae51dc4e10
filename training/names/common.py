"""The commonest words of languages other than English, and sentences made of nothing else.

The counts are those of wordfreq 3.1.1 (Robyn Speer; CC-BY-SA-4.0); no list of it is kept here.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator, Sequence

from wordfreq import available_languages, top_n_list

from aiguardian.ml.tagger_features import (
    CITY,
    CITY_PART,
    COUNTRY,
    NAMES,
    PROPER,
    Gazetteer,
    is_sign,
)

COUNT = 3_000
"""Words of a language (chosen by hand: below that, names of people become frequent)."""
SURE = 150
"""So far down a list a person's name is rarer than the word it is spelt like."""
PLACE = CITY | CITY_PART | COUNTRY
SPELT = {"no": "nb", "hr": "sh"}
"""Languages that wordfreq calls otherwise."""
NOUNS = {"de": 0.3}
"""The share of words within a sentence that a language writes with a capital."""


@functools.cache
def common_words(language: str) -> tuple[str, ...]:
    """Words in lower case, the commonest first; none for English, which real text covers, and for
    languages that nobody has counted."""
    code = SPELT.get(language, language)
    if code == "en" or code not in available_languages("small"):
        return ()
    return tuple(word for word in top_n_list(code, COUNT) if word.isalpha())


def means_itself(rank: int, bits: int) -> bool:
    """Whether a word at that place of a list, with those bits of the gazetteer, is no name, or one
    that hardly counts beside the word."""
    if bits & (PROPER | PLACE):
        return False
    return rank < SURE or not bits & NAMES


def sayable(language: str, lists: Gazetteer) -> Sequence[str]:
    """The common words of a language that name nobody."""
    words = enumerate(common_words(language))
    return [word for rank, word in words if means_itself(rank, lists.bits(word))]


def salad(rng: random.Random, words: Sequence[str], language: str) -> str:
    """A sentence without sense: words drawn as often as they are used (Zipf), written as the
    language writes a sentence."""
    drawn = list(_drawn(rng, words, rng.randint(3, 14)))
    if is_sign(drawn[0][0]) and language in ("zh", "ja"):
        return "".join(drawn) + rng.choice("。？！")
    share = NOUNS.get(language, 0.0)
    drawn = [word.capitalize() if rng.random() < share else word for word in drawn]
    drawn[0] = drawn[0][:1].upper() + drawn[0][1:]
    return " ".join(drawn) + rng.choice("..?!:")


def _drawn(rng: random.Random, words: Sequence[str], count: int) -> Iterator[str]:
    for _ in range(count):
        yield words[min(int(len(words) ** rng.random()) - 1, len(words) - 1)]
