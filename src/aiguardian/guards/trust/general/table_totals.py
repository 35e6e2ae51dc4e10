"""Tables of a text whose row of totals is not the sum of the rows above it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aiguardian.guards.trust.judgement import Check, Source
from aiguardian.guards.trust.tables.find import find_tables
from aiguardian.guards.trust.tables.table import Cell, Table
from aiguardian.processor import Deadline

_TOTAL = re.compile(
    r"[*_\s]*(?:grand )?(?:total|totals|sum|summe|gesamt|insgesamt|somme|suma|totale)[*_:\s]*",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[*_\s$€£]*(-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?)[*_\s%€£]*")
_PARTIAL = re.compile(
    r"(?:sub)?total|\bnet\b|gross|of which|includ|less\b|before|after", re.IGNORECASE
)
"""In the name of a row that is no part of its own: a subtotal, a difference."""
WIDEST_GAP = 0.3
"""Of the total: a column that is further off holds something else than its parts."""
FEWEST_ROWS = 2
MOST_ROWS = 1_000


def wrong_totals(text: str, deadline: Deadline) -> Iterator[Check]:
    """A check for each total that its column does not add up to. Linear."""
    if "|" not in text and "\t" not in text:
        return
    for table in find_tables(Source(0, "", text), deadline):
        if FEWEST_ROWS < len(table.rows) <= MOST_ROWS and _is_total(table):
            for column in range(1, table.width):
                deadline.check()
                yield from _column(table, column)


def _is_total(table: Table) -> bool:
    first = table.cell(len(table.rows) - 1, 0)
    if first is None or _TOTAL.fullmatch(first.text) is None:
        return False
    names = [table.cell(row, 0) for row in range(len(table.rows) - 1)]
    return all(name is not None and not _PARTIAL.search(name.text) for name in names)


def _column(table: Table, column: int) -> Iterator[Check]:
    cells = [table.cell(row, column) for row in range(len(table.rows))]
    numbers = [_number(cell) for cell in cells]
    known = [number for number in numbers if number is not None]
    total = cells[-1]
    if total is None or len(known) < len(cells):
        return
    decimals = max(len(cell.text.partition(".")[2]) for cell in cells if cell is not None)
    gap = abs(sum(known[:-1]) - known[-1])
    slack = 0.5 * len(known) * 10.0**-decimals if decimals else 0.5
    is_mean = abs(sum(known[:-1]) / (len(known) - 1) - known[-1]) <= slack
    if slack < gap <= WIDEST_GAP * abs(known[-1]) and not is_mean:
        name = table.header[column].strip() or f"column {column + 1}"
        message = f"The rows of {name!r} add up to {sum(known[:-1]):,.10g}, the total says "
        message += f"{total.text}."
        yield Check("general.sum", "contradicted", 0.75, message, total.start, total.end)


def _number(cell: Cell | None) -> float | None:
    match = _NUMBER.fullmatch(cell.text) if cell is not None else None
    return float(match[1].replace(",", "")) if match else None
