"""Repeated lines and blocks, said once and then pointed to.

Nothing is silently dropped: where a repetition stood, a short note in brackets says what was
repeated and how often, so that position and number survive.
"""

from __future__ import annotations

from aiguardian.guards.token.counting import Checkpoint
from aiguardian.guards.token.protected import CHECK_LINES, Line, classify

MIN_RUN = 4
"""Identical lines in a row before they are counted instead of shown: verse and short lists
repeat a line two or three times on purpose."""
MIN_LINE_CHARS = 20
MIN_BLOCK_CHARS = 240
"""A note costs some 20 tokens; a block of 240 characters about 60 (chosen 2026-11)."""
_NOTE_WORDS = 6


def fold_lines(text: str, checkpoint: Checkpoint) -> str:
    """A run of identical lines as one line and a note of how many more there were."""
    if "\n" not in text:
        return text
    lines = text.split("\n")
    if not _has_run(lines):
        return text
    verdicts = classify(lines, checkpoint)
    kept: list[str] = []
    number = 0
    while number < len(lines):
        if number % CHECK_LINES == 0:
            checkpoint()
        end = number + 1
        while end < len(lines) and lines[end] == lines[number]:
            end += 1
        if end - number >= MIN_RUN and _may_fold(lines[number], verdicts[number:end]):
            kept += [lines[number], f"[the line above {end - number - 1} more times]"]
        else:
            kept += lines[number:end]
        number = end
    return "\n".join(kept)


def _has_run(lines: list[str]) -> bool:
    return any(
        line == later and len(line) >= MIN_LINE_CHARS
        for line, later in zip(lines, lines[MIN_RUN - 1 :], strict=False)
    )


def _may_fold(line: str, verdicts: list[Line]) -> bool:
    return len(line.strip()) >= MIN_LINE_CHARS and Line.FROZEN not in verdicts


def point_to_repeated_blocks(text: str, checkpoint: Checkpoint) -> str:
    """A long paragraph that stood before, word for word, as a note that points to it."""
    if len(text) < 2 * MIN_BLOCK_CHARS or "\n\n" not in text:
        return text
    blocks = text.split("\n\n")
    if len({block.rstrip() for block in blocks}) == len(blocks):
        return text
    lines = text.split("\n")
    verdicts = classify(lines, checkpoint)
    seen: set[str] = set()
    kept = []
    first_line = 0
    for number, block in enumerate(blocks):
        if number % CHECK_LINES == 0:
            checkpoint()
        end_line = first_line + block.count("\n") + 1
        said = block.rstrip()
        if said in seen and Line.FROZEN not in verdicts[first_line:end_line]:
            block = _note(block)
        elif len(said) >= MIN_BLOCK_CHARS:
            seen.add(said)
        kept.append(block)
        first_line = end_line + 1
    return "\n\n".join(kept)


def _note(block: str) -> str:
    start = " ".join(block.split(maxsplit=_NOTE_WORDS)[:_NOTE_WORDS])[:60]
    return f"[the same paragraph as above again: {start} …]"
