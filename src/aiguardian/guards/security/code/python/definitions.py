"""The functions that a module defines and the names that it imports."""

from __future__ import annotations

from aiguardian.guards.security.code.python.handlers import Definition
from aiguardian.guards.security.code.tree import Node


def collect(root: Node, functions: dict[str, Node], imports: dict[str, str]) -> list[Definition]:
    """All functions; fills the tables of functions and imports."""
    found: list[Definition] = []
    waiting: list[tuple[Node, Node | None, tuple[str, ...]]] = [(root, None, ())]
    while waiting:
        node, owner, decorators = waiting.pop()
        inner: tuple[str, ...] = ()
        if node.kind == "function_definition":
            found.append(Definition(node, owner, decorators))
            functions[node.text_of("name")] = node
        elif node.kind == "class_definition":
            owner = node
        elif node.kind == "decorated_definition":
            marks = [child for child in node.children if child.kind == "decorator"]
            inner = tuple(mark.text[1:400].strip() for mark in marks)
        elif node.kind == "import_statement":
            _take_imports(node, "", imports)
        elif node.kind == "import_from_statement":
            _take_imports(node, node.text_of("module_name"), imports)
        waiting.extend((child, owner, inner) for child in reversed(node.children))
    return found


def _take_imports(node: Node, module: str, imports: dict[str, str]) -> None:
    for child in node.children:
        if child.field_name != "name":
            continue
        name, alias = child.text_of("name") or child.text, child.text_of("alias")
        full = f"{module}.{name}" if module else name
        if alias:
            imports[alias] = _usual(full)
        elif module:
            imports[name] = _usual(full)


def _usual(full: str) -> str:
    """One name for modules that have several."""
    for short, long in (("cPickle", "pickle"), ("_pickle", "pickle"), ("defusedxml", "safe_xml")):
        if full == short or full.startswith(f"{short}."):
            return long + full[len(short) :]
    return full
