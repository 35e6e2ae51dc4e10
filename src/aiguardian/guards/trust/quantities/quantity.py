"""A quantity that a text states: a number with its unit, a share, a sum of money, a date."""

from __future__ import annotations

import math
from typing import Literal

from msgspec import Struct

Relation = Literal["equal", "about", "over", "at_least", "under", "at_most"]
"""How the text bounds the value: "45", "about 45", "more than 45", "at least 45" and so on."""

ROUNDED, MIN_ROUND = 0.02, 1000
"""Relative width of a round number ("200,000" for 198,540) from 1,000 on. By judgement."""
ABOUT = 0.1
"""Relative width of "about", "nearly", "some": by judgement, as in "about 1,000" for 1,092."""


MOST_PAST = 10.0
"""How many times a bound the true value may be for the bound to speak of it. By judgement."""


class Quantity(Struct, frozen=True, gc=False):
    """A quantity at `text[start:end]`, as an interval in the base unit of its dimension.

    `low` and `high` are equal but for ranges ("3-5 km") and dates: "May 1990" is the interval of
    its days, see `dates.day_number`.
    """

    start: int
    end: int
    low: float
    high: float
    dimension: str = ""
    """"" for plain numbers, else "percent", "money", "date", "ordinal", "clock" or that of a unit
    in `units.py` ("length", "mass" ...)."""
    step: float = 0.0
    """Half a unit of the last digit written, in the base unit: 1.2 million may be 1.15 million."""
    relation: Relation = "equal"
    bare: float = math.nan
    """The number as written, without magnitude, unit and currency: 1.2 for "$1.2 bn"."""
    unit: str = ""
    """Name of the unit or ISO code of the currency, where there is one."""
    is_spelled: bool = False
    """Whether it stands in words ("two and a half")."""
    is_round: bool = False
    """Whether a rough reading is due: "200,000", "a dozen"; never a year."""

    @property
    def is_date(self) -> bool:
        """Whether it is a point or stretch of the calendar."""
        return self.dimension == "date"


def allowed(quantity: Quantity) -> tuple[float, float]:
    """The values that the words of the quantity allow, as an interval."""
    slack = quantity.step * (1 + 1e-9)
    if quantity.is_round and abs(quantity.low) >= MIN_ROUND:
        slack = max(slack, ROUNDED * abs(quantity.low))
    low, high = quantity.low - slack, quantity.high + slack
    size = max(abs(quantity.low), abs(quantity.high))
    match quantity.relation:
        case "about":
            return low - ABOUT * size, high + ABOUT * size
        case "over" | "at_least":
            return low, math.inf
        case "under" | "at_most":
            return -math.inf, high
        case _:
            return low, high


def agrees(claimed: Quantity, found: Quantity) -> bool:
    """Whether `found` makes `claimed` true: same dimension, and a value that its words allow.

    "About 1.2 million" is true of 1,187,342 and "the 1990s" of 1994, but neither the other way
    round. A number without a unit may be that of one with a unit ("costs 45" of "$45").
    """
    if not comparable(claimed, found):
        return False
    if claimed.is_date:
        return _is_within(claimed, found)
    if claimed.dimension != found.dimension:
        return _meets(claimed, found)
    if _bounds_the_same(claimed, found):
        return math.isclose(claimed.low, found.low, rel_tol=1e-9)
    low, high = allowed(claimed)
    if found.relation != "equal" and claimed.relation == "equal":
        return math.isclose(claimed.low, found.low, rel_tol=1e-9) or _meets(claimed, found)
    if low <= found.low and found.high <= high:
        return not _is_strict_bound(claimed, found) and _is_near(claimed, found)
    return _meets(claimed, found)


def _bounds_the_same(claimed: Quantity, found: Quantity) -> bool:
    """Whether both are bounds of one kind ("at least 120", "at least 140"): then the number
    itself must agree."""
    return claimed.relation == found.relation and claimed.relation not in ("equal", "about")


def _is_near(claimed: Quantity, found: Quantity) -> bool:
    """ "Over 600" is no way to speak of 300 million."""
    if claimed.relation in ("equal", "about"):
        return True
    small, large = sorted((abs(claimed.low), abs(found.low)))
    return large <= MOST_PAST * max(small, 1.0)


def _is_within(claimed: Quantity, found: Quantity) -> bool:
    """Whether a date lies in the stretch that the claim allows: "after 1990" is past its end."""
    match claimed.relation:
        case "over":
            return found.low > claimed.high or (
                found.relation == "over" and found.low == claimed.low
            )
        case "at_least":
            return found.low >= claimed.low
        case "under":
            return found.high < claimed.low or (
                found.relation == "under" and found.low == claimed.low
            )
        case "at_most":
            return found.high <= claimed.high
        case _:
            return claimed.low <= found.low and found.high <= claimed.high


def comparable(claimed: Quantity, found: Quantity) -> bool:
    """Whether the two measure the same kind of thing, so that a difference means something."""
    one, other = claimed.dimension, found.dimension
    if one == other:
        return one != "money" or _same_currency(claimed.unit, found.unit)
    plain = {one, other} - {""}
    return len(plain) == 1 and plain <= {
        "money",
        "percent",
        "mass",
        "length",
        "time",
        "ordinal",
    } | {
        "area",
        "volume",
        "speed",
        "energy",
        "data",
        "power",
        "frequency",
        "temperature",
    }


def _same_currency(one: str, other: str) -> bool:
    return one == other or "cent" in (one, other) or "" in (one, other)


def _meets(claimed: Quantity, found: Quantity) -> bool:
    """Whether the numbers as written are the same where one side lacks the unit or magnitude."""
    if claimed.dimension and found.dimension and claimed.unit and found.unit:
        return False
    if _has_magnitude(claimed) and _has_magnitude(found):
        return math.isclose(claimed.low, found.low, rel_tol=1e-9)
    return not claimed.is_date and math.isclose(claimed.bare, found.bare, rel_tol=1e-9)


def _has_magnitude(quantity: Quantity) -> bool:
    """Whether a plain number is in thousands, millions or more: "3.2 billion"."""
    return quantity.dimension in ("", "money") and abs(quantity.low) > 1.5 * abs(quantity.bare)


def _is_strict_bound(claimed: Quantity, found: Quantity) -> bool:
    """ "More than 50" is not true of 50 itself."""
    if claimed.relation not in ("over", "under") or found.relation == claimed.relation:
        return False
    return math.isclose(claimed.low, found.low, rel_tol=1e-9)
