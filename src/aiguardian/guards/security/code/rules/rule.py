"""A rule over one call, and how much its arguments must show."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Need = Literal["", "outside", "built", "variable", "literal"]
"""What an argument must be: anything; from outside; put together from variables or from outside;
not a constant; a constant."""


class Rule(NamedTuple):
    """Matches the text of a call's function (`strcpy`, `exec.Command`, `new Function`)."""

    key: str
    function: re.Pattern[str]
    score: float
    why: str
    need: Need = ""
    position: int | None = None
    """Which argument; None for any."""
    text: re.Pattern[str] | None = None
    """What the source of the arguments must hold."""
    unless: re.Pattern[str] | None = None
    """What the source of the arguments must not hold."""


class Pattern(NamedTuple):
    """Matches the source of a node of some kinds: for what is no call."""

    key: str
    kinds: frozenset[str]
    text: re.Pattern[str]
    score: float
    why: str
    need: Need = ""


class Language(NamedTuple):
    """All that is known of one language."""

    calls: dict[str, tuple[str, ...]]
    """Kinds of nodes that are calls, with the fields that make up the function's name."""
    assignments: dict[str, tuple[str, str]]
    """Kinds of nodes that assign, with the fields of both sides."""
    sources: re.Pattern[str]
    """Source text that brings values from outside."""
    cleaners: re.Pattern[str]
    """Functions that make them harmless."""
    rules: tuple[Rule, ...]
    patterns: tuple[Pattern, ...] = ()


def rule(
    key: str,
    function: str,
    score: float,
    why: str,
    need: Need = "",
    position: int | None = None,
    text: str = "",
    unless: str = "",
) -> Rule:
    """A rule whose expressions are compiled; `function` must match all of the name."""
    return Rule(
        key,
        re.compile(rf"\A(?:{function})\Z"),
        score,
        why,
        need,
        position,
        re.compile(text) if text else None,
        re.compile(unless) if unless else None,
    )


def pattern(key: str, kinds: str, text: str, score: float, why: str, need: Need = "") -> Pattern:
    """A pattern whose expression is compiled."""
    return Pattern(key, frozenset(kinds.split()), re.compile(text), score, why, need)
