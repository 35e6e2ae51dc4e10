"""Markup that carries nothing: padding of tables, long rules, closing marks of headings."""

from __future__ import annotations

import re

from aiguardian.guards.token.counting import Checkpoint
from aiguardian.guards.token.protected import CHECK_LINES, Line, classify

# GitHub Flavored Markdown, section 4.10: the delimiter row makes the table.
_DELIMITER = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*\r?$")
_DASHES = re.compile(r"-{4,}")
_PADDING = re.compile(r"(?<!\\)\|[ \t]{2,}|[ \t]{2,}(?=\|)")
# A rule or an underline of one repeated sign. Not "_": that may be a blank to fill in.
_RULE = re.compile(r"(?:-{4,}|={4,}|\*{4,})[ \t]*\r?$")
_CLOSED_HEADING = re.compile(r"(#{1,6}[ \t].*[^\s#\\])[ \t]+#+[ \t]*(\r?)$")
_DRAWING = re.compile(r"[|+/\\<>_~^]|\A\s")


def tighten_tables(text: str, checkpoint: Checkpoint) -> str:
    """Cells of Markdown tables without their padding; the cells' own text is untouched."""
    if "|" not in text or "-|" not in text.replace(" ", "").replace(":", ""):
        return text
    lines = text.split("\n")
    verdicts = classify(lines, checkpoint)
    inside = False
    for number in range(len(lines) - 1):
        if number % CHECK_LINES == 0:
            checkpoint()
        if not inside and "|" in lines[number] and _is_delimiter(lines[number + 1]):
            inside = True
        if inside and "|" not in lines[number]:
            inside = False
        if inside and verdicts[number] == Line.FREE:
            lines[number] = _tight_row(lines[number])
    if inside and "|" in lines[-1] and verdicts[-1] == Line.FREE:
        lines[-1] = _tight_row(lines[-1])
    return "\n".join(lines)


def _is_delimiter(line: str) -> bool:
    return "|" in line and "-" in line and _DELIMITER.match(line) is not None


def _tight_row(line: str) -> str:
    if _is_delimiter(line):
        return _DASHES.sub("---", _PADDING.sub(_one_space, line))
    return _PADDING.sub(_one_space, line)


def _one_space(match: re.Match[str]) -> str:
    return "| " if match.group().startswith("|") else " "


def shorten_markup(text: str, checkpoint: Checkpoint) -> str:
    """Rules and underlines of three signs instead of thirty; headings without closing hashes;
    no byte-order mark at the start."""
    text = text.removeprefix("\ufeff")
    if not any(sign in text for sign in ("----", "====", "****", "#\n", "#\r", "# ", "#")):
        return text
    lines = text.split("\n")
    verdicts = classify(lines, checkpoint)
    for number, line in enumerate(lines):
        if number % CHECK_LINES == 0:
            checkpoint()
        if not line or verdicts[number] != Line.FREE:
            continue
        if line[0] in "-=*" and _RULE.match(line) and not _in_drawing(lines, number):
            lines[number] = line[:3] + ("\r" if line[-1] == "\r" else "")
        elif line[0] == "#" and (heading := _CLOSED_HEADING.match(line)):
            lines[number] = heading.group(1) + heading.group(2)
    return "\n".join(lines)


def _in_drawing(lines: list[str], number: int) -> bool:
    """True when a neighbour looks like a part of a picture or a plain-text table."""
    near = lines[max(0, number - 1) : number] + lines[number + 1 : number + 2]
    return any(_DRAWING.search(line) or "  " in line or "\t" in line for line in near)
