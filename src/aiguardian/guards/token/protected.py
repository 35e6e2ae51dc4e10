"""Which lines of a text may be touched at all.

A lossless step looks only at lines that are free: not code, not quoted, not indented, not part
of a diff. The rule errs on the side of leaving alone: a stray quotation mark costs some saving,
never a changed quotation.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import IntEnum


class Line(IntEnum):
    """What may be done to a line."""

    FROZEN = 0
    FREE = 1
    QUOTING = 2
    """Free before its first and after its last quotation mark only."""


# CommonMark 0.31 section 4.5; any indentation, since a fence may stand in a list.
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_ELEMENT = re.compile(r"<(pre|code|script|style|textarea|svg|math|xml)\b", re.IGNORECASE)
_TRIPLE = ('"""', "'''")
_DIFF = re.compile(r"diff --git |@@ -\d+(?:,\d+)? \+\d+")
_MARKS = '"“”„‟«»‹›`‘‚‛「」『』＂'
# An apostrophe inside a word (don't, dogs') is no quotation mark; 'a word' is.
_QUOTE = re.compile(f"[{_MARKS}]|(?<!\\w)'(?=\\S)")
_PAIRS = (("“", "”"), ("«", "»"), ("「", "」"), ("『", "』"), ("‹", "›"))
CHECK_LINES = 4096
LOOK_AHEAD = 5
"""Paragraphs that a quotation may run over; past that a mark counts as stray."""


def classify(lines: list[str], checkpoint: Callable[[], None]) -> list[Line]:
    """One verdict a line; `lines` is the text split at line feeds. Linear."""
    verdicts = [Line.FREE] * len(lines)
    _freeze_blocks(lines, verdicts, checkpoint)
    _freeze_indented(lines, verdicts)
    _freeze_quotations(lines, verdicts, checkpoint)
    return verdicts


def free_ends(line: str) -> tuple[int, int]:
    """Where the quoted middle of a QUOTING line begins and ends."""
    marks = [match.start() for match in _QUOTE.finditer(line)]
    return (marks[0], marks[-1] + 1) if marks else (len(line), len(line))


def _freeze_blocks(lines: list[str], verdicts: list[Line], checkpoint: Callable[[], None]) -> None:
    """Fences, elements whose text is verbatim, triple-quoted strings, diffs."""
    until: Callable[[str], bool] | None = None
    for number, line in enumerate(lines):
        if number % CHECK_LINES == 0:
            checkpoint()
        if until is not None:
            verdicts[number] = Line.FROZEN
            if until(line):
                until = None
            continue
        if not line:
            continue
        until = _opens(line)
        if until is not None or line[0] == ">":
            verdicts[number] = Line.FROZEN
        if _DIFF.match(line):
            verdicts[number:] = [Line.FROZEN] * (len(lines) - number)
            return


def _opens(line: str) -> Callable[[str], bool] | None:
    """A test for the line that closes what this one opens, or None."""
    if "``" in line or "~~" in line:
        fence = _FENCE.match(line)
        if fence:
            mark = fence.group(1)
            return lambda later: later.strip().startswith(mark) and not later.strip().strip(mark[0])
    for triple in _TRIPLE:
        if line.count(triple) % 2:
            return lambda later: later.count(triple) % 2 == 1
    if "<" in line and (element := _ELEMENT.search(line)):
        close = f"</{element.group(1).lower()}"
        if close not in line.lower():
            return lambda later: close in later.lower()
    return None


def _freeze_indented(lines: list[str], verdicts: list[Line]) -> None:
    """Indented lines and the blank ones between two of them: code, YAML, verse."""
    blanks: list[int] = []
    was_indented = False
    for number, line in enumerate(lines):
        if not line or line.isspace():
            blanks.append(number)
            continue
        is_indented = line[0] == "\t" or line.startswith("  ")
        if is_indented:
            verdicts[number] = Line.FROZEN
        if was_indented and is_indented:
            for blank in blanks:
                verdicts[blank] = Line.FROZEN
        blanks = []
        was_indented = is_indented


def _freeze_quotations(
    lines: list[str], verdicts: list[Line], checkpoint: Callable[[], None]
) -> None:
    """Whole paragraphs where a quotation may span lines, and up to where it closes."""
    pending = -1  # the first line of a paragraph with a mark left open
    paragraphs_since = 0
    for index, (start, end) in enumerate(_paragraphs(lines)):
        if index % CHECK_LINES == 0:
            checkpoint()
        quoting = [n for n in range(start, end) if verdicts[n] and _QUOTE.search(lines[n])]
        is_open = bool(quoting) and not _is_balanced(lines[quoting[0] : quoting[-1] + 1])
        if pending >= 0:
            paragraphs_since += 1
        if is_open and pending >= 0 and paragraphs_since <= LOOK_AHEAD:
            verdicts[pending:end] = [Line.FROZEN] * (end - pending)
            pending = -1
        elif is_open:
            verdicts[start:end] = [Line.FROZEN] * (end - start)
            pending, paragraphs_since = start, 0
        elif len(quoting) == 1:
            number = quoting[0]
            verdicts[number] = Line.QUOTING
        elif quoting:
            verdicts[quoting[0] : quoting[-1] + 1] = [Line.FROZEN] * (quoting[-1] + 1 - quoting[0])


def _paragraphs(lines: list[str]) -> list[tuple[int, int]]:
    """Runs of lines that are not blank."""
    found = []
    start = -1
    for number, line in enumerate(lines):
        is_blank = not line or line.isspace()
        if is_blank and start >= 0:
            found.append((start, number))
            start = -1
        elif not is_blank and start < 0:
            start = number
    if start >= 0:
        found.append((start, len(lines)))
    return found


def _is_balanced(lines: list[str]) -> bool:
    text = "\n".join(lines)
    return (
        text.count('"') % 2 == 0
        and text.count("`") % 2 == 0
        and all(text.count(left) == text.count(right) for left, right in _PAIRS)
    )
