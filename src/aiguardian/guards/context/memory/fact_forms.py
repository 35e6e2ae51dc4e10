"""What people say about themselves in German, French, Spanish, Italian, Portuguese and Dutch, as
patterns: those of `wordings`, compiled.

A form is of a relation: what it tells. The relations are those of English (`facts.py`), so that
"Ich bin nach Lima gezogen" takes the place of "I live in Oslo".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from aiguardian.guards.context.memory.wordings.dutch import DUTCH
from aiguardian.guards.context.memory.wordings.french import FRENCH
from aiguardian.guards.context.memory.wordings.german import GERMAN
from aiguardian.guards.context.memory.wordings.italian import ITALIAN
from aiguardian.guards.context.memory.wordings.language import Language
from aiguardian.guards.context.memory.wordings.portuguese import PORTUGUESE
from aiguardian.guards.context.memory.wordings.spanish import SPANISH

_VALUE = r"(?P<value>[^,.;:!?\n()]{1,48}?)"
_NUMBER = r"(?P<value>[1-9][0-9]{0,2})"


@dataclass(frozen=True, slots=True)
class Form:
    """A relation and its compiled pattern, with the groups `value`, `slot` or `count`."""

    relation: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Forms:
    """A language, compiled."""

    speaks: re.Pattern[str]
    words: re.Pattern[str]
    """Small words that tell the language."""
    articles: re.Pattern[str]
    forms: tuple[Form, ...]


LANGUAGES = {
    "de": GERMAN,
    "fr": FRENCH,
    "es": SPANISH,
    "it": ITALIAN,
    "pt": PORTUGUESE,
    "nl": DUTCH,
}


def languages_of(sentence: str) -> list[Forms]:
    """The languages that a sentence may state something in: those with most of its small words.
    Related languages share many, so several may be as likely."""
    spoken = [one for one in forms().values() if one.speaks.search(sentence)]
    shares = [len(one.words.findall(sentence)) for one in spoken]
    return [one for one, share in zip(spoken, shares, strict=True) if share == max(shares)]


@cache
def forms() -> dict[str, Forms]:
    """The forms of all languages, compiled when a memory first needs them: 40 ms."""
    return {name: _compiled(one) for name, one in LANGUAGES.items()}


def _compiled(language: Language) -> Forms:
    end = rf"(?=$|[,;:!?\n()]|\.(?:\s|$)| (?:{language.ends})\b)"
    made = []
    for relation, pattern in language.forms:
        written = pattern.replace("%VALUE", _VALUE + end).replace("%NUMBER", _NUMBER)
        made.append(Form(relation, re.compile(written, re.IGNORECASE)))
    return Forms(
        re.compile(rf"\b(?:{language.speaks})\b", re.IGNORECASE),
        re.compile(
            rf"\b(?:{language.speaks}|{language.ends}|{language.articles})(?<=\w)\b", re.IGNORECASE
        ),
        re.compile(rf"(?:(?:{language.articles})(?:\s+|(?<=['’])))+", re.IGNORECASE),
        tuple(made),
    )
