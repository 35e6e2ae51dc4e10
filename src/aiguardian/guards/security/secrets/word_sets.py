"""Sets of words written as text, so that a list of two hundred stays readable."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())
