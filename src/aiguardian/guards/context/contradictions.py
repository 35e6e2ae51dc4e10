"""What the newest turn states that an earlier turn of the same speaker denies.

An update is no contradiction: "we moved to Lima" after "we live in Oslo". Neither is a correction,
a condition, a question or the past.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiguardian.guards.context.memories import Turn
from aiguardian.guards.context.statements import Kind, Statement, statements
from aiguardian.processor import Deadline

MOST_TURNS = 400
"""Before the newest: 0.1 ms each."""
SINGLE = frozenset({"name", "home", "birthplace", "job", "is", "when"})
"""Properties of which one has one at a time; somebody may well work for two firms."""
SCORES: dict[Kind, float] = {"number": 0.8, "fact": 0.75, "preference": 0.7, "negation": 0.7}
"""Set by hand: no public conversations with marked contradictions were at hand to fit them."""


@dataclass(frozen=True, slots=True)
class Clash:
    """Two statements that cannot both hold: in the newest turn, and in turn `earlier_turn`."""

    newest: Statement
    earlier: Statement
    earlier_turn: int

    @property
    def score(self) -> float:
        """How sure it is that they cannot both hold."""
        return SCORES[self.newest.kind]


def find_contradictions(turns: Sequence[Turn], deadline: Deadline | None = None) -> list[Clash]:
    """Clashes of the last turn with the turns before it, at most one for each statement.

    Raises `DeadlineExceeded`.
    """
    if not turns:
        return []
    newest = turns[-1]
    open_statements = [one for one in statements(newest.text) if not one.is_update]
    found: list[Clash] = []
    first = max(0, len(turns) - 1 - MOST_TURNS)
    for index in range(len(turns) - 2, first - 1, -1):
        if not open_statements:
            break
        if deadline is not None:
            deadline.check()
        if turns[index].role != newest.role:
            continue
        earlier = list(statements(turns[index].text))
        for one in list(open_statements):
            told = [other for other in earlier if _same_matter(one, other)]
            if not told:
                continue
            open_statements.remove(one)  # the latest word on a matter is what counts
            clash = next((other for other in told if _excludes(one, other)), None)
            if clash is not None:
                found.append(Clash(one, clash, index))
    return _distinct(found)


def _same_matter(one: Statement, other: Statement) -> bool:
    return (one.subject, one.attribute, one.kind) == (other.subject, other.attribute, other.kind)


def _excludes(one: Statement, other: Statement) -> bool:
    if other.is_update and one.kind != "number":
        return False
    if one.kind in ("preference", "negation"):
        return one.is_denied != other.is_denied
    if one.value == other.value:
        return False
    if one.kind == "number":
        return not other.is_update
    words, others = set(one.value.split()), set(other.value.split())
    return one.attribute.split()[0] in SINGLE and not (words <= others or others <= words)


def _distinct(found: list[Clash]) -> list[Clash]:
    """One clash for each pair of overlapping places, the surest."""
    kept: list[Clash] = []
    for clash in sorted(found, key=lambda one: (-one.score, one.newest.start)):
        if all(
            clash.newest.end <= one.newest.start or clash.newest.start >= one.newest.end
            for one in kept
        ):
            kept.append(clash)
    return sorted(kept, key=lambda one: one.newest.start)
