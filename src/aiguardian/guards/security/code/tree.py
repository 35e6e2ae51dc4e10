"""Syntax trees of code that may be broken, with offsets in code points."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from tree_sitter import Parser, TreeCursor

PIECE = 32_768
"""Characters parsed at once. Recovery from errors is worse than linear: on `f("` over and over
32 kB took 0.26 s and 900 kB took 148 s, so a long text is parsed in pieces."""
DEPTH = 150
"""Levels of nesting that are kept. Code that people write stays below 60."""
GRAMMARS = {
    "python": "tree_sitter_python",
    "javascript": "tree_sitter_javascript",
    "java": "tree_sitter_java",
    "go": "tree_sitter_go",
    "c": "tree_sitter_c",
    "php": "tree_sitter_php",
    "php_only": "tree_sitter_php",
    "bash": "tree_sitter_bash",
    "sql": "tree_sitter_sql",
}
_parsers = threading.local()


@dataclass(slots=True, eq=False)
class Node:
    """A named node, or an operator that fills a field. Offsets count from the whole text."""

    kind: str
    start: int
    end: int
    field_name: str
    source: str
    children: list[Node] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The source of the node."""
        return self.source[self.start : self.end]

    def get(self, name: str) -> Node | None:
        """The first child in a field, or None."""
        for child in self.children:
            if child.field_name == name:
                return child
        return None

    def text_of(self, name: str) -> str:
        """The source of the first child in a field, or the empty text."""
        child = self.get(name)
        return child.text if child else ""

    def walk(self) -> Iterator[Node]:
        """This node and all below it, parents first. No recursion."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


Unread = list[tuple[int, int]]
"""Half-open spans of code that was not followed, added to by whoever left it out."""


def trees(
    source: str, language: str, start: int, end: int, check: Callable[[], None], unread: Unread
) -> Iterator[Node]:
    """The roots of the pieces of `source[start:end]`, in order."""
    for begin, stop in pieces(source, start, end):
        check()
        yield _tree(source, language, begin, stop, unread)


def pieces(source: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Half-open spans of at most `PIECE`, cut where a line begins without indent if it can be."""
    while end - start > PIECE:
        stop = start + PIECE
        cut = _cut(source, start + PIECE // 2, stop)
        yield start, cut
        start = cut
    yield start, end


def _cut(source: str, low: int, high: int) -> int:
    place = high
    while (place := source.rfind("\n", low, place)) >= 0:
        if source[place + 1 : place + 2].isalpha() or source[place + 1 : place + 2] in ("@", "#"):
            return place + 1
    line = source.rfind("\n", low, high)
    return line + 1 if line >= 0 else high


def _tree(source: str, language: str, start: int, end: int, unread: Unread) -> Node:
    data = source[start:end].encode("utf-8", "surrogatepass")
    is_bare_php = language == "php" and b"<?" not in data
    tree = _parser("php_only" if is_bare_php else language).parse(data)
    return _convert(tree.walk(), source, _places(data, start, end), unread)


def _parser(language: str) -> Parser:
    """One parser a thread and language: parsers are not safe to share."""
    known = cast("dict[str, Parser]", _parsers.__dict__.setdefault("known", {}))
    if language not in known:
        from tree_sitter import Language, Parser

        module = import_module(GRAMMARS[language])
        name = f"language_{language}" if language.startswith("php") else "language"
        known[language] = Parser(Language(getattr(module, name)()))
    return known[language]


def _places(data: bytes, start: int, end: int) -> Callable[[int], int]:
    """From bytes of a piece to code points of the whole text."""
    if len(data) == end - start:
        return lambda place: place + start
    import numpy as np

    leads = (np.frombuffer(data, np.uint8) & 0xC0) != 0x80
    table = np.concatenate(([0], np.cumsum(leads))) + start
    return lambda place: int(table[place])


def _convert(cursor: TreeCursor, source: str, place: Callable[[int], int], unread: Unread) -> Node:
    """Our own nodes: reading the grammar's each time costs a call and a copy of its text."""
    root = _node(cursor, source, place)
    path = [root]
    while True:
        if len(path) < DEPTH and cursor.goto_first_child():
            path.append(_take(path[-1], cursor, source, place))
            continue
        if len(path) == DEPTH and cursor.node is not None and cursor.node.child_count:
            unread.append((path[-1].start, path[-1].end))
        while not cursor.goto_next_sibling():
            if len(path) == 1 or not cursor.goto_parent():
                return root
            path.pop()
        if len(path) == 1:
            return root
        path[-1] = _take(path[-2], cursor, source, place)


def _take(parent: Node, cursor: TreeCursor, source: str, place: Callable[[int], int]) -> Node:
    node = _node(cursor, source, place)
    inner = cursor.node
    if inner is not None and (inner.is_named or node.field_name) and not inner.is_missing:
        parent.children.append(node)
    return node


def _node(cursor: TreeCursor, source: str, place: Callable[[int], int]) -> Node:
    inner = cursor.node
    if inner is None:
        return Node("ERROR", 0, 0, "", source)
    name = cursor.field_name or ""
    return Node(inner.type, place(inner.start_byte), place(inner.end_byte), name, source)
