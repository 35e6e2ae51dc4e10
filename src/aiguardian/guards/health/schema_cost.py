"""How much work a JSON Schema can make: a bound that holds before any text is checked.

A schema from a caller is a program: `$ref`s that fan out double the work at each level. A
validator can't be interrupted, so what might take long is not started.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiguardian.errors import InvalidField

FIELD = "expect.json_schema"
MOST_NODES = 5_000
"""Values in a schema. The longest schema of a public API we know of has about 3,000."""
DEEPEST = 64
"""Nesting of a schema, and of `$ref`s that lead to `$ref`s."""
REFUSED = ("$dynamicRef", "$recursiveRef", "$anchor", "$dynamicAnchor")
"""Ways to refer that can't be followed without the whole resolver; JSON pointers remain."""

SAME_VALUE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas")
CHILD_VALUES = (
    "properties",
    "patternProperties",
    "additionalProperties",
    "unevaluatedProperties",
    "propertyNames",
    "items",
    "prefixItems",
    "additionalItems",
    "unevaluatedItems",
    "contains",
    "dependencies",
)
BY_NAME = frozenset(
    {"properties", "patternProperties", "dependentSchemas", "dependencies", "$defs", "definitions"}
)
LITERAL = frozenset({"enum", "const", "default", "examples"})
"""Keywords that hold data, not schemas."""


def check_size(schema: Any) -> None:
    """Raise `InvalidField` for more than `MOST_NODES` values or nesting past `DEEPEST`."""
    nodes = 0
    level = [schema]
    for _ in range(DEEPEST):
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
        nodes += len(level)
        if nodes > MOST_NODES:
            raise InvalidField(f"The schema holds more than {MOST_NODES} values.", field=FIELD)
        if not below:
            return
        level = below
    raise InvalidField(f"The schema is nested deeper than {DEEPEST}.", field=FIELD)


def check_references(schema: Any) -> None:
    """Raise `InvalidField` unless each reference is a JSON pointer into this very schema."""
    for node, is_root in _schemas(schema):
        if any(isinstance(node.get(name), str) for name in REFUSED):
            allowed = '"$ref" with a JSON pointer, such as "#/$defs/name"'
            raise InvalidField(
                f"The schema refers in a way not supported; use {allowed}.", field=FIELD
            )
        if not is_root and isinstance(node.get("$id", node.get("id")), str):
            raise InvalidField("Only the root of the schema may have an $id.", field=FIELD)
        reference = node.get("$ref")
        if reference is None:
            continue
        if not isinstance(reference, str) or not (reference == "#" or reference.startswith("#/")):
            raise InvalidField(
                'Every $ref must point into the schema itself, such as "#/$defs/name": '
                "nothing is fetched.",
                field=FIELD,
            )


def _schemas(root: Any) -> Iterator[tuple[dict[str, Any], bool]]:
    waiting = [(root, True)]
    while waiting:
        node, is_root = waiting.pop()
        if isinstance(node, list):
            waiting.extend((value, False) for value in node)
        if not isinstance(node, dict):
            continue
        yield node, is_root
        for keyword, value in node.items():
            if keyword in LITERAL:
                continue
            if keyword in BY_NAME and isinstance(value, dict):
                waiting.extend((each, False) for each in value.values())
            else:
                waiting.append((value, False))


class SchemaCost:
    """Upper bound on how often one value is looked at, by its depth in the document."""

    def __init__(self, schema: Any) -> None:
        self._root = schema
        self._known: dict[tuple[int, int], float] = {}

    def per_value(self, depth: int) -> float:
        """Most looks at any one value of a document nested `depth` deep.

        Raises `InvalidField` when the schema refers to itself without going deeper.
        """
        return max(self._looks(self._root, below, 0) for below in range(depth + 1))

    def _looks(self, node: Any, depth: int, chain: int) -> float:
        if not isinstance(node, dict):
            return 1.0
        key = (id(node), depth)
        if key in self._known:
            return self._known[key]
        if chain > DEEPEST:
            raise InvalidField(
                "The schema refers to itself without going deeper, or through too many steps.",
                field=FIELD,
            )
        looks = self._own(node) if depth == 0 else 0.0
        looks += sum(self._looks(each, depth, chain + 1) for each in self._same_value(node))
        if depth:
            looks += sum(self._below(keyword, node, depth) for keyword in CHILD_VALUES)
        self._known[key] = looks
        return looks

    @staticmethod
    def _own(node: dict[str, Any]) -> float:
        listed = node.get("enum")
        names = node.get("required")
        pattern = node.get("pattern")
        return (
            1.0
            + (len(listed) if isinstance(listed, list) else 0)
            + (len(names) if isinstance(names, list) else 0)
            + (len(pattern) if isinstance(pattern, str) else 0)
        )

    def _same_value(self, node: dict[str, Any]) -> list[Any]:
        found: list[Any] = []
        for keyword in SAME_VALUE:
            if keyword in node:
                found.extend(_each(node[keyword], by_name=keyword in BY_NAME))
        if isinstance(node.get("$ref"), str):
            found.append(self._target(node["$ref"]))
        return found

    def _below(self, keyword: str, node: dict[str, Any], depth: int) -> float:
        if keyword not in node:
            return 0.0
        looks = [
            self._looks(each, depth - 1, 0)
            for each in _each(node[keyword], by_name=keyword in BY_NAME)
        ]
        # A member has one name, an element one place: of these only one applies.
        return (max if keyword in ("properties", "prefixItems") else sum)(looks or [0.0])

    def _target(self, reference: str) -> Any:
        node = self._root
        for step in reference.split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            if isinstance(node, dict):
                node = node.get(name, True)
            elif isinstance(node, list) and name.isdecimal() and int(name) < len(node):
                node = node[int(name)]
            else:
                return True
        return node


def _each(value: Any, *, by_name: bool) -> list[Any]:
    if isinstance(value, list):
        return value
    if by_name and isinstance(value, dict):
        return list(value.values())
    return [value]
