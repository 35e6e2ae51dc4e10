"""The terms of a turn and of a question: what the index of a memory holds, before it is keyed."""

from __future__ import annotations

import re
import unicodedata

from aiguardian.text.stems import root, stem

_CJK = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = re.compile(f"[{_CJK}]+|[^\\W_{_CJK}]+")
_IS_CJK = re.compile(f"[{_CJK}]")
_ORDINAL = re.compile(r"([0-9]{1,4})(?:st|nd|rd|th)")

MOST_CHARS = 16_384
"""Of one turn only so much is indexed: a memory is found by what it says first."""
MOST_TERMS = 512
"""Of one turn, different or not."""
MOST_ASKED = 24
"""Words of a question that are looked up; what comes later in a long one tells little."""
_LONGEST_WORD = 40

_QUESTION_WORDS_TEXT = (
    "a an and are as at be been but by can could did do does doing done for from had has have how "
    "i if in is it its me mine my of on or our ours she should so t s d ll m re ve tell than that "
    "the their them then there these they this those to us was we were what when where which who "
    "whom whose why will with would you your yours he him his her hers about please give any "
    "some once before ever ago remember mention mentioned said say according not no don didn "
    "doesn isn wasn right ask asked talk talking talked"
)
QUESTION_WORDS = frozenset(_QUESTION_WORDS_TEXT.split())
"""They ask rather than name: a turn answers nothing by holding them."""


def words(text: str) -> list[str]:
    """The words of a text in their order: lower case, without accents and ordinal endings, East
    Asian text in pairs of signs."""
    # marks go before, too: a long run of them takes the square of its length to normalize
    plain = unicodedata.normalize("NFKD", _without_marks(text[:MOST_CHARS].lower()))
    found: list[str] = []
    for word in _WORD.findall(_without_marks(plain)):
        if _IS_CJK.match(word):
            found += [word[i : i + 2] for i in range(max(1, len(word) - 1))]
        else:
            found.append(_ORDINAL.sub(r"\1", word[:_LONGEST_WORD]))
    return found


def _without_marks(text: str) -> str:
    if text.isascii():
        return text
    return "".join(c for c in text if not unicodedata.combining(c))


def terms(text: str) -> list[str]:
    """The terms of a turn with their repeats: the stem of each word, and a root that it shares
    with its relatives where that is another."""
    stems = [stem(word) for word in words(text) if word not in QUESTION_WORDS]
    found: list[str] = []
    for one in stems[:MOST_TERMS]:
        found.append(one)
        if (shared := root(one)) != one:
            found.append(shared)
    return found


def asked(query: str) -> dict[str, float]:
    """The terms of a question and their weights: a root says less than the word itself."""
    stems = [stem(word) for word in words(query) if word not in QUESTION_WORDS]
    weights = dict.fromkeys(stems[:MOST_ASKED], 1.0)
    for one in tuple(weights):
        weights.setdefault(root(one), ROOT_WEIGHT)
    return weights


ROOT_WEIGHT = 0.4
