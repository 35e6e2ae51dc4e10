"""Programs that calculate: differences, ratios, sums and averages of a column."""

from __future__ import annotations

from collections.abc import Iterator

from aiguardian.guards.trust.tables.cues import AVERAGE, GAP, SUM, TIMES_AS
from aiguardian.guards.trust.tables.linking import Linked
from aiguardian.guards.trust.tables.reading import (
    Outcome,
    all_rows,
    column_fit,
    find_filters,
    is_in_anchor,
    rows_where,
    two_named,
    value_columns,
)


def differ_by(linked: Linked) -> Iterator[Outcome]:
    """A number of the claim is the difference (or sum) of two things' figures."""
    if not (GAP.search(linked.cues) or SUM.search(linked.cues)):
        return
    for one, other in two_named(linked):
        for column in [c for c in value_columns(linked) if c != one.column][:2]:
            values = linked.table.values(column)
            a, b = values[min(one.rows)], values[min(other.rows)]
            for number in linked.numbers:
                if a is None or b is None or is_in_anchor(linked, number):
                    continue
                name, result = _asked(linked, a, b)
                words = f"the {name} of {linked.name(column)} is {result:g}, not {number.value:g}"
                holds = abs(result - number.value) < 0.05
                if holds:
                    words = f"the {name} of {linked.name(column)} is {result:g}"
                fit = column_fit(linked, column) * (0.5 if number.is_cell else 1.0)
                yield Outcome("difference", holds, fit, words, min(one.rows))


def _asked(linked: Linked, a: float, b: float) -> tuple[str, float]:
    """The name and the result of what the claim does with two figures."""
    if SUM.search(linked.cues):
        return "sum", abs(a + b)
    if TIMES_AS.search(linked.cues):
        return "ratio", a / b if b else 0.0
    return "difference", abs(a - b)


def add_up(linked: Linked) -> Iterator[Outcome]:
    """A number of the claim is the sum or average of a column, over all rows or those named."""
    is_sum, is_average = bool(SUM.search(linked.cues)), bool(AVERAGE.search(linked.cues))
    if not is_sum and not is_average:
        return
    chosen = find_filters(linked)
    for number in linked.numbers:
        others = [a for a in chosen if not a.first <= number.place < a.last]
        for column in value_columns(linked)[:2]:
            rows = rows_where([a for a in others if a.column != column], all_rows(linked.table))
            held = [v for row in rows if (v := linked.table.values(column)[row]) is not None]
            if len(held) < 2:
                continue
            total = sum(held)
            result = total / len(held) if is_average else total
            name = "average" if is_average else "sum"
            shown = f"the {name} of {linked.name(column)} over {len(held)} rows is {result:,.6g}"
            words = f"{shown}, the text says {number.value:g}"
            holds = abs(result - number.value) <= (0.5 if is_average else 0.05)
            fit = column_fit(linked, column) * (0.6 if number.is_cell else 1.0)
            yield Outcome(name, holds, fit, words)
