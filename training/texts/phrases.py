"""Phrases in which {a|b} is a choice and {word} a slot, and their expansion."""

from __future__ import annotations

import re
from random import Random

from training.texts.slot_values import slot_value

DEPTH = 4
"""How deep choices and slots may nest: no phrase of ours goes beyond 2."""

_BRACES = re.compile(r"\{([^{}\n]*)\}")


def expand(phrase: str, rng: Random) -> str:
    """The phrase with every choice made and every known slot filled; other braces stay."""
    for _ in range(DEPTH):
        made = _BRACES.sub(lambda match: _filled(match, rng), phrase)
        if made == phrase:
            break
        phrase = made
    return phrase


def _filled(match: re.Match[str], rng: Random) -> str:
    inside = match[1]
    if "|" in inside:
        return rng.choice(inside.split("|"))
    value = slot_value(inside, rng)
    return match[0] if value is None else value
