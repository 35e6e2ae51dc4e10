"""Words and signs that can't end a sentence: articles, conjunctions, prepositions, commas.

Only words that need something after them in nearly every sentence stand here; English
prepositions that may end one ("the place I come from") don't.
"""

from __future__ import annotations

import re

BY_LANGUAGE = (
    # English; no "in", "on", "for", "with", "from", "about", "is", "that": sentences end so
    "the a an and or but because although of into your my their our its whose than via per "
    "the which while whereas unless between among during toward towards upon "
    # German
    "der die das dem den des ein eine einen einem einer eines und oder aber weil dass wenn "
    "mit von für bei durch gegen ohne sowie sondern zum zur im ins beim "
    # French
    "le la les un une des du de et ou mais car dans pour avec sans sous chez vers dont où aux "
    "au ce cette ces leur leurs votre vos notre nos son "
    # Spanish, Portuguese, Italian, Romanian, Catalan
    "el los las unos unas del al y e o pero porque en con sin sobre entre hacia desde su sus "
    "o os as um uma dos das do da na no nos nas ao à pelo pela em com sem por para mas que il "
    "lo gli i uno di dei degli delle della nel nella con per tra fra ma perché sul sulla dal "
    "dalla și sau dar în cu pe din spre prin amb els "
    # Dutch, Scandinavian
    "het een en of maar omdat van met voor naar door zonder och eller men att av för med till "
    "från som og eller men af til fra ett "
    # Russian, Ukrainian, Bulgarian
    "и а но или что чтобы в во на с со к ко у о об от из за для по при без через между под "
    "над і та або але з із до від "
    # Greek
    "ο η το οι τα του της των τον την και ή αλλά με σε από για στο στη στον στην στα "
    # Turkish, Polish, Czech, Vietnamese, Indonesian
    "ve veya ama için ile bir i oraz lub ale w z na do od dla przez a nebo ale v s k ve se "
    "của và hoặc nhưng với các những một dan atau tetapi yang di ke dari untuk dengan "
    # Arabic, Hebrew, Persian, Hindi
    "في من على إلى عن مع و أو ثم التي الذي أن של את על עם או כי و یا از به در که और या का के "
    "की में से को कि "
)
WORDS = frozenset(BY_LANGUAGE.split())

CAPITAL_ONLY = re.compile(r"^[A-ZА-Я]{1,2}$")
"""`Vitamin A`, `Plan E`, `option I`: letters as names, not words."""

LAST_WORD = re.compile(r"(?<![\w'’.&/-])([^\W\d_]+)[\s*_]*$")
OPEN_END = re.compile(
    r"(?:[,،、，:：;；(\[{（「『“«–—&]|[^\s-]-|\b(?:e\.g\.|i\.e\.|such as|z\. ?B\.))[\s*_]*$"
)
"""Signs after which something must come. Nearest false positive: `C-`, a mark or a blood type."""
SALUTATION = re.compile(r"^\W*(?:[^\W\d_]+\s){0,3}[^\W\d_]+,$")
"""`Best regards,` on a line by itself: a letter whose name is to be filled in."""


def is_dangling(line: str) -> bool:
    """Whether a line ends on a word or sign that must be followed by another."""
    line = line.strip()
    if SALUTATION.match(line):
        return False
    if OPEN_END.search(line[-20:]):
        return True
    last = LAST_WORD.search(line[-40:])
    if last is None or CAPITAL_ONLY.match(last[1]):
        return False
    return last[1].lower() in WORDS and len(line.split()) >= 4
