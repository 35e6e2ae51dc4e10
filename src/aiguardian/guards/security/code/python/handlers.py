"""Which functions answer requests, and which of their parameters a sender writes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aiguardian.guards.security.code.python.names import (
    HANDLER_BASE,
    HANDLER_DECORATOR,
    HANDLER_METHODS,
    PLAIN_TYPES,
    REQUEST_NAMES,
    REQUEST_TYPE,
    last,
)
from aiguardian.guards.security.code.python.values import (
    CLEAN,
    PARAMETER,
    REMOTE,
    Value,
    outside,
)
from aiguardian.guards.security.code.tree import Node

_REQUEST_USE = re.compile(
    r"\brequest\.(?:args|form|values|cookies|headers|files|json|get_json|data|GET|POST|params|query"
    r"|query_string|body|query_params|FILES|COOKIES)\b|\bself\.(?:rfile|get_argument)\b"
)
_CONVERTED = re.compile(r"<(?:int|float|uuid):(\w{1,60})>")
_INJECTED = frozenset({"Depends", "Security", "BackgroundTasks", "Session", "Request", "Response"})


@dataclass(frozen=True, slots=True)
class Handler:
    """How a function answers requests, if it does."""

    is_web: bool = False
    is_json: bool = False
    """Whether the framework turns what is returned into JSON."""
    has_route: bool = False
    """Whether its parameters come from the address."""
    is_lambda: bool = False
    """Whether a cloud calls it with an event."""
    converted: frozenset[str] = frozenset()
    """Parameters that the route turns into numbers."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A function, the class around it and the source of its decorators, without `@`."""

    function: Node
    owner: Node | None
    decorators: tuple[str, ...]


def handler_of(definition: Definition, imports: dict[str, str]) -> Handler:
    """What a function's decorators, class, parameters and body say of it."""
    function, owner = definition.function, definition.owner
    routes = [
        text for text in definition.decorators if HANDLER_DECORATOR.search(text.partition("(")[0])
    ]
    bases = owner.text_of("superclasses")[:300] if owner else ""
    is_method = any(HANDLER_BASE.search(base.strip()) for base in bases.strip("()").split(","))
    name = function.text_of("name")
    is_member = is_method and (name in HANDLER_METHODS or name.startswith("do_"))
    names = [_name(child) for child in _children(function)]
    requests = [_name(child) for child in _children(function)[:2] if _may_be_request(child)]
    is_lambda = names[:2] == ["event", "context"]
    takes = bool(requests)
    is_other = len(requests) < sum(name in REQUEST_NAMES for name in names)
    uses = not is_other and bool(_REQUEST_USE.search(function.text))
    is_fast = any(full.startswith(("fastapi", "starlette")) for full in imports.values())
    is_rest = "Resource" in bases or "APIView" in bases
    return Handler(
        is_web=bool(routes) or is_member or takes or uses or is_lambda,
        is_json=is_fast or is_rest,
        has_route=bool(routes) or is_member or (takes and not is_method),
        is_lambda=is_lambda,
        converted=frozenset(found for text in routes for found in _CONVERTED.findall(text)),
    )


def _children(function: Node) -> list[Node]:
    node = function.get("parameters")
    return [child for child in node.children if child.kind != "comment"] if node else []


def _may_be_request(node: Node) -> bool:
    """Whether a parameter is a request by its name, and by its type where it has one."""
    kind = node.text_of("type").partition("[")[0].partition("|")[0].strip(" \"'")
    return _name(node) in REQUEST_NAMES and (not kind or bool(REQUEST_TYPE.search(kind)))


def _name(node: Node) -> str:
    if node.kind == "typed_parameter" and node.children:
        return node.children[0].text
    return node.text_of("name") or node.text


def parameters(function: Node, handler: Handler) -> dict[str, Value]:
    """The value of each parameter when anyone may call the function."""
    values: dict[str, Value] = {}
    for number, node in enumerate(_children(function)):
        name = _name(node).lstrip("*")
        kind = node.text_of("type").partition("|")[0].strip()
        if number == 0 and name in ("self", "cls"):
            continue
        values[name] = _value(node, name, kind, handler)
    return values


def _value(node: Node, name: str, kind: str, handler: Handler) -> Value:
    if kind in PLAIN_TYPES or name in handler.converted:
        return CLEAN
    if _may_be_request(node) and (handler.is_web or name == "request"):
        return outside(node.start, REMOTE, "request")
    if handler.is_lambda:
        return outside(node.start, REMOTE, "event") if name == "event" else Value()
    default = node.text_of("value")
    if last(kind) in _INJECTED or default.partition("(")[0] in _INJECTED:
        return Value()
    if handler.has_route and name not in ("db", "session", "conn", "cursor", "args", "kwargs"):
        return outside(node.start, REMOTE)
    return outside(node.start, PARAMETER)
