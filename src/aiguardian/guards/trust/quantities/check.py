"""Whether the numbers and dates of a claim are those of the evidence.

Each quantity of the claim is looked up by value, by unit and by the words beside it. What stands
there with the same words and another value contradicts; what stands nowhere is silent, unless the
numbers of the evidence add up to it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Literal

from aiguardian.guards.trust.judgement import Check, Claim, Evidence
from aiguardian.guards.trust.quantities.arithmetic import (
    Figure,
    asked_operations,
    best_derivation,
)
from aiguardian.guards.trust.quantities.dates import DAYS_PER_YEAR
from aiguardian.guards.trust.quantities.finding import find_quantities
from aiguardian.guards.trust.quantities.mentions import (
    Mention,
    counted_after,
    find_mentions,
    stems_beside,
)
from aiguardian.guards.trust.quantities.quantity import Quantity, agrees, comparable
from aiguardian.guards.trust.quantities.words import content_stems, overlap
from aiguardian.processor import Deadline

MAX_CLAIM_QUANTITIES = 32
MAX_ARITHMETIC = 10
"""Numbers of the evidence that take part in arithmetic, the most relevant first."""
MIN_COUNT = 4
"""Below this a count is often not written as a number: "a pair", a list of three."""
MIN_TELLING = 20
"""A whole number below this comes out of arithmetic by chance too often. By judgement."""

_NEAR_WEIGHT, _SENTENCE_WEIGHT, _BESIDE_WEIGHT, _COUNTED_WEIGHT = 0.2, 0.3, 0.4, 0.2
"""What alike words say by where they stand. Chosen of seven settings by telling entailed claims of
the entailment data from the same with one number changed, 2026-11 (AUC .872)."""


def check_quantities(claim: Claim, evidence: Sequence[Evidence], deadline: Deadline) -> list[Check]:
    """One check for each quantity of the claim; none when it states none or there is no evidence.

    Names: `date`, `number.<dimension>`, `number` for plain numbers and `arithmetic.<operation>`.
    """
    stated = [q for q in find_quantities(claim.text) if not _is_idle(q)][:MAX_CLAIM_QUANTITIES]
    if not stated or not evidence:
        return []
    mentions = find_mentions(evidence, deadline)
    subject = frozenset(content_stems(claim.statement))
    operations = asked_operations(claim.statement)
    checks = []
    for quantity in stated:
        deadline.check()
        checks.append(_check_one(claim, quantity, mentions, subject, stated, operations, deadline))
    return checks


def _is_idle(quantity: Quantity) -> bool:
    """ "One" and "first" in words mostly say no number."""
    return quantity.is_spelled and quantity.low == 1 and quantity.dimension in ("", "ordinal")


def _check_one(
    claim: Claim,
    quantity: Quantity,
    mentions: Sequence[Mention],
    subject: frozenset[str],
    stated: Sequence[Quantity],
    operations: frozenset[str],
    deadline: Deadline,
) -> Check:
    counted = counted_after(claim.text, quantity)
    wanted = subject - frozenset(content_stems(claim.text[quantity.start : quantity.end]))
    beside = stems_beside(claim.text, quantity)
    ranked = sorted(
        zip(_relevances(mentions, wanted, beside, counted), mentions, strict=True),
        key=itemgetter(0),
        reverse=True,
    )
    same = next((pair for pair in ranked if agrees(quantity, pair[1].quantity)), None)
    rival = next((pair for pair in ranked if _takes_place(pair[1], quantity, stated)), None)
    words = _Wording(claim, quantity)
    if same is not None:
        best, mention = same
        if rival is None:
            return words.found(mention, best, best, None)
        return words.found(mention, best, best - rival[0], rival[1])
    derived = _derived(quantity, ranked, operations, deadline)
    if derived is not None:
        return derived.worded(words)
    if rival is not None:
        return words.other(rival[1], rival[0])
    return words.absent()


def _takes_place(mention: Mention, quantity: Quantity, stated: Sequence[Quantity]) -> bool:
    """Whether a mention could stand in the place of a quantity, and for no other of the claim."""
    found = mention.quantity
    return _is_rival(quantity, found) and not any(agrees(other, found) for other in stated)


def _relevances(
    mentions: Sequence[Mention], wanted: frozenset[str], beside: frozenset[str], counted: str
) -> Iterator[float]:
    """How much the words around each mention are those of the claim, in [0, 1]."""
    sentences: dict[frozenset[str], float] = {}
    for mention in mentions:
        told = mention.told
        around = sentences.get(told.around)
        if around is None:
            around = sentences[told.around] = overlap(wanted, told.around)
        near = overlap(wanted, told.near) if around else 0.0
        local = overlap(beside, told.beside) if beside else near
        score = _NEAR_WEIGHT * near + _SENTENCE_WEIGHT * around + _BESIDE_WEIGHT * local
        yield min(1.0, score + _COUNTED_WEIGHT * bool(counted and counted == told.counted))


def _is_rival(claimed: Quantity, found: Quantity) -> bool:
    """Whether `found` could stand in the place of `claimed`: no year for a count, no share for
    a sum of money."""
    if claimed.dimension != found.dimension or not comparable(claimed, found):
        return False
    if claimed.is_date:
        return _kind_of_date(claimed) == _kind_of_date(found) or not _overlap(claimed, found)
    return not (claimed.is_spelled and claimed.low <= 2 and not found.is_spelled)


def _kind_of_date(quantity: Quantity) -> str:
    length = quantity.high - quantity.low
    return (
        "day"
        if length < 1
        else "month"
        if length < 31
        else "year"
        if length < DAYS_PER_YEAR
        else "age"
    )


def _overlap(one: Quantity, other: Quantity) -> bool:
    return one.low <= other.high and other.low <= one.high


@dataclass(frozen=True, slots=True)
class _Derived:
    words: str
    operation: str
    value: float
    score: float

    def worded(self, words: _Wording) -> Check:
        message = f"The {self.words} is {self.value:,.6g}: the text says {words.written}."
        return words.check("supported", self.score, message, name=f"arithmetic.{self.operation}")


def _derived(
    quantity: Quantity,
    ranked: Sequence[tuple[float, Mention]],
    operations: frozenset[str],
    deadline: Deadline,
) -> _Derived | None:
    """How the number follows from those of the evidence, or None. Without a word for it in the
    claim only a hit with digits enough counts."""
    if quantity.is_date or math.isnan(quantity.bare) or quantity.dimension in ("ordinal", "clock"):
        return None
    spans = _years_between(quantity, [m.quantity for _, m in ranked if m.quantity.is_date])
    if spans is not None:
        return spans
    is_small = abs(quantity.bare) < MIN_TELLING and quantity.bare == int(quantity.bare)
    if is_small and not operations:
        return None
    best = best_derivation(quantity, [_figures(ranked)], operations, deadline)
    if best is None:
        return None
    derivation, score = best
    is_asked = any(name in operations for name in derivation.operation.split())
    if not is_asked and (score < 0.5 or is_small):
        return None
    part = derivation.operation.replace(" ", "_")
    return _Derived(derivation.words, part, derivation.value, score)


def _figures(ranked: Sequence[tuple[float, Mention]]) -> list[Figure]:
    """The different numbers of the evidence, the most relevant first."""
    figures: dict[float, Figure] = {}
    for score, mention in ranked:
        value = mention.quantity.bare
        is_point = mention.quantity.low == mention.quantity.high and not math.isnan(value)
        if is_point and value not in figures and not mention.quantity.is_date:
            is_percent = mention.quantity.dimension == "percent"
            written = mention.told.written
            figures[value] = Figure(
                value, score, written, is_percent=is_percent, decimals=_decimals(written)
            )
    return list(figures.values())[:MAX_ARITHMETIC]


def _years_between(quantity: Quantity, dates: Sequence[Quantity]) -> _Derived | None:
    """Years from one date of the evidence to another, or within one stretch of years: an age, a
    term, a span."""
    years = quantity.bare if quantity.dimension in ("", "time") else math.nan
    if quantity.dimension == "time" and not quantity.unit.startswith(("year", "yr")):
        return None
    if not 2 <= years <= 400 or years != int(years):
        return None
    for between in _spans(dates[:10]):
        if _fits_years(quantity, years, between):
            words = "time between two dates of the source, in years,"
            return _Derived(words, "years", math.floor(between), 0.45)
    return None


def _spans(dates: Sequence[Quantity]) -> Iterator[float]:
    """Years that a stretch lasts, then years between each two dates."""
    for date in dates:
        if date.high - date.low > DAYS_PER_YEAR:
            yield (date.high + 1 - date.low) / DAYS_PER_YEAR - 1
    for place, one in enumerate(dates):
        for other in dates[place + 1 :]:
            yield abs(one.low - other.low) / DAYS_PER_YEAR


def _fits_years(quantity: Quantity, years: float, between: float) -> bool:
    match quantity.relation:
        case "over" | "at_least":
            return between >= years
        case "under" | "at_most":
            return between <= years
        case _:
            slack = max(1.0, 0.1 * years) if quantity.relation == "about" else 0.0
            return math.floor(between) - slack <= years <= math.floor(between + 0.02) + slack


def _decimals(written: str) -> int:
    match = re.search(r"[.,](\d{1,2}|\d{4,9})(?!\d)", written)
    return len(match[1]) if match else 0


class _Wording:
    """Makes the checks of one quantity of a claim."""

    def __init__(self, claim: Claim, quantity: Quantity) -> None:
        self._claim, self._quantity = claim, quantity
        self.written = claim.text[quantity.start : quantity.end]

    def found(self, mention: Mention, score: float, lead: float, rival: Mention | None) -> Check:
        """Supported, unless another number stands with the words of the claim much more."""
        if lead < -0.25 and rival is not None:
            message = (
                f"The text says {self.written}, the source says {rival.told.written} of that; "
                f"{mention.told.written} stands for something else."
            )
            return self.check("contradicted", min(0.7, -lead), message, at=rival)
        sure = 0.5 + 0.35 * score + 0.15 * min(1.0, max(0.0, lead) * 2) + min(0.0, lead)
        if mention.told.in_table:
            sure *= 0.7
        message = f"The source says {mention.told.written} too: the text says {self.written}."
        return self.check("supported", min(0.97, sure), message, at=mention)

    def other(self, rival: Mention, score: float) -> Check:
        """Contradicted by the number that stands in its place; silent if little else is alike."""
        message = f"The text says {self.written}, the source says {rival.told.written}."
        if score < 0.2 or rival.told.in_table:
            return self.check("silent", 0.5 + 0.4 * score, message, at=rival)
        # A year may be that of another event: dates count less than figures.
        weight = 0.5 if self._quantity.is_date else 0.6
        return self.check("contradicted", min(0.95, 0.35 + weight * score), message, at=rival)

    def absent(self) -> Check:
        """Silent: no quantity of the kind stands in the evidence."""
        is_small = abs(self._quantity.low) < MIN_COUNT
        message = f"The evidence has nothing like {self.written}."
        return self.check("silent", 0.35 if is_small else 0.6, message)

    def check(
        self,
        outcome: Literal["supported", "contradicted", "silent"],
        score: float,
        message: str,
        *,
        at: Mention | None = None,
        name: str = "",
    ) -> Check:
        start = self._claim.start + self._quantity.start
        end = self._claim.start + self._quantity.end
        return Check(
            name or self._name(), outcome, score, message, start, end, at.evidence if at else None
        )

    def _name(self) -> str:
        dimension = self._quantity.dimension
        if dimension in ("date", "clock"):
            return "date" if dimension == "date" else "date.clock"
        return f"number.{dimension}" if dimension else "number"
