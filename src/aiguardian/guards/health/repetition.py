"""Category `repetition`: the model fell into a loop.

A loop is a stretch whose parts equal the parts one period earlier. Periods are looked for
among letters, words and lines, each with arrays compared with themselves shifted: linear in
the text, for a fixed number of periods.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from aiguardian.guards.health.schemas import found
from aiguardian.processor import Deadline, Finding
from aiguardian.text.fences import fences

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
LIST_MARK = re.compile(r"^[ \t]*(?:\d{1,6}[.):]|[-*+•])[ \t]+")
TABLE_OR_DATA = re.compile(r"^\s*(?:\||[\[{(<]|[\d\"'])|[;{}]\s*$|\S\s*[,;\t|]\s*\S+\s*[,;\t|]")
"""Rows of tables, data and code may be equal by right. Commas in prose match too: such a line
must be repeated as often as a row of data."""

MOST_WORDS = 64
"""Longest period among words; longer ones are found among lines or letters."""
MOST_LINES = 40
MOST_LETTERS = 48
FEWEST_LETTERS = 60
"""Length of a loop of letters: `hahahahaha`, `Goooooal` and 哈哈哈哈 end before it."""
SHORTEST_LINE = 12
TAIL_PERIODS = 4_000
"""Longest period looked for at the very end, where a model that loops stops."""


def _least_repeats(period_words: int) -> int:
    """How often a phrase must come in a row. By judgement, against songs, chants and lists:
    "no, no, no" and "row, row, row your boat" are none, a chorus comes twice or thrice."""
    if period_words == 1:
        return 14
    if period_words <= 3:
        return 8
    return 4 if period_words <= 12 else 3


@dataclass(frozen=True, slots=True)
class Run:
    """Items [start, end) that equal the items `period` before them, from the second round on."""

    start: int
    end: int
    period: int

    @property
    def repeats(self) -> float:
        """How many rounds there are, the last perhaps cut."""
        return (self.end - self.start) / self.period


def find_repetition(text: str, *, content_type: str, deadline: Deadline) -> list[Finding]:
    """At most one finding: the longest loop. Linear."""
    if len(text) < FEWEST_LETTERS:
        return []
    is_code = content_type == "code"
    prose = text if is_code else _without_data(text)
    deadline.check()
    loops = [
        *_line_loops(text, prose, is_code=is_code),
        *([] if is_code else _word_loops(prose, deadline)),
        *_letter_loops(prose, deadline, is_code=is_code),
    ]
    if not loops:
        return []
    start, end, repeats = max(loops, key=lambda loop: loop[1] - loop[0])
    while not text[start].isalnum() and start < end - 1:
        start += 1  # a round begins with a word, not with the full stop before it
    share = (end - start) / len(text.strip())
    score = min(0.99, 0.75 + 0.15 * share + 0.01 * min(repeats, 9))
    message = f"The same stretch comes {repeats:.0f} times in a row, {share:.0%} of the answer."
    return [found("repetition", start, end, score=score, message=message)]


Loop = tuple[int, int, float]
"""Start and end in the text, and how many rounds."""


def _runs(items: Any, periods: range, least: Any) -> Iterator[Run]:
    """Stretches that repeat at least `least(period)` times, for each period."""
    for period in periods:
        if len(items) < 2 * period:
            return
        same = items[period:] == items[:-period]  # (n - period,), bool
        edges = np.flatnonzero(np.diff(np.concatenate(([False], same, [False])).astype(np.int8)))
        begins, ends = edges[::2], edges[1::2] + period
        long_enough = ends - begins >= least(period) * period
        yield from (
            Run(begin, end, period)
            for begin, end in zip(
                begins[long_enough].tolist(), ends[long_enough].tolist(), strict=True
            )
        )


def _numbered(items: list[str]) -> Any:
    """Equal items get equal numbers: what can be compared as an array."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(item, len(numbers)) for item in items], dtype=np.int64)


def _word_loops(prose: str, deadline: Deadline) -> Iterator[Loop]:
    spans = [match.span() for match in WORD.finditer(prose)]
    deadline.check()
    words = _numbered([prose[start:end].lower() for start, end in spans])
    deadline.check()
    for run in _runs(words, range(1, MOST_WORDS + 1), _least_repeats):
        start, end = spans[run.start][0], spans[run.end - 1][1]
        stretch = prose[start:end]
        letters = sum(char.isalpha() for char in stretch[:2_000])
        if letters >= 0.4 * min(len(stretch), 2_000) and end - start >= FEWEST_LETTERS // 2:
            yield start, end, run.repeats


def _without_data(text: str) -> str:
    """Code blocks and table rows blanked, list marks too: `1. a`, `2. a` is a loop."""
    parts = list(text)
    for block in fences(text):
        parts[block.start : block.end] = " " * (block.end - block.start)
    blanked = "".join(parts)
    lines = []
    for line in blanked.split("\n"):
        mark = LIST_MARK.match(line)
        if line.lstrip().startswith("|"):
            line = " " * len(line)
        elif mark:
            line = " " * mark.end() + line[mark.end() :]
        lines.append(line)
    return "\n".join(lines)


def _line_loops(text: str, prose: str, *, is_code: bool) -> Iterator[Loop]:
    """Whole lines or blocks of lines; in code and data only when there are very many."""
    spans = [(match.start(), match.end()) for match in re.finditer(r"[^\n]+", text)]
    spans = [(start, end) for start, end in spans if text[start:end].strip()]
    lines = [LIST_MARK.sub("", text[start:end]).strip() for start, end in spans]
    for run in _runs(_numbered(lines), range(1, MOST_LINES + 1), lambda _: 4):
        block = lines[run.start : run.start + run.period]
        letters = sum(char.isalpha() for line in block for char in line[:500])
        if letters < SHORTEST_LINE:
            continue  # blank rows, brackets, rules
        first = spans[run.start]
        in_block = not prose[first[0] : first[1]].strip()
        is_data = is_code or in_block or any(TABLE_OR_DATA.search(line[:200]) for line in block)
        if is_data and run.repeats < 12:
            continue
        if len(block) == 1 and len(block[0].split()) < 4 and run.repeats < 8:
            continue
        yield spans[run.start][0], spans[run.end - 1][1], run.repeats


def _letter_loops(text: str, deadline: Deadline, *, is_code: bool) -> Iterator[Loop]:
    """Letters without spaces between them (`aaaa`, 我我我我), and any long period at the end."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    for first in range(1, MOST_LETTERS + 1, 8):
        deadline.check()
        periods = range(first, min(first + 8, MOST_LETTERS + 1))
        for run in _runs(codes, periods, lambda period: max(6, FEWEST_LETTERS / period)):
            stretch = text[run.start : run.start + run.period]
            if sum(char.isalpha() for char in stretch) < 0.6 * len(stretch):
                continue
            if is_code or (
                run.period < 3 and run.end - run.start < 2 * FEWEST_LETTERS and stretch.isascii()
            ):
                continue  # padding, placeholders, hex and base64 zeros
            yield run.start, run.end, run.repeats
    yield from _tail_loop(text, is_code=is_code)


def _tail_loop(text: str, *, is_code: bool) -> Iterator[Loop]:
    """The end of the text, when it repeats with a period of up to `TAIL_PERIODS` letters.

    The last letters are searched for further to the left; each hit is a candidate period.
    """
    end = len(text.rstrip())
    mark = text[max(0, end - 40) : end]
    if len(mark) < 40 or sum(char.isalpha() for char in mark) < 16:
        return
    position = end - 40
    for _ in range(8):
        position = text.rfind(mark, max(0, end - 40 - TAIL_PERIODS), position + 39)
        if position < 0:
            return
        period = end - 40 - position
        start = _reach(text, end, period)
        rounds = (end - start) / period
        if rounds >= (12 if is_code else 4) and end - start >= 3 * FEWEST_LETTERS:
            yield start, end, rounds
            return


def _reach(text: str, end: int, period: int) -> int:
    """How far to the left `text[:end]` repeats with this period."""
    start = end
    step = max(period, 256)
    while (
        start - period - step >= 0
        and text[start - step : start] == text[start - step - period : start - period]
    ):
        start -= step
    while start - period > 0 and text[start - 1] == text[start - 1 - period]:
        start -= 1
    return max(0, start - period)
