"""How the words of a claim are read against a table: which rows, bounds and columns they mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product

from msgspec import Struct

from aiguardian.guards.trust.tables.cues import AFTER_LABEL, COUNTED, LABELLED, LESS, MORE, NOT
from aiguardian.guards.trust.tables.linking import Anchor, Linked, StatedNumber
from aiguardian.guards.trust.tables.table import Table

MAX_READINGS = 6
"""Readings of a stretch of words that are tried in pairs."""


class Outcome(Struct, frozen=True, gc=False):
    """What one reading of a claim gives: whether it holds, how well the reading fits the words in
    [0, 1], what was computed, and a row to show."""

    program: str
    holds: bool
    fit: float
    words: str
    row: int = -1


def is_negated(linked: Linked) -> bool:
    """Whether the claim says "not", "never" or "no" of something."""
    return bool(NOT.search(linked.cues))


def find_filters(linked: Linked) -> list[Anchor]:
    """What the rows must have: one reading for each stretch of words that is linked, and the
    bounds ("more than 20"), each in the column it is most likely of. Found once for a claim."""
    if not linked.filters:
        linked.filters.append(_find_filters(linked))
    return linked.filters[0]


def _find_filters(linked: Linked) -> list[Anchor]:
    bounds = _bound_filters(linked)
    bound_places = {anchor.first for anchor in bounds}
    chosen: list[Anchor] = []
    for group in sorted(linked.stretches, key=lambda g: -g[0].quality * (g[0].last - g[0].first)):
        if group[0].first in bound_places and group[0].last == group[0].first + 1:
            continue
        chosen.append(_reading(linked, group, chosen))
    return sorted([*chosen, *bounds], key=lambda anchor: anchor.first)


def _reading(linked: Linked, group: Sequence[Anchor], chosen: Sequence[Anchor]) -> Anchor:
    """The reading of a stretch: in the column that is named beside it, in a column that no other
    stretch has, and in a row with the others, in this order."""
    near = linked.column_near(group[0].first, group[0].last, 2)
    used = {anchor.column for anchor in chosen}

    def likeliness(anchor: Anchor) -> tuple[bool, bool, bool, float]:
        return (
            anchor.column == near,
            anchor.column not in used,
            _meets(anchor, chosen),
            anchor.quality,
        )

    return max(group[:MAX_READINGS], key=likeliness)


def _meets(anchor: Anchor, chosen: Sequence[Anchor]) -> bool:
    return not any(anchor.rows.isdisjoint(other.rows) for other in chosen)


def find_bounds(linked: Linked) -> Iterator[tuple[StatedNumber, Callable[[float, float], bool]]]:
    """Numbers that bound a figure ("at least 3"), with the test of a figure against the number."""
    for number in linked.numbers:
        before = " " + " ".join(linked.words[max(0, number.place - 4) : number.place]) + " "
        if before.endswith(" least "):
            yield number, lambda value, bound: value >= bound
        elif before.endswith((" no more than ", " not more than ", " at most ", " up to ")):
            yield number, lambda value, bound: value <= bound
        elif MORE.search(before) or before.endswith(" after "):
            yield number, lambda value, bound: value > bound
        elif LESS.search(before) or before.endswith(" before "):
            yield number, lambda value, bound: value < bound


def _bound_filters(linked: Linked) -> list[Anchor]:
    table = linked.table
    filters = []
    for number, side in find_bounds(linked):
        column = column_of_number(linked, number)
        if column is None:
            continue
        rows = frozenset(
            row for row, value in enumerate(table.values(column))
            if value is not None and side(value, number.value)
        )  # fmt: skip
        filters.append(Anchor(number.place, number.place + 1, column, rows, 0.9))
    return filters


def column_of_number(linked: Linked, number: StatedNumber) -> int | None:
    """The column with numbers that is named nearest to the number, or that holds it alone."""
    table = linked.table
    near = linked.column_near(number.place, number.place + 1, 5)
    if near is not None and table.is_numeric(near):
        return near
    holding = [
        a.column for a in linked.anchors if a.first == number.place and table.is_numeric(a.column)
    ]
    named = value_columns(linked)
    if holding:
        return next((column for column in holding if column in named), holding[0])
    return named[0] if named and linked.columns.get(named[0], 0) >= 0.3 else None


def value_columns(linked: Linked, least: float = 0.3) -> list[int]:
    """Columns with numbers that the claim names, best first; any if it names none."""
    numeric = [c for c in range(linked.table.width) if linked.table.is_numeric(c)]
    named = sorted(
        (c for c in numeric if linked.columns.get(c, 0) >= least), key=lambda c: -linked.columns[c]
    )
    return named[:3] if named else numeric[:4]


def nearest_values(linked: Linked, place: int, used: set[int]) -> list[int]:
    """Numeric columns that the claim names, the nearest to a word first; without one named, any
    that is not used to say which row is meant."""
    table = linked.table
    named = [
        (max(m.first - place, 1 + 2 * (place - m.last)), -m.share, m.column)
        for m in linked.mentions
        if m.column not in used and table.is_numeric(m.column)
    ]
    if named:
        return list(dict.fromkeys(column for _, _, column in sorted(named)))
    return [c for c in value_columns(linked) if c not in used] or value_columns(linked)


def column_fit(linked: Linked, column: int) -> float:
    """How well a reading fits that uses this column, in (0, 1]: the better, the fuller its name."""
    return 0.35 + 0.65 * linked.columns.get(column, 0.0)


def count_fit(linked: Linked, number: StatedNumber) -> float:
    """How much a number looks like a count: small, spelled or before a noun, not a cell."""
    n = number.value
    if n != int(n) or n > len(linked.table.rows) + 5 or n > 200:
        return 0.0
    after = linked.words[number.place + 1 : number.place + 4]
    before = linked.words[max(0, number.place - 2) : number.place]
    fit = 0.5 if not number.is_cell else 0.35
    if "of" in after[:1] or "there" in before or "only" in before or "total" in before:
        fit += 0.3
    if COUNTED & set(after):
        fit += 0.3
    if LABELLED & set(before[-1:]) or AFTER_LABEL & set(after[:1]):
        fit -= 0.5
    if not linked.words[number.place][0].isdigit():
        fit += 0.15
    near = linked.column_near(number.place, number.place + 1, 0)
    if near is not None and linked.table.is_numeric(near) and linked.columns[near] > 0.6:
        fit -= 0.25
    return max(0.0, min(1.0, fit))


def is_in_anchor(linked: Linked, number: StatedNumber) -> bool:
    """Whether a number is part of a longer name or date that the table holds."""
    return any(a.first <= number.place < a.last and a.last - a.first > 1 for a in linked.anchors)


def two_named(linked: Linked) -> Iterator[tuple[Anchor, Anchor]]:
    """Two things of one column in different rows, in the order of the claim."""
    best = [group[0] for group in linked.stretches]
    for place, one in enumerate(best):
        for other in best[place + 1 :]:
            if _are_apart(one, other):
                yield one, other
                return
    for place, group in enumerate(linked.stretches):
        for later in linked.stretches[place + 1 :]:
            for one, other in product(group[:MAX_READINGS], later[:MAX_READINGS]):
                if _are_apart(one, other):
                    yield one, other
                    return


def _are_apart(one: Anchor, other: Anchor) -> bool:
    """Whether two things are of one column and never in one row."""
    return one.column == other.column and one.rows.isdisjoint(other.rows)


def all_rows(table: Table) -> frozenset[int]:
    """The rows but for a last one that sums up the others."""
    return frozenset(row for row in range(len(table.rows)) if not _is_total(table, row))


def _is_total(table: Table, row: int) -> bool:
    """Whether a row sums up the others."""
    is_last = row == len(table.rows) - 1
    return is_last and table.text(row, 0).lower() in ("total", "totals", "sum", "overall", "all")


def rows_where(anchors: Sequence[Anchor], rows: frozenset[int]) -> frozenset[int]:
    """Those of the rows that have all of what is named."""
    for anchor in anchors:
        rows = rows & anchor.rows
    return rows
