"""The groups of people that the guard knows: their axis, their names and whom to swap them with.

A row names a group once for each place in a sentence, so that one group can take another's place
and the sentence stays grammatical. The choice of groups follows the protected characteristics of
EU and US equality law and the axes of HolisticBias (Smith et al. 2022); the list is our own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, get_args

Axis = Literal[
    "gender", "race", "religion", "disability", "age", "sexuality", "nationality", "class"
]
AXES: tuple[Axis, ...] = get_args(Axis)


@dataclass(frozen=True, slots=True)
class Group:
    """One group. Of each tuple the first form is the one to write, the others are only read."""

    axis: Axis
    plural: tuple[str, ...]
    """Nouns for several members: "Muslims"."""
    singular: tuple[str, ...]
    """Nouns for one member, without an article: "Muslim", "wheelchair user"."""
    adjective: tuple[str, ...] = ()
    """Words before a noun for a person: "Muslim" in "Muslim women". Empty where English has
    none ("refugees")."""

    @property
    def name(self) -> str:
        """How answers call the group."""
        return self.plural[0]


SWAPS = {
    "women": "men",
    "girls": "boys",
    "trans women": "trans men",
    "mothers": "fathers",
    "trans people": "cis people",
    "black people": "white people",
    "Muslims": "Christians",
    "Jews": "Christians",
    "disabled people": "able-bodied people",
    "old people": "young people",
    "gay people": "straight people",
    "lesbians": "straight people",
    "poor people": "rich people",
    "immigrants": "Americans",
    "refugees": "Canadians",
}
"""Swaps that say most: the group that the same sentence is least often written about. The first
four work both ways."""
_BOTH_WAYS = 4

REFERENCE: dict[Axis, str] = {
    "gender": "men",
    "race": "white people",
    "religion": "Christians",
    "disability": "able-bodied people",
    "age": "middle-aged people",
    "sexuality": "straight people",
    "nationality": "Norwegians",
    "class": "rich people",
}
"""Whom every other group of an axis is swapped with."""


@cache
def groups() -> tuple[Group, ...]:
    """All groups, in the order of the axes."""
    lines = resources.files(__package__).joinpath("groups.txt").read_text(encoding="utf-8")
    found: list[Group] = []
    axis = AXES[0]
    for line in lines.splitlines():
        if line.startswith("== "):
            axis = AXES[AXES.index(line[3:])]
        elif not line.startswith("#"):
            found.append(_group(axis, line))
    return tuple(found)


def _group(axis: Axis, line: str) -> Group:
    plural, singular, adjective = (
        tuple(form.strip() for form in part.split(",") if form.strip()) for part in line.split("|")
    )
    return Group(axis, plural, singular, adjective)


@cache
def group_named(name: str) -> Group:
    """The group of this name. Raises `KeyError` for any other."""
    return {group.name: group for group in groups()}[name]


@cache
def partner(group: Group) -> Group:
    """Whom to swap the group with, always of the same axis."""
    pairs = list(SWAPS.items())
    both = dict(pairs) | {new: old for old, new in pairs[:_BOTH_WAYS]}
    name = both.get(group.name, REFERENCE[group.axis])
    if name == group.name:
        same = [each for each in groups() if each.axis == group.axis and each != group]
        return same[0]
    return group_named(name)
