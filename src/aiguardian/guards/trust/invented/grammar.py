"""Syntax errors that a language's own grammar shows, by tree-sitter."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

PIECE = 32_768
"""Characters that are parsed: recovery from errors is worse than linear, and 32 kB of the worst
took 0.3 s (measured for SecurityGuard's code check, 2026-11)."""
GRAMMARS = {
    "javascript": ("tree_sitter_javascript", "language"),
    "java": ("tree_sitter_java", "language"),
    "go": ("tree_sitter_go", "language"),
    "c": ("tree_sitter_c", "language"),
    "php": ("tree_sitter_php", "language_php"),
    "php_only": ("tree_sitter_php", "language_php_only"),
    "bash": ("tree_sitter_bash", "language"),
    "sql": ("tree_sitter_sql", "language"),
}
TRUST = {"javascript": 0.85, "java": 0.8, "go": 0.85, "c": 0.7, "php": 0.8, "bash": 0.5, "sql": 0.4}
"""How sure an error of each grammar is: macros, shells and SQL dialects are only partly read."""
LEFT_OUT = re.compile(r"\.\.\.|…|<[\w -]{1,40}>|\bTODO\b|\{\{")
"""A line with one of these stands for code that the writer left out."""
_parsers = threading.local()


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """The first error in a block, in code points of the block."""

    start: int
    end: int
    line: int
    is_missing: str
    """The token that is missing, or empty."""
    lines: int
    """How many lines of the block have an error."""


def root(code: str, language: str) -> tuple[Node, bytes]:
    """The syntax tree of the first `PIECE` characters, and the bytes that its offsets count in."""
    data = code[:PIECE].encode("utf-8", "surrogatepass")
    is_bare_php = language == "php" and b"<?" not in data
    return _parser("php_only" if is_bare_php else language).parse(data).root_node, data


def _parser(language: str) -> Parser:
    """One parser a thread and language: parsers are not safe to share."""
    known = cast("dict[str, Parser]", _parsers.__dict__.setdefault("known", {}))
    if language not in known:
        from tree_sitter import Language, Parser

        module, name = GRAMMARS[language]
        known[language] = Parser(Language(getattr(import_module(module), name)()))
    return known[language]


def first_fault(code: str, language: str, check: Callable[[], None]) -> SyntaxFault | None:
    """The first syntax error of a block that no ellipsis explains, or None."""
    if len(code) > PIECE:  # cut code ends in an error of ours
        return None
    check()
    top, data = root(code, language)
    if not top.has_error:
        return None
    faults = [node for node in _errors(top) if not _is_left_out(node, data)]
    if not faults:
        return None
    first = min(faults, key=lambda node: node.start_byte)
    start = len(data[: first.start_byte].decode("utf-8", "ignore"))
    end = len(data[: first.end_byte].decode("utf-8", "ignore"))
    start = max(0, min(start, len(code.rstrip()) - 1))  # what is missing is so after the last word
    return SyntaxFault(
        start,
        min(max(end, start + 1), len(code)),
        code.count("\n", 0, start) + 1,
        first.type if first.is_missing else "",
        len({node.start_point[0] for node in faults}),
    )


def _errors(top: Node) -> Iterator[Node]:
    waiting = [top]
    while waiting:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            yield node
        elif node.has_error:
            waiting.extend(node.children)


def _is_left_out(node: Node, data: bytes) -> bool:
    start = data.rfind(b"\n", 0, node.start_byte) + 1
    end = data.find(b"\n", node.end_byte)
    line = data[start : end if end >= 0 else len(data)]
    return LEFT_OUT.search(line[:2_000].decode("utf-8", "ignore")) is not None
