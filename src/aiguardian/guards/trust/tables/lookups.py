"""Programs that look up: things named together stand in one row, under the columns named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from aiguardian.guards.trust.quantities.words import tokens
from aiguardian.guards.trust.tables.cues import DIFFERENT, SAME
from aiguardian.guards.trust.tables.linking import Anchor, Linked, Mention
from aiguardian.guards.trust.tables.reading import (
    Outcome,
    all_rows,
    column_fit,
    count_fit,
    find_bounds,
    find_filters,
    is_negated,
    rows_where,
    two_named,
)


def stand_in_one_row(linked: Linked) -> Iterator[Outcome]:
    """The cells that the claim names stand in one row."""
    chosen = [a for a in find_filters(linked) if not _is_count_like(linked, a)]
    columns = {anchor.column for anchor in chosen}
    if len(columns) < 2:
        return
    table = linked.table
    counts = [sum(1 for anchor in chosen if row in anchor.rows) for row in range(len(table.rows))]
    row = counts.index(max(counts))
    weight = sum(a.quality for a in chosen) / len(chosen)
    words = (
        f"the row of “{table.text(row, 0)}” holds {max(counts)} of the {len(chosen)} things named"
    )
    is_denied = is_negated(linked)
    together = _stand_together(chosen)
    is_misplaced = any(not outcome.holds for outcome in stand_in_named_columns(linked))
    name = "row_denied" if is_denied else "row_misplaced" if is_misplaced and together else "row"
    yield Outcome(name, together != is_denied, weight, words, row)
    pairs = [(a, b) for i, a in enumerate(chosen) for b in chosen[i + 1 :] if a.column != b.column]
    met = sum(1 for a, b in pairs if a.rows & b.rows)
    if not is_denied:
        yield Outcome("pairs", met == len(pairs), met / len(pairs), words, row)
        near = [(a, b) for a, b in pairwise(chosen) if a.column != b.column]
        if near:
            share = sum(1 for a, b in near if a.rows & b.rows) / len(near)
            yield Outcome("neighbours", share == 1.0, share or 1.0, words, row)
    yield from _clauses(linked, chosen)


def _stand_together(chosen: Sequence[Anchor]) -> bool:
    """Whether each thing stands in a row that has one of the things of every other column."""
    columns = {anchor.column for anchor in chosen}
    any_of = {c: frozenset().union(*(a.rows for a in chosen if a.column == c)) for c in columns}
    for anchor in chosen:
        rows = anchor.rows
        for column in columns - {anchor.column}:
            rows = rows & any_of[column]
        if not rows:
            return False
    return True


def _clauses(linked: Linked, chosen: Sequence[Anchor]) -> Iterator[Outcome]:
    """Clause by clause ("A is X while B is Y"), what is named stands in one row each."""
    cuts = [
        i
        for i, word in enumerate(linked.words)
        if word in ("while", "and", "but", "whereas", "when", "with")
    ]
    parts: list[list[Anchor]] = [[]]
    for anchor in chosen:
        if parts[-1] and any(parts[-1][-1].last <= cut < anchor.first for cut in cuts):
            parts.append([])
        parts[-1].append(anchor)
    whole = [part for part in parts if len({a.column for a in part}) > 1]
    if len(parts) < 2 or not whole:
        return
    held = sum(1 for part in whole if _stand_together(part))
    fit = 0.5 + 0.5 * len(whole) / len(parts)
    yield Outcome("clauses", held == len(whole), fit, f"{held} of {len(whole)} parts hold")


def _is_count_like(linked: Linked, anchor: Anchor) -> bool:
    """Whether a linked number is rather a count ("3 of the games", "there be 2")."""
    if anchor.last - anchor.first > 1 or not linked.words[anchor.first][0].isdigit():
        return False
    number = next((n for n in linked.numbers if n.place == anchor.first), None)
    if number is None or linked.column_near(anchor.first, anchor.last, 1) == anchor.column:
        return False
    return count_fit(linked, number) >= 0.5


def stand_in_named_columns(linked: Linked) -> Iterator[Outcome]:
    """What is named stands in the column that the claim names beside it ("directed by X")."""
    fits, conflicts, shown = 0, 0, ""
    for group in linked.stretches:
        first, last = group[0].first, group[0].last
        columns = {anchor.column for anchor in group}
        near = [m for m in linked.mentions if max(m.first - last, first - m.last) <= 3]
        near = [m for m in near if m.share > 0.6 and not (m.first >= first and m.last <= last)]
        closest = [m for m in near if max(m.first - last, first - m.last) <= 1]
        if any(m.column in columns for m in near):
            fits += 1
        elif closest and group[0].quality > 0.6 and not _is_owned(linked, closest[0], group[0]):
            conflicts += 1
            named = " ".join(linked.words[first:last])
            here, there = linked.name(group[0].column), linked.name(closest[0].column)
            shown = f"“{named}” stands under {here}, not {there}"
    if fits or conflicts:
        words = shown or "what is named stands in the columns that are named"
        yield Outcome("roles", not conflicts, min(1.0, 0.4 + 0.3 * (conflicts or fits)), words)


def _is_owned(linked: Linked, mention: Mention, anchor: Anchor) -> bool:
    """Whether the column's name is nearer to another linked stretch."""
    gap = max(mention.first - anchor.last, anchor.first - mention.last)
    return any(
        max(mention.first - a.last, a.first - mention.last) <= gap
        for a in linked.anchors
        if a.column == mention.column
    )


def hold_value(linked: Linked) -> Iterator[Outcome]:
    """A number of the claim stands in the row that it names, in the column named beside it."""
    chosen = find_filters(linked)
    bounds = {number.place for number, _ in find_bounds(linked)}
    for number in linked.numbers:
        if number.place in bounds or any(
            a.first <= number.place < a.last and a.last - a.first > 1 for a in chosen
        ):
            continue
        column = linked.column_near(number.place, number.place + 1, 5)
        named = [a for a in chosen if not a.first <= number.place < a.last and a.column != column]
        rows = rows_where(named, all_rows(linked.table)) if named else frozenset()
        if column is None or not rows or len(rows) > 3 or count_fit(linked, number) > 0.6:
            continue
        held = {v for row in rows if (v := linked.table.values(column)[row]) is not None}
        texts = {word for row in rows for word in tokens(linked.table.text(row, column))}
        if held:
            words = f"{linked.name(column)} is {linked.table.text(min(rows), column)} there"
            fit = column_fit(linked, column) * min(a.quality for a in named)
            holds = number.value in {abs(v) for v in held} or linked.words[number.place] in texts
            yield Outcome("value", holds, fit, words, min(rows))


def share_value(linked: Linked) -> Iterator[Outcome]:
    """Two things named have the same (or another) value in the column named."""
    is_same, is_different = bool(SAME.search(linked.cues)), bool(DIFFERENT.search(linked.cues))
    if is_same == is_different:
        return
    for one, other in two_named(linked):
        table = linked.table
        for column, named in sorted(linked.columns.items(), key=lambda pair: -pair[1])[:2]:
            if column in (one.column, other.column):
                continue
            a, b = table.text(min(one.rows), column), table.text(min(other.rows), column)
            words = f"{linked.name(column)} is {a} and {b}"
            yield Outcome("same", (a.lower() == b.lower()) == is_same, named, words, min(one.rows))
