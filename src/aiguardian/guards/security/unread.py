"""Languages in which no model has learnt what an attack looks like: not judged, so not safe."""

from __future__ import annotations

from aiguardian.guards.security.secrets.word_sets import word_set
from aiguardian.processor import Unjudged
from aiguardian.text.language import language_probabilities
from aiguardian.text.likeness import known_share

READ = word_set(
    """
    en de fr es pt it nl sv da nb nn no fi pl cs sk hu ro bg ru uk sr hr bs sl el tr ar he
    fa ur hi bn ta te th vi id ms tl sw zh ja ko et lv lt ca gl oc af az kk ka hy mk be jv
    la
    """
)
"""The languages of `ml/concepts.json`, and those that are written so much like one of them."""
FEWEST_LETTERS = 40
"""Below which a language cannot be told."""
SURE = 0.9
NO_LANGUAGE = "zxx"
"""ISO 639-2 for text without linguistic content, which the identifier knows too."""
SAMPLE = 2_000
"""Code points from which the language is told."""


def unread_language(text: str) -> list[Unjudged]:
    """The whole text when its language is surely one that no model reads, else nothing."""
    sample = text[:SAMPLE]
    if sum(map(str.isalpha, sample)) < FEWEST_LETTERS or known_share(sample) >= 0.3:
        return []
    code, probability = next(iter(language_probabilities(sample).items()))
    if code in READ or code == NO_LANGUAGE or probability < SURE:
        return []
    reason = f"No model has learnt what an attack looks like in this language ({code})."
    return [Unjudged(start=0, end=len(text), reason=reason)]
