"""Values made of other values: texts put together, parts and items taken out."""

from __future__ import annotations

from aiguardian.guards.security.code.python.values import (
    CLEAN,
    Key,
    Value,
    constant,
    container,
    joined,
    mixed,
)
from aiguardian.guards.security.code.tree import Node


def element(value: Value) -> Value:
    """Any item of a container."""
    if value.items:
        first = value.items[0][1]
        for _, other in value.items[1:]:
            first = joined(first, other)
        return first
    name = value.name if value.name.startswith("request") else ""
    return Value(value.marks, value.is_known, name=name)


def formatted(template: Value, values: list[Value]) -> Value:
    """Text made by `%` or `format` from a template and values."""
    whole = mixed([template, *values], is_built=True)
    text = template.constant if isinstance(template.constant, str) else template.prefix
    sign = min((place for place in map(text.find, "%{") if place >= 0), default=len(text))
    literal = text or template.literal
    return Value(whole.marks, whole.is_known, prefix=text[:sign], is_built=True, literal=literal)


def concatenated(values: list[Value]) -> Value:
    """Text or lists one after another."""
    if all(isinstance(value.constant, str) for value in values):
        return constant("".join(str(value.constant) for value in values))
    if any(value.items is not None for value in values):
        pairs: list[tuple[Key, Value]] = []
        for value in values:
            pairs += [
                (len(pairs) + number, inner) for number, (_, inner) in enumerate(value.items or ())
            ]
        if all(value.items is not None for value in values):
            return container(pairs, "list")
    whole = mixed(values, is_built=True)
    literal = "".join(value.literal for value in values)[:4_096]
    return Value(
        whole.marks, whole.is_known, prefix=_beginning(values), is_built=True, literal=literal
    )


def _beginning(values: list[Value]) -> str:
    """How text made of these surely begins."""
    first = values[0]
    if isinstance(first.constant, str) and len(values) > 1:
        return first.constant + (values[1].prefix if not first.is_built else "")
    return first.prefix


def sliced(value: Value, slice_node: Node) -> Value:
    """A part of a text or a list."""
    if isinstance(value.constant, str):
        return CLEAN
    name = value.name if value.name.startswith(("request", "sys")) else ""
    starts = slice_node.source[slice_node.start : slice_node.start + 1] == ":"
    return Value(value.marks, value.is_known, name=name, prefix=value.prefix if starts else "")
