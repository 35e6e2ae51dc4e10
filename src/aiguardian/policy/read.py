"""A policy from YAML. Every fault names its line; what is not known is refused, never ignored.

Only plain mappings, lists and scalars are read: no anchors, aliases or tags, so a small file
stays small, and a key that stands twice is a fault.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

from aiguardian.policy.rules import (
    ACTS,
    ANY,
    DIRECTIONS,
    METHODS,
    OF_UNJUDGED,
    Act,
    Catalogue,
    Direction,
    GuardKind,
    GuardRules,
    Method,
    OfUnjudged,
    Policy,
    Rule,
)
from aiguardian.processor import OnFailure

ON_FAILURE: tuple[OnFailure, ...] = get_args(OnFailure)
NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character, which YAML can escape and no answer in JSON can tell."""
MOST_BYTES = 262_144
DEEPEST = 8
"""Levels of nesting: a policy has four."""
MOST_ALLOWED = 1_000
MOST_PARTS = 10_000
"""Keys and values: a policy with every rule and as many allowed strings as there may be has a
third. More would take seconds to read."""

T = TypeVar("T", bound=str)


class PolicyError(ValueError):
    """A policy that cannot be used. The message names the file, the line and what is right."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}, line {line}: {message}")
        self.file, self.line, self.message = file, line, message


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the YAML tree with the file it stands in."""

    file: str
    node: Any

    @property
    def line(self) -> int:
        """Its line, from 1."""
        return int(self.node.start_mark.line) + 1

    def wrong(self, message: str) -> PolicyError:
        """A fault here."""
        return PolicyError(self.file, self.line, message)

    def text(self, what: str) -> str:
        """The scalar here."""
        if self.node.id != "scalar":
            raise self.wrong(f"{what} must be a single value, not a {_kind(self.node)}.")
        return str(self.node.value)

    def one_of(self, what: str, allowed: Sequence[T]) -> T:
        """The scalar here, one of those allowed."""
        given = self.text(what)
        for each in allowed:
            if each == given:
                return each
        raise self.wrong(f"{what} must be one of {', '.join(allowed)}.")

    def items(self, what: str) -> Iterator[tuple[str, Place]]:
        """Keys and values of the mapping here."""
        if self.node.id != "mapping":
            raise self.wrong(f"{what} must be a mapping (key: value), not a {_kind(self.node)}.")
        seen: set[str] = set()
        for key, value in self.node.value:
            name = Place(self.file, key).text("a key")
            if name in seen:
                raise Place(self.file, key).wrong(f"{name!r} stands here twice.")
            seen.add(name)
            yield name, Place(self.file, value)

    def members(self, what: str) -> Iterator[Place]:
        """The members of the list here."""
        if self.node.id != "sequence":
            raise self.wrong(f"{what} must be a list, not a {_kind(self.node)}.")
        return (Place(self.file, node) for node in self.node.value)


def read_policy(
    text: str,
    *,
    name: str,
    catalogue: Catalogue,
    file: str = "policy",
    skips_absent: bool = False,
) -> Policy:
    """The policy in a YAML text. Raises `PolicyError`.

    `skips_absent` leaves out rules for guards and categories that the catalogue lacks: for the
    policies that come with the program, where a program has fewer guards.
    """
    if not NAME.fullmatch(name):
        raise PolicyError(
            file, 1, "A policy's name is lower-case letters, digits, - and _, at most 64."
        )
    if len(text) > MOST_BYTES:
        raise PolicyError(file, 1, f"The policy is longer than {MOST_BYTES:,} characters.")
    root = Place(file, composed(text, file))
    known: dict[str, Any] = {}
    directions: dict[Direction, dict[str, GuardRules]] = {}
    for key, value in root.items("A policy"):
        if key == "description":
            known["description"] = value.text("description")
        elif key == "unjudged":
            unjudged: OfUnjudged = value.one_of("unjudged", OF_UNJUDGED)
            known["unjudged"] = unjudged
        elif key == "allow":
            known["allow"] = _allowed(value)
        elif key == "shadow":
            known["shadow"] = _shadow(value, name)
        elif (direction := next((each for each in DIRECTIONS if each == key), None)) is not None:
            directions[direction] = _direction(
                value, direction, catalogue, skips_absent=skips_absent
            )
        else:
            allowed = ("description", *DIRECTIONS, "unjudged", "allow", "shadow")
            raise value.wrong(unknown(key, "A policy", allowed))
    return Policy(name=name, directions=directions, version=version_of(text), **known)


def version_of(text: str) -> str:
    """What tells two texts of a policy apart: 12 hexadecimal digits of the SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def composed(text: str, file: str, most: int = MOST_PARTS) -> Any:
    """The root of the YAML tree of a text of at most so many parts. Raises `PolicyError`."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent

    yaml = YAML(typ="safe", pure=True)
    yaml.allow_duplicate_keys = True  # found below, with their line
    try:
        depth = 0
        for number, event in enumerate(yaml.parse(text)):
            line = event.start_mark.line + 1
            if number > most:
                raise PolicyError(file, line, f"It has more than {most:,} keys and values.")
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
            if depth > DEEPEST:
                raise PolicyError(file, line, f"It nests deeper than {DEEPEST} levels.")
            if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
                raise PolicyError(file, line, "Anchors and aliases are not read: write it out.")
            if getattr(event, "tag", None):
                raise PolicyError(file, line, "Tags (!…) are not read.")
            if _SURROGATE.search(getattr(event, "value", None) or ""):
                raise PolicyError(file, line, "It escapes half a character (\\ud800 to \\udfff).")
        node = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise PolicyError(file, line, f"This is not YAML: {error.problem or 'broken'}.") from None
    except (YAMLError, RecursionError):
        raise PolicyError(file, 1, "This is not YAML that can be read.") from None
    if node is None:
        raise PolicyError(file, 1, "The policy is empty.")
    return node


def _direction(
    place: Place, direction: str, catalogue: Catalogue, *, skips_absent: bool
) -> dict[str, GuardRules]:
    guards: dict[str, GuardRules] = {}
    for guard, value in place.items(direction):
        if guard in catalogue:
            kind = catalogue[guard]
            guards[guard] = _guard_rules(value, guard, kind, skips_absent=skips_absent)
        elif not skips_absent:
            raise value.wrong(unknown(guard, f"{direction}", catalogue, thing="guard"))
    return guards


def _guard_rules(place: Place, guard: str, kind: GuardKind, *, skips_absent: bool) -> GuardRules:
    rules: dict[str, Rule] = {}
    on_failure: OnFailure | None = None
    for key, value in place.items(guard):
        if key == "on_failure":
            on_failure = value.one_of("on_failure", ON_FAILURE)
        elif key == ANY or key in kind.categories:
            rules[key] = _rule(value, guard, key, kind)
        elif not skips_absent:
            allowed = (*kind.categories, ANY, "on_failure")
            raise value.wrong(unknown(key, guard, allowed, thing="category"))
    return GuardRules(rules, on_failure)


def _rule(place: Place, guard: str, category: str, kind: GuardKind) -> Rule:
    what = f"{guard}.{category}"
    if place.node.id == "scalar":
        act: Act = place.one_of(what, ACTS)
        return _checked(Rule(act), place, guard, category, kind)
    fields: dict[str, Place] = {}
    for key, value in place.items(what):
        if key not in ("action", "threshold", "with"):
            raise value.wrong(unknown(key, what, ("action", "threshold", "with")))
        fields[key] = value
    if "action" not in fields:
        raise place.wrong(f"{what} needs an action: one of {', '.join(ACTS)}.")
    method: Method | None = fields["with"].one_of("with", METHODS) if "with" in fields else None
    rule = Rule(
        fields["action"].one_of("action", ACTS),
        _threshold(fields["threshold"]) if "threshold" in fields else None,
        method,
    )
    return _checked(rule, place, guard, category, kind)


def _checked(rule: Rule, place: Place, guard: str, category: str, kind: GuardKind) -> Rule:
    if rule.act == "rewrite" and category not in kind.rewritable:
        can = ", ".join(kind.rewritable) or "nothing"
        raise place.wrong(f"{guard} cannot rewrite {category!r}. It can rewrite: {can}.")
    if rule.method and (rule.act != "rewrite" or guard != "securityguard"):
        raise place.wrong('"with" goes with action rewrite of securityguard only.')
    return rule


def _threshold(place: Place) -> float:
    given = place.text("threshold")
    try:
        value = float(given)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise place.wrong("threshold must be a number from 0 to 1.")
    return value


def _allowed(place: Place) -> tuple[str, ...]:
    texts = tuple(member.text("a member of allow") for member in place.members("allow"))
    if len(texts) > MOST_ALLOWED or any(not 0 < len(each) <= 4096 for each in texts):
        raise place.wrong(f"allow holds at most {MOST_ALLOWED} strings of 1 to 4,096 characters.")
    return texts


def _shadow(place: Place, name: str) -> str:
    given = place.text("shadow")
    if not NAME.fullmatch(given) or given == name:
        raise place.wrong("shadow must be the name of another policy.")
    return given


def unknown(name: str, where: str, allowed: Iterable[str], thing: str = "key") -> str:
    """What to say of a name that is not allowed."""
    from difflib import get_close_matches

    options = list(allowed)
    near = get_close_matches(name, options, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    shown = repr(name) if _is_shown(name) else "of that name"
    return f"{where} has no {thing} {shown}.{hint} Allowed: {', '.join(options)}."


_is_shown: Callable[[str], Any] = re.compile(r"[\w.*-]{1,64}").fullmatch


def _kind(node: Any) -> str:
    return {"mapping": "mapping", "sequence": "list", "scalar": "value"}.get(node.id, "node")
