"""What a schema allows at a path, in words: for messages that say what would be right."""

from __future__ import annotations

import msgspec
from msgspec import inspect

ANY_KEY = "..."
"""The step of a path that stands for a key of a free-form object."""


def type_at(kind: type[msgspec.Struct], path: list[str]) -> inspect.Type:
    """The type that the schema has at a path; `AnyType` where it says nothing."""
    found: inspect.Type = inspect.type_info(kind)
    for step in path:
        found = _inner(found, step)
    return found


def field_names(kind: type[msgspec.Struct], path: list[str]) -> list[str]:
    """The fields of the object at a path."""
    for option in _options(type_at(kind, path)):
        if isinstance(option, inspect.StructType):
            return [field.encode_name for field in option.fields]
    return []


def choices(kind: type[msgspec.Struct], path: list[str]) -> list[str]:
    """The values, or an object's keys, that are allowed at a path; empty when any are."""
    return [
        str(value)
        for option in _options(type_at(kind, path))
        for choice in _options(option.key_type if isinstance(option, inspect.DictType) else option)
        if isinstance(choice, inspect.LiteralType)
        for value in choice.values
    ]


def in_words(kind: type[msgspec.Struct], path: list[str]) -> str:
    """What must stand at a path, as in "a whole number from 1 to 10"; empty when unknown."""
    return " or ".join(words for one in _options(type_at(kind, path)) if (words := _words(one)))


def _inner(kind: inspect.Type, step: str) -> inspect.Type:
    for option in _options(kind):
        if isinstance(option, inspect.StructType):
            for field in option.fields:
                if field.encode_name == step:
                    return field.type
        if isinstance(option, inspect.ListType):
            return option.item_type
        if isinstance(option, inspect.DictType) and step == ANY_KEY:
            return option.value_type
    return inspect.AnyType()


def _options(kind: inspect.Type) -> tuple[inspect.Type, ...]:
    if isinstance(kind, inspect.Metadata):
        return _options(kind.type)
    if isinstance(kind, inspect.UnionType):
        return tuple(option for part in kind.types for option in _options(part))
    return (kind,)


def _words(kind: inspect.Type) -> str:
    match kind:
        case inspect.IntType():
            return "a whole number" + _range(kind.ge, kind.le)
        case inspect.FloatType():
            return "a number" + _range(kind.ge, kind.le)
        case inspect.StrType():
            return "text" + _lengths(kind.min_length, kind.max_length, "characters")
        case inspect.BoolType():
            return "true or false"
        case inspect.NoneType():
            return "null"
        case inspect.ListType():
            return "an array" + _lengths(kind.min_length, kind.max_length, "entries")
        case inspect.DictType() | inspect.StructType():
            return "an object"
        case inspect.LiteralType():
            return "one of " + ", ".join(map(str, kind.values))
        case _:
            return ""


def _range(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f" from {low:,.10g} to {high:,.10g}"
    if low is not None:
        return f" of at least {low:,.10g}"
    return f" of at most {high:,.10g}" if high is not None else ""


def _lengths(low: int | None, high: int | None, unit: str) -> str:
    if low and high is not None:
        return f" of {low:,} to {high:,} {unit}"
    if high is not None:
        return f" of at most {high:,} {unit}"
    return f" of at least {low:,} {unit}" if low else ""
