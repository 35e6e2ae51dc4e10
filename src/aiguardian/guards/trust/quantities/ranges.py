"""Ranges: two quantities with "to", "and" or a dash between them that state one with two ends."""

from __future__ import annotations

import re
from collections.abc import Iterable

from aiguardian.guards.trust.quantities.quantity import Quantity

_RANGE = re.compile(r"[ ]?[–—][ ]?|[ ](?:to|bis|à)[ ]|(?<=\d)-(?=\d)|[ ]and[ ]")


def joined_ranges(text: str, found: Iterable[Quantity]) -> list[Quantity]:
    """ "3-5 km", "between 3 and 5 km", "from 1990 to 1995": one quantity each with two ends."""
    joined: list[Quantity] = []
    for quantity in found:
        last = joined[-1] if joined else None
        if last is not None and _is_range(text, last, quantity):
            joined[-1] = _range(last, quantity)
        else:
            joined.append(quantity)
    return joined


def _is_range(text: str, first: Quantity, last: Quantity) -> bool:
    between = text[first.end : last.start]
    if (
        len(between) > 5
        or not _RANGE.fullmatch(between)
        or (first.low != first.high and not first.is_date)
    ):
        return False
    before = text[max(0, first.start - 10) : first.start].lower()
    if between == " and ":
        return before.endswith("between ") and _fits(first, last)
    if between.strip() in ("to", "bis", "à") and (before.endswith("from ") and not first.is_date):
        return False
    if between == "-" and not ((last.dimension and not first.dimension) or first.is_date):
        return False
    return _fits(first, last)


def _fits(first: Quantity, last: Quantity) -> bool:
    same = first.dimension == last.dimension or not first.dimension
    return same and last.dimension not in ("ordinal", "clock") and first.bare < last.bare


def _range(first: Quantity, last: Quantity) -> Quantity:
    low = first.low
    if first.dimension != last.dimension or first.unit != last.unit:
        scale = (last.low / last.bare) if last.bare else 1.0
        low = first.bare * scale if abs(first.low) < abs(last.low) else first.low
    return Quantity(
        first.start, last.end, low, last.high, last.dimension, last.step, first.relation,
        last.bare, last.unit,
    )  # fmt: skip
