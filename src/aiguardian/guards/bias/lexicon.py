"""The lists of words beside this module, read once: what is said of a phrase and what instead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aiguardian.guards.bias.phrases import Phrases

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Term:
    """One listed phrase. Its score is judgement: how many readers a style guide speaks for."""

    phrase: str
    kind: str
    score: float
    why: str
    suggestion: str
    """What to write instead, or advice."""
    is_insertable: bool
    """Whether the suggestion can take the phrase's place as it stands."""


@cache
def lexicon(name: str) -> Phrases[Term | None]:
    """The phrases of `<name>.txt`. An entry of None is an exception: a phrase that is never
    reported, though it contains one that is."""
    return Phrases.of(_entries(HERE / f"{name}.txt"))


def _entries(path: Path) -> Iterator[tuple[str, Term | None]]:
    kind, score, why = "", 0.0, ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            kind, number, why = (part.strip() for part in line[3:].split("|"))
            score = float(number)
        elif line and not line.startswith("#"):
            phrase, _, suggestion = (part.strip() for part in line.partition(">"))
            yield phrase, _term(phrase, kind, score, why, suggestion)


def _term(phrase: str, kind: str, score: float, why: str, suggestion: str) -> Term | None:
    if not suggestion:
        return None
    return Term(
        phrase, kind, score, why, suggestion.removeprefix("~"), not suggestion.startswith("~")
    )
