"""Brackets that a piece of code opens and never closes."""

from __future__ import annotations

import re

PIECES = re.compile(
    r"'''.*?'''|\"\"\".*?\"\"\"|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`"
    r"|/\*.*?\*/|//[^\n]*|#[^\n]*|[()\[\]{}]",
    re.DOTALL,
)
"""Strings, comments and brackets of most languages. An apostrophe in prose opens a string to
the end of its line at most, which is why a second, naive count must agree."""

PAIRS = {")": "(", "]": "[", "}": "{"}


def open_brackets(code: str) -> tuple[bool, int]:
    """(whether a bracket stays open by both counts, offset of the outermost one). Linear.

    One count skips strings and comments, the other takes every bracket: a bracket in a string
    or a comment that confuses one of them does not confuse both.
    """
    start = _first_open(code, skip=True)
    if start < 0 or _first_open(code, skip=False) < 0:
        return False, -1
    return True, start


def _first_open(code: str, *, skip: bool) -> int:
    stack: list[tuple[str, int]] = []
    pieces = PIECES.finditer(code) if skip else re.finditer(r"[()\[\]{}]", code)
    for piece in pieces:
        sign = piece[0]
        if len(sign) > 1:
            continue
        if sign in PAIRS:
            if stack and stack[-1][0] == PAIRS[sign]:
                stack.pop()
        elif sign in "([{":
            stack.append((sign, piece.start()))
    return stack[0][1] if stack else -1
