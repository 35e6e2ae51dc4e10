"""Numbers that a claim takes or derives from a table: is the value in the cell it speaks of, or
does it follow by the arithmetic it names?"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from aiguardian.guards.trust.judgement import Check, Claim, Evidence
from aiguardian.guards.trust.quantities.arithmetic import (
    Derivation,
    Figure,
    Figures,
    asked_operations,
    best_derivation,
    passage,
)
from aiguardian.guards.trust.quantities.finding import find_quantities
from aiguardian.guards.trust.quantities.quantity import Quantity
from aiguardian.guards.trust.quantities.words import content_stems, overlap
from aiguardian.guards.trust.tables.grid import Grid, grid_of
from aiguardian.guards.trust.tables.table import Table
from aiguardian.processor import Deadline

MAX_STATED = 8
"""Numbers of a claim that are looked up and derived; the rest are left to other checks."""
MAX_LINES = 24
"""Rows, and columns, that take part: the ones most like the claim. By judgement."""
MAX_PROSE_FIGURES = 12
"""Numbers of the prose around a table that take part in arithmetic, most like the claim first."""

_COUNT = re.compile(r"\b(?:how many|number of|in how many)\b", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_SHORT_YEAR = re.compile(r"\b(?:FY|F)[ ']?(\d{2})(?!\d)")
_HIGHEST = re.compile(r"\b(?:larg|high|great|most|max|bigg|more)\w*", re.IGNORECASE)
_LOWEST = re.compile(r"\b(?:small|low|least|min|few|less)\w*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a claim asks for: its words, its years, and the arithmetic it names."""

    stems: frozenset[str]
    years: frozenset[str]
    operations: frozenset[str]
    extreme: int
    """1 where it asks for the highest, -1 for the lowest, 0 for neither."""


def check_figures(claim: Claim, tables: Sequence[Table], deadline: Deadline) -> list[Check]:
    """One check for each number that the claim states and the tables speak to.

    `table.lookup` where the number stands in a cell, `table.<operation>` where it is derived,
    `table.number` where nothing gives it although the claim speaks of the table.
    """
    stated = _stated(claim)
    if not stated or not tables:
        return []
    asked = _read_asked(claim, stated)
    named = [each for each in (_named(table, asked) for table in tables) if each is not None]
    checks = []
    for quantity in stated:
        best: Check | None = None
        for figures in named:
            deadline.check()
            check = _check_one(claim, quantity, asked, figures, deadline)
            if check is not None and (best is None or _rank(check) > _rank(best)):
                best = check
        if best is not None:
            checks.append(best)
    return checks


def _rank(check: Check) -> float:
    return check.score + (2.0 if check.outcome == "supported" else 0.0)


def _stated(claim: Claim) -> list[Quantity]:
    """The numbers of the claim that say something, not those that say when."""
    found = find_quantities(claim.text)
    numbers = [q for q in found if q.dimension not in ("date", "clock", "ordinal")]
    if claim.kind == "answer" and not numbers:
        numbers = [q for q in found if q.dimension == "date"]
    return [q for q in numbers if not math.isnan(q.bare)][:MAX_STATED]


def _read_asked(claim: Claim, stated: Iterable[Quantity]) -> _Asked:
    words = claim.statement
    if claim.kind != "answer":
        words = _blanked(claim.text, stated)
    extreme = int(bool(_HIGHEST.search(words))) - int(bool(_LOWEST.search(words)))
    years = frozenset(_YEAR.findall(words)) | frozenset(_years_in(words))
    return _Asked(frozenset(content_stems(words)), years, asked_operations(words), extreme)


def _years_in(name: str) -> set[str]:
    """The years that a column's name holds: "FY19" and "2019 €m" are 2019."""
    return set(_YEAR.findall(name)) | {f"20{short}" for short in _SHORT_YEAR.findall(name)}


def _blanked(text: str, quantities: Iterable[Quantity]) -> str:
    for quantity in quantities:
        text = text[: quantity.start] + " " * (quantity.end - quantity.start) + text[quantity.end :]
    return text


class _Named:
    """The numbers of a table that a claim may speak of, and how much it names each."""

    def __init__(self, table: Table, grid: Grid, relevance: Any, stems: frozenset[str]) -> None:
        self.table, self.grid, self.relevance = table, grid, relevance
        self.figures = grid.figures
        best = int(relevance.argmax())
        self.top = float(relevance[best])
        self.best = self.figures[best]
        """The number that the claim names most fully."""
        self._stems = stems

    def holding(self, quantity: Quantity) -> tuple[Figure, float] | None:
        """Of the cells that hold a number the one that the claim names best, and how well."""
        places = np.flatnonzero(_are_value(quantity, self.grid.sizes))
        if not places.size:
            return None
        best = int(places[self.relevance[places].argmax()])
        return self.figures[best], float(self.relevance[best])

    @cached_property
    def prose(self) -> list[tuple[float, Figure]]:
        """The numbers beside the table that stand with words of the claim, best first."""
        found = [
            (relevance, figure)
            for beside in self.table.beside
            if (relevance := overlap(self._stems, beside.stems)) > 0
            for figure in beside.figures
        ]
        return sorted(found, key=lambda each: -each[0])[:MAX_PROSE_FIGURES]

    @cached_property
    def in_arithmetic(self) -> list[Figures]:
        """The lines of the table, and its best numbers with the best of the prose."""
        lines = Figures(self.figures, self.relevance, self.grid.results)
        if not self.prose:
            return [lines]
        best = np.argsort(-self.relevance, kind="stable")[:MAX_PROSE_FIGURES]
        cells = [(float(self.relevance[at]), self.figures[at]) for at in best]
        mixed = sorted((*cells, *self.prose), key=lambda each: -each[0])[:MAX_PROSE_FIGURES]
        relevance, figures = zip(*mixed, strict=True)
        return [lines, passage(figures, relevance)]


def _named(table: Table, asked: _Asked) -> _Named | None:
    """The numbers of the rows and columns that are most like the claim; None without any."""
    rows, columns = _row_relevance(table, asked), _column_relevance(table, asked)
    best_rows = sorted(range(len(rows)), key=lambda row: (-rows[row], row))[:MAX_LINES]
    first = 0 if table.width == 1 else 1
    best_columns = sorted(range(first, table.width), key=lambda c: (-columns[c], c))[:MAX_LINES]
    grid = grid_of(table, sorted(best_rows), sorted(best_columns))
    if not grid.figures:
        return None
    relevance = 0.7 * np.array(rows)[grid.rows] + 0.3 * np.array(columns)[grid.columns]
    return _Named(table, grid, relevance, asked.stems)


def _check_one(
    claim: Claim, quantity: Quantity, asked: _Asked, named: _Named, deadline: Deadline
) -> Check | None:
    naming = _Naming(claim, quantity, named)
    if quantity.is_date:
        return _check_year(quantity, asked, named, naming)
    held = named.holding(quantity)
    if held is not None and (not asked.operations or held[1] >= named.top - 0.05):
        return naming.lookup(*held)
    counted = _count_of(quantity, claim, named)
    if counted is not None:
        return naming.counted(counted, quantity)
    in_prose = any(_are_value(quantity, abs(figure.value)) for _, figure in named.prose)
    derived = best_derivation(quantity, named.in_arithmetic, asked.operations, deadline)
    if derived is not None and not (in_prose and derived[1] < 0.6):
        return naming.derived(*derived)
    if in_prose:
        return None
    return naming.absent(asked) if held is None else naming.lookup(*held)


def _check_year(quantity: Quantity, asked: _Asked, named: _Named, naming: _Naming) -> Check | None:
    """A year as answer: that of the column (or row) where the asked figure is highest or lowest,
    or holds; contradicted when the table has years and not this one."""
    table, year = named.table, str(int(quantity.bare))
    years = [_year_of(table, figure) for figure in named.figures]
    of_year = dict(zip(years, named.figures, strict=True))
    of_year.pop("", None)
    if year not in of_year:
        if year in table.source.text or not of_year:
            return None
        return naming.year_absent(sorted(of_year), next(iter(of_year.values())))
    row = named.best.row
    line = [f for f, has in zip(named.figures, years, strict=True) if has and f.row == row]
    if not asked.extreme or len(line) < 2:
        return naming.year(of_year[year], 0.55)
    chosen = (max if asked.extreme > 0 else min)(line, key=lambda figure: abs(figure.value))
    return naming.year(chosen, 0.9, is_same=_year_of(table, chosen) == year)


def _year_of(table: Table, figure: Figure) -> str:
    years = _years_in(table.header[figure.column]) or _years_in(table.text(figure.row, 0))
    return min(years) if years else ""


def _count_of(quantity: Quantity, claim: Claim, named: _Named) -> tuple[int, Figure] | None:
    """How many figures of the line that the claim names lie past the bound it gives, if it asks
    how many do."""
    if not _COUNT.search(claim.statement) or not 0 <= quantity.bare <= 60:
        return None
    words = claim.question if claim.kind == "answer" else claim.text
    bounds = [
        q
        for q in find_quantities(words)
        if q.relation not in ("equal", "about") and q.dimension != "date"
    ]
    if not bounds:
        return None
    bound, top = bounds[0], named.best
    lines = [
        [f for f in named.figures if f.row == top.row],
        [f for f in named.figures if f.column == top.column],
    ]
    is_over = bound.relation in ("over", "at_least")
    counts = [sum(1 for f in line if (abs(f.value) > bound.bare) == is_over) for line in lines]
    stated = int(quantity.bare)
    return (stated if stated in counts else counts[0], top)


def _row_relevance(table: Table, asked: _Asked) -> list[float]:
    """For each row, how fully the claim names it."""
    given, count = [], len(asked.stems) or 1
    for row, (label, with_section) in enumerate(table.label_stems):
        named = len(label & asked.stems) / len(label) if label else 0.0
        covers = len(with_section & asked.stems) / count
        year = bool(asked.years) and any(y in table.text(row, 0) for y in asked.years)
        given.append(min(1.0, 0.6 * named + 0.4 * min(1.0, 2 * covers) + (0.5 if year else 0.0)))
    return given


def _column_relevance(table: Table, asked: _Asked) -> list[float]:
    """For each column, how fully the claim names it; its years count most."""
    given = []
    for column in range(table.width):
        name, stems = table.header[column], table.header_stems[column]
        has_year = not asked.years or bool(_years_in(name) & asked.years)
        named = len(stems & asked.stems) / len(stems) if stems else 0.0
        given.append(min(1.0, (0.6 if has_year else 0.0) + 0.4 * named))
    return given


def _are_value(quantity: Quantity, sizes: Any) -> Any:
    """Of numbers without their sign whether they are the one stated, with or without its
    magnitude."""
    half = quantity.step if quantity.bare == quantity.low else 0.0
    found: Any = False
    for stated in (abs(quantity.bare), abs(quantity.low)):
        gap = abs(sizes - stated)
        found |= gap <= 1e-9 * np.maximum(sizes, stated)
        if 0 < half < 0.5:
            found |= gap <= half
    return found


class _Naming:
    """Words the checks of one number of a claim against one table."""

    def __init__(self, claim: Claim, quantity: Quantity, named: _Named) -> None:
        self._table, self._best, self._top = named.table, named.best, named.top
        self._start = claim.start + quantity.start
        self._end = claim.start + quantity.end
        self._written = claim.text[quantity.start : quantity.end]

    def lookup(self, cell: Figure, relevance: float) -> Check:
        """Supported when the cell is among those that the claim names best, else contradicted."""
        gap = self._top - relevance
        if gap < 0.15:
            score = 0.55 + 0.4 * relevance
            message = f"The table has {self._written} for {cell.name}."
            return self._check("lookup", "supported", min(0.97, score), message, cell)
        best = self._best
        message = (
            f"The text says {self._written} where the table has "
            f"{self._table.text(best.row, best.column)} for {best.name}; "
            f"{self._written} stands for {cell.name}."
        )
        return self._check("lookup", "contradicted", min(0.9, 0.3 + gap), message, best)

    def derived(self, derivation: Derivation, score: float) -> Check:
        """Supported: the arithmetic gives the number."""
        message = (
            f"The {derivation.words} is {derivation.value:,.6g}: the text says {self._written}."
        )
        part = derivation.operation.replace(" ", "_")
        return self._check(part, "supported", score, message, derivation.figures[0])

    def counted(self, count: tuple[int, Figure], quantity: Quantity) -> Check:
        """Supported when the count is the one stated."""
        number, figure = count
        message = (
            f"{number} of the figures for {figure.name} meet that: the text says {self._written}."
        )
        if number == quantity.bare:
            return self._check("count", "supported", 0.75, message, figure)
        return self._check("count", "contradicted", 0.7, message, figure)

    def year(self, figure: Figure, score: float, *, is_same: bool = True) -> Check:
        """Supported when the year is that of the figure asked for."""
        message = f"The figure that is asked for is {figure.name}: the text says {self._written}."
        outcome = "supported" if is_same else "contradicted"
        return self._check("year", outcome, score, message, figure)

    def year_absent(self, years: Sequence[str], figure: Figure) -> Check:
        """Contradicted: the table has other years."""
        message = f"The text says {self._written}, the table has {', '.join(years[:4])}."
        return self._check("year", "contradicted", 0.8, message, figure)

    def absent(self, asked: _Asked) -> Check | None:
        """Contradicted when the claim names cells of the table and none gives the number."""
        if self._top < 0.3:
            return None
        best = self._best
        value = self._table.text(best.row, best.column)
        message = (
            f"The text says {self._written}; no cell of the table and no sum, difference or share "
            f"of its cells gives that (it has {value} for {best.name})."
        )
        part, score = "arithmetic" if asked.operations else "number", 0.5 + 0.45 * self._top
        return self._check(part, "contradicted", min(0.95, score), message, best)

    def _check(self, part: str, outcome: str, score: float, message: str, cell: Figure) -> Check:
        place = self._table.cell(cell.row, cell.column)
        evidence = None
        if place is not None:
            evidence = Evidence(self._table.source.index, place.start, place.end, place.text)
        return Check(f"table.{part}", outcome, score, message, self._start, self._end, evidence)  # type: ignore[arg-type]  # outcome is one of the three words
