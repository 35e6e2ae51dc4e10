"""Programs that compare: extremes, bounds, order in time, places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aiguardian.guards.trust.tables.cues import (
    AFTER,
    AGE_STEMS,
    AGE_WORDS,
    ALL,
    BEFORE,
    FIRST,
    LAST,
    LESS,
    LESS_IS_MORE,
    MAX,
    MIN,
    MORE,
    ORDINALS,
    PLACES,
    PRAISE,
    TIME_STEMS,
)
from aiguardian.guards.trust.tables.linking import Anchor, Linked
from aiguardian.guards.trust.tables.reading import (
    Outcome,
    all_rows,
    column_fit,
    column_of_number,
    find_bounds,
    find_filters,
    nearest_values,
    rows_where,
    two_named,
    value_columns,
)


def lie_past_bound(linked: Linked) -> Iterator[Outcome]:
    """What is named (or every row) has a figure past the bound that the claim gives."""
    chosen = find_filters(linked)
    for number, side in find_bounds(linked):
        column = column_of_number(linked, number)
        if column is None:
            continue
        others = [a for a in chosen if not a.first <= number.place < a.last and a.column != column]
        rows = rows_where(others, all_rows(linked.table)) if others else frozenset()
        values = linked.table.values(column)
        held = [v for row in rows if (v := values[row]) is not None]
        if held and len(held) <= 3:
            words = f"{linked.name(column)} is {held[0]:g} there"
            holds = all(side(value, number.value) for value in held)
            yield Outcome("bound", holds, column_fit(linked, column), words, min(rows))
        every = [v for v in values if v is not None]
        if every and ALL.search(linked.cues):
            words = f"{linked.name(column)} runs from {min(every):g} to {max(every):g}"
            holds = all(side(value, number.value) for value in held or every)
            yield Outcome("bound_all", holds, column_fit(linked, column), words)


def are_extreme(linked: Linked) -> Iterator[Outcome]:
    """What is named has the highest or lowest figure of a column."""
    is_max, is_min = bool(MAX.search(linked.cues)), bool(MIN.search(linked.cues))
    if PLACES.search(linked.cues) or is_max == is_min:
        return
    table = linked.table
    chosen = find_filters(linked)
    pattern = MAX if is_max else MIN
    place = next((p for p, w in enumerate(linked.words) if pattern.fullmatch(f" {w} ")), 0)
    for column in nearest_values(linked, place, set())[:2]:
        values = table.values(column)
        usable = [row for row in all_rows(table) if values[row] is not None]
        wants_high = is_max != _is_low_best(linked, column)
        for named, scope in _named_and_scope(linked, chosen, column):
            pool = [row for row in usable if row in scope]
            if not pool:
                continue
            best = (max if wants_high else min)(values[row] or 0.0 for row in pool)
            winners = frozenset(row for row in pool if values[row] == best)
            show, rank = min(winners), "highest" if wants_high else "lowest"
            value, owner = table.text(show, column), table.text(show, 0)
            words = f"the {rank} {linked.name(column)} is {value}, of “{owner}”"
            yield Outcome("extreme", bool(winners & named), column_fit(linked, column), words, show)
        yield from _extreme_value(linked, column, wants_high=wants_high)


def _extreme_value(linked: Linked, column: int, *, wants_high: bool) -> Iterator[Outcome]:
    """The number that the claim gives is the highest or lowest of the column."""
    stated = [a for a in linked.anchors if a.column == column]
    values = [v for v in linked.table.values(column) if v is not None]
    if not stated or not values:
        return
    best = (max if wants_high else min)(values)
    rows = {row for row, value in enumerate(linked.table.values(column)) if value == best}
    words = f"the {'highest' if wants_high else 'lowest'} {linked.name(column)} is {best:g}"
    holds = any(anchor.rows & rows for anchor in stated)
    yield Outcome("extreme_value", holds, column_fit(linked, column), words, min(rows))


def _named_and_scope(
    linked: Linked, chosen: Sequence[Anchor], column: int
) -> Iterator[tuple[frozenset[int], frozenset[int]]]:
    """Rows that the claim says are extreme, and those among which they are."""
    others = [anchor for anchor in chosen if anchor.column != column]
    everything = all_rows(linked.table)
    if not others and chosen:
        yield chosen[0].rows, everything
    elif others:
        yield rows_where(others, everything), everything
        wide = [a for a in others if len(a.rows) > 1]
        narrow = [a for a in others if a not in wide]
        if wide and narrow:
            yield rows_where(narrow, everything), rows_where(wide, everything)


def _is_low_best(linked: Linked, column: int) -> bool:
    """Whether the column counts from the best down ("rank"), or its dates make the oldest low."""
    stems = linked.table.header_stems[column]
    if stems & LESS_IS_MORE and PRAISE.search(linked.cues):
        return True
    return bool(stems & AGE_STEMS and AGE_WORDS.search(linked.cues))


def compare_rows(linked: Linked) -> Iterator[Outcome]:
    """Of two things named, the first has the higher (or lower, earlier, later) figure."""
    more, less = bool(MORE.search(linked.cues)), bool(LESS.search(linked.cues))
    later, earlier = bool(AFTER.search(linked.cues)), bool(BEFORE.search(linked.cues))
    if not (more or less or later or earlier):
        return
    for one, other in two_named(linked):
        for column in _compared_columns(linked, {one.column}, is_time=later or earlier):
            values = linked.table.values(column)
            a, b = values[min(one.rows)], values[min(other.rows)]
            if a is None or b is None:
                continue
            wants_more = later if (later or earlier) and not (more or less) else more and not less
            if (more or less) and _is_low_best(linked, column):
                wants_more = not wants_more
            holds = a > b if wants_more else a < b
            fit = column_fit(linked, column) * min(one.quality, other.quality)
            name = "order" if later or earlier else "compare"
            yield Outcome(name, holds, fit, _both(linked, one, other, column), min(one.rows))


def _both(linked: Linked, one: Anchor, other: Anchor, column: int) -> str:
    """ "“Crowd” is 500 for “A” and 700 for “B”"."""
    shown = [
        f"{linked.table.text(min(thing.rows), column)} for "
        f"“{linked.table.text(min(thing.rows), thing.column)}”"
        for thing in (one, other)
    ]
    return f"{linked.name(column)} is {' and '.join(shown)}"


def compare_columns(linked: Linked) -> Iterator[Outcome]:
    """In the row named, the figure of the first column named is more (or less) than the other's."""
    more, less = bool(MORE.search(linked.cues)), bool(LESS.search(linked.cues))
    if more == less or " than " not in linked.cues:
        return
    table = linked.table
    ordered = [m for m in linked.mentions if m.share > 0.6 and table.is_numeric(m.column)]
    columns = list(dict.fromkeys(m.column for m in sorted(ordered, key=lambda m: m.first)))
    chosen = [a for a in find_filters(linked) if a.column not in columns]
    if len(columns) != 2 or not chosen:
        return
    for row in sorted(rows_where(chosen, all_rows(table)))[:1]:
        a, b = (table.values(column)[row] for column in columns)
        if a is not None and b is not None:
            words = f"{linked.name(columns[0])} is {a:g} and {linked.name(columns[1])} {b:g} there"
            yield Outcome("columns", a > b if more else a < b, 0.8, words, row)


def _compared_columns(linked: Linked, used: set[int], *, is_time: bool) -> list[int]:
    """The column in which two things are compared: named nearest to the word that compares."""
    table = linked.table
    if is_time:
        columns = [
            c
            for c in range(table.width)
            if table.header_stems[c] & TIME_STEMS and table.is_numeric(c)
        ]
        columns = [c for c in columns if c not in used] or columns
        return columns[:1] or value_columns(linked)[:1]
    places = (p for p, w in enumerate(linked.words) if _compares(f" {w} "))
    return nearest_values(linked, next(places, 0), used)[:1]


def _compares(word: str) -> bool:
    return bool(MORE.fullmatch(word) or LESS.fullmatch(word))


def are_ranked(linked: Linked) -> Iterator[Outcome]:
    """What is named has the second (third …) highest figure, or stands in that place."""
    place = next((n for word, n in ORDINALS.items() if f" {word} " in linked.cues and n > 1), 0)
    chosen = find_filters(linked)
    if not place or not chosen:
        return
    named = rows_where(chosen, all_rows(linked.table)) or chosen[0].rows
    for column in value_columns(linked)[:2]:
        values = linked.table.values(column)
        rows = [row for row in all_rows(linked.table) if values[row] is not None]
        high_first = not MIN.search(linked.cues) and not _is_low_best(linked, column)
        order = sorted({values[row] or 0.0 for row in rows}, reverse=high_first)
        if len(order) < place:
            continue
        winners = {row for row in rows if values[row] == order[place - 1]}
        show = min(winners)
        words = f"place {place} by {linked.name(column)} is “{linked.table.text(show, 0)}”"
        yield Outcome("ranked", bool(winners & named), column_fit(linked, column), words, show)


def stand_at_end(linked: Linked) -> Iterator[Outcome]:
    """What is named stands in the first or last row (of those with the rest)."""
    chosen = find_filters(linked)
    first, last = bool(FIRST.search(linked.cues)), bool(LAST.search(linked.cues))
    if first == last or not chosen:
        return
    everything = sorted(all_rows(linked.table))
    scope_anchor = max(chosen, key=lambda a: len(a.rows))
    pools = [everything]
    if len(scope_anchor.rows) > 1 and len(chosen) > 1:
        pools.append(sorted(scope_anchor.rows))
    rest = [a for a in chosen if a is not scope_anchor or len(pools) == 1]
    named = rows_where(rest, all_rows(linked.table))
    if pools[-1]:
        row = pools[-1][0 if first else -1]
        words = f"the {'first' if first else 'last'} row is “{linked.table.text(row, 0)}”"
        yield Outcome("end", row in named, 0.6, words, row)
