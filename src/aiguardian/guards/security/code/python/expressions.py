"""What an expression evaluates to, as far as that can be known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from aiguardian.guards.security.code.finding import Finding
from aiguardian.guards.security.code.python.arithmetic import compare, compute
from aiguardian.guards.security.code.python.composed import (
    concatenated,
    element,
    formatted,
    sliced,
)
from aiguardian.guards.security.code.python.names import (
    REQUEST_NAMES,
    SECRET_NAME,
    TRUSTED_ATTRIBUTES,
    USUAL,
)
from aiguardian.guards.security.code.python.values import (
    ANY,
    CLEAN,
    LOCAL,
    REMOTE,
    UNSET,
    Key,
    Scope,
    Unset,
    Value,
    constant,
    container,
    joined,
    mixed,
    outside,
)
from aiguardian.guards.security.code.tree import Node

MOST_DEPTH = 110
"""Levels of evaluation within each other. Each takes three frames of Python's thousand."""
LOCAL_SOURCES = frozenset({"sys.argv", "sys.stdin", "os.environ", "os.environb"})
REQUEST_OBJECTS = frozenset(
    {"flask.request", "bottle.request", "cherrypy.request", "web.input", "self.request"}
)
HANDLER_SOURCES = frozenset({"self.path", "self.headers", "self.rfile", "self.requestline"})


@dataclass(slots=True)
class Expressions:
    """A run over one text: what it has seen, and how to evaluate. Calls are added below."""

    check: Callable[[], None]
    unread: list[tuple[int, int]]
    findings: dict[tuple[str, int], Finding] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)
    depth: int = 0
    steps: int = 0
    most_steps: int = 0
    is_web: bool = False
    """Whether the function that runs answers a request."""
    function: str = ""
    """The name of the function that runs."""

    def call(self, node: Node, scope: Scope) -> Value:
        """What a call answers; it may be a finding."""
        raise NotImplementedError

    def _call(self, node: Node, scope: Scope) -> Value:
        return self.call(node, scope)

    def report(self, key: str, node: Node, score: float, why: str) -> None:
        """Keep a finding; of two of one weakness at one place the better scored."""
        place = (key, node.start)
        known = self.findings.get(place)
        if known is None or known.score < score:
            self.findings[place] = Finding(key, node.start, node.end, score, why)

    def evaluate(self, node: Node | None, scope: Scope) -> Value:
        """The value of an expression; `ANY` when it nests too deep or the budget is spent."""
        if node is None:
            return CLEAN
        self.steps += 1
        if self.steps % 512 == 0:
            self.check()
        if self.depth > MOST_DEPTH or self.steps > self.most_steps:
            if self.depth > MOST_DEPTH and node.children:
                self.unread.append((node.start, node.end))
            return ANY
        method = self._EXPRESSIONS.get(node.kind)
        self.depth += 1
        try:
            return method(self, node, scope) if method else self._parts(node, scope)
        finally:
            self.depth -= 1

    def _parts(self, node: Node, scope: Scope) -> Value:
        """All that is not known better: made of its parts."""
        if not node.children:
            return ANY
        return mixed([self.evaluate(child, scope) for child in node.children])

    def _inner(self, node: Node, scope: Scope) -> Value:
        return self.evaluate(node.children[0], scope) if node.children else ANY

    def _string(self, node: Node, scope: Scope) -> Value:
        texts: list[str] = []
        values: list[Value] = []
        prefix: str | None = None
        for child in node.children:
            if child.kind == "string_content":
                texts.append(child.text)
            elif child.kind == "interpolation":
                prefix = "".join(texts) if prefix is None else prefix
                value = self.evaluate(child.get("expression"), scope)
                if isinstance(value.constant, (str, int)):
                    texts.append(str(value.constant))
                elif len(value.prefix) and prefix == "":
                    prefix = value.prefix
                values.append(value)
        text = "".join(texts)
        if prefix is None or all(value.constant is not UNSET for value in values):
            return constant(text)
        whole = mixed(values, is_built=True, prefix=prefix)
        return Value(
            whole.marks, whole.is_known, prefix=prefix, is_built=True, literal=text + whole.literal
        )

    def _strings(self, node: Node, scope: Scope) -> Value:
        values = [self.evaluate(child, scope) for child in node.children]
        return concatenated(values)

    def _integer(self, node: Node, _scope: Scope) -> Value:
        try:
            return constant(int(node.text[:40].replace("_", ""), 0))
        except ValueError:
            return CLEAN

    def _identifier(self, node: Node, scope: Scope) -> Value:
        name = node.text
        known = scope.names.get(name)
        if known is not None:
            return known
        full = self.imports.get(name) or USUAL.get(name, name)
        return self.named(full, node)

    def named(self, full: str, node: Node) -> Value:
        """The value of a dotted name that nothing was assigned to."""
        if full in LOCAL_SOURCES:
            return outside(node.start, LOCAL, full)
        if full in REQUEST_OBJECTS or (full in REQUEST_NAMES and self.is_web):
            return outside(node.start, REMOTE, "request")
        if full in HANDLER_SOURCES and self.is_web:
            return outside(node.start, REMOTE, full)
        return Value(name=full)

    def _attribute(self, node: Node, scope: Scope) -> Value:
        object_node, name = node.get("object"), node.text_of("attribute")
        path = node.text if len(node.text) < 80 else ""
        if path in scope.names:
            return scope.names[path]
        value = self.evaluate(object_node, scope)
        full = f"{value.name}.{name}" if value.name else ""
        if value.name == "request":
            if name in TRUSTED_ATTRIBUTES:
                return Value(is_known=True, name=full)
            return outside(node.start, REMOTE, full)
        if value.marks:
            inner = value.item(name)
            if inner is not None:
                return inner
            return Value(value.marks, value.is_known, name=full or name, prefix=value.prefix)
        return self.named(self.imports.get(full, full), node) if full else ANY

    def _subscript(self, node: Node, scope: Scope) -> Value:
        value = self.evaluate(node.get("value"), scope)
        key_node = node.get("subscript")
        key = self.evaluate(key_node, scope)
        if key_node is not None and key_node.kind == "slice":
            return sliced(value, key_node)
        if isinstance(value.constant, str) and isinstance(key.constant, int):
            text = value.constant[key.constant : key.constant + 1 or None]
            return constant(text) if text else ANY
        inner = value.item(key.constant)
        if inner is not None:
            return inner
        if value.items is not None and key.constant is UNSET and value.is_known:
            return Value(value.marks, is_known=True)
        if value.marks and value.name.startswith(("request", "sys.argv", "os.environ")):
            name = f"{value.name}[{key.constant}]" if isinstance(key.constant, str) else value.name
            level = max(mark.level for mark in value.marks)
            return outside(node.start, level, name)
        return Value(value.marks, value.is_known and bool(value.marks), name=value.name)

    def _binary(self, node: Node, scope: Scope) -> Value:
        left = self.evaluate(node.get("left"), scope)
        right = self.evaluate(node.get("right"), scope)
        return self.binary(left, node.text_of("operator"), right)

    def binary(self, left: Value, operator: str, right: Value) -> Value:
        """The value of an operator between two values."""
        if left.constant is not UNSET and right.constant is not UNSET:
            found = compute(left.constant, operator, right.constant)
            return CLEAN if isinstance(found, Unset) else constant(found)
        if operator == "+":
            return concatenated([left, right])
        if operator == "%" and (left.literal or left.prefix or isinstance(left.constant, str)):
            return formatted(left, [right])
        if operator == "/" and (left.name.startswith("pathlib.") or right.marks):
            whole = mixed([left, right], is_built=True, prefix=left.prefix)
            return Value(whole.marks, whole.is_known, name=left.name, is_built=True)
        return mixed([left, right])

    def _boolean(self, node: Node, scope: Scope) -> Value:
        left = self.evaluate(node.get("left"), scope)
        right = self.evaluate(node.get("right"), scope)
        is_or = node.text_of("operator") == "or"
        if left.constant is not UNSET:
            return left if bool(left.constant) == is_or else right
        return joined(left, right)

    def _not(self, node: Node, scope: Scope) -> Value:
        value = self.evaluate(node.get("argument"), scope)
        return CLEAN if value.constant is UNSET else constant(not value.constant)

    def _comparison(self, node: Node, scope: Scope) -> Value:
        values = [self.evaluate(one, scope) for one in node.children if one.field_name == ""]
        signs = [one.text for one in node.children if one.field_name == "operators"]
        if len(values) == 2 and len(signs) == 1:
            self._compared(node, values, signs[0])
            found = compare(values[0], signs[0], values[1])
            return CLEAN if found is None else constant(found)
        return CLEAN

    def _compared(self, node: Node, values: list[Value], sign: str) -> None:
        """Report secrets that are compared with constants, or byte by byte."""
        if sign not in ("==", "!="):
            return
        left, right = values
        name = node.children[0].text[-40:].rpartition(".")[2]
        self.credential(name, right, node)
        is_digest = any(value.name.startswith("hmac.new()") for value in values)
        if is_digest and left.constant is UNSET and right.constant is UNSET:
            self.report("timing", node, 0.6, "the comparison ends at the first difference")

    def _list(self, node: Node, scope: Scope) -> Value:
        values = [self.evaluate(child, scope) for child in node.children]
        if any(child.kind in ("list_splat", "comment") for child in node.children):
            return mixed(values)
        pairs: list[tuple[Key, Value]] = list(enumerate(values))
        return container(pairs, node.kind)

    def _dictionary(self, node: Node, scope: Scope) -> Value:
        pairs: list[tuple[Key, Value]] = []
        rest: list[Value] = []
        for child in node.children:
            if child.kind != "pair":
                rest.append(self.evaluate(child, scope))
                continue
            key = self.evaluate(child.get("key"), scope).constant
            value = self.evaluate(child.get("value"), scope)
            if isinstance(key, str):
                self.credential(key, value, child)
            if isinstance(key, (str, int)):
                pairs.append((key, value))
            else:
                rest.append(value)
        if rest:
            whole = mixed([*rest, *(value for _, value in pairs)])
            return Value(whole.marks, whole.is_known, name="dictionary")
        return container(pairs, "dictionary")

    def credential(self, name: str, value: Value, node: Node) -> None:
        """Report a credential that is written in the code."""
        from aiguardian.guards.security.code.python.credentials import credential_score

        if isinstance(value.constant, str) and SECRET_NAME.search(name[-40:]):
            score = credential_score(name, value.constant)
            if score:
                self.report("credential", node, score, "a secret value stands in the code")

    def _comprehension(self, node: Node, scope: Scope) -> Value:
        inner = scope.copy()
        for child in node.children:
            if child.kind == "for_in_clause":
                self.bind(
                    child.get("left"), element(self.evaluate(child.get("right"), inner)), inner
                )
            elif child.kind == "if_clause":
                self.evaluate(child, inner)
                self.narrow(child.children[0] if child.children else None, inner)
        body = inner.settled(self.evaluate(node.get("body"), inner))
        return Value(body.marks, body.is_known, prefix=body.prefix)

    def narrow(self, condition: Node | None, scope: Scope) -> None:
        """Take into the scope that a condition holds."""
        raise NotImplementedError

    def _pair(self, node: Node, scope: Scope) -> Value:
        return mixed([self.evaluate(child, scope) for child in node.children])

    def _conditional(self, node: Node, scope: Scope) -> Value:
        if len(node.children) != 3:
            return self._parts(node, scope)
        then, condition, other = node.children
        known = self.evaluate(condition, scope)
        if known.constant is not UNSET:
            return self.evaluate(then if known.constant else other, scope)
        inner = scope.copy()
        self.narrow(condition, inner)
        value = inner.settled(self.evaluate(then, inner))
        return joined(value, self.evaluate(other, scope))

    def _walrus(self, node: Node, scope: Scope) -> Value:
        value = self.evaluate(node.get("value"), scope)
        scope.names[node.text_of("name")] = value
        return value

    def _nothing(self, _node: Node, _scope: Scope) -> Value:
        return CLEAN

    def _true(self, node: Node, _scope: Scope) -> Value:
        return constant({"true": True, "false": False}.get(node.kind))

    def bind(self, target: Node | None, value: Value, scope: Scope) -> None:
        """Assign a value to a name, an attribute, an item or a pattern of them."""
        if target is None:
            return
        if target.kind in ("identifier", "attribute"):
            scope.names[target.text[:80]] = value
        elif target.kind == "subscript":
            self._bind_item(target, value, scope)
        else:
            for number, child in enumerate(target.children):
                inner = value.item(number)
                self.bind(child, element(value) if inner is None else inner, scope)

    def _bind_item(self, target: Node, value: Value, scope: Scope) -> None:
        holder = target.get("value")
        if holder is None:
            return
        key = self.evaluate(target.get("subscript"), scope).constant
        known = self.evaluate(holder, scope)
        if isinstance(key, (str, int)) and known.items is not None:
            pairs = [(name, inner) for name, inner in known.items if name != key]
            self.bind(holder, container([*pairs, (key, value)], known.name), scope)
            return
        whole = mixed([known, value])
        self.bind(holder, Value(whole.marks, whole.is_known, name=known.name), scope)

    _EXPRESSIONS: ClassVar[dict[str, Callable[..., Value]]] = {
        "identifier": _identifier,
        "attribute": _attribute,
        "subscript": _subscript,
        "string": _string,
        "concatenated_string": _strings,
        "integer": _integer,
        "float": _nothing,
        "true": _true,
        "false": _true,
        "none": _true,
        "ellipsis": _nothing,
        "comment": _nothing,
        "binary_operator": _binary,
        "boolean_operator": _boolean,
        "not_operator": _not,
        "comparison_operator": _comparison,
        "list": _list,
        "tuple": _list,
        "expression_list": _list,
        "set": _list,
        "dictionary": _dictionary,
        "list_comprehension": _comprehension,
        "set_comprehension": _comprehension,
        "generator_expression": _comprehension,
        "dictionary_comprehension": _comprehension,
        "conditional_expression": _conditional,
        "named_expression": _walrus,
        "parenthesized_expression": _inner,
        "await": _inner,
        "list_splat": _inner,
        "dictionary_splat": _inner,
        "lambda": _nothing,
        "call": _call,
    }
