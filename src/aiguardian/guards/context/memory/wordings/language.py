"""What a language's module holds: patterns, before they are compiled."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """The forms of one language. `%VALUE` stands for what is said, up to a comma, a stop or a word
    of `ends`; `%NUMBER` for a number of up to three digits; `%SLOT` for a thing's name."""

    speaks: str
    """A word that a statement about oneself has: without one, nothing is looked for."""
    ends: str
    articles: str
    """Words that a value may begin with and that say nothing."""
    forms: tuple[tuple[str, str], ...]
    """Relation and pattern; the first that fits a place reads it."""
