"""Which cells and columns of a table the words of a claim name."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from msgspec import Struct

from aiguardian.guards.trust.quantities.number_words import find_number_words
from aiguardian.guards.trust.quantities.words import STOPWORDS, stem, tokens
from aiguardian.guards.trust.tables.table import Table, WordIndex
from aiguardian.processor import Deadline

MAX_RUN = 8
"""Words of a cell that are looked for in a row."""
MAX_CLAIM_WORDS = 120
MAX_STRETCHES = 24
"""Linked stretches of a claim that are read; more are no claim but a copy of the table."""

_KEPT = frozenset(
    {"no", "not", "per", "off", "out", "up", "down", "over", "under", "he", "it", "my", "you"}
)
"""Stopwords that are names in some tables; they are only skipped alone."""

# Which columns a word speaks of that is not their name. Ours, by reading headers of tables.
_SPEAKS_TEXT = (
    "old:age,born,birth,year,date,found,built,establish young:age,born,birth,year,date "
    "long:length,time,distance,duration,run,span short:length,time,distance,duration,height "
    "tall:height,floor,storey high:height,elevation,peak,rank low:height,elevation "
    "heavy:weight,mass fast:time,speed slow:time,speed "
    "early:date,year,season,week,round,time late:date,year,season,week,round,time "
    "before:date,year,season,week,round after:date,year,season,week,round "
    "recent:date,year,season first:date,year,season,rank,week "
    "last:date,year,season,rank,week crowd:attendanc,crowd attend:attendanc,crowd "
    "peopl:population,attendanc,crowd popul:population larg:area,population,size "
    "small:area,population,size win:winner,win,result,champion lose:loser,loss,result "
    "champion:winner,champion date:date score:score,result,point play:opponent,game,match "
    "who:name,player play against:opponent face:opponent cost:price,cost expensiv:price,cost "
    "cheap:price,cost rank:rank,position,place,po finish:rank,position,place,po "
    "place:rank,position,place,po earn:earn,money,prize,salari rich:worth,wealth "
    "country:nation,country nation:nation,country team:team,club club:team,club "
    "year:year,date,season occur:date,year releas:date,year,releas air:date,air"
)


_RESULTS = {"win": "w", "los": "l", "loss": "l", "defeat": "l", "ti": "t", "tie": "t", "draw": "d"}
"""Stems of words for the letters that begin a result ("w 31 - 21")."""
_HINTED = 0.4
"""How fully a column is named by a word that only speaks of it. By judgement."""


def _read_speaks() -> dict[str, frozenset[str]]:
    speaks: dict[str, frozenset[str]] = {}
    for entry in _SPEAKS_TEXT.split():
        word, _, columns = entry.partition(":")
        if columns:
            speaks[stem(word)] = frozenset(map(stem, columns.split(",")))
    return speaks


SPEAKS_OF = _read_speaks()


class Anchor(Struct, frozen=True):
    """Words `first` to `last` (half-open) of the claim that stand in cells of one column."""

    first: int
    last: int
    column: int
    rows: frozenset[int]
    quality: float
    """Share of the cell that the words are, by rarity, in (0, 1]: 1.0 is the whole cell."""


class Mention(Struct, frozen=True, gc=False):
    """Words `first` to `last` of the claim that name a column, and how much of its name."""

    first: int
    last: int
    column: int
    share: float


class StatedNumber(Struct, frozen=True, gc=False):
    """A number of the claim at a word: `is_cell` if some cell of the table is that number."""

    place: int
    value: float
    is_cell: bool


@dataclass(frozen=True)
class Linked:
    """A claim read against a table."""

    table: Table
    words: tuple[str, ...]
    """Lower-case words and numbers of the claim, stopwords too."""
    stems: tuple[str, ...]
    anchors: tuple[Anchor, ...]
    """The best for each stretch of words; several of one stretch are readings of it."""
    columns: dict[int, float]
    """Columns that the claim names, with how fully."""
    numbers: tuple[StatedNumber, ...]
    mentions: tuple[Mention, ...] = ()
    filters: list[list[Anchor]] = field(default_factory=list, repr=False, compare=False)
    """Filled once by `reading.find_filters`."""

    def name(self, column: int) -> str:
        """The name of a column in quotation marks."""
        return f"“{self.table.header[column]}”"

    def column_near(self, first: int, last: int, reach: int = 4) -> int | None:
        """The column that is named nearest to these words, at most `reach` words away."""
        best: tuple[int, float, int] | None = None
        for mention in self.mentions:
            gap = max(mention.first - last, first - mention.last, 0)
            key = (gap, -mention.share, mention.column)
            if gap <= reach and (best is None or key < best):
                best = key
        return best[2] if best else None

    @cached_property
    def stretches(self) -> tuple[tuple[Anchor, ...], ...]:
        """The anchors by stretch of words, in the order of the claim, best first in each."""
        grouped: dict[tuple[int, int], list[Anchor]] = defaultdict(list)
        for anchor in self.anchors:
            grouped[anchor.first, anchor.last].append(anchor)
        best = sorted(grouped.values(), key=lambda g: -max(a.quality for a in g))[:MAX_STRETCHES]
        return tuple(
            tuple(sorted(group, key=lambda a: (-a.quality, -self.columns.get(a.column, 0.0))))
            for group in sorted(best, key=lambda g: (g[0].first, g[0].last))
        )

    @cached_property
    def cues(self) -> str:
        """The words that name no column, joined by single spaces with one at each end, to look
        phrases up in: "lowest" of a column "lowest mark" asks for nothing."""
        named = {
            p
            for m in self.mentions
            if m.share > 0.6 and m.last - m.first > 1
            for p in range(m.first, m.last)
        }
        kept = (word for place, word in enumerate(self.words) if place not in named)
        return f" {' '.join(kept)} "


def link(statement: str, table: Table, deadline: Deadline) -> Linked:
    """The claim linked to the table. Linear in the cells of the table."""
    words = tokens(statement)[:MAX_CLAIM_WORDS]
    stems = [stem(word) for word in words]
    about = _caption_places(table, stems)
    runs = _runs(stems, about)
    index = table.word_index(deadline)
    anchors = _anchors(stems, runs, index, deadline)
    columns = _named_columns(table, stems)
    named = frozenset().union(*table.header_words) if table.header_words else frozenset()
    numbers = tuple(
        number
        for number in _numbers(words, index.weights)
        if number.place not in about and not (number.value >= 1000 and words[number.place] in named)
    )
    mentions = _mentions(table, stems, columns)
    kept = tuple(_undominated(anchors))
    return Linked(table, tuple(words), tuple(stems), kept, columns, numbers, mentions)


def _caption_places(table: Table, stems: list[str]) -> frozenset[int]:
    """Places of the words of the claim that repeat three or more words of the caption."""
    caption = [stem(word) for word in tokens(table.caption)]
    runs = {tuple(caption[i : i + 3]) for i in range(len(caption) - 2)}
    return frozenset(
        place + offset
        for place in range(len(stems) - 2)
        if tuple(stems[place : place + 3]) in runs
        for offset in range(3)
    )


def _runs(stems: list[str], about: frozenset[int]) -> dict[tuple[str, ...], int]:
    """Each run of up to `MAX_RUN` words of the claim, and where it begins first. Words that only
    name the table begin none."""
    runs: dict[tuple[str, ...], int] = {}
    for length in range(1, MAX_RUN + 1):
        for first in range(len(stems) - length + 1):
            if first not in about:
                runs.setdefault(tuple(stems[first : first + length]), first)
    return runs


def _anchors(
    stems: list[str], runs: dict[tuple[str, ...], int], index: WordIndex, deadline: Deadline
) -> list[Anchor]:
    rows_of: dict[tuple[int, int, int], dict[int, float]] = defaultdict(dict)
    visited: set[tuple[int, int]] = set()
    for word in sorted({word for run in runs if len(run) == 1 for word in run}):
        deadline.check()
        for row, column in index.places.get(word, ()):
            if (row, column) in visited:
                continue
            visited.add((row, column))
            cell = index.stems[row][column]
            for first, length, quality in _shared(cell, runs, index.weights):
                start = runs[cell[first : first + length]]
                rows_of[start, start + length, column][row] = quality
    for place, word in enumerate(stems):
        letter = _RESULTS.get(word, "")
        for row, column in index.places.get(letter, ()):
            if index.stems[row][column][0] == letter:
                rows_of[place, place + 1, column][row] = 0.9
    anchors = []
    for (first, last, column), rows in rows_of.items():
        best = max(rows.values())
        whole = frozenset(row for row, quality in rows.items() if quality >= best - 0.15)
        anchors.append(Anchor(first, last, column, whole, best))
    return anchors


def _shared(
    cell: tuple[str, ...], runs: dict[tuple[str, ...], int], weights: dict[str, float]
) -> list[tuple[int, int, float]]:
    """The longest runs of the cell that stand in the claim: first, length, share of the cell."""
    whole = sum(weights[word] for word in cell)
    found = []
    first = 0
    while first < len(cell):
        length = 0
        while (
            first + length < len(cell)
            and length < MAX_RUN
            and cell[first : first + length + 1] in runs
        ):
            length += 1
        run = cell[first : first + length]
        share = sum(weights[word] for word in run) / whole if length else 0.0
        if length and _is_telling(run, share):
            found.append((first, length, share))
        first += max(1, length)
    return found


def _is_telling(run: tuple[str, ...], share: float) -> bool:
    """A number alone must be all of its cell, or nearly; a stopword alone tells nothing."""
    if len(run) > 1:
        return any(word not in STOPWORDS for word in run) and share >= 0.2
    word = run[0]
    if word[0].isdigit():
        return share >= 0.45 or (len(word) >= 3 and share >= 0.3)
    if word in STOPWORDS:
        return word in _KEPT and share > 0.95
    return share >= (0.25 if len(word) > 3 else 0.5)


def _undominated(anchors: list[Anchor]) -> list[Anchor]:
    """Without those whose words lie inside a longer stretch that is linked as well."""
    kept: list[Anchor] = []
    for anchor in sorted(anchors, key=lambda a: (a.first - a.last, -a.quality)):
        inside = any(
            k.first <= anchor.first
            and anchor.last <= k.last
            and (k.first, k.last) != (anchor.first, anchor.last)
            for k in kept
        )
        same = [k for k in kept if (k.first, k.last) == (anchor.first, anchor.last)]
        if not inside and (not same or anchor.quality >= 0.5 * same[0].quality):
            kept.append(anchor)
    return kept


def _named_columns(table: Table, stems: list[str]) -> dict[int, float]:
    said = {word for word in stems if word not in STOPWORDS}
    hinted = frozenset().union(*(SPEAKS_OF.get(word, frozenset()) for word in said))
    named: dict[int, float] = {}
    for column, header in enumerate(table.header_words):
        if not header:
            continue
        share = len(header & said) / len(header)
        hint = _HINTED if header & hinted else 0.0
        if max(share, hint) > 0.2:
            named[column] = max(share, hint)
    return named


def _mentions(table: Table, stems: list[str], columns: dict[int, float]) -> tuple[Mention, ...]:
    """Where the claim names columns; the fuller name wins where two share a word."""
    found = []
    for column, named in columns.items():
        header = table.header_words[column]
        places = [place for place, word in enumerate(stems) if word in header]
        while places:
            last = 1
            while last < len(places) and places[last] - places[last - 1] == 1:
                last += 1
            share = len(set(stems[places[0] : places[last - 1] + 1])) / len(header)
            found.append(Mention(places[0], places[last - 1] + 1, column, share))
            places = places[last:]
        if named == _HINTED and not header & set(stems):
            found += [
                Mention(place, place + 1, column, _HINTED)
                for place, word in enumerate(stems)
                if SPEAKS_OF.get(word, frozenset()) & header
            ]
    return tuple(m for m in found if not any(_covers(other, m) for other in found))


def _covers(one: Mention, other: Mention) -> bool:
    is_inside = one.first <= other.first and other.last <= one.last
    return is_inside and (one.share, one.last - one.first) > (other.share, other.last - other.first)


_WORDS_FOR_COUNTS = {
    "once": 1.0,
    "twice": 2.0,
    "thrice": 3.0,
    "single": 1.0,
    "both": 2.0,
    "couple": 2.0,
}


def _numbers(words: list[str], weights: dict[str, float]) -> tuple[StatedNumber, ...]:
    found = []
    for place, word in enumerate(words):
        value = _value_of(word)
        if value is not None:
            found.append(StatedNumber(place, value, word in weights))
    return tuple(found)


def _value_of(word: str) -> float | None:
    if word[0].isdigit():
        return float(word) if re.fullmatch(r"\d{1,15}(?:\.\d{1,9})?", word) else None
    if word in _WORDS_FOR_COUNTS:
        return _WORDS_FOR_COUNTS[word]
    spoken = find_number_words(word)
    return spoken[0][0].value if spoken and not spoken[0][1] else None
