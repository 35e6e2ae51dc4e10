"""From bytes to checked values: strict JSON, then typed structs, with errors that help.

Strict means what two parsers can't read differently: no duplicate keys, no NaN or Infinity, no
lone surrogates, nesting to 200 (RFC 8259, section 4, and RFC 7493, I-JSON). Messages describe
values and never quote them; a field's name is shown only if it looks like one.
"""

from __future__ import annotations

import re
from typing import Any, TypeVar

import jiter
import msgspec
from msgspec import inspect

from aiguardian.errors import InvalidField, InvalidJson

StructT = TypeVar("StructT", bound=msgspec.Struct)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,63}\Z")
_PATH = re.compile(r" - at `\$(?P<path>.*)`\Z")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<name>\w+)`")
_JITER_PLACE = re.compile(r" at line (\d+) column (\d+)\Z")


def read_json(body: bytes) -> Any:
    """Return the value of a JSON text in UTF-8.

    Raises `InvalidJson` with the line and column of the fault.
    """
    try:
        return jiter.from_json(
            body, allow_inf_nan=False, catch_duplicate_keys=True, cache_mode="keys"
        )
    except ValueError as error:
        raise InvalidJson(_json_fault(body, str(error))) from None


def _json_fault(body: bytes, message: str) -> str:
    """What is wrong with the text, without any of it: jiter quotes a duplicate key."""
    place = _JITER_PLACE.search(message)
    where = f" (line {place[1]}, column {place[2]})" if place else ""
    if not body.strip():
        return "The body is empty; a JSON object is expected."
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return f"The body is not UTF-8: the byte at position {error.start} is not valid there."
    if message.startswith("Detected duplicate key"):
        return f"The body is refused: an object holds the same key twice{where}."
    if "recursion limit" in message:
        return f"The body is refused: it is nested deeper than 200 levels{where}."
    if body.startswith(b"\xef\xbb\xbf"):
        return "The body starts with a byte order mark; JSON has none."
    reason = _JITER_PLACE.sub("", message)
    return f"The body is not JSON: {reason}{where}."


def read_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in the body; raises `InvalidJson` or, for another type, a 422."""
    value = read_json(body)
    if not isinstance(value, dict):
        kind = _KINDS.get(type(value), "value")
        raise InvalidField(f"The body is a JSON {kind}; a JSON object is expected.")
    return value


def convert(value: dict[str, Any], kind: type[StructT]) -> StructT:
    """Return the value as the struct, checked strictly.

    Raises `InvalidField` that names the field, the fault and what is allowed.
    """
    try:
        return msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError as error:
        raise _invalid_field(str(error), kind) from None


_KINDS = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}


def _invalid_field(message: str, kind: type[msgspec.Struct]) -> InvalidField:
    place = _PATH.search(message)
    path = _steps(place["path"]) if place else []
    fault = _PATH.sub("", message)
    if unknown := _UNKNOWN.match(fault):
        name = unknown["name"] if _NAME.match(unknown["name"]) else None
        shown = f"field {name!r}" if name else "a field (its name is not shown)"
        field = ".".join([*path, name] if name else path) or None
        allowed = ", ".join(_field_names(kind, path))
        return InvalidField(f"There is no {shown} here. Allowed: {allowed}.", field=field)
    if missing := _MISSING.match(fault):
        field = ".".join([*path, missing["name"]])
        return InvalidField(
            f"{field} is missing. {_expected(kind, path, missing['name'])}", field=field
        )
    field = ".".join(path) or None
    if fault.startswith("Invalid enum value"):
        fault = f"is not one of the allowed values: {', '.join(_choices(kind, path))}"
    else:
        fault = "is wrong: " + fault[:1].lower() + fault[1:].replace("`", "")
    return InvalidField(f"{field or 'The body'} {fault}.", field=field)


def _steps(path: str) -> list[str]:
    """`.a[0].b` as a, 0, b; keys of free-form objects are not named, they may be anything."""
    return [step for step in re.split(r"[.\[\]]+", path) if step and step != "..."]


def _type_at(kind: type[msgspec.Struct], path: list[str]) -> inspect.Type:
    """The type that the schema has at a path; `AnyType` where it says nothing."""
    found: inspect.Type = inspect.type_info(kind)
    for step in path:
        found = _inner(found, step)
    return found


def _inner(kind: inspect.Type, step: str) -> inspect.Type:
    for option in _options(kind):
        if isinstance(option, inspect.StructType):
            for field in option.fields:
                if field.encode_name == step:
                    return field.type
        if isinstance(option, inspect.ListType):
            return option.item_type
    return inspect.AnyType()


def _options(kind: inspect.Type) -> tuple[inspect.Type, ...]:
    if isinstance(kind, inspect.Metadata):
        return _options(kind.type)
    return kind.types if isinstance(kind, inspect.UnionType) else (kind,)


def _field_names(kind: type[msgspec.Struct], path: list[str]) -> list[str]:
    for option in _options(_type_at(kind, path)):
        if isinstance(option, inspect.StructType):
            return [field.encode_name for field in option.fields]
    return []


def _choices(kind: type[msgspec.Struct], path: list[str]) -> list[str]:
    return [
        str(value)
        for option in _options(_type_at(kind, path))
        if isinstance(option, inspect.LiteralType)
        for value in option.values
    ]


def _expected(kind: type[msgspec.Struct], path: list[str], name: str) -> str:
    choices = _choices(kind, [*path, name])
    return f"Allowed: {', '.join(choices)}." if choices else "It is required."
