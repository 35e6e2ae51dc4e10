"""Where a text names a group of people."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Literal, NamedTuple

from aiguardian.guards.bias.groups import AXES, Axis, Group, groups
from aiguardian.guards.bias.nominal import stands_alone
from aiguardian.guards.bias.phrases import Phrases, Word

Form = Literal["plural", "singular", "adjective"]


class Mention(NamedTuple):
    """A name of a group: half-open span, the group, and which kind of word it is."""

    start: int
    end: int
    group: Group
    form: Form


class _Name(NamedTuple):
    group: Group
    form: Form
    needs_capital: bool


_PEOPLE_TEXT = (
    "people person persons man men woman women guy guys lady ladies girl girls boy boys kid kids "
    "child children folk folks adult adults male males female females student students worker "
    "workers employee employees applicant applicants candidate candidates colleague colleagues "
    "neighbor neighbors neighbour neighbours friend friends family families couple couples "
    "community communities citizen citizens resident residents patient patients customer customers "
    "user users voter voters parent parents mother mothers father fathers teacher teachers doctor "
    "doctors nurse nurses driver drivers player players actor actors politician politicians "
    "immigrant immigrants migrant migrants refugee refugees minority minorities population "
    "populations teenager teenagers youth youths veteran veterans "
)
PEOPLE = frozenset(_PEOPLE_TEXT.split())
"""After an adjective these make it a name of people: "blind students", but not "blind spot"."""

_ONE_TEXT = "a an the that this every each another no some any one as"
_BEFORE_ONE = frozenset(_ONE_TEXT.split())
"""Before a singular noun that is an adjective too: "a Muslim", "every German"."""

_CAPITALISED = frozenset(
    {"poles", "polish", "pole", "turks", "turk", "roma", "travellers", "scots", "welsh"}
)
"""Words that mean something else in lower case ("tent poles", "polish the floor")."""

_DESCRIBED_THINGS = frozenset({"older", "younger", "old", "young"})
"""Said of anybody's relatives ("my older children"): a group only before "people" and the like."""
_OF_AGE_TEXT = "people person persons man men woman women folk folks adult adults"
_OF_AGE = frozenset(_OF_AGE_TEXT.split())

_COMPOUNDS = (
    "white house",
    "black market",
    "mothers day",
    "mother's day",
    "father's day",
    "fathers day",
    "boy scouts",
    "girl scouts",
    "boys club",
    "old boys",
    "founding fathers",
    "french fries",
    "german shepherd",
    "german shepherds",
    "indian ocean",
    "blind man's buff",
    "straight man",
    "queer eye",
    "the elderly gentleman",
)
"""Names of other things that begin like a group's."""


def find_mentions(text: str, cut: list[Word]) -> list[Mention]:
    """Every name of a group, in order; `cut` are the words of the text."""
    found = []
    for match in _names().find(text, cut):
        name = match.entry
        if name is None or not _names_people(text, cut, match.first, match.last, name):
            continue
        start, end = cut[match.first].start, cut[match.last - 1].end
        is_adjective = bool(name.group.adjective) and _describes_people(text, cut, match.last)
        form = "adjective" if name.form == "singular" and is_adjective else name.form
        found.append(Mention(start, end, name.group, form))
    return found


def axes_of(mentions: Sequence[Mention]) -> list[Axis]:
    """The axes spoken of, in the order of `AXES`."""
    spoken = {mention.group.axis for mention in mentions}
    return [axis for axis in AXES if axis in spoken]


def _names_people(text: str, cut: list[Word], first: int, last: int, name: _Name) -> bool:
    if name.needs_capital and not text[cut[first].start].isupper():
        return False
    if name.form == "plural":
        return cut[first].folded != "the" or stands_alone(text, cut, last)
    if name.form == "adjective":
        people = _OF_AGE if cut[first].folded in _DESCRIBED_THINGS else PEOPLE
        return _describes_people(text, cut, last, people)
    if _describes_people(text, cut, last):
        return True
    before = cut[first - 1].folded if first else ""
    return before in _BEFORE_ONE or not _is_adjective_too(name, cut[first].folded)


def _describes_people(
    text: str, cut: list[Word], last: int, people: frozenset[str] = PEOPLE
) -> bool:
    """Whether the next word is a noun for people, with only a space or hyphen before it."""
    if last >= len(cut) or cut[last].folded not in people:
        return False
    return text[cut[last - 1].end : cut[last].start] in (" ", "-", "\n", "+ ")  # "LGBTQ+ people"


def _is_adjective_too(name: _Name, word: str) -> bool:
    return any(word == form.lower() for form in name.group.adjective)


@cache
def _names() -> Phrases[_Name | None]:
    """Every form of every group; a plural counts before a singular, that before an adjective."""
    entries: list[tuple[str, _Name | None]] = []
    for form in ("adjective", "singular", "plural"):
        for group in groups():
            for word in getattr(group, form):
                needs_capital = word.split()[0].lower() in _CAPITALISED
                entries.append((word, _Name(group, form, needs_capital)))
    entries += [(phrase, None) for phrase in _COMPOUNDS]
    return Phrases.of(entries)
