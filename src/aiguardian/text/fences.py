"""Where code stands in a Markdown answer: fenced blocks (CommonMark 0.31, section 4.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass

FENCE_LINE = re.compile(r"^[ \t]*(`{3,}|~{3,})([^\n]*)$", re.MULTILINE)
"""An opening or closing fence. Indents of any depth count: models indent fences in lists."""


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block: offsets of all of it, and of the lines between the fences."""

    start: int
    end: int
    body_start: int
    body_end: int
    info: str
    """The word after the opening fence (`json`), or empty."""
    is_closed: bool


def fences(text: str) -> list[Fence]:
    """All fenced blocks in order; the last may be open to the end of the text."""
    found: list[Fence] = []
    opened: re.Match[str] | None = None
    for line in FENCE_LINE.finditer(text):
        if opened is None:
            is_inline = line[1][0] == "`" and "`" in line[2]
            opened = None if is_inline else line
        elif _closes(line, opened):
            found.append(_fence(text, opened, body_end=line.start(), end=line.end()))
            opened = None
    if opened is not None:
        found.append(_fence(text, opened, body_end=len(text), end=None))
    return found


def _closes(line: re.Match[str], opened: re.Match[str]) -> bool:
    same_mark = line[1][0] == opened[1][0] and len(line[1]) >= len(opened[1])
    return same_mark and not line[2].strip()


def _fence(text: str, opened: re.Match[str], *, body_end: int, end: int | None) -> Fence:
    body_start = min(opened.end() + 1, len(text))
    return Fence(
        start=opened.start(1),
        end=len(text) if end is None else end,
        body_start=body_start,
        body_end=max(body_start, body_end),
        info=opened[2].strip().partition(" ")[0].lower(),
        is_closed=end is not None,
    )


INLINE_CODE = re.compile(r"`[^`\n]{1,400}`")
LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"'\u3000-\u303f]{1,2000}|[\w.+-]{1,64}@[\w.-]{1,255}")
"""Web and mail addresses; `a@b` in prose is the nearest false positive and harmless here."""


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def without_code(text: str) -> str:
    """The text with code and addresses blanked out: same length, so offsets stay true."""
    parts: list[str] = []
    position = 0
    for fence in fences(text):
        parts.append(text[position : fence.start])
        block = text[fence.start : fence.end]
        parts.append("".join("\n" if char == "\n" else " " for char in block))
        position = fence.end
    parts.append(text[position:])
    prose = "".join(parts)
    return LINK.sub(_blank, INLINE_CODE.sub(_blank, prose))
