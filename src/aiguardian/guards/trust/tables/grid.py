"""The numbers in some rows and columns of a table, with all that follows from them.

Claims on a table mostly read the same rows and columns, so these are worked out once for all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from aiguardian.guards.trust.quantities.arithmetic import Figure
from aiguardian.guards.trust.quantities.results import Results

if TYPE_CHECKING:
    from aiguardian.guards.trust.tables.table import Table

_IS_PERCENT_HEAD = re.compile(r"%|percent", re.IGNORECASE)
_IS_PERCENT_ROW = re.compile(r"%|rate|margin|volatility", re.IGNORECASE)
_DECIMALS = re.compile(r"\.(\d+)")

MOST_KEPT = 8
"""Grids of a request, each of up to 2 MB: two tries of the tables that a claim is tried on."""


class Grid:
    """The numbers in the chosen rows and columns of a table, column by column."""

    def __init__(self, table: Table, rows: Sequence[int], columns: Sequence[int]) -> None:
        self.figures = [
            _figure(table, row, column, value)
            for column in columns
            for values in (table.values(column),)
            for row in rows
            if (value := values[row]) is not None
        ]
        self.rows = np.array([figure.row for figure in self.figures], dtype=np.intp)
        self.columns = np.array([figure.column for figure in self.figures], dtype=np.intp)
        self.sizes = np.abs([figure.value for figure in self.figures])
        """The numbers without their sign."""
        by_row: dict[int, list[int]] = {}
        by_column: dict[int, list[int]] = {}
        for place, figure in enumerate(self.figures):
            by_row.setdefault(figure.row, []).append(place)
            by_column.setdefault(figure.column, []).append(place)
        self._lines = (*by_row.values(), *by_column.values())
        self._results: Results | None = None

    @property
    def results(self) -> Results:
        """What follows from the numbers of a row, and from those of a column."""
        if self._results is None:
            self._results = Results([figure.value for figure in self.figures], self._lines)
        return self._results


def _figure(table: Table, row: int, column: int, value: float) -> Figure:
    name, text = table.text(row, 0), table.text(row, column)
    head = table.header[column]
    label = f"“{name}”, “{head}”" if head else f"“{name}”"
    is_percent = "%" in text or _IS_PERCENT_HEAD.search(head) or _IS_PERCENT_ROW.search(name)
    decimals = _DECIMALS.search(text)
    return Figure(value, label, row, column, bool(is_percent), len(decimals[1]) if decimals else 0)


def grid_of(table: Table, rows: Sequence[int], columns: Sequence[int]) -> Grid:
    """The grid of these rows and columns, kept for the next claim."""
    key = (id(table), *rows, -1, *columns)
    kept = table.kept.grids
    known = kept.pop(key, None) or Grid(table, rows, columns)
    kept[key] = known
    if len(kept) > MOST_KEPT:
        del kept[next(iter(kept))]
    return known
