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
    Figures,
    asked_operations,
    best_derivation,
    passage,
)
from aiguardian.guards.trust.quantities.dates import DAYS_PER_YEAR
from aiguardian.guards.trust.quantities.finding import find_quantities
from aiguardian.guards.trust.quantities.mentions import (
    Mention,
    Mentions,
    counted_after,
    stems_beside,
)
from aiguardian.guards.trust.quantities.quantity import Quantity, agrees, allowed, comparable
from aiguardian.guards.trust.quantities.words import content_stems, overlap
from aiguardian.processor import Deadline

MAX_CLAIM_QUANTITIES = 32
MAX_ARITHMETIC = 10
"""Numbers of the evidence that take part in arithmetic, the most relevant first."""
NEARLY = 1e-8
"""Relative distance of two numbers that may count as the same."""
MIN_COUNT = 4
"""Below this a count is often not written as a number: "a pair", a list of three."""
MIN_TELLING = 20
"""A whole number below this comes out of arithmetic by chance too often. By judgement."""

_NEAR_WEIGHT, _SENTENCE_WEIGHT, _BESIDE_WEIGHT, _COUNTED_WEIGHT = 0.2, 0.3, 0.4, 0.2
"""What alike words say by where they stand. Chosen of seven settings by telling entailed claims of
the entailment data from the same with one number changed, 2026-11 (AUC .872)."""


def check_quantities(
    claim: Claim,
    evidence: Sequence[Evidence],
    deadline: Deadline,
    known: Mentions | None = None,
    *,
    marks: int = 0,
) -> list[Check]:
    """One check for each quantity of the claim; none when it states none or there is no evidence.
    `known` are the quantities of the sources as far as they were read for other claims, `marks`
    those of the claim's words; 0 where not known.

    Names: `date`, `number.<dimension>`, `number` for plain numbers and `arithmetic.<operation>`.
    """
    stated = [q for q in find_quantities(claim.text, marks=marks) if not _is_idle(q)][
        :MAX_CLAIM_QUANTITIES
    ]
    if not stated or not evidence:
        return []
    mentions = (known or Mentions()).of(evidence, deadline)
    agreeing = [_agreeing(quantity, mentions) for quantity in stated]
    taken = {id(mention) for each in agreeing for mention in each}
    free: dict[str, list[Mention]] = {}
    for mention in mentions:
        if id(mention) not in taken:
            free.setdefault(mention.quantity.dimension, []).append(mention)
    subject = frozenset(content_stems(claim.statement))
    operations: frozenset[str] | None = None
    checks = []
    for quantity, same in zip(stated, agreeing, strict=True):
        deadline.check()
        alike = free.get(quantity.dimension, ())
        rivals = [mention for mention in alike if _is_rival(quantity, mention.quantity)]
        rating, words = _Rating(claim, quantity, subject), _Wording(claim, quantity)
        if same:
            checks.append(_found(words, rating, same, rivals))
            continue
        if operations is None:
            operations = asked_operations(claim.statement)
        derived = _derived(quantity, rating, mentions, operations, deadline)
        checks.append(derived.worded(words) if derived else _missed(words, rating, rivals))
    return checks


def _is_idle(quantity: Quantity) -> bool:
    """ "One" and "first" in words mostly say no number."""
    return quantity.is_spelled and quantity.low == 1 and quantity.dimension in ("", "ordinal")


def _agreeing(quantity: Quantity, mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions that make a quantity of the claim true: none of these can contradict it, nor
    another quantity of the claim."""
    dimension, bare = quantity.dimension, quantity.bare
    low, high = allowed(quantity)
    found = []
    for mention in mentions:
        other = mention.quantity
        if other.dimension != dimension and other.dimension and dimension:
            continue
        is_far = other.low > high or other.high < low
        if is_far and not other.is_date and other.relation == "equal" and other.bare != bare:
            gap = NEARLY * max(abs(other.bare), abs(bare), abs(other.low), abs(quantity.low))
            if abs(other.bare - bare) > gap and abs(other.low - quantity.low) > gap:
                continue  # told without the whole comparison, as of most
        if agrees(quantity, other):
            found.append(mention)
    return found


def _found(
    words: _Wording, rating: _Rating, same: Sequence[Mention], rivals: Sequence[Mention]
) -> Check:
    best, mention = rating.best(same)
    if not rivals:
        return words.found(mention, best, best, None)
    score, rival = rating.best(rivals)
    return words.found(mention, best, best - score, rival)


def _missed(words: _Wording, rating: _Rating, rivals: Sequence[Mention]) -> Check:
    if not rivals:
        return words.absent()
    score, rival = rating.best(rivals)
    return words.other(rival, score)


class _Rating:
    """How much the words around a mention are those of one quantity of the claim."""

    def __init__(self, claim: Claim, quantity: Quantity, subject: frozenset[str]) -> None:
        own = content_stems(claim.text[quantity.start : quantity.end])
        self._wanted = subject.difference(own)
        self._beside = stems_beside(claim.text, quantity)
        self._counted = counted_after(claim.text, quantity)
        self._sentences: dict[frozenset[str], float] = {}

    def of(self, mention: Mention) -> float:
        """In [0, 1]."""
        sentence, wanted = mention.around, self._wanted
        around = self._sentences.get(sentence)
        if around is None:
            around = self._sentences[sentence] = overlap(wanted, sentence)
        near = len(wanted & mention.near) / len(wanted) if around else 0.0
        beside = self._beside
        local = len(beside & mention.beside) / len(beside) if beside else near
        score = _NEAR_WEIGHT * near + _SENTENCE_WEIGHT * around + _BESIDE_WEIGHT * local
        is_counted = bool(self._counted and self._counted == mention.counted)
        return min(1.0, score + _COUNTED_WEIGHT * is_counted)

    def best(self, mentions: Sequence[Mention]) -> tuple[float, Mention]:
        """The best of some, and how good it is; the first of equals."""
        ratings = list(map(self.of, mentions))
        most = max(ratings)
        return most, mentions[ratings.index(most)]

    def ranked(self, mentions: Sequence[Mention]) -> list[tuple[float, Mention]]:
        """All of them, the best first."""
        rated = [(self.of(mention), mention) for mention in mentions]
        return sorted(rated, key=itemgetter(0), reverse=True)


def _is_rival(claimed: Quantity, found: Quantity) -> bool:
    """Whether `found`, of the same dimension, could stand in the place of `claimed`: no month for
    a year, no euros for dollars."""
    if not comparable(claimed, found):
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
    rating: _Rating,
    mentions: Sequence[Mention],
    operations: frozenset[str],
    deadline: Deadline,
) -> _Derived | None:
    """How the number follows from those of the evidence, or None. Without a word for it in the
    claim only a hit with digits enough counts."""
    if quantity.is_date or math.isnan(quantity.bare) or quantity.dimension in ("ordinal", "clock"):
        return None
    is_small = abs(quantity.bare) < MIN_TELLING and quantity.bare == int(quantity.bare)
    is_years = _may_be_years(quantity)
    if is_small and not operations and not is_years:
        return None
    ranked = rating.ranked(mentions)
    if is_years:
        dates = [mention.quantity for _, mention in ranked if mention.quantity.is_date]
        spans = _years_between(quantity, dates)
        if spans is not None:
            return spans
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


def _figures(ranked: Sequence[tuple[float, Mention]]) -> Figures:
    """The different numbers of the evidence, the most relevant first."""
    figures: dict[float, Figure] = {}
    relevance: list[float] = []
    for score, mention in ranked:
        if len(figures) == MAX_ARITHMETIC:
            break
        quantity, value = mention.quantity, mention.quantity.bare
        is_point = quantity.low == quantity.high and not math.isnan(value)
        if is_point and value not in figures and not quantity.is_date:
            written = mention.written
            is_percent = quantity.dimension == "percent"
            figures[value] = Figure(
                value, written, is_percent=is_percent, decimals=_decimals(written)
            )
            relevance.append(score)
    return passage(list(figures.values()), relevance)


def _years_between(quantity: Quantity, dates: Sequence[Quantity]) -> _Derived | None:
    """Years from one date of the evidence to another, or within one stretch of years: an age, a
    term, a span."""
    years = quantity.bare
    for between in _spans(dates[:10]):
        if _fits_years(quantity, years, between):
            words = "time between two dates of the source, in years,"
            return _Derived(words, "years", math.floor(between), 0.45)
    return None


def _may_be_years(quantity: Quantity) -> bool:
    if quantity.dimension == "time":
        is_years = quantity.unit.startswith(("year", "yr"))
    else:
        is_years = not quantity.dimension
    return is_years and 2 <= quantity.bare <= 400 and quantity.bare == int(quantity.bare)


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
                f"The text says {self.written}, the source says {rival.written} of that; "
                f"{mention.written} stands for something else."
            )
            return self.check("contradicted", min(0.7, -lead), message, at=rival)
        sure = 0.5 + 0.35 * score + 0.15 * min(1.0, max(0.0, lead) * 2) + min(0.0, lead)
        if mention.in_table:
            sure *= 0.7
        message = f"The source says {mention.written} too: the text says {self.written}."
        return self.check("supported", min(0.97, sure), message, at=mention)

    def other(self, rival: Mention, score: float) -> Check:
        """Contradicted by the number that stands in its place; silent if little else is alike."""
        message = f"The text says {self.written}, the source says {rival.written}."
        if score < 0.2 or rival.in_table:
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
