"""Runs statements in order, both ways where a condition is not known."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from aiguardian.guards.security.code.python.assigned import judge_assignment
from aiguardian.guards.security.code.python.calls import Calls
from aiguardian.guards.security.code.python.composed import element
from aiguardian.guards.security.code.python.conditions import narrow
from aiguardian.guards.security.code.python.definitions import collect
from aiguardian.guards.security.code.python.handlers import (
    Definition,
    Handler,
    handler_of,
    parameters,
)
from aiguardian.guards.security.code.python.returned import judge_answer
from aiguardian.guards.security.code.python.values import (
    ANY,
    CLEAN,
    UNSET,
    Mark,
    Scope,
    Value,
    joined,
    merged,
)
from aiguardian.guards.security.code.tree import Node

LEAVING = frozenset({"abort", "flask.abort", "exit", "sys.exit", "quit", "os._exit"})
BROAD = re.compile(r"\b(?:Base)?Exception\b|sqlite3\.|(?:Database|Operational|SQL\w*)Error")
"""Exceptions whose text tells of the system rather than of what was sent."""
MOST_BLOCKS = 24
"""Blocks within each other; deeper ones are not read."""


@dataclass(slots=True)
class Statements(Calls):
    """Runs blocks and functions."""

    handler: Handler = field(default_factory=Handler)
    returns: list[Value] = field(default_factory=list)
    blocks: int = 0
    loops: int = 0
    module: Scope = field(default_factory=Scope)
    broken: list[Scope] = field(default_factory=list)
    """What held where break or continue left the loop that runs."""

    def run_block(self, node: Node | None, scope: Scope) -> None:
        """Run the statements of a block; those after return or raise are not run."""
        if node is None:
            return
        if self.blocks > MOST_BLOCKS:
            self.unread.append((node.start, node.end))
            return
        self.blocks += 1
        for child in node.children:
            if scope.is_left or self.steps > self.most_steps:
                break
            self.run_statement(child, scope)
        self.blocks -= 1

    def run_statement(self, node: Node, scope: Scope) -> None:
        """Run one statement."""
        method = self._STATEMENTS.get(node.kind)
        self.steps += 1
        if self.steps % 512 == 0:
            self.check()
        if method is not None:
            method(self, node, scope)
        elif node.kind == "ERROR" or node.kind.endswith(("block", "_clause")):
            self.run_block(node, scope)
        else:
            self.evaluate(node, scope)

    def run_module(self, root: Node) -> None:
        """Run the module's own statements, then every function that no call has led into."""
        definitions = collect(root, self.functions, self.imports)
        self.run_block(root, self.module)
        self.module.is_left = False
        called = {_called(node) for node in root.walk() if node.kind == "call"}
        later: list[Definition] = []
        for definition in definitions:
            is_handler = handler_of(definition, self.imports).is_web
            if not is_handler and definition.function.text_of("name") in called:
                later.append(definition)
            else:
                self.run_alone(definition)
        for definition in later:
            if definition.function.start not in self.followed:
                self.run_alone(definition)

    def run_alone(self, definition: Definition) -> None:
        """Run a function as if anyone had called it."""
        function = definition.function
        self.check()
        kept = self.handler, self.is_web, self.function, self.returns, self.branches, self.loops
        self.handler = handler_of(definition, self.imports)
        self.is_web, self.function = self.handler.is_web, function.text_of("name")
        self.returns, self.branches, self.loops = [], 0, 0
        scope = self.module.copy()
        scope.names.update(parameters(function, self.handler))
        self.stack.append(function.start)
        for default in _defaults(function):
            self.credential(
                default.text_of("name"), self.evaluate(default.get("value"), scope), default
            )
        self.run_block(function.get("body"), scope)
        self.stack.pop()
        self.handler, self.is_web, self.function, self.returns, self.branches, self.loops = kept

    def run_function(
        self, node: Node, arguments: list[Value], keywords: dict[str, Value], scope: Scope
    ) -> Value:
        """What a local function returns for these arguments."""
        kept = self.returns, self.blocks, self.handler
        self.returns, self.handler = [], Handler()
        inner = Scope(dict(self.module.names), scope.checked)
        names = [
            child for child in (node.get("parameters") or node).children if child.kind != "comment"
        ]
        texts = [_parameter_name(child) for child in names]
        texts = texts[1:] if texts[:1] in (["self"], ["cls"]) else texts
        for child in _defaults(node):
            inner.names[_parameter_name(child)] = self.evaluate(child.get("value"), inner)
        for text, value in zip(texts, arguments, strict=False):
            inner.names[text] = value
        inner.names.update(keywords)
        self.depth += 6
        self.stack.append(node.start)
        self.run_block(node.get("body"), inner)
        self.stack.pop()
        self.depth -= 6
        found, (self.returns, self.blocks, self.handler) = self.returns, kept
        result = found[0] if found else CLEAN
        for value in found[1:]:
            result = joined(result, value)
        return result

    def _expression(self, node: Node, scope: Scope) -> None:
        for child in node.children:
            if child.kind == "assignment":
                self._assignment(child, scope)
            elif child.kind == "augmented_assignment":
                self._augmented(child, scope)
            else:
                self.target = ""
                self.evaluate(child, scope)
                if child.kind == "call" and child.text_of("function") in LEAVING:
                    scope.is_left = True

    def _assignment(self, node: Node, scope: Scope) -> Value:
        left, right = node.get("left"), node.get("right")
        if left is None or right is None:
            return ANY
        target = left.text[:80]  # a call in a subscript names no value
        self.target = target.partition("[")[0] if "(" in target else target
        is_chain = right.kind == "assignment"
        value = (
            self._assignment(right, scope)
            if is_chain and self.blocks < 40
            else self.evaluate(right, scope)
        )
        judge_assignment(self, node, value, scope)
        self.bind(left, value, scope)
        self.target = ""
        return value

    def _augmented(self, node: Node, scope: Scope) -> None:
        left = node.get("left")
        self.target = left.text[:80] if left else ""
        known = self.evaluate(left, scope)
        value = self.evaluate(node.get("right"), scope)
        self.bind(left, self.binary(known, node.text_of("operator").rstrip("="), value), scope)

    def _return(self, node: Node, scope: Scope) -> None:
        self.target = ""
        value = self.evaluate(node.children[0], scope) if node.children else CLEAN
        if self.handler.is_web:
            judge_answer(self, node, value, scope)
        self.returns.append(scope.settled(value))
        scope.is_left = True

    def _yield(self, node: Node, scope: Scope) -> None:
        self.evaluate(node, scope)

    def _break(self, _node: Node, scope: Scope) -> None:
        self.broken.append(scope.copy())
        scope.is_left = True

    def _leave(self, node: Node, scope: Scope) -> None:
        for child in node.children:
            self.evaluate(child, scope)
        scope.is_left = True

    def _if(self, node: Node, scope: Scope) -> None:
        """The branches one after another; the rest runs where each condition before failed."""
        done: list[Scope] = []
        rest = scope.copy()
        self.branches += 1
        clauses = [child for child in node.children if child.field_name == "alternative"]
        for clause in [node, *clauses]:
            body = clause.get("consequence") or clause.get("body")
            condition = clause.get("condition")
            self.steps += len(scope.names)
            if condition is None:
                self.run_block(body, rest)
                break
            known = self.evaluate(condition, rest).constant
            if known is not UNSET and not known:
                continue
            taken = rest.copy()
            narrow(self, condition, taken, holds=True)
            self.run_block(body, taken)
            done.append(taken)
            if known is not UNSET:
                rest.is_left = True
                break
            narrow(self, condition, rest, holds=False)
        self.branches -= 1
        scope.take(merged([*done, rest]))

    def _for(self, node: Node, scope: Scope) -> None:
        value = self.evaluate(node.get("right"), scope)
        inner = scope.copy()
        self._loop(node, inner, lambda: self.bind(node.get("left"), element(value), inner))
        scope.take(merged([scope, inner]))

    def _while(self, node: Node, scope: Scope) -> None:
        condition = node.get("condition")
        inner = scope.copy()

        def begin() -> None:
            self.evaluate(condition, inner)
            narrow(self, condition, inner, holds=True)

        self._loop(node, inner, begin)
        scope.take(merged([scope, inner]))

    def _loop(self, node: Node, scope: Scope, begin: Callable[[], None]) -> None:
        """Twice, for what one turn leaves the next may use; once where loops nest."""
        self.loops += 1
        self.steps += len(scope.names)
        outer = self.broken
        for _ in range(2 if self.loops < 3 else 1):
            self.broken = []
            begin()
            self.run_block(node.get("body"), scope)
            scope.take(merged([scope, *self.broken]))
            scope.is_left = False
        self.loops -= 1
        self.broken = outer

    def _try(self, node: Node, scope: Scope) -> None:
        before = scope.copy()
        self.run_block(node.get("body"), scope)
        middle = scope.copy()
        middle.is_left = False
        start = merged([before, middle])
        ends = [scope.copy()]
        for child in node.children:
            if child.kind in ("except_clause", "except_group_clause"):
                inner = start.copy()
                self._except(child, inner)
                ends.append(inner)
            elif child.kind == "else_clause":
                self.run_block(child.get("body"), ends[0])
        scope.take(merged(ends))
        for child in node.children:
            if child.kind == "finally_clause":
                self._finally(child, scope)

    def _finally(self, node: Node, scope: Scope) -> None:
        is_left, scope.is_left = scope.is_left, False
        self.run_block(node, scope)
        scope.is_left = scope.is_left or is_left

    def _except(self, node: Node, scope: Scope) -> None:
        for child in node.children:
            if child.kind == "as_pattern":
                alias = child.get("alias")
                kind = child.children[0].text if child.children else ""
                if alias is not None and BROAD.search(kind):
                    fault = Mark(-1 - node.start, 0, frozenset())
                    scope.names[alias.text] = Value(frozenset({fault}), is_known=True)
            elif child.kind == "block":
                self.run_block(child, scope)

    def _with(self, node: Node, scope: Scope) -> None:
        for item in node.walk():
            if item.kind == "block":
                break
            if item.kind != "with_item":
                continue
            inner = item.children[0] if item.children else item
            if inner.kind == "as_pattern" and inner.children:
                value = self.evaluate(inner.children[0], scope)
                alias = inner.get("alias")
                self.bind(alias.children[0] if alias and alias.children else None, value, scope)
            else:
                self.evaluate(inner, scope)
        self.run_block(node.get("body"), scope)

    def _match(self, node: Node, scope: Scope) -> None:
        subject = self.evaluate(node.get("subject"), scope)
        ends = [scope.copy()]
        body = node.get("body")
        self.branches += 1
        for case in body.children if body else ():
            patterns = [child for child in case.children if child.kind == "case_pattern"]
            texts = {text.strip().strip("'\"") for one in patterns for text in one.text.split("|")}
            is_rest = "_" in texts
            if subject.constant is not UNSET and str(subject.constant) not in texts and not is_rest:
                continue
            inner = scope.copy()
            self.run_block(case.get("consequence"), inner)
            ends.append(inner)
            if subject.constant is not UNSET or is_rest:
                ends = ends[1:]
                break
        self.branches -= 1
        scope.take(merged(ends or [scope]))

    def _function(self, node: Node, scope: Scope) -> None:
        scope.names.pop(node.text_of("name"), None)

    def _class(self, node: Node, scope: Scope) -> None:
        body = node.get("body")
        inner = scope.copy()
        for child in body.children if body else ():
            if child.kind == "expression_statement":
                self.run_statement(child, inner)

    def _decorated(self, node: Node, scope: Scope) -> None:
        for child in node.children:
            if child.kind == "decorator":
                if "csrf_exempt" in child.text:
                    self.report("csrf", child, 0.6, "the check is switched off")
            elif child.kind != "comment":
                self.run_statement(child, scope)

    def _skip(self, _node: Node, _scope: Scope) -> None:
        return

    def _exec(self, node: Node, scope: Scope) -> None:
        value = self.evaluate(node.get("code"), scope)
        if value.constant is UNSET:
            self.report("code", node, 0.6, "a value is run as code")

    _STATEMENTS: ClassVar[dict[str, Callable[..., object]]] = {
        "expression_statement": _expression,
        "return_statement": _return,
        "raise_statement": _leave,
        "break_statement": _break,
        "continue_statement": _break,
        "if_statement": _if,
        "for_statement": _for,
        "while_statement": _while,
        "try_statement": _try,
        "with_statement": _with,
        "match_statement": _match,
        "import_statement": _skip,
        "import_from_statement": _skip,
        "function_definition": _function,
        "class_definition": _class,
        "decorated_definition": _decorated,
        "global_statement": _skip,
        "nonlocal_statement": _skip,
        "pass_statement": _skip,
        "comment": _skip,
        "exec_statement": _exec,
    }


def _called(node: Node) -> str:
    function = node.get("function")
    return function.text.rpartition(".")[2] if function else ""


def _parameter_name(node: Node) -> str:
    if node.kind == "typed_parameter" and node.children:
        return node.children[0].text
    return node.text_of("name") or node.text


def _defaults(function: Node) -> list[Node]:
    parameters_node = function.get("parameters")
    children = parameters_node.children if parameters_node else []
    return [child for child in children if child.kind.endswith("default_parameter")]
