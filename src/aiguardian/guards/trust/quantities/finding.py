"""All quantities of a text with offsets: numerals and number words with what stands beside them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import lru_cache

from aiguardian.guards.trust.quantities.clocks import find_clocks
from aiguardian.guards.trust.quantities.dates import DAYS_PER_YEAR, Date, find_dates
from aiguardian.guards.trust.quantities.number_words import (
    find_number_words,
    find_shares,
    may_have_words,
)
from aiguardian.guards.trust.quantities.numerals import (
    Numeral,
    find_numerals,
    has_decimal_commas,
)
from aiguardian.guards.trust.quantities.quantity import Quantity, Relation
from aiguardian.guards.trust.quantities.units import (
    MAGNITUDES,
    Unit,
    find_currency,
    find_unit,
)
from aiguardian.processor import Deadline

_MAGNITUDE_WORDS = sorted((name for name in MAGNITUDES if len(name) > 1), key=len, reverse=True)
_MAGNITUDE = re.compile(
    rf"(?:[ \u00a0-]?(?P<word>{'|'.join(_MAGNITUDE_WORDS)})(?!\w)"
    r"|[ ]?(?P<letter>[kKmMbB])(?![\w/²³]))",
    re.IGNORECASE,
)
_PERCENT = re.compile(
    r"[ \u00a0-]?(?:(?P<point>percentage[ -]points?|pp\b|%-?points?|p\.p\.)"
    r"|(?P<basis>bps\b|basis points?)"
    r"|(?P<percent>%|٪|％|per ?cent\b|pct\b|percentage\b|prozent\b|procent\b|"
    r"pour ?cent\b|por ?ci?ento\b|per ?cento\b))",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"[ \u00a0-]?(?P<unit>(?:square|sq|degrees?|km)[ ][^\W_]{1,12}|light-years?"
    r"|[°µ]?[^\W\d_]{1,14}(?:/[a-z])?[²³23]?)(?![\w²³])",
    re.IGNORECASE,
)
_MONEY_BEFORE = re.compile(
    r"(?:(?<!\w)[A-Za-z]{0,2}\$|[€£¥₹₩₽₺₴₿]|(?<!\w)[A-Za-z]{2,4})[ \u00a0]?(?P<sign>[-−(]?)$"
)
_LONGEST_MONEY = 7
"""Code points of a match: four letters, a space, a sign, a line's end."""
_MONEY_AFTER = re.compile(r"[ \u00a0-]?(?P<money>[^\W\d_]{2,9}|[A-Za-z]{0,2}\$|[€£¥₹₩₽₺₴₿])(?!\w)")
_SUM_BEFORE = re.compile(r"[$€£¥₹][ ]?$")
_NAME_BEFORE = re.compile(r"(?:^|[\s(])(?=\w{0,10}[^\W\d_])(?:[A-Z\d]\w{0,10})[-/]$")
"""A capital or digit with letters, then a hyphen or slash ("MC2000-", "COVID-", "F/")."""
_WORD_FOLLOWS = re.compile(r"[ ]\w")
_SIGN_BEFORE = re.compile(r"(?:^|[\s($€£¥|])(?:[-−]|minus )$")
_ORDINAL_AFTER = re.compile(r"(?:st|nd|rd|th|º|ª)(?!\w)")
_RELATIONS_TEXT: tuple[tuple[Relation, str], ...] = (
    ("at_least", "at least|no less than|no fewer than|not less than|minimum of|≥|>="),
    ("at_most", "at most|no more than|not more than|up to|maximum of|as much as|as many as|≤|<="),
    ("over", "more than|greater than|higher than|larger than|longer than|older than|later than"),
    ("over", "over|above|exceed|exceeds|exceeded|exceeding|upwards of|upward of|beyond|surpassing"),
    ("over", "surpassed|surpasses|surpass|>|mehr als|über|plus de|más de"),
    ("under", "less than|fewer than|lower than|smaller than|shorter than|younger than|under|below"),
    ("under", "<|weniger als|unter|moins de|menos de"),
    ("about", "about|around|approximately|approx|approx.|roughly|nearly|almost|some|circa|ca.|c."),
    ("about", "~|≈|close to|estimated|just over|just under|early|mid|late|environ|etwa|rund|unos"),
    ("about", "ungefähr|cerca de"),
)
RELATIONS: dict[str, Relation] = {
    words: relation for relation, line in _RELATIONS_TEXT for words in line.split("|")
}
"""What stands before a number and bounds it."""
_DATE_RELATIONS: dict[str, Relation] = {
    "after": "over", "later than": "over", "since": "at_least", "before": "under",
    "prior to": "under", "earlier than": "under", "until": "at_most", "nach": "over",
    "vor": "under", "après": "over", "avant": "under",
}  # fmt: skip
_DATE_BOUND = re.compile(rf"\b({'|'.join(_DATE_RELATIONS)}) (?:the )?$", re.IGNORECASE)
_RELATION_AFTER = re.compile(
    r"[ ]?(?:(?P<at_least>\+(?!\d)|or (?:more|older|above|higher|over|greater|longer)\b)"
    r"|(?P<at_most>or (?:less|fewer|under|below|younger)\b))",
    re.IGNORECASE,
)
_RANGE = re.compile(r"[ ]?[–—][ ]?|[ ](?:to|bis|à)[ ]|(?<=\d)-(?=\d)|[ ]and[ ]")
_DIGIT = re.compile(r"[\d¼½¾⅐-⅞]")
_LOOK_BEHIND = 28
"""Code points before a number in which its sign, currency and relation stand."""


MAX_CACHED = 600
"""Code points up to which a text is a sentence, whose quantities are kept for the next time."""


def find_quantities(text: str, deadline: Deadline | None = None) -> tuple[Quantity, ...]:
    """Quantities in order, without overlaps. Linear; raises `DeadlineExceeded` when past."""
    if len(text) <= MAX_CACHED:
        return _of_sentence(text)
    return _find_quantities(text, deadline)


@lru_cache(maxsize=1024)
def _of_sentence(text: str) -> tuple[Quantity, ...]:
    return _find_quantities(text, None)


def _find_quantities(text: str, deadline: Deadline | None) -> tuple[Quantity, ...]:
    has_digits = _DIGIT.search(text) is not None
    has_words = may_have_words(text)
    numbers = find_number_words(text) if has_words else []
    shares = find_shares(text) if has_words else []
    if not has_digits and not numbers and not shares:
        return ()
    reader = _Reader(text)
    found = [reader.share(share) for share in shares]
    if has_digits:
        found += [reader.date(date) for date in find_dates(text) if reader.is_date(date)]
        found += find_clocks(text)
        numbers += [(numeral, False) for numeral in reader.numerals()]
    taken = _Taken(found)
    for order, (numeral, is_ordinal) in enumerate(
        sorted(numbers, key=lambda n: (n[0].start, -n[0].end))
    ):
        if deadline is not None and order % 256 == 0:
            deadline.check()
        if taken.is_free(numeral.start, numeral.end):
            quantity = reader.number(numeral, is_ordinal=is_ordinal)
            if quantity is not None:
                found.append(quantity)
    return tuple(_joined_ranges(text, _without_overlaps(found)))


class _Taken:
    """The spans that are already read as dates, clocks and shares."""

    def __init__(self, found: Iterable[Quantity]) -> None:
        self._places = {
            place for quantity in found for place in range(quantity.start, quantity.end)
        }

    def is_free(self, start: int, end: int) -> bool:
        return start not in self._places and end - 1 not in self._places


class _Reader:
    """Reads what stands beside the numbers of one text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def numerals(self) -> list[Numeral]:
        """The numbers in digits."""
        text = self._text
        return find_numerals(text, decimal_commas=has_decimal_commas(text))

    def is_date(self, date: Date) -> bool:
        """A bare number of four digits is no year before a unit ("1500 metres") or after "$"."""
        if not date.is_bare_year:
            return True
        after = self._text[date.end : date.end + 16]
        is_measure = _unit_at(after, 0)[0] is not None
        before = self._text[max(0, date.start - 3) : date.start]
        return not (is_measure or _MAGNITUDE.match(after) or _SUM_BEFORE.search(before))

    def date(self, date: Date) -> Quantity:
        relation = self._relation_before(date.start)
        year = date.low / DAYS_PER_YEAR if date.is_bare_year else math.nan
        bound = self._date_bound(date.start)
        if bound is not None:
            return Quantity(
                date.start, date.end, date.low, date.high, "date", relation=bound, bare=year
            )
        if relation == "about":
            margin = 2 * DAYS_PER_YEAR if date.high - date.low >= DAYS_PER_YEAR - 1 else 0
            low, high = date.low - margin, date.high + margin
            return Quantity(date.start, date.end, low, high, "date", relation="equal", bare=year)
        return Quantity(date.start, date.end, date.low, date.high, "date", bare=year)

    def share(self, share: Numeral) -> Quantity:
        relation = self._relation_before(share.start)
        return Quantity(
            share.start,
            share.end,
            share.value,
            share.value,
            "percent",
            1.0,
            relation,
            share.value,
            "share",
            is_spelled=True,
            is_round=True,
        )

    def number(self, numeral: Numeral, *, is_ordinal: bool) -> Quantity | None:
        """The quantity of a number with its magnitude, unit, currency, sign and relation."""
        text, end = self._text, numeral.end
        before = text[max(0, numeral.start - _LOOK_BEHIND) : numeral.start]
        currency, start, is_negative = _currency_before(before, numeral.start)
        is_spelled = not any(map(str.isnumeric, text[numeral.start : numeral.end]))
        if not is_ordinal and not currency and _ORDINAL_AFTER.match(text, end) and not is_spelled:
            return _plain(numeral, end + 2, "ordinal", is_spelled=False)
        if is_ordinal:
            return _plain(numeral, end, "ordinal", is_spelled=True)
        factor, end = self._magnitude(end, has_currency=bool(currency))
        if not currency and not is_spelled and self._is_in_name(numeral.start, end):
            return None
        dimension, unit, end = self._unit(end, currency)
        relation = self._relation_before(start)
        after = _RELATION_AFTER.match(text, end)
        if after is not None and relation == "equal" and after.lastgroup:
            relation = "at_least" if after.lastgroup == "at_least" else "at_most"
        sign = -1 if is_negative or _is_signed(before) else 1
        value = sign * numeral.value * factor
        half = (
            numeral.half * factor
            if factor > 1 or numeral.half < 0.5
            else min(numeral.half, 0.5) * factor
        )
        size, zero = (unit.size, unit.zero) if unit else (1.0, 0.0)
        if dimension == "percent" and unit and unit.name == "basis point":
            size = 0.01
        low = value * size + zero
        name = unit.name if unit else currency
        return Quantity(
            start, end, low, low, dimension, half * size, relation, sign * numeral.value, name,
            is_spelled, numeral.is_round,
        )  # fmt: skip

    def _is_in_name(self, start: int, end: int) -> bool:
        """Whether a number is part of a code or a name: "MC2000-2", "16G", "OCT3/4"."""
        text = self._text
        if text[end : end + 1].isalpha() and not (
            _unit_at(text, end)[0] or _PERCENT.match(text, end) or _MONEY_AFTER.match(text, end)
        ):
            return True
        if text[start - 1 : start] not in ("-", "/"):
            return False
        return bool(_NAME_BEFORE.search(text[max(0, start - 12) : start]))

    def _magnitude(self, end: int, *, has_currency: bool) -> tuple[float, int]:
        factor = 1.0
        match = _MAGNITUDE.match(self._text, end)
        if match is None:
            return factor, end
        letter = match["letter"]
        if letter is not None and not has_currency and (letter in "mb" or match.group()[0] == " "):
            return factor, end
        return MAGNITUDES[(match["word"] or letter).lower()], match.end()

    def _unit(self, end: int, currency: str) -> tuple[str, Unit | None, int]:
        """Dimension, unit and end of what follows the number."""
        text = self._text
        percent = _PERCENT.match(text, end)
        if percent is not None:
            name = "basis point" if percent["basis"] else "point" if percent["point"] else "percent"
            return (
                "percent",
                Unit(name, "percent", 0.01 if percent["basis"] else 1.0),
                percent.end(),
            )
        if currency:
            return "money", None, end
        money = _MONEY_AFTER.match(text, end)
        code = find_currency(money["money"]) if money else None
        if (
            money
            and code
            and not (money["money"].islower() and money["money"] in ("won", "try", "rs"))
        ):
            return "money", Unit(code, "money", 0.01 if code == "cent" else 1.0), money.end()
        unit, unit_end = _unit_at(text, end)
        return (unit.dimension, unit, unit_end) if unit else ("", None, end)

    def _date_bound(self, start: int) -> Relation | None:
        """ "after 1990", "before May 2001": the relation, or None."""
        match = _DATE_BOUND.search(self._text[max(0, start - _LOOK_BEHIND) : start])
        return _DATE_RELATIONS[match[1].lower()] if match else None

    def _relation_before(self, start: int) -> Relation:
        words = self._text[max(0, start - _LOOK_BEHIND) : start].lower().replace("-", " ").split()
        if words and words[-1] in ("a", "an", "the"):
            words.pop()
        if words and words[-1][-1:] in "~≈<>≥≤":
            words[-1] = words[-1][-1:]
        for length in (3, 2, 1):
            relation = RELATIONS.get(" ".join(words[-length:]).lstrip("(["))
            if relation is not None and len(words) >= length:
                return relation
        return "equal"


def _unit_at(text: str, end: int) -> tuple[Unit | None, int]:
    """The unit that follows a number, and where it ends. "in" is an inch only where no word
    follows."""
    match = _UNIT.match(text, end)
    if match is None:
        return None, end
    written = match["unit"]
    unit = find_unit(written)
    if unit is None and " " in written:
        written = written.split(" ")[0]
        unit = find_unit(written)
    if unit is None or (written == "in" and _WORD_FOLLOWS.match(text, match.end())):
        return None, end
    return unit, match.start("unit") + len(written)


def _is_signed(before: str) -> bool:
    if not before.endswith(("-", "−", "minus ")):
        return False
    return _SIGN_BEFORE.search(before) is not None


def _currency_before(before: str, start: int) -> tuple[str, int, bool]:
    match = _MONEY_BEFORE.search(before, max(0, len(before) - _LONGEST_MONEY))
    if match is None:
        return "", start, False
    written = match.group().rstrip("-−( \u00a0")
    code = find_currency(written)
    if code is None or written in ("won", "try", "rand"):
        return "", start, False
    return code, start - len(match.group()), bool(match["sign"])


def _plain(numeral: Numeral, end: int, dimension: str, *, is_spelled: bool) -> Quantity:
    value = numeral.value
    return Quantity(
        numeral.start, end, value, value, dimension, 0.0, "equal", value, "", is_spelled
    )


def _without_overlaps(found: list[Quantity]) -> list[Quantity]:
    kept: list[Quantity] = []
    for quantity in sorted(found, key=lambda q: (q.start, -q.end)):
        if not kept or quantity.start >= kept[-1].end:
            kept.append(quantity)
    return kept


def _joined_ranges(text: str, found: list[Quantity]) -> list[Quantity]:
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
