"""Python code as a syntax tree, with places in the text it stands in."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from bisect import bisect_right
from dataclasses import dataclass, field

DEEPEST = 150
"""Brackets within brackets; Python itself gives up at 200."""
LONGEST_RUN = 500
"""Operators in a row: each is a level of the tree."""
_PROMPT = re.compile(r"^[ \t]*(?:>>> |\.\.\. |In \[\d+\]:)", re.MULTILINE)
_MAGIC = re.compile(r"^([ \t]*)[!%?](?=[\w%])", re.MULTILINE)
_RUN = re.compile(rf"(?:[-+~*]\s?|\bnot\s|\bawait\s|\blambda:\s?){{{LONGEST_RUN}}}")


@dataclass(frozen=True, slots=True)
class PythonCode:
    """A block of Python. `tree` is None where it does not parse, and `fault` says why."""

    tree: ast.Module | None
    start: int
    lines: tuple[str, ...]
    margin: int
    """Columns that every line was indented by."""
    fault: str = ""
    """Empty also where the block is no file: an interactive session, or too deep to parse."""
    line: int = 1
    """Of the fault."""
    _starts: list[int] = field(default_factory=list)

    def place(self, line: int, column: int) -> int:
        """The code point of the text at a line, from 1, and a column in UTF-8 bytes."""
        line = min(max(line, 1), len(self.lines))
        before = self.lines[line - 1].encode("utf-8", "surrogatepass")[:column]
        return self._starts[line - 1] + self.margin + len(before.decode("utf-8", "ignore"))

    def span(self, node: ast.expr | ast.stmt | ast.alias | ast.keyword) -> tuple[int, int]:
        """Where a node stands in the text; half-open."""
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return self.place(node.lineno, node.col_offset), self.place(end_line, end_column)

    def line_span(self, line: int) -> tuple[int, int]:
        """Where a line's words stand in the text."""
        line = min(max(line, 1), len(self.lines))
        start = self._starts[line - 1] + self.margin
        return start, start + len(self.lines[line - 1].rstrip())

    def line_of(self, place: int) -> int:
        """The line, from 1, of a code point of the text."""
        return bisect_right(self._starts, place)


def python_code(text: str, start: int, end: int) -> PythonCode:
    """The block parsed. Indents in common and notebook commands (`!pip`, `%time`) are no fault."""
    raw = text[start:end]
    starts = [start]
    for line in raw.split("\n")[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    code = textwrap.dedent(raw)
    margin = _margin(raw, code)
    code = _MAGIC.sub(r"\1#", code)
    lines = tuple(code.split("\n"))
    known = PythonCode(None, start, lines, margin, _starts=starts)
    if _is_too_deep(code):
        return known
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "invalid escape sequence" of somebody else's code
            tree = ast.parse(code)
    except SyntaxError as error:
        if _PROMPT.search(code):
            return known
        return PythonCode(
            None, start, lines, margin, error.msg or "it does not parse", error.lineno or 1, starts
        )
    except (ValueError, RecursionError, MemoryError):  # a null character, or nested too deep
        return known
    return PythonCode(tree, start, lines, margin, _starts=starts)


def _margin(raw: str, code: str) -> int:
    for before, after in zip(raw.split("\n"), code.split("\n"), strict=True):
        if after.strip():
            return len(before) - len(after)
    return 0


def _is_too_deep(code: str) -> bool:
    """Whether a parser might run out of stack: brackets and operators nested without end."""
    depth = 0
    for char in code:
        if char in "([{":
            depth += 1
            if depth > DEEPEST:
                return True
        elif char in ")]}":
            depth = max(0, depth - 1)
    return _RUN.search(code) is not None
