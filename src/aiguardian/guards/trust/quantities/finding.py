"""All quantities of a text with offsets: numerals and number words with what stands beside them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import lru_cache

from aiguardian.guards.trust.marks import COUNTS, DIGITS, MONTHS, NUMBERS, SHARES, count_marks
from aiguardian.guards.trust.quantities.clocks import find_clocks
from aiguardian.guards.trust.quantities.dates import DAYS_PER_YEAR, Date, find_dates
from aiguardian.guards.trust.quantities.number_words import find_number_words, find_shares
from aiguardian.guards.trust.quantities.numerals import (
    IS_AMBIGUOUS,
    Numeral,
    find_numerals,
    has_decimal_commas,
)
from aiguardian.guards.trust.quantities.quantity import Quantity, Relation
from aiguardian.guards.trust.quantities.ranges import joined_ranges
from aiguardian.guards.trust.quantities.units import (
    CURRENCIES,
    MAGNITUDES,
    UNITS,
    Unit,
    find_currency,
    find_unit,
)
from aiguardian.processor import Deadline

_SHARE_WORDS_TEXT = (
    "percent percentage per pct pp p bps basis prozent procent pour por or square sq degree light "
    "st nd rd th"
)
_SHARE_WORDS = _SHARE_WORDS_TEXT.split()
"""Beside units, currencies and magnitudes: how the other words behind a number begin."""
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
_WORD = re.compile(r"[^\W\d_]+")
_SIGNS = frozenset("%٪％$€£¥₹₩₽₺₴₿+°µºª")
"""Signs that say something of the number before them."""
_FOLLOWERS = frozenset(
    match[0]
    for name in (*MAGNITUDES, *UNITS, *CURRENCIES, *_SHARE_WORDS)
    if (match := _WORD.match(name)) is not None
)
"""How the words that say something of the number before them begin, in lower case and without
the s of the plural."""
_BOUNDING = frozenset(words.split()[-1] for words in RELATIONS)
"""The last words of what bounds a number."""
_LOOK_BEHIND = 28
"""Code points before a number in which its sign, currency and relation stand."""


MAX_CACHED = 600
"""Code points up to which a text is a sentence, whose quantities are kept for the next time."""


def find_quantities(
    text: str, deadline: Deadline | None = None, *, marks: int = 0
) -> tuple[Quantity, ...]:
    """Quantities in order, without overlaps. Linear; raises `DeadlineExceeded` when past. `marks`
    are those of the text's words, or of more, where they are known: 0 where not."""
    marks = marks or count_marks(text)
    if not marks & COUNTS:
        return ()
    if len(text) <= MAX_CACHED:
        return _of_sentence(text, marks & (COUNTS | MONTHS))
    return _find_quantities(text, marks, deadline)


@lru_cache(maxsize=1024)
def _of_sentence(text: str, marks: int) -> tuple[Quantity, ...]:
    return _find_quantities(text, marks, None)


def _find_quantities(text: str, marks: int, deadline: Deadline | None) -> tuple[Quantity, ...]:
    numbers = find_number_words(text) if marks & NUMBERS else []
    shares = find_shares(text) if marks & SHARES else []
    if not marks & DIGITS and not numbers and not shares:
        return ()
    reader = _Reader(text)
    found = [reader.share(share) for share in shares]
    if marks & DIGITS:
        dates = find_dates(text, has_month=bool(marks & MONTHS))
        found += [reader.date(date) for date in dates if reader.is_date(date)]
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
    return tuple(joined_ranges(text, _without_overlaps(found)))


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
        has_commas = IS_AMBIGUOUS.search(text) is not None and has_decimal_commas(text)
        return find_numerals(text, decimal_commas=has_commas)

    def is_date(self, date: Date) -> bool:
        """A bare number of four digits is no year before a unit ("1500 metres") or after "$"."""
        if not date.is_bare_year:
            return True
        if _SUM_BEFORE.search(self._text[max(0, date.start - 3) : date.start]):
            return False
        if not _is_qualified(self._text, date.end):
            return True
        after = self._text[date.end : date.end + 16]
        is_measure = _unit_at(after, 0)[0] is not None
        return not (is_measure or _MAGNITUDE.match(after))

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
        is_spelled = not (
            text[numeral.start].isnumeric()
            or any(map(str.isnumeric, text[numeral.start : numeral.end]))
        )
        if is_ordinal:
            return _plain(numeral, end, "ordinal", is_spelled=True)
        is_qualified = _is_qualified(text, end)
        factor, dimension, unit = 1.0, "money" if currency else "", None
        if is_qualified:
            if not currency and _ORDINAL_AFTER.match(text, end) and not is_spelled:
                return _plain(numeral, end + 2, "ordinal", is_spelled=False)
            factor, end = self._magnitude(end, has_currency=bool(currency))
        if not currency and not is_spelled and self._is_in_name(numeral.start, end):
            return None
        if is_qualified:
            dimension, unit, end = self._unit(end, currency)
        relation = self._relation_before(start)
        after = _RELATION_AFTER.match(text, end) if is_qualified else None
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
        if not words:
            return "equal"
        if words[-1][-1] in "~≈<>≥≤":
            words[-1] = words[-1][-1]
        elif words[-1].lstrip("([") not in _BOUNDING:
            return "equal"
        for length in (3, 2, 1):
            relation = RELATIONS.get(" ".join(words[-length:]).lstrip("(["))
            if relation is not None and len(words) >= length:
                return relation
        return "equal"


def _is_qualified(text: str, end: int) -> bool:
    """Whether what stands right behind a number may belong to it: a unit, a magnitude, a sign. For
    most numbers nothing does, and this is told many times faster than each is tried."""
    at = end + 1 if text[end : end + 1] in ("-", " ", "\u00a0") else end
    sign = text[at : at + 1]
    if not sign.isalpha():
        return sign in _SIGNS
    word = _WORD.match(text, at)
    low = word[0].lower() if word else ""
    is_plain = low.isascii() and low not in _FOLLOWERS and low.removesuffix("s") not in _FOLLOWERS
    return not is_plain or at == end


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


def _may_be_currency(before: str) -> bool:
    """Whether the last word before a number is none that is long, and no other than a currency."""
    word = before[-_LONGEST_MONEY - 8 :].rstrip("-−( \u00a0").rsplit(None, 1)[-1:]
    if not word or not word[0].isalpha():
        return True
    low = word[0].lower()
    return low in CURRENCIES or low[:-1] in CURRENCIES


def _currency_before(before: str, start: int) -> tuple[str, int, bool]:
    if not _may_be_currency(before):
        return "", start, False
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
