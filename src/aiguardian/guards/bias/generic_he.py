"""Category `exclusionary_language`: "he" for anybody, as in "each user enters his password".

Only where the sentence itself says that it speaks of anybody: `each`, `every`, `any`, `whoever`,
`anyone` or `if a` before the pronoun. "The doctor took off his coat" is about one doctor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from aiguardian.guards.bias.hits import Hit
from aiguardian.guards.bias.passages import Passages

_ANYBODY = re.compile(
    r"\b(?:(?:each|every|any|if an?|when an?|once an?) "
    r"(?:new |single |good |potential |registered )?"
    r"(?:user|employee|student|pupil|customer|client|developer|engineer|manager|doctor|physician|"
    r"nurse|lawyer|teacher|professor|driver|patient|applicant|candidate|citizen|child|person|"
    r"programmer|writer|author|reader|player|member|worker|parent|tenant|buyer|seller|passenger|"
    r"leader|scientist|researcher|artist|voter|visitor|guest|participant|owner|administrator|"
    r"operator|contributor|reviewer|speaker|athlete|soldier|officer|politician|accountant|pilot)"
    r"|whoever|(?:anyone|anybody|everyone|everybody|no one|nobody)(?=\W[^.]{0,60}\bhis\b))\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\b(?:he|his|him|himself)\b(?!/| or (?:she|her))", re.IGNORECASE)
_INSTEAD = {"he": "they", "his": "their", "him": "them", "himself": "themselves"}
_MAN = re.compile(r"\b(?:man|men|boy|father|son|brother|husband|king|monk|mr|sir)\b", re.IGNORECASE)
REACH = 160
"""Code points of a sentence that are looked at after the word for anybody."""
SCORE = 0.38


def find_generic_he(parts: Passages) -> Iterator[Hit]:
    """The masculine pronouns that stand for anybody, in order."""
    for start, end in parts.sentences:
        anybody = _ANYBODY.search(parts.prose, start, end)
        if anybody is None or _MAN.search(parts.prose, start, end):
            continue
        for pronoun in _PRONOUN.finditer(
            parts.prose, anybody.end(), min(end, anybody.end() + REACH)
        ):
            if not parts.is_quoted(*pronoun.span()):
                yield _hit(pronoun)


def _hit(pronoun: re.Match[str]) -> Hit:
    word = pronoun.group().lower()
    return Hit(
        start=pronoun.start(),
        end=pronoun.end(),
        category="exclusionary_language",
        kind="generic masculine",
        score=SCORE,
        message=f'"{word}" stands for anybody here, but names men only.',
        suggestion=_INSTEAD[word],
        is_insertable=word != "he",  # "they" wants another form of the verb
    )
