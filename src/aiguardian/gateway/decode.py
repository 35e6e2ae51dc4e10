"""From bytes to checked values: strict JSON, then typed structs, with errors that help.

Strict means what two parsers can't read differently (RFC 8259, section 4; RFC 7493, I-JSON):
no duplicate keys, no NaN or Infinity by name, no lone surrogates, nesting to 200. Messages
describe values and never quote them; a field's name is shown only if it looks like one.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any, TypeVar

import jiter
import msgspec

from aiguardian.errors import InvalidField, InvalidJson
from aiguardian.gateway.allowed import ANY_KEY, choices, field_names, in_words

StructT = TypeVar("StructT", bound=msgspec.Struct)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,63}\Z")
_PATH = re.compile(r" - at (?P<key>`key` in )?`\$(?P<path>[^`]*)`\Z")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<name>\w+)`")
_NEAR = 0.75
"""How alike (Ratcliff and Obershelp) a name must be to be what was meant: `modle`, `sesion_id`;
nearest that is not: `payload` and `allow`."""
_FORM = re.compile(r" matching regex '(?P<pattern>.*)'\Z")
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
    reason = _JITER_PLACE.sub("", message).replace("expected ident", "expected a value")
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
        shown = f"field {name!r}" if name else "such field (its name is not shown)"
        names = field_names(kind, path)
        near = get_close_matches(name, names, n=1, cutoff=_NEAR) if name else []
        meant = f" Did you mean {near[0]}?" if near else ""
        field = _field([*path, name] if name else path)
        return InvalidField(
            f"There is no {shown} here.{meant} Allowed: {', '.join(names)}.", field=field
        )
    if missing := _MISSING.match(fault):
        path = [*path, missing["name"]]
        field = _field(path)
        return InvalidField(f"{field} is missing; it must be {in_words(kind, path)}.", field=field)
    field = _field(path)
    subject = field or "The body"
    if place and place["key"]:
        allowed = ", ".join(choices(kind, path))
        return InvalidField(f"{subject} has a key that is not one of {allowed}.", field=field)
    if path and path[-1] == ANY_KEY:
        subject = f"A value in {subject}"
    wanted = in_words(kind, path)
    if form := _FORM.search(fault):
        wanted = f"text of the form {form['pattern']}"
    if not wanted:  # the fault lies deeper than the schema goes
        wanted = fault[:1].lower() + fault[1:].replace("`", "")
        return InvalidField(f"{subject} is wrong: {wanted}.", field=field)
    return InvalidField(f"{subject} must be {wanted}{_given(fault)}.", field=field)


def _given(fault: str) -> str:
    """What stands there instead, where its type is what is wrong."""
    found = _GOT.search(fault)
    return f", not {_IN_JSON.get(found[1], found[1])}" if found else ""


_GOT = re.compile(r"got `(\w+)`\Z")
_IN_JSON = {
    "str": "a string",
    "int": "a number",
    "float": "a number with a decimal point",
    "bool": "a boolean",
    "array": "an array",
    "object": "an object",
}


def _steps(path: str) -> list[str]:
    """`.a[0].b` as a, 0, b, and `[...]`, any key of a free-form object, as that."""
    steps = re.findall(r"\.\.\.|[^.\[\]]+", path)
    return [step for step in steps if step == ANY_KEY or step.isdigit() or _NAME.match(step)]


def _field(path: list[str]) -> str | None:
    """The path as a caller reads it; keys of free-form objects may be anything: not shown."""
    return ".".join(step for step in path if step != ANY_KEY) or None
