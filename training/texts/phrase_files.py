"""Phrase files: `[section]` heads, one phrase a line, and comments before the first head.

A `\\n` in a phrase stands for a line break.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "indirect"


@cache
def sections(name: str) -> dict[str, tuple[str, ...]]:
    """The phrases of a file of `FOLDER` by section, in their order."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if re.fullmatch(r"\[[a-z_]+\]", line):
            lines = found.setdefault(line[1:-1], [])
        elif line and found:
            lines.append(line.replace("\\n", "\n"))
    return {section: tuple(phrases) for section, phrases in found.items()}
