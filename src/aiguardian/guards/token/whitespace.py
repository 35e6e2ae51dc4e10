"""White space that says nothing: at line ends, between words, between paragraphs."""

from __future__ import annotations

import re

from aiguardian.guards.token.counting import Checkpoint
from aiguardian.guards.token.protected import CHECK_LINES, Line, classify, free_ends

# One look decides whether there is anything to do: a run of spaces, one before a line end, or
# two blank lines. No quantifier inside another, so linear on any text.
_CANDIDATE = re.compile(r"  |[ \t](?:\r?\n|\Z)|\n[ \t\r]*\n[ \t\r]*\n|\A\s|\n\s*\Z")
# Two spaces after a sentence's end. Not after "1." or "a.": that may be a list's indentation.
_AFTER_SENTENCE = re.compile(r"(?<=[^\W\d_][^\W\d_][.!?;:,])  +(?=[^\W_])")
_RUN = re.compile(r"(?<=[^\s|])  +(?=[^\s|])")
_LIST_MARK = re.compile(r"(?:[-*+]|\w{1,4}[.):])[ \t]+")


def trim(text: str, checkpoint: Checkpoint) -> str:
    """The text with idle white space taken out, outside code and quotes.

    Kept: every indentation, Markdown's hard line breaks (two spaces before a line end), one
    blank line between paragraphs, tabs between words (columns), and runs of spaces in a line
    whose neighbour has some too (columns again).
    """
    if not _CANDIDATE.search(text):
        return text
    lines = text.split("\n")
    verdicts = classify(lines, checkpoint)
    _trim_line_ends(lines, verdicts, checkpoint)
    _narrow_runs(lines, verdicts, checkpoint)
    return "\n".join(_without_spare_blanks(lines, verdicts))


def _trim_line_ends(lines: list[str], verdicts: list[Line], checkpoint: Checkpoint) -> None:
    last = len(lines) - 1
    for number, line in enumerate(lines):
        if number % CHECK_LINES == 0:
            checkpoint()
        if not line or verdicts[number] == Line.FROZEN:
            continue
        body, feed = (line[:-1], "\r") if line[-1] == "\r" else (line, "")
        kept = body.rstrip(" \t")
        if kept == body or _cuts_quotation(line, kept, verdicts[number]):
            continue
        if number == last:
            kept += body[len(kept)]  # "Answer: " invites another completion than "Answer:"
        elif kept and body.endswith("  ") and lines[number + 1].strip():
            kept += "  "
        lines[number] = kept + feed


def _cuts_quotation(line: str, kept: str, verdict: Line) -> bool:
    return verdict == Line.QUOTING and free_ends(line)[1] > len(kept)


def _narrow_runs(lines: list[str], verdicts: list[Line], checkpoint: Checkpoint) -> None:
    has_run = [bool(_RUN.search(line)) or "\t" in line.strip() for line in lines]
    for number, line in enumerate(lines):
        if number % CHECK_LINES == 0:
            checkpoint()
        if not has_run[number] or verdicts[number] == Line.FROZEN:
            continue
        near = has_run[max(0, number - 2) : number] + has_run[number + 1 : number + 3]
        pattern = _AFTER_SENTENCE if any(near) or "|" in line else _RUN
        lines[number] = _narrow(line, pattern, verdicts[number])


def _narrow(line: str, pattern: re.Pattern[str], verdict: Line) -> str:
    mark = _LIST_MARK.match(line)
    start = mark.end() if mark else 0
    left, right = free_ends(line) if verdict == Line.QUOTING else (len(line), len(line))
    head = pattern.sub(" ", line[start:left]) if left > start else ""
    return line[:start] + head + line[max(left, start) : right] + pattern.sub(" ", line[right:])


def _without_spare_blanks(lines: list[str], verdicts: list[Line]) -> list[str]:
    """One blank line where there were more; none at the start; one line feed at the end."""
    kept: list[str] = []
    was_blank = True
    for line, verdict in zip(lines, verdicts, strict=True):
        is_blank = not line or line == "\r"
        if is_blank and was_blank and verdict != Line.FROZEN:
            continue
        kept.append(line)
        was_blank = is_blank
    if kept and kept[-1] in ("", "\r") and len(lines) > 1:
        while kept and kept[-1] in ("", "\r"):
            kept.pop()
        kept.append("")
    elif not kept:
        kept = [""]
    elif lines[-1] == "" and kept[-1] != "":
        kept.append("")
    return kept
