"""Lossy shortening: keep the units that are worth most until the budget is used, in their order.

Units are kept or dropped whole. Only the last one may be cut, at the end of a clause or word,
and never inside a protected span: code, a quotation, a number with its unit, a negation with
what it negates, a name that the question asks about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from aiguardian.guards.token.counting import Checkpoint
from aiguardian.guards.token.cutting import clause_ends, longest_within, names_in, word_ends
from aiguardian.guards.token.relevance import Statistics, by_query, by_weight
from aiguardian.guards.token.units import Unit, split_units

PROMISED = 0.05
TOLERANCE = 0.03
"""How much of the budget may stay unused before a unit is cut to fill it."""

MAX_ROUNDS = 4
MAX_CUTS = 3
CLAUSE_SLACK = 0.3
"""A cut at a clause may leave this share of what was free; else it is made at a word."""

LENGTH_POWER = 0.35
"""Between worth (0) and worth per token (1); chosen on the two sources of `relevance`."""

REPEATED = 0.1
"""What is left of a unit's worth when the same words stood before."""

CountText = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Extract:
    """Half-open spans of the text that were kept, in order and without overlap."""

    kept: list[tuple[int, int]]

    def text(self, source: str) -> str:
        """What was kept, put together."""
        return "".join(source[start:end] for start, end in self.kept).strip()


def extract(
    text: str,
    budget: int,
    *,
    query: str | None,
    locked: Sequence[tuple[int, int]] = (),
    ceiling: int = 0,
    count: CountText,
    checkpoint: Checkpoint,
) -> Extract:
    """The best spans within `budget` tokens; `locked` ones are kept whatever they cost.

    Where whole units leave more than 5 % of it unused, up to `ceiling` tokens are taken.
    """
    units = _with_locks(split_units(text, checkpoint), locked)
    statistics = Statistics(text, units, checkpoint)
    if query and query.strip():
        scores = by_query(text, units, query, statistics, checkpoint)
    else:
        scores = by_weight(units, statistics, checkpoint)
    costs = _costs(text, units, count, checkpoint)
    names = names_in(query)
    order = _ranking(text, units, scores, costs)
    allowed = float(budget)
    best, best_used = Extract([]), 0
    for _ in range(MAX_ROUNDS):  # joined units cost a little less or more than one by one
        checkpoint()
        found = _fill(text, units, order, costs, max(int(allowed), 0), names, count)
        used = count(found.text(text))
        if (used <= budget and (used > best_used or best_used > budget)) or not best.kept:
            best, best_used = found, used
        if budget * (1 - TOLERANCE) <= used <= budget or not used:
            break
        allowed += budget - used if used > budget else (budget - used) * 0.9
    if best_used < budget * (1 - PROMISED) and ceiling > budget:
        for room in (ceiling + int(allowed) - budget, ceiling, (budget + ceiling) // 2):
            found = _fill(text, units, order, costs, room, names, count)
            if budget <= count(found.text(text)) <= ceiling:
                return found
    return best


def _with_locks(units: list[Unit], locked: Sequence[tuple[int, int]]) -> list[Unit]:
    """Units cut at the borders of locked spans; those inside are locked."""
    if not locked:
        return units
    borders = sorted({edge for span in locked for edge in span})
    cut: list[Unit] = []
    at = 0
    for unit in units:
        while at < len(borders) and borders[at] <= unit.start:
            at += 1
        edges, ahead = [unit.start], at
        while ahead < len(borders) and borders[ahead] < unit.end:
            edges.append(borders[ahead])
            ahead += 1
        edges.append(unit.end)
        for a, b in pairwise(edges):
            cut.append(Unit(a, b, unit.group, unit.is_whole, unit.is_locked))
    inside = 0
    spans = sorted(locked)
    for number, unit in enumerate(cut):
        while inside < len(spans) and spans[inside][1] <= unit.start:
            inside += 1
        if inside < len(spans) and spans[inside][0] <= unit.start and unit.end <= spans[inside][1]:
            cut[number] = Unit(unit.start, unit.end, unit.group, unit.is_whole, is_locked=True)
    return cut


def _costs(text: str, units: list[Unit], count: CountText, checkpoint: Checkpoint) -> list[int]:
    costs = []
    for number, unit in enumerate(units):
        if number % 512 == 0:
            checkpoint()
        costs.append(count(text[unit.start : unit.end]))
    return costs


def _ranking(text: str, units: list[Unit], scores: list[float], costs: list[int]) -> list[int]:
    """Numbers of the units: the locked ones, then by worth for their length."""
    mean = sum(costs) / max(len(costs), 1) or 1.0
    worth = []
    seen: set[str] = set()
    for unit, score, cost in zip(units, scores, costs, strict=True):
        said = text[unit.start : unit.end].strip()
        repeated = REPEATED if said in seen else 1.0
        seen.add(said)
        worth.append(repeated * score / (0.5 + cost / mean) ** LENGTH_POWER)
    return sorted(range(len(units)), key=lambda n: (not units[n].is_locked, -worth[n], n))


def _fill(
    text: str,
    units: list[Unit],
    order: list[int],
    costs: list[int],
    budget: int,
    names: re.Pattern[str] | None,
    count: CountText,
) -> Extract:
    chosen: dict[int, tuple[int, int]] = {}
    left = budget
    skipped = 0
    for number in order:
        unit = units[number]
        if costs[number] <= left or unit.is_locked:
            chosen[number] = (unit.start, unit.end)
            left -= costs[number]
        else:
            skipped += 1
            if left > budget * TOLERANCE and not unit.is_whole and skipped <= MAX_CUTS:
                end = unit.start + _cut(text[unit.start : unit.end], left, names, count)
                if end > unit.start:
                    chosen[number] = (unit.start, end)
                    left -= count(text[unit.start : end])
    return Extract(_merged([chosen[number] for number in sorted(chosen)]))


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and merged[-1][1] == start:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _cut(body: str, budget: int, names: re.Pattern[str] | None, count: CountText) -> int:
    """How much of the start of a unit fits, ended at a clause or, if that leaves much of the
    budget unused, at a word; 0 when no such end lies outside the protected spans."""
    end = longest_within(body, clause_ends(body, names), budget, count)
    if end and count(body[:end]) > budget * (1 - CLAUSE_SLACK):
        return end
    return longest_within(body, word_ends(body, names), budget, count) or end
