"""Programs that count the rows with what a claim names, or their share of all rows."""

from __future__ import annotations

from collections.abc import Iterator

from aiguardian.guards.trust.tables.cues import (
    ALL,
    DIFFERENT,
    HALF,
    LESS,
    MAJORITY,
    MAX,
    MINORITY,
    MORE,
    ONLY,
)
from aiguardian.guards.trust.tables.linking import Linked, StatedNumber
from aiguardian.guards.trust.tables.reading import (
    Outcome,
    all_rows,
    count_fit,
    find_bounds,
    find_filters,
    is_in_anchor,
    rows_where,
    two_named,
)


def count_rows(linked: Linked) -> Iterator[Outcome]:
    """A number of the claim counts the rows with what it names."""
    chosen = find_filters(linked)
    everything = all_rows(linked.table)
    bounds = {number.place for number, _ in find_bounds(linked)}
    for number in linked.numbers:
        fit = count_fit(linked, number)
        if number.place in bounds or fit <= 0.2:
            continue
        others = [a for a in chosen if not a.first <= number.place < a.last]
        if any(a.first <= number.place < a.last and a.last - a.first > 1 for a in chosen):
            continue
        if not others and fit < 0.6:
            continue
        n = int(number.value)
        count = len(rows_where(others, everything))
        words = f"{count} rows have what is named, the text says {n}"
        yield Outcome("count", n == count, fit, words)
        if len(others) > 1:
            loose = {
                len(rows_where(others[:i] + others[i + 1 :], everything))
                for i in range(len(others))
            }
            yield Outcome(
                "count_any", n in loose | {count} | {len(a.rows) for a in others}, fit, words
            )
        yield from _distinct(linked, number, fit)


def _distinct(linked: Linked, number: StatedNumber, fit: float) -> Iterator[Outcome]:
    """A number of the claim counts the different values of the column that it names best."""
    if not DIFFERENT.search(linked.cues) or not linked.columns:
        return
    table = linked.table
    column = max(linked.columns, key=lambda c: linked.columns[c])
    values = {table.text(row, column).lower() for row in range(len(table.rows))} - {""}
    words = f"{linked.name(column)} has {len(values)} different values"
    yield Outcome("distinct", len(values) == number.value, fit * linked.columns[column], words)


def have_share(linked: Linked) -> Iterator[Outcome]:
    """All, none, one only or most of the rows have what is named."""
    chosen = find_filters(linked)
    if not chosen:
        return
    everything = all_rows(linked.table)
    last = max(chosen, key=lambda a: (len(a.rows), a.first))
    scope = rows_where([a for a in chosen if a is not last and len(a.rows) > 1], everything)
    with_it = last.rows & scope
    share = len(with_it) / max(1, len(scope))
    named = " ".join(linked.words[last.first : last.last])
    words = f"{len(with_it)} of {len(scope)} rows have “{named}”"
    is_list = len({a.column for a in chosen}) < len(chosen)
    if ALL.search(linked.cues) and not is_list:
        yield Outcome("all", share > 0.999, last.quality, words)
    is_most, is_few = bool(MAJORITY.search(linked.cues)), bool(MINORITY.search(linked.cues))
    if is_most:
        yield Outcome("most", share > 0.5, last.quality, words)
    if is_few:
        yield Outcome("minority", share < 0.5, last.quality, words)
    if HALF.search(linked.cues) and not is_most and not is_few:
        yield Outcome("half", 2 * len(with_it) == len(scope), last.quality, words)
    if ONLY.search(linked.cues):
        narrowest = min(chosen, key=lambda a: len(a.rows))
        counts = len(rows_where(chosen, everything))
        yield Outcome("only", counts == 1, narrowest.quality, f"{counts} rows have what is named")


def outnumber(linked: Linked) -> Iterator[Outcome]:
    """More (or fewer) rows have the first thing than the second."""
    more, less = bool(MORE.search(linked.cues)), bool(LESS.search(linked.cues))
    if more == less or " than " not in linked.cues:
        return
    for one, other in two_named(linked):
        if max(len(one.rows), len(other.rows)) < 2 or any(
            c != one.column and q > 0.6 for c, q in linked.columns.items()
        ):
            continue
        a, b = len(one.rows), len(other.rows)
        words = f"{a} rows have the first, {b} the second"
        yield Outcome("more_rows", a > b if more else a < b, 0.8, words)
        gaps = [
            n.value
            for n in linked.numbers
            if count_fit(linked, n) > 0.3 and not is_in_anchor(linked, n)
        ]
        if gaps:
            yield Outcome("count", abs(a - b) in gaps, 0.7, words)


def stand_most_often(linked: Linked) -> Iterator[Outcome]:
    """What is named stands in the most rows of its column."""
    if not MAX.search(linked.cues):
        return
    table = linked.table
    for group in linked.stretches:
        anchor = group[0]
        if len(anchor.rows) < 2 or anchor.quality < 0.9 or table.is_numeric(anchor.column):
            continue
        counts: dict[str, int] = {}
        for row in range(len(table.rows)):
            value = table.text(row, anchor.column).lower()
            counts[value] = counts.get(value, 0) + bool(value)
        most, named = max(counts.values()), table.text(min(anchor.rows), anchor.column)
        words = f"{len(anchor.rows)} rows have “{named}”, the most of one thing is {most}"
        yield Outcome("mode", len(anchor.rows) >= most, 0.7, words)
        return
