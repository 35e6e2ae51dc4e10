"""Words that say what a claim does with a table: rank, compare, count, add, and in which sense."""

from __future__ import annotations

import re

from aiguardian.guards.trust.quantities.dates import MONTHS
from aiguardian.guards.trust.quantities.words import stem


def _any_of(words: str) -> re.Pattern[str]:
    """Finds one of the words or phrases (`|` between them) in `Linked.cues`."""
    return re.compile(f" (?:{words}) ")


MAX = _any_of(
    "most|highest|largest|greatest|biggest|best|longest|latest|tallest|heaviest|maximum|top|newest|"
    "oldest|richest|fastest|fattest|furthest|farthest|max|more than any|strongest|widest|deepest|"
    "recently"
)
MIN = _any_of(
    "least|lowest|smallest|fewest|worst|shortest|earliest|minimum|slowest|youngest|lightest|min|"
    "less than any|bottom|cheapest|closest|weakest|first"
)
LAST = _any_of("last|final|latest|most recent|recently")
FIRST = _any_of("first|earliest|initial|begin|start|open")
MORE = _any_of(
    "more|higher|larger|greater|bigger|longer|better|taller|older|heavier|faster|over|above|"
    r"exceed\w*|outscore\w*|beat|ahead|surpass\w*"
)
LESS = _any_of(
    "less|lower|smaller|fewer|shorter|worse|younger|lighter|slower|under|below|behind"
)  # fmt: skip
AFTER = _any_of(r"after|later|follow\w*|since")
BEFORE = _any_of(r"before|earlier|prior|precede\w*|ahead of|sooner")
ALL = _any_of("all|every|each|always|any|both|entire|whole")
ONLY = _any_of("only|sole|solely|exclusively|alone|single|unique|lone")
NOT = _any_of("not|never|no|none|isn|wasn|didn|doesn|don|cannot|fail|without|neither")
SAME = _any_of("same|equal|identical|tie|tied|share|alike|also")
DIFFERENT = _any_of("different|differ|distinct|unlike|unique|various|separate")
SUM = _any_of("total|sum|combined|combine|altogether|together|overall|aggregate")
AVERAGE = _any_of("average|mean|averaging")
GAP = _any_of("difference|margin|by|more than|less than|fewer than|than|gap|between")
TIMES_AS = _any_of(r"(?:times?|twice) as(?: \w+){0,2}")
HALF = _any_of("half")
MAJORITY = _any_of("most of|majority|more than half|over half|mostly|most")
MINORITY = _any_of("less than half|minority|under half|few of")
PLACES = _any_of(r"top \d|second|third|fourth|fifth|2nd|3rd|4th|5th")
PRAISE = _any_of(
    "highest|higher|best|better|top|fastest|faster|worst|worse|slowest|slower|first"
)  # fmt: skip
"""Words that mean a low number in a column of ranks or times."""
AGE_WORDS = _any_of("oldest|older|youngest|younger")

ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5,
}  # fmt: skip


def _stems(words: str) -> frozenset[str]:
    return frozenset(map(stem, words.split()))


LESS_IS_MORE = _stems("rank position place pos time finish grid pick")
"""Stems of columns where the best is the lowest."""
TIME_STEMS = _stems("date year season week round time game day month aired released")
"""Stems of columns that put rows in the order of time."""
AGE_STEMS = _stems("year date birth born found built establish")
"""Stems of columns where the oldest is the lowest."""

_COUNTED_TEXT = (
    "time times game games match matches player players team teams different people person country "
    "countries nation nations year years race races win wins season seasons episode episodes song "
    "songs event events driver drivers rider riders school schools occasion city cities film films "
    "show shows"
)
COUNTED = frozenset(_COUNTED_TEXT.split())
"""Nouns after a number that make it a count."""
NUMBERED = frozenset(
    [
        "than",
        "rank",
        "week",
        "round",
        "lane",
        "no",
        "number",
        "day",
        "season",
        "series",
        "place",
        "at",
    ]
)
"""Words before a number that make it a label or a bound, as do the months."""
LABELLED = frozenset(MONTHS) | NUMBERED | frozenset(["race", "episode", "position"])
AFTER_LABEL = frozenset(MONTHS) | {"th", "st", "nd", "rd"}
"""What follows the number of a day or place."""
