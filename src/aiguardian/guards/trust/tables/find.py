"""Tables in a source: Markdown, "row | cell", tabs, CSV and "key: value" lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from aiguardian.guards.trust.judgement import Source
from aiguardian.guards.trust.tables.table import Cell, Kept, Table
from aiguardian.processor import Deadline

_RULE = re.compile(r"[\s|:+=-]*-[\s|:+=-]*")
_LINE = re.compile(r"[^\n]*\n?")
_YEAR = re.compile(
    r"(?:FY|F|Q[1-4] ?)?'?(?:19|20)?\d{2}[AE]?\*{0,3}|(?:19|20)\d{2}[-–/]\d{2,4}", re.IGNORECASE
)
# "$M", "(in millions)", "£'000", "%": what a second header row says of its columns.
_UNIT_ROW = re.compile(
    r"\(?(?:in |expressed in )?"
    r"(?:[A-Z]{0,3}[$€£¥₹]?\s?['’]?(?:m|mn|bn|k|000s?|millions?|thousands?|billions?)?|%)\)?"
    r"(?:[ ,].{0,40})?",
    re.IGNORECASE,
)
_PAIR = re.compile(
    r"(?:^|(?<=[.;\n] ))(?P<key>[^\W\d_][^\n:.|;]{0,40}?)(?:\.|:)?:[ ](?=\S)", re.MULTILINE
)
_MIN_PAIRS = 2
MAX_COLUMNS = 64
"""Cells past this column are not read: wider lines are no tables for people."""


class _Line(NamedTuple):
    text: str
    start: int


def find_tables(
    source: Source,
    deadline: Deadline,
    kept: Kept | None = None,
    *,
    with_record: bool = True,
) -> list[Table]:
    """The tables of the source in order. Linear; raises `DeadlineExceeded` when past. `kept` is
    what the tables of other sources of the request share with them. A source without a table may
    be a record, a list of "key: value": `with_record` asks for that, too."""
    text = source.text
    formats = [each for each in _FORMATS if each[3] in text and text.count("\n") + 1 >= each[2]]
    found: list[Table] = []
    lines = _lines(text) if formats else []
    claimed = [False] * len(lines)
    kept = kept or Kept()
    for split, is_row, least, _ in formats:
        for first, last in _blocks(lines, claimed, is_row, least):
            deadline.check()
            table = _read_block(source, lines, first, last, split, kept, deadline)
            if table is not None:
                found.append(table)
                claimed[first:last] = [True] * (last - first)
    if not found and with_record:
        record = _read_record(source)
        found = [record] if record else []
    return sorted(found, key=lambda table: table.start)


def _lines(text: str) -> list[_Line]:
    return [_Line(m.group().rstrip("\r\n"), m.start()) for m in _LINE.finditer(text) if m.group()]


def _blocks(
    lines: Sequence[_Line], claimed: Sequence[bool], is_row: Callable[[str], int], least: int
) -> Iterator[tuple[int, int]]:
    """Half-open line ranges of at least `least` rows on end. Comma lines must have one width."""
    first, width = 0, 0
    for place, line in enumerate([*lines, _Line("", 0)]):
        here = 0 if place < len(claimed) and claimed[place] else is_row(line.text)
        goes_on = here > 0 and (width == 0 or here == width or is_row is not _comma_cells)
        if goes_on:
            width = here
            continue
        if place - first >= least and width:
            yield first, place
        first, width = (place, here) if here else (place + 1, 0)


def _pipe_cells(line: str) -> int:
    return 1 if "|" in line else 0


def _tab_cells(line: str) -> int:
    return 1 if "\t" in line.strip(" ") else 0


def _comma_cells(line: str) -> int:
    """The commas of a line that may be a row of a CSV file; 0 for prose."""
    commas = line.count(",")
    if commas < 1 or len(line) > 400 * (commas + 1) or line.rstrip().endswith((".", ":", ";")):
        return 0
    return sum(1 for _ in _split_commas(_Line(line, 0))) - 1


def _split_pipes(line: _Line) -> Iterator[Cell]:
    yield from _split_at(line, "|")


def _split_tabs(line: _Line) -> Iterator[Cell]:
    yield from _split_at(line, "\t")


def _split_at(line: _Line, mark: str) -> Iterator[Cell]:
    start = 0
    for part in line.text.split(mark)[:MAX_COLUMNS]:
        yield _trimmed(part, line.start + start)
        start += len(part) + 1


def _split_commas(line: _Line) -> Iterator[Cell]:
    """Fields of RFC 4180: quotes hold commas, doubled quotes stay as they are."""
    for match in re.finditer(
        r'(?:^|,)(?:[ ]?"(?P<quoted>[^"]*+(?:""[^"]*+)*)"[ ]?(?=,|$)|(?P<plain>[^,]*+))', line.text
    ):
        name = "quoted" if match["quoted"] is not None else "plain"
        yield _trimmed(match[name], line.start + match.start(name))


def _trimmed(part: str, start: int) -> Cell:
    text = part.strip()
    start += len(part) - len(part.lstrip())
    return Cell(text, start, start + len(text))


_FORMATS: tuple[tuple[Callable[[_Line], Iterator[Cell]], Callable[[str], int], int, str], ...] = (
    (_split_pipes, _pipe_cells, 2, "|"),
    (_split_tabs, _tab_cells, 2, "\t"),
    (_split_commas, _comma_cells, 3, ","),
)
"""How a line is cut, how many cells it has (0 for none), the fewest lines, and the mark."""


def _read_block(
    source: Source,
    lines: Sequence[_Line],
    first: int,
    last: int,
    split: Callable[[_Line], Iterator[Cell]],
    kept: Kept,
    deadline: Deadline,
) -> Table | None:
    """The table of a block of lines, or None if it has no second column or no second row."""
    grid: list[tuple[Cell, ...]] = []
    ruled = 0
    for place in range(first, last):
        if place % 256 == 0:
            deadline.check()
        line = lines[place]
        if _RULE.fullmatch(line.text) and line.text.strip():
            ruled = ruled or len(grid)
            continue
        grid.append(tuple(split(line)))
    grid = _without_frame(grid)
    width = max((len(row) for row in grid), default=0)
    if len(grid) < 2 or width < 2:
        return None
    heads = ruled or _header_rows(grid)
    end = lines[last - 1].start + len(lines[last - 1].text)
    body, sections = _body(grid[heads:])
    caption = _caption(lines, first)
    header = _joined_header(grid[:heads], width)
    start = lines[first].start
    return Table(source, start, end, header, body, caption, sections, kept=kept)


def _without_frame(grid: list[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
    """Markdown rows begin and end with a bar: the empty cells outside are no columns."""
    if grid and all(len(row) > 2 and not row[0].text and not row[-1].text for row in grid):
        return [row[1:-1] for row in grid]
    return grid


def _header_rows(grid: Sequence[tuple[Cell, ...]]) -> int:
    """How many rows at the top name columns: the first, if it isn't all numbers, and those that
    go on under an empty corner or hold only years and units."""
    heads = 0
    for row in grid[: min(6, len(grid) - 1)]:
        rest = [cell.text for cell in row[1:] if cell.text]
        has_data = any(re.search(r"\d", text) and not _is_head(text) for text in rest)
        is_more = rest and all(map(_is_head, rest)) if row[0].text else bool(rest) or heads > 0
        if has_data and not (heads == 0 and re.search(r"[^\W\d_]{3}", " ".join(rest))):
            break
        if heads and not is_more:
            break
        heads += 1
    return heads


def _is_head(text: str) -> bool:
    return bool(
        _YEAR.fullmatch(text) or _UNIT_ROW.fullmatch(text) or re.search(r"(?:19|20)\d\d", text)
    )


def _joined_header(heads: Sequence[tuple[Cell, ...]], width: int) -> tuple[str, ...]:
    columns = [
        " ".join(row[column].text for row in heads if column < len(row) and row[column].text)
        for column in range(width)
    ]
    return tuple(columns)


def _body(grid: Sequence[tuple[Cell, ...]]) -> tuple[tuple[tuple[Cell, ...], ...], tuple[str, ...]]:
    """Rows with data, and the section heading over each."""
    rows: list[tuple[Cell, ...]] = []
    sections: list[str] = []
    section = ""
    for row in grid:
        if len(row) > 1 and row[0].text and not any(cell.text for cell in row[1:]):
            section = row[0].text
            continue
        if any(cell.text for cell in row):
            rows.append(row)
            sections.append(section)
    return tuple(rows), tuple(sections)


def _caption(lines: Sequence[_Line], first: int) -> str:
    """The line right above the table, unless it is a paragraph of its own."""
    if first == 0:
        return ""
    above = lines[first - 1].text.strip()
    if not above and first > 1:
        above = lines[first - 2].text.strip()
    return above if len(above) <= 200 else ""


def _read_record(source: Source) -> Table | None:
    """The "key: value" list that a source is, one a line or one a sentence, or None."""
    text = source.text
    if text.count(": ") < _MIN_PAIRS or len(text) > 50_000:
        return None
    marks = list(_PAIR.finditer(text))
    if len(marks) < _MIN_PAIRS:
        return None
    rows = []
    for place, mark in enumerate(marks):
        end = marks[place + 1].start() if place + 1 < len(marks) else len(text)
        value = text[mark.end() : end].split("\n\n")[0].rstrip(" .\n")
        key = Cell(mark["key"], mark.start("key"), mark.end("key"))
        rows.append((key, Cell(value, mark.end(), mark.end() + len(value))))
    if 2 * len({row[0].text for row in rows}) <= len(rows):
        return None  # speakers of a dialogue
    covered = sum(row[1].end - row[0].start for row in rows)
    if 3 * covered < 2 * len(text) or any(len(row[1].text) > 600 for row in rows):
        return None
    caption = text[: marks[0].start()].strip(" .\n")
    return Table(source, 0, len(text), ("", ""), tuple(rows), caption, is_record=True)
