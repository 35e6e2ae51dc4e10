"""What a condition says of the values in it: which origins are harmless where it holds."""

from __future__ import annotations

import re

from aiguardian.guards.security.code.python.cleaning import (
    CHECKING_METHODS,
    CHECKING_WORDS,
    MATCHING,
    PATH,
    URL,
    without,
)
from aiguardian.guards.security.code.python.expressions import Expressions
from aiguardian.guards.security.code.python.names import last
from aiguardian.guards.security.code.python.values import Scope, Value
from aiguardian.guards.security.code.tree import Node

ALL = frozenset({"all"})
_UPLOADS = re.compile(r"allowed_(?:file|ext)|extension|file_?type|mime", re.IGNORECASE)
_NOT = {"not in": "in", "!=": "==", "is not": "is"}
MOST_DEPTH = 40


def narrow(
    run: Expressions, node: Node | None, scope: Scope, *, holds: bool, depth: int = 0
) -> None:
    """Mark in the scope what is harmless if the condition holds (or does not)."""
    if node is None or depth > MOST_DEPTH:
        return
    if node.kind == "parenthesized_expression" and node.children:
        narrow(run, node.children[0], scope, holds=holds, depth=depth + 1)
    elif node.kind == "not_operator":
        narrow(run, node.get("argument"), scope, holds=not holds, depth=depth + 1)
    elif node.kind == "boolean_operator":
        # `not a or not b: return` and `a and b: use` are what people write
        if holds == (node.text_of("operator") == "and"):
            narrow(run, node.get("left"), scope, holds=holds, depth=depth + 1)
            narrow(run, node.get("right"), scope, holds=holds, depth=depth + 1)
    elif node.kind == "comparison_operator":
        _narrow_comparison(run, node, scope, holds=holds)
    elif node.kind == "call":
        _narrow_call(run, node, scope, holds=holds)
    elif node.kind == "named_expression":
        narrow(run, node.get("value"), scope, holds=holds, depth=depth + 1)


def _check(scope: Scope, value: Value, families: frozenset[str]) -> None:
    for mark in value.marks:
        scope.checked[mark.origin] = scope.checked.get(mark.origin, frozenset()) | families


def _narrow_comparison(run: Expressions, node: Node, scope: Scope, *, holds: bool) -> None:
    sides = [child for child in node.children if child.field_name == ""]
    signs = [child.text for child in node.children if child.field_name == "operators"]
    if len(sides) != 2 or len(signs) != 1:
        return
    sign = " ".join(signs[0].split())
    if sign in _NOT:
        sign, holds = _NOT[sign], not holds
    left, right = (run.evaluate(side, scope) for side in sides)
    if sign == "in":
        if isinstance(left.constant, str):
            if not holds:
                _check(scope, right, without(left.constant))
        elif holds and right.name.endswith("parents"):
            _check(scope, right, PATH)
        elif holds and not isinstance(right.constant, str) and not right.marks:
            _check(scope, left, ALL)
    elif sign in ("==", "is") and holds:
        _narrow_equal(scope, left, right)
    elif sign in ("==", "is") and "match" in sides[0].text and right.constant is None:
        _narrow_call(run, sides[0], scope, holds=True)


def _narrow_equal(scope: Scope, left: Value, right: Value) -> None:
    for one, other in ((left, right), (right, left)):
        if one.marks and other.constant not in (None, "") and not other.marks:
            if other.is_known or one.name.endswith((".netloc", ".hostname")):
                _check(scope, one, ALL)
            elif "commonpath" in one.name + other.name or one.name.endswith("parent"):
                _check(scope, one, PATH)


def _narrow_call(run: Expressions, node: Node, scope: Scope, *, holds: bool) -> None:
    function, arguments = node.get("function"), node.get("arguments")
    if function is None or arguments is None or not holds:
        if function is not None and arguments is not None:
            _narrow_failed(run, function, arguments, scope)
        return
    method = last(function.text)
    values = [run.evaluate(child, scope) for child in arguments.children]
    receiver = run.evaluate(function.get("object"), scope) if function.get("object") else None
    if method in CHECKING_METHODS and receiver is not None:
        _check(scope, receiver, ALL)
    elif method in ("startswith", "is_relative_to") and receiver is not None:
        _narrow_prefix(scope, receiver, values)
    elif method == "endswith" and receiver is not None:
        _check(scope, receiver, frozenset({"upload"}))
    elif method in MATCHING:
        pattern = values[0].constant if values else None
        if not isinstance(pattern, str) or ".*" not in pattern.strip("^$"):
            for value in values:
                _check(scope, value, ALL)
    elif _UPLOADS.search(method):
        for value in values:
            _check(scope, value, frozenset({"upload"}))
    elif CHECKING_WORDS.search(method) and method not in ("has_key", "is_authenticated"):
        for value in values:
            _check(scope, value, ALL)


def _narrow_failed(run: Expressions, function: Node, arguments: Node, scope: Scope) -> None:
    """`if any(c in x for c in BAD)` or `if is_malicious(x)` does not hold."""
    name = last(function.text).lower()
    if name == "any" or any(word in name for word in ("malicious", "unsafe", "invalid", "danger")):
        for child in arguments.walk():
            if child.kind == "identifier":
                _check(scope, run.evaluate(child, scope), ALL)
    elif name == "isabs":
        _check(scope, run.evaluate(arguments.children[0], scope), frozenset({"-"}))


def _narrow_prefix(scope: Scope, receiver: Value, values: list[Value]) -> None:
    prefix = values[0] if values else None
    if prefix is None or prefix.marks:
        return
    text = prefix.constant
    if not isinstance(text, str):
        _check(scope, receiver, PATH | URL)
    elif text.count("/") >= 3 and "://" in text:
        _check(scope, receiver, URL)
    elif text.startswith("/") and len(text) > 1:
        _check(scope, receiver, PATH)
    elif text == "/":
        _check(scope, receiver, frozenset({"redirect"}))
