"""Numbers that a claim takes or derives from a table: is the value in the cell it speaks of, or
does it follow by the arithmetic it names?"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aiguardian.guards.trust.judgement import Check, Claim, Evidence
from aiguardian.guards.trust.quantities.arithmetic import (
    Derivation,
    Figure,
    asked_operations,
    best_derivation,
)
from aiguardian.guards.trust.quantities.finding import find_quantities
from aiguardian.guards.trust.quantities.quantity import Quantity
from aiguardian.guards.trust.quantities.words import content_stems, overlap
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
_IS_PERCENT_HEAD = re.compile(r"%|percent", re.IGNORECASE)
_IS_PERCENT_ROW = re.compile(r"%|rate|margin|volatility", re.IGNORECASE)
_DECIMALS = re.compile(r"\.(\d+)")
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
    named = [(table, _named_figures(table, asked)) for table in tables]
    checks = []
    for quantity in stated:
        best: Check | None = None
        for table, figures in named:
            deadline.check()
            if not figures:
                continue
            check = _check_one(claim, quantity, asked, table, figures, deadline)
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


def _named_figures(table: Table, asked: _Asked) -> list[Figure]:
    """The numbers of a table that the claim may speak of, with how much it names each."""
    return _figures(table, _row_relevance(table, asked), _column_relevance(table, asked))


def _check_one(
    claim: Claim,
    quantity: Quantity,
    asked: _Asked,
    table: Table,
    figures: Sequence[Figure],
    deadline: Deadline,
) -> Check | None:
    naming = _Naming(claim, quantity, table)
    if quantity.is_date:
        return _check_year(quantity, asked, table, figures, naming)
    direct = [figure for figure in figures if _is_value(quantity, figure.value)]
    top = max(figure.relevance for figure in figures)
    best = max(direct, key=lambda figure: figure.relevance, default=None)
    if best is not None and (not asked.operations or best.relevance >= top - 0.05):
        return naming.lookup(best, top, figures)
    counted = _count_of(quantity, claim, figures)
    if counted is not None:
        return naming.counted(counted, quantity)
    prose = _prose_figures(table, asked)
    is_in_prose = any(_is_value(quantity, figure.value) for figure in prose)
    mixed = (
        [sorted((*figures, *prose), key=lambda f: -f.relevance)[:MAX_PROSE_FIGURES]]
        if prose
        else []
    )
    lines = [*_lines(figures, by_row=True), *_lines(figures, by_row=False), *mixed]
    derived = best_derivation(quantity, lines, asked.operations, deadline)
    if derived is not None and not (is_in_prose and derived[1] < 0.6):
        return naming.derived(*derived)
    if is_in_prose:
        return None
    if best is not None:
        return naming.lookup(best, top, figures)
    return naming.absent(figures, top, asked)


def _check_year(
    quantity: Quantity, asked: _Asked, table: Table, figures: Sequence[Figure], naming: _Naming
) -> Check | None:
    """A year as answer: that of the column (or row) where the asked figure is highest or lowest,
    or holds; contradicted when the table has years and not this one."""
    year = str(int(quantity.bare))
    named = {_year_of(table, figure): figure for figure in figures}
    named.pop("", None)
    if year not in named:
        if year in table.source.text or not named:
            return None
        return naming.year_absent(sorted(named), next(iter(named.values())))
    best_row = max(figures, key=lambda figure: figure.relevance).row
    line = [f for f in figures if f.row == best_row and _year_of(table, f)]
    if not asked.extreme or len(line) < 2:
        return naming.year(named[year], 0.55)
    chosen = (max if asked.extreme > 0 else min)(line, key=lambda figure: abs(figure.value))
    return naming.year(chosen, 0.9, is_same=_year_of(table, chosen) == year)


def _year_of(table: Table, figure: Figure) -> str:
    years = _years_in(table.header[figure.column]) or _years_in(table.text(figure.row, 0))
    return min(years) if years else ""


def _count_of(
    quantity: Quantity, claim: Claim, figures: Sequence[Figure]
) -> tuple[int, Figure] | None:
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
    bound = bounds[0]
    top = max(figures, key=lambda figure: figure.relevance)
    lines = [
        [f for f in figures if f.row == top.row],
        [f for f in figures if f.column == top.column],
    ]
    is_over = bound.relation in ("over", "at_least")
    counts = [sum(1 for f in line if (abs(f.value) > bound.bare) == is_over) for line in lines]
    stated = int(quantity.bare)
    return (stated if stated in counts else counts[0], top)


def _prose_figures(table: Table, asked: _Asked) -> list[Figure]:
    """The numbers beside the table that stand with words of the claim."""
    figures = [
        Figure(
            n.value,
            overlap(set(asked.stems), set(n.stems)),
            n.written,
            is_percent=n.is_percent,
            decimals=n.decimals,
        )
        for n in table.beside
    ]
    figures = [figure for figure in figures if figure.relevance > 0]
    return sorted(figures, key=lambda figure: -figure.relevance)[:MAX_PROSE_FIGURES]


def _row_relevance(table: Table, asked: _Asked) -> list[float]:
    """For each row, how fully the claim names it."""
    given = []
    for row in range(len(table.rows)):
        label = frozenset(content_stems(table.text(row, 0)))
        section = frozenset(content_stems(table.sections[row])) if table.sections else frozenset()
        named = len(label & asked.stems) / len(label) if label else 0.0
        covers = len((label | section) & asked.stems) / (len(asked.stems) or 1)
        year = bool(asked.years) and any(y in table.text(row, 0) for y in asked.years)
        given.append(min(1.0, 0.6 * named + 0.4 * min(1.0, 2 * covers) + (0.5 if year else 0.0)))
    return given


def _column_relevance(table: Table, asked: _Asked) -> list[float]:
    """For each column, how fully the claim names it; its years count most."""
    given = []
    for column in range(table.width):
        name, stems = table.header[column], table.header_stems[column]
        has_year = bool(_years_in(name) & asked.years)
        named = len(stems & asked.stems) / len(stems) if stems else 0.0
        given.append(min(1.0, (0.6 if has_year or not asked.years else 0.0) + 0.4 * named))
    return given


def _figures(table: Table, rows: Sequence[float], columns: Sequence[float]) -> list[Figure]:
    """The numbers of the rows and columns that are most like the claim."""
    best_rows = sorted(range(len(rows)), key=lambda row: (-rows[row], row))[:MAX_LINES]
    first = 0 if table.width == 1 else 1
    best_columns = sorted(range(first, table.width), key=lambda c: (-columns[c], c))[:MAX_LINES]
    figures = []
    for column in sorted(best_columns):
        values = table.values(column)
        for row in sorted(best_rows):
            value = values[row]
            if value is not None:
                relevance = 0.7 * rows[row] + 0.3 * columns[column]
                figures.append(_figure(table, row, column, value, relevance))
    return figures


def _figure(table: Table, row: int, column: int, value: float, relevance: float) -> Figure:
    name, text = table.text(row, 0), table.text(row, column)
    head = table.header[column]
    label = f"“{name}”, “{head}”" if head else f"“{name}”"
    is_percent = "%" in text or _IS_PERCENT_HEAD.search(head) or _IS_PERCENT_ROW.search(name)
    decimals = _DECIMALS.search(text)
    return Figure(
        value, relevance, label, row, column, bool(is_percent), len(decimals[1]) if decimals else 0
    )


def _is_value(quantity: Quantity, value: float) -> bool:
    """Whether a cell holds the number, with or without its sign and magnitude."""
    half = quantity.step if quantity.bare == quantity.low else 0.0
    for stated in (quantity.bare, quantity.low):
        if math.isclose(abs(stated), abs(value), rel_tol=1e-9) or (
            half and half < 0.5 and abs(abs(stated) - abs(value)) <= half
        ):
            return True
    return False


def _lines(figures: Sequence[Figure], *, by_row: bool) -> list[list[Figure]]:
    lines: dict[int, list[Figure]] = {}
    for figure in figures:
        lines.setdefault(figure.row if by_row else figure.column, []).append(figure)
    return list(lines.values())


class _Naming:
    """Words the checks of one number of a claim against one table."""

    def __init__(self, claim: Claim, quantity: Quantity, table: Table) -> None:
        self._table = table
        self._start = claim.start + quantity.start
        self._end = claim.start + quantity.end
        self._written = claim.text[quantity.start : quantity.end]

    def lookup(self, cell: Figure, top: float, figures: Sequence[Figure]) -> Check:
        """Supported when the cell is among those that the claim names best, else contradicted."""
        gap = top - cell.relevance
        if gap < 0.15:
            score = 0.55 + 0.4 * cell.relevance
            message = f"The table has {self._written} for {cell.name}."
            return self._check("lookup", "supported", min(0.97, score), message, cell)
        named = max(figures, key=lambda figure: figure.relevance)
        message = (
            f"The text says {self._written} where the table has "
            f"{self._table.text(named.row, named.column)} for {named.name}; "
            f"{self._written} stands for {cell.name}."
        )
        return self._check("lookup", "contradicted", min(0.9, 0.3 + gap), message, named)

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

    def absent(self, figures: Sequence[Figure], top: float, asked: _Asked) -> Check | None:
        """Contradicted when the claim names cells of the table and none gives the number."""
        if top < 0.3:
            return None
        named = max(figures, key=lambda figure: figure.relevance)
        value = self._table.text(named.row, named.column)
        message = (
            f"The text says {self._written}; no cell of the table and no sum, difference or share "
            f"of its cells gives that (it has {value} for {named.name})."
        )
        part = "arithmetic" if asked.operations else "number"
        return self._check(part, "contradicted", min(0.95, 0.5 + 0.45 * top), message, named)

    def _check(self, part: str, outcome: str, score: float, message: str, cell: Figure) -> Check:
        place = self._table.cell(cell.row, cell.column)
        evidence = None
        if place is not None:
            evidence = Evidence(self._table.source.index, place.start, place.end, place.text)
        return Check(f"table.{part}", outcome, score, message, self._start, self._end, evidence)  # type: ignore[arg-type]  # outcome is one of the three words
