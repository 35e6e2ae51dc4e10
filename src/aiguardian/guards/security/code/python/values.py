"""What the interpreter knows of a value: where it came from, and what it may be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

UNKNOWN, PARAMETER, LOCAL, REMOTE = 0, 1, 2, 3
"""How far the origin is to be trusted less: not known, a parameter of a function that anyone may
call, the machine's user (argv, input, environment), and a request from the network."""
SAFE = -1
MOST_ITEMS = 64
LONGEST = 4_096

Key = str | int
Constant = str | int | float | bool | None


class Unset:
    """The absence of a constant, for None is one."""


UNSET = Unset()


class Mark(NamedTuple):
    """One origin from outside, and the uses for which it has been made harmless since."""

    origin: int
    level: int
    clean: frozenset[str]


@dataclass(frozen=True, slots=True)
class Value:
    """An abstract value. `name` is the dotted name of what it is or of the call that made it."""

    marks: frozenset[Mark] = frozenset()
    is_known: bool = False
    """Whether all that has no mark is constant or made harmless."""
    constant: Constant | Unset = UNSET
    name: str = ""
    items: tuple[tuple[Key, Value], ...] | None = None
    prefix: str = ""
    """How the text surely begins."""
    is_built: bool = False
    """Whether it is text put together from parts that are not all constant."""
    literal: str = ""
    """The constant parts of text that was put together."""

    def item(self, key: Constant | Unset) -> Value | None:
        """The value under a constant key or index, when the container is known."""
        if self.items is None or not isinstance(key, (str, int)):
            return None
        if isinstance(key, int) and key < 0:
            key += len(self.items)
        for known, value in self.items:
            if known == key:
                return value
        return None


ANY = Value()
CLEAN = Value(is_known=True)


def constant(value: Constant) -> Value:
    """A value that is written in the code."""
    text = value[:LONGEST] if isinstance(value, str) else ""
    return Value(is_known=True, constant=value, prefix=text, literal=text)


def outside(origin: int, level: int, name: str = "") -> Value:
    """A value that comes from outside; `origin` is the offset where it was read."""
    return Value(frozenset({Mark(origin, level, frozenset())}), is_known=True, name=name)


def mixed(values: Iterable[Value], *, is_built: bool = False, prefix: str = "") -> Value:
    """What is made of several values: all their origins, known if all are."""
    parts = list(values)
    marks = frozenset[Mark]().union(*(part.marks for part in parts))
    is_known = all(part.is_known for part in parts)
    literal = "".join(part.literal for part in parts)[:LONGEST] if is_built else ""
    return Value(marks, is_known, is_built=is_built, prefix=prefix, literal=literal)


def joined(one: Value, other: Value) -> Value:
    """What is either of two values."""
    if one == other:
        return one
    name = one.name if one.name == other.name else one.name or other.name
    return Value(
        one.marks | other.marks,
        one.is_known and other.is_known,
        name=name,
        prefix=_shared(one.prefix, other.prefix),
        is_built=one.is_built or other.is_built,
        literal=one.literal or other.literal,
    )


def _shared(one: str, other: str) -> str:
    size = 0
    for left, right in zip(one[:256], other[:256], strict=False):
        if left != right:
            break
        size += 1
    return one[:size]


def cleaned(value: Value, families: frozenset[str]) -> Value:
    """The value made harmless for some uses; without families, for all."""
    if not families:
        return Value(is_known=True, name=value.name)
    marks = frozenset(Mark(one.origin, one.level, one.clean | families) for one in value.marks)
    return replace(value, marks=marks, is_known=True, constant=UNSET, items=None)


def container(pairs: list[tuple[Key, Value]], name: str) -> Value:
    """A list, tuple or dictionary whose items are known one by one, as far as it is small."""
    whole = mixed(value for _, value in pairs)
    if len(pairs) > MOST_ITEMS:
        return Value(whole.marks, whole.is_known, name=name)
    return Value(whole.marks, whole.is_known, name=name, items=tuple(pairs))


@dataclass(slots=True)
class Scope:
    """The names of a function while it runs, and the origins that a condition has made harmless."""

    names: dict[str, Value] = field(default_factory=dict)
    checked: dict[int, frozenset[str]] = field(default_factory=dict)
    is_left: bool = False
    """Whether control has gone: after return, raise, break or continue."""

    def copy(self) -> Scope:
        """A scope of its own for a branch."""
        return Scope(dict(self.names), dict(self.checked), self.is_left)

    def take(self, other: Scope) -> None:
        """Become another scope."""
        self.names, self.checked, self.is_left = other.names, other.checked, other.is_left

    def settled(self, value: Value) -> Value:
        """The value with what conditions have shown of its origins written into its marks."""
        if not self.checked or not any(mark.origin in self.checked for mark in value.marks):
            return value
        marks = frozenset(
            Mark(mark.origin, mark.level, mark.clean | self.checked.get(mark.origin, frozenset()))
            for mark in value.marks
        )
        return replace(value, marks=marks)

    def level(self, value: Value, family: str) -> int:
        """The worst origin that can still do harm in this use; `SAFE` if there is none."""
        worst = SAFE if value.is_known else UNKNOWN
        for mark in value.marks:
            done = mark.clean | self.checked.get(mark.origin, frozenset())
            if family not in done and "all" not in done:
                worst = max(worst, mark.level)
        return worst


def merged(scopes: list[Scope]) -> Scope:
    """What holds after branches: of those that control did not leave, either."""
    live = [scope for scope in scopes if not scope.is_left]
    if not live:
        return Scope(dict(scopes[0].names), dict(scopes[0].checked), is_left=True)
    result = live[0].copy()
    if len(live) == 1:
        return result
    result.names = {name: result.settled(value) for name, value in result.names.items()}
    for scope in live[1:]:
        for name, value in scope.names.items():
            known = result.names.get(name)
            settled = scope.settled(value)
            result.names[name] = settled if known is None else joined(known, settled)
        result.checked = {
            origin: families & scope.checked[origin]
            for origin, families in result.checked.items()
            if origin in scope.checked
        }
    return result
