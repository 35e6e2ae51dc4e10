"""The strings in any JSON value, with their places."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from aiguardian.errors import InvalidField
from aiguardian.proxy.carriers.places import Path, path_name

MOST_DEPTH = 100
"""Levels of nesting that are read; the gateway's JSON reader allows no more either."""

STRUCTURAL = frozenset(
    [
        "id",
        "type",
        "object",
        "model",
        "role",
        "status",
        "index",
        "call_id",
        "tool_call_id",
        "tool_use_id",
        "item_id",
        "detail",
        "response_id",
        "obfuscation",
        "system_fingerprint",
        "service_tier",
        "finish_reason",
        "stop_reason",
        "filter_type",
        "format",
        "$ref",
        "$schema",
        "previous_response_id",
        "signature",
        "thought_signature",
    ]
)
"""Keys whose values programs read. Left out while the value looks like a name or number."""

NAMED_BY_USERS = frozenset({"input", "arguments", "metadata", "variables"})
"""Within these, keys are the application's: `id` may hold anything there."""

JSON_KEYS = frozenset({"arguments"})
"""Keys whose strings are JSON by the vendors' shapes."""

ENCRYPTED = frozenset(
    ["encrypted_content", "encrypted_index", "encrypted_stdout", "encrypted_function_output"]
)
"""Keys whose values only the vendor can read."""

SETTINGS = frozenset(
    [
        "model",
        "modalities",
        "audio",
        "reasoning",
        "reasoning_effort",
        "verbosity",
        "service_tier",
        "stream_options",
        "tool_choice",
        "function_call",
        "prompt_cache_retention",
        "encoding_format",
        "include",
        "truncation",
        "usage",
        "cache_control",
        "citations",
        "media_type",
        "content_filter_results",
        "prompt_filter_results",
        "provider",
        "native_finish_reason",
        "x_groq",
    ]
)
"""Fields that choose from the vendor's lists, or count. Left out while all their strings look
like names or numbers."""

USUAL = (
    STRUCTURAL | SETTINGS | {"created", "logprobs", "max_tokens", "stream", "temperature", "top_p"}
)
"""Plain names that are there in almost every body: the others are looked at letter by letter."""

_IDENTIFIER = re.compile(r"[A-Za-z0-9_.:/+=#$-]*")
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_.$-]{0,64}")
SPOKEN = (str, dict, list)
"""What may hold text; numbers and the like do not."""
_BINARY = re.compile(r"(?:data:[a-z0-9.+/;=-]{1,128},)?[A-Za-z0-9+/_-]{1024,}={0,2}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A string and where it stands; `inside` and `is_key` as in `Source`."""

    path: Path
    text: str
    inside: Path | None = None
    is_key: bool = False


class DuplicateKeys(ValueError):
    """Two parsers may read this JSON differently."""


def leaves_of(value: Any, path: Path, *, levels: int = MOST_DEPTH) -> Iterator[Leaf]:
    """Every string that a model or a person may read in `value`, in order, empty ones left out.

    Keys count where they are more than a plain name. Strings that are JSON by the vendors' shapes
    are read too. Structural keys are the vendors' own in the first `levels` levels, and never
    where users name the keys. Raises `InvalidField` with the path where nesting is too deep.
    """
    stack: list[tuple[Path, Any]] = [(path, value)]
    while stack:
        place, current = stack.pop()
        if isinstance(current, str):
            below = place[len(path) :]
            is_shape = len(below) <= levels and NAMED_BY_USERS.isdisjoint(below)
            yield from _of_string(place, current, is_shape=is_shape)
        elif isinstance(current, dict | list):
            if len(place) - len(path) >= MOST_DEPTH:
                raise InvalidField(
                    f"Nested deeper than {MOST_DEPTH} levels.", field=path_name(place[:8])
                )
            items = current.items() if isinstance(current, dict) else enumerate(current)
            inner: list[tuple[Path, Any]] = [((*place, key), each) for key, each in items]
            if isinstance(current, dict):
                yield from _of_keys(inner)
            stack.extend(reversed(inner))


def is_identifier(value: str) -> bool:
    """Whether the string is a name or number without white space, as programs use."""
    return _IDENTIFIER.fullmatch(value) is not None


def is_setting(value: Any) -> bool:
    """Whether every string in the value is an identifier, keys included. Bounded like
    `leaves_of`, which reads what is none."""
    if isinstance(value, str):
        return is_identifier(value)
    stack: list[tuple[int, Any]] = [(0, value)]
    while stack:
        level, current = stack.pop()
        if isinstance(current, str):
            if not is_identifier(current):
                return False
        elif isinstance(current, (dict, list)) and current:
            if level >= MOST_DEPTH:
                return False
            values: Iterable[Any] = current
            if isinstance(current, dict):
                if not all(map(_IDENTIFIER.fullmatch, current)):
                    return False
                values = current.values()
            stack += [(level + 1, each) for each in values if isinstance(each, SPOKEN)]
    return True


def is_silent(key: str, value: Any) -> bool:
    """Whether a field of the vendor's own, not inside another, holds no string for a reader."""
    if not value or not isinstance(value, SPOKEN):
        return key in USUAL or _PLAIN_KEY.fullmatch(key) is not None
    if key not in STRUCTURAL or not isinstance(value, str):
        return False
    return _IDENTIFIER.fullmatch(value) is not None


def is_binary(text: str) -> bool:
    """Whether the string is 1,024 or more characters of Base64 and nothing else."""
    return len(text) >= 1024 and _BINARY.fullmatch(text) is not None


def parsed(text: str) -> Any:
    """The JSON value. Raises `ValueError` for what is none, `DuplicateKeys` for doubtful JSON."""
    try:
        return json.loads(text, object_pairs_hook=_object)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise DuplicateKeys("duplicate keys")
    return found


def _of_keys(inner: list[tuple[Path, Any]]) -> Iterator[Leaf]:
    for path, _ in inner:
        key = str(path[-1])
        if _PLAIN_KEY.fullmatch(key) is None:
            yield Leaf(path, key, is_key=True)


def _of_string(path: Path, text: str, *, is_shape: bool) -> Iterator[Leaf]:
    key = path[-1] if path else ""
    if not text or (is_shape and key in STRUCTURAL and is_identifier(text)):
        return
    if key in JSON_KEYS:
        try:
            value = parsed(text)
        except ValueError:
            yield Leaf(path, text)
            return
        for leaf in leaves_of(value, (), levels=0):
            yield replace(leaf, path=path, inside=leaf.path)
        return
    yield Leaf(path, text)
