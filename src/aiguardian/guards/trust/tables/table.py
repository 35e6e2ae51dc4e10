"""A table of a source: its cells with offsets, its header, and the values of its cells."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from aiguardian.guards.trust.judgement import Source
from aiguardian.guards.trust.quantities.arithmetic import Figure
from aiguardian.guards.trust.quantities.dates import find_dates
from aiguardian.guards.trust.quantities.finding import find_quantities
from aiguardian.guards.trust.quantities.numerals import RUN, read_run
from aiguardian.guards.trust.quantities.words import STOPWORDS, content_stems, stem, tokens
from aiguardian.processor import Deadline
from aiguardian.text.sentences import sentence_spans

if TYPE_CHECKING:
    from aiguardian.guards.trust.tables.grid import Grid

# A cell that is one number: sign or accounting brackets, currency, digits, percent or magnitude.
_NUMBER_CELL = re.compile(
    r"\s*(?P<before>[-−+(]?\s*(?:[A-Z]{0,3}\s?[$€£¥₹])?\s*[-−+(]?)\s*"
    r"(?P<digits>\.?\d[\d.,\u00a0\u202f'’]*+(?:[ ]\d{3}(?!\d))*)\s*(?P<after>[%)]{0,2})"
    r"\s*(?:\[\w{1,3}\]|\(\w{1,2}\)|[*†‡])?\s*"
)
# A duration ("2:01.14", "1:41:54.314") in seconds; a time of day keeps its order as well.
_CLOCK_CELL = re.compile(
    r"(?<![\d:])(?:(?P<h>\d{1,3}):)?(?P<m>\d{1,3}):(?P<s>[0-5]\d(?:\.\d{1,4})?)(?![\d:])"
)
_FIRST_NUMBER = re.compile(r"(?<![\w.])[-−]?\d++(?:[.,]\d++)*")
_EMPTY = frozenset({"", "-", "–", "—", "n / a", "n/a", "none", "null", "?", "nan"})


class Cell(Struct, frozen=True, gc=False):
    """`source.text[start:end]`, without the white space around it."""

    text: str
    start: int
    end: int

    @property
    def is_empty(self) -> bool:
        """Whether it holds nothing or a sign for nothing."""
        return self.text.lower() in _EMPTY


@dataclass(frozen=True, slots=True)
class Beside:
    """A sentence of the prose beside a table that holds numbers."""

    stems: frozenset[str]
    figures: tuple[Figure, ...]


NEARBY = 4_000
"""Code points before and after a table whose numbers may belong to it. By judgement."""


MAX_CELL_WORDS = 40
"""Words of a cell that are compared with a claim."""


@dataclass(frozen=True, slots=True)
class WordIndex:
    """The words of the cells of a table."""

    stems: list[list[tuple[str, ...]]]
    """By row and column."""
    weights: dict[str, float]
    """How telling a word is: the rarer in the rows, the more."""
    places: dict[str, list[tuple[int, int]]]
    """Row and column of the cells that hold a word."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was worked out for one claim or table of a request and may serve another."""

    sentences: dict[str, Beside | None] = field(default_factory=dict)
    """Of the prose beside tables; None for one without numbers."""
    grids: dict[Any, Grid] = field(default_factory=dict)
    """The last that were made, see `grid.py`."""


@dataclass(frozen=True)
class Table:
    """A table at `source.text[start:end]`. Rows may be ragged: see `cell`."""

    source: Source
    start: int
    end: int
    header: tuple[str, ...]
    """A name for each column; those of several header rows joined by a space."""
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    sections: tuple[str, ...] = ()
    """For each row the heading row above it ("Americas:"), or ""."""
    is_record: bool = False
    """Whether it is one thing's "key: value" list: two columns, key and value."""
    _values: dict[int, list[float | None]] = field(default_factory=dict, repr=False, compare=False)
    _numeric: dict[int, bool] = field(default_factory=dict, repr=False, compare=False)
    _indexes: list[WordIndex] = field(default_factory=list, repr=False, compare=False)
    kept: Kept = field(default_factory=Kept, repr=False, compare=False)

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.header)

    def cell(self, row: int, column: int) -> Cell | None:
        """The cell, or None where the row is too short or the cell empty."""
        cells = self.rows[row]
        if column >= len(cells) or cells[column].is_empty:
            return None
        return cells[column]

    def text(self, row: int, column: int) -> str:
        """The text of a cell, "" where there is none."""
        cell = self.cell(row, column)
        return cell.text if cell else ""

    def values(self, column: int) -> list[float | None]:
        """The numbers (or day numbers) of a column, None where a cell holds none. Cached."""
        known = self._values.get(column)
        if known is None:
            read = read_date if self._is_date_column(column) else read_number
            known = [read(self.text(row, column)) for row in range(len(self.rows))]
            self._values[column] = known
        return known

    def _is_date_column(self, column: int) -> bool:
        sample = [self.text(row, column) for row in range(min(len(self.rows), 12))]
        filled = [text for text in sample if text]
        dates = sum(1 for text in filled if _holds_full_date(text))
        return bool(filled) and 2 * dates > len(filled)

    def is_numeric(self, column: int) -> bool:
        """Whether most filled cells of the column hold a value. Cached."""
        known = self._numeric.get(column)
        if known is None:
            filled = sum(1 for row in range(len(self.rows)) if self.cell(row, column))
            held = sum(1 for value in self.values(column) if value is not None)
            known = held > 0 and 5 * held >= 3 * filled
            self._numeric[column] = known
        return known

    def word_index(self, deadline: Deadline) -> WordIndex:
        """The words of the cells. Made once, in time linear in the cells; raises
        `DeadlineExceeded` when past."""
        if not self._indexes:
            self._indexes.append(_index_words(self, deadline))
        return self._indexes[0]

    @cached_property
    def beside(self) -> tuple[Beside, ...]:
        """The numbers of the prose within `NEARBY` code points of the table."""
        text, read = self.source.text, self.kept.sentences
        found: list[Beside] = []
        for part in (
            text[max(0, self.start - NEARBY) : self.start],
            text[self.end : self.end + NEARBY],
        ):
            for start, end in sentence_spans(part):
                sentence = part[start:end]
                if sentence not in read:
                    read[sentence] = _numbers_in(sentence)
                beside = read[sentence]
                if beside is not None:
                    found.append(beside)
        return tuple(found)

    @cached_property
    def label_stems(self) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
        """Of each row the stems of its first cell, and these with those of its section."""
        sections = self.sections or ("",) * len(self.rows)
        labels = [frozenset(content_stems(self.text(row, 0))) for row in range(len(self.rows))]
        return tuple(
            (label, label.union(content_stems(section)))
            for label, section in zip(labels, sections, strict=True)
        )

    @cached_property
    def header_stems(self) -> tuple[frozenset[str], ...]:
        """Stems of each column's name."""
        return tuple(frozenset(content_stems(name)) for name in self.header)

    @cached_property
    def header_words(self) -> tuple[frozenset[str], ...]:
        """Stems of each column's name and the numbers in it: "2006", "1st leg"."""
        numbers = (re.findall(r"\d+", name) for name in self.header)
        return tuple(
            stems | set(found) for stems, found in zip(self.header_stems, numbers, strict=True)
        )


def _index_words(table: Table, deadline: Deadline) -> WordIndex:
    stems: list[list[tuple[str, ...]]] = []
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    counts: dict[str, int] = defaultdict(int)
    for row, cells in enumerate(table.rows):
        if row % 128 == 0:
            deadline.check()
        line = [
            () if cell.is_empty else tuple(map(stem, tokens(cell.text)[:MAX_CELL_WORDS]))
            for cell in cells[: table.width]
        ]
        stems.append(line)
        for column, words in enumerate(line):
            for word in set(words):
                places[word].append((row, column))
        for word in {word for words in line for word in words}:
            counts[word] += 1
    total = len(table.rows)
    weights = {
        word: (0.2 if word in STOPWORDS else 1.0) * math.log(1 + (total + 1) / count)
        for word, count in counts.items()
    }
    return WordIndex(stems, weights, places)


def _numbers_in(sentence: str) -> Beside | None:
    figures = []
    for quantity in find_quantities(sentence):
        if not math.isnan(quantity.bare) and quantity.dimension not in ("date", "ordinal"):
            written = sentence[quantity.start : quantity.end]
            decimals = re.search(r"\.(\d+)", written)
            figures.append(
                Figure(
                    quantity.bare,
                    written,
                    is_percent=quantity.dimension == "percent",
                    decimals=len(decimals[1]) if decimals else 0,
                )
            )
    return Beside(frozenset(content_stems(sentence)), tuple(figures)) if figures else None


def read_number(text: str) -> float | None:
    """The number that a cell holds: all of it ("$ (1,234)" is −1234), else its first number
    ("38 tons" is 38, "12.21 (93)" is 12.21); None when there is none."""
    clock = _CLOCK_CELL.search(text)
    if clock is not None:
        hours, minutes, seconds = (float(clock[name] or 0) for name in ("h", "m", "s"))
        return 3600 * hours + 60 * minutes + seconds
    match = _NUMBER_CELL.fullmatch(text)
    if match is not None:
        numeral = read_run(match["digits"].strip(".,").replace(" ", ","), 0, decimal_commas=False)
        if numeral is None:
            return None
        is_negative = bool(re.search(r"[-−(]", match["before"]))
        value = numeral.value if match["digits"][0] != "." else float("0" + match["digits"])
        return -value if is_negative else value
    first = _FIRST_NUMBER.search(text)
    if first is None:
        return None
    run = RUN.search(first.group())
    numeral = read_run(run.group(), 0, decimal_commas=False) if run else None
    if numeral is None:
        return None
    return -numeral.value if first.group()[0] in "-−" else numeral.value


def read_date(text: str) -> float | None:
    """The first day that a cell names, as a day number, or None."""
    dates = find_dates(text)
    return float(dates[0].low) if dates else None


def _holds_full_date(text: str) -> bool:
    dates = find_dates(text)
    return bool(dates) and not dates[0].is_bare_year and dates[0].high - dates[0].low < 32
