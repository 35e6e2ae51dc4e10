"""Gathers the carriers of one body while its fields are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from aiguardian.errors import InvalidField
from aiguardian.policy.rules import Direction
from aiguardian.proxy.carriers.carrier import Carrier, Carriers, Source
from aiguardian.proxy.carriers.leaves import (
    ENCRYPTED,
    JSON_KEYS,
    NAMED_BY_USERS,
    SETTINGS,
    SPOKEN,
    USUAL,
    Leaf,
    is_binary,
    is_identifier,
    is_setting,
    is_silent,
    leaves_of,
)
from aiguardian.proxy.carriers.places import Path, path_name


class Speaker(Struct, frozen=True):
    """Who a text is from."""

    role: str
    direction: Direction
    trusted: bool = False


class Collector:
    """Carriers in the order in which they are found.

    `stray` is who unknown fields are taken to be from: a tool in a request, the model in an answer.
    `joins` makes one carrier of a message's text parts; else they are a run, as in a stream.
    """

    def __init__(self, stray: Speaker, *, joins: bool = True) -> None:
        self._texts: list[Carrier] = []
        self._unjudged: list[tuple[str, str]] = []
        self.stray = stray
        self.joins = joins

    def carriers(self) -> Carriers:
        """What was found."""
        return Carriers(tuple(self._texts), tuple(self._unjudged))

    def unjudged(self, path: Path, reason: str) -> None:
        """Note a part that holds something which is not judged."""
        self._unjudged.append((path_name(path), reason))

    def join(
        self,
        leaves: Iterable[Leaf],
        speaker: Speaker,
        *,
        path: Path,
        between: str = "\n",
        known: bool = True,
        run: str = "",
    ) -> None:
        """One carrier of several strings; none when all are empty."""
        text: list[str] = []
        sources: list[Source] = []
        at = 0
        for leaf in leaves:
            if not leaf.text:
                continue
            if text:
                text.append(between)
                at += len(between)
            end = at + len(leaf.text)
            sources.append(Source(leaf.path, at, end, leaf.inside, leaf.is_key))
            text.append(leaf.text)
            at = end
        if text:
            self._texts.append(
                Carrier(
                    path_name(path),
                    "".join(text),
                    speaker.direction,
                    speaker.role,
                    speaker.trusted,
                    known,
                    tuple(sources),
                    run,
                )
            )

    def string(self, value: Any, speaker: Speaker, *, path: Path, is_run: bool = False) -> None:
        """One carrier of one string; raises `InvalidField` for another type. `is_run`: in an
        answer, what is read at this place is one run."""
        text = value if isinstance(value, str) else string_at(value, path)
        if not text:
            return
        name = path_name(path)
        self._texts.append(
            Carrier(
                name,
                text,
                speaker.direction,
                speaker.role,
                speaker.trusted,
                sources=(Source(path, 0, len(text)),),
                run=name if is_run and not self.joins else "",
            )
        )

    def all_of(self, value: Any, speaker: Speaker, *, path: Path, known: bool = True) -> None:
        """One carrier of all strings in a value, but for what is Base64 or encrypted."""
        leaves = []
        for leaf in leaves_of(value, path) if known else leaves_of(value, path, levels=1):
            key = leaf.path[-1] if leaf.path else ""
            below = leaf.path[len(path) :]
            if key in ENCRYPTED and is_identifier(leaf.text):
                self.unjudged(leaf.path, "encrypted by the vendor")
            elif is_binary(leaf.text) and NAMED_BY_USERS.isdisjoint(below):
                self.unjudged(leaf.path, "Base64 of unknown content")
            else:
                leaves.append(leaf)
            if key in JSON_KEYS and leaf.inside is None:
                self.unjudged(leaf.path, "no plain JSON: read as text only")
        self.join(leaves, speaker, path=path, known=known)

    def rest_of(self, value: dict[str, Any], used: Iterable[str], *, path: Path) -> None:
        """One carrier of the strings in fields that nobody has read, marked unknown."""
        left = {}
        for key, each in value.items():
            if key in used or (key in USUAL and not (each and isinstance(each, SPOKEN))):
                continue  # as `is_silent` says of most
            if is_silent(key, each) or (key in SETTINGS and is_setting(each)):
                continue
            left[key] = each
        if left:
            self.all_of(left, self.stray, path=path, known=False)


def string_at(value: Any, path: Path) -> str:
    """The value, which has to be a string."""
    if not isinstance(value, str):
        raise InvalidField(f"Must be a string, not {_kind(value)}.", field=path_name(path))
    return value


def object_at(value: Any, path: Path) -> dict[str, Any]:
    """The value, which has to be an object."""
    if not isinstance(value, dict):
        field = path_name(path) or "body"
        raise InvalidField(f"Must be an object, not {_kind(value)}.", field=field)
    return value


def objects_at(value: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The objects of a list with their paths; None is an empty list."""
    if value is None:
        return
    if not isinstance(value, list):
        raise InvalidField(f"Must be a list, not {_kind(value)}.", field=path_name(path))
    for number, each in enumerate(value):
        place = (*path, number)
        yield place, each if isinstance(each, dict) else object_at(each, place)


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false"}
    names |= {int: "a number", float: "a number", type(None): "null"}
    return names.get(type(value), "something else")
