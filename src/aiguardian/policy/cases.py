"""Tests of a policy: texts, where they come from, and what the policy must lead to."""

from __future__ import annotations

from dataclasses import dataclass

from aiguardian.policy.read import MOST_BYTES, Place, PolicyError, composed, unknown
from aiguardian.policy.rules import DIRECTIONS, Direction
from aiguardian.processor import ACTIONS, Action

MOST_CASES = 10_000
_KEYS = ("name", "text", "direction", "expect", "because")


@dataclass(frozen=True, slots=True)
class Case:
    """A text and what is expected of it."""

    name: str
    line: int
    text: str
    direction: Direction
    expect: Action
    because: str
    """A category that must be among the rules that applied; empty: any."""


@dataclass(frozen=True, slots=True)
class Cases:
    """The policy that a file tests, by name or path, and its cases."""

    policy: str
    cases: tuple[Case, ...]


def read_cases(text: str, *, file: str) -> Cases:
    """The cases in a YAML text. Raises `PolicyError` with the line of the fault."""
    if len(text) > MOST_BYTES * 16:
        raise PolicyError(file, 1, "The file is too large.")
    root = Place(file, composed(text, file, MOST_CASES * (2 * len(_KEYS) + 2)))
    policy, cases = "default", []
    for key, value in root.items("A test file"):
        if key == "policy":
            policy = value.text("policy")
        elif key == "cases":
            cases = [_case(place) for place in value.members("cases")]
        else:
            raise value.wrong(unknown(key, "A test file", ("policy", "cases")))
    if not cases or len(cases) > MOST_CASES:
        raise root.wrong(f"cases must list 1 to {MOST_CASES:,} cases.")
    return Cases(policy, tuple(cases))


def _case(place: Place) -> Case:
    fields: dict[str, Place] = {}
    for key, value in place.items("a case"):
        if key not in _KEYS:
            raise value.wrong(unknown(key, "A case", _KEYS))
        fields[key] = value
    for needed in ("text", "expect"):
        if needed not in fields:
            raise place.wrong(f"A case needs {needed}.")
    direction: Direction = "input"
    if "direction" in fields:
        direction = fields["direction"].one_of("direction", DIRECTIONS)
    return Case(
        name=fields["name"].text("name") if "name" in fields else f"line {place.line}",
        line=place.line,
        text=fields["text"].text("text"),
        direction=direction,
        expect=fields["expect"].one_of("expect", ACTIONS),
        because=fields["because"].text("because") if "because" in fields else "",
    )
