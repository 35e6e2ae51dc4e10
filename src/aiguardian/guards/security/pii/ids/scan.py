"""Identity numbers in a text: the spans that could be one, the rows that have their shape."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from aiguardian.guards.security.pii.context_words import ANY_ID
from aiguardian.guards.security.pii.entity import Entity
from aiguardian.guards.security.pii.ids.id_format import IdFormat
from aiguardian.guards.security.pii.ids.table import by_shape
from aiguardian.guards.security.pii.number_spans import Span, is_part_of_more
from aiguardian.guards.security.pii.reading import Reading

_NOT_ALNUM = re.compile(r"[^0-9A-Z]")


def find_ids(reading: Reading, spans: Iterable[Span]) -> Iterator[Entity]:
    """Every span that a row's shape and check accept, with the best row's type and score.

    Beside a word that names it a number scores .95 with a checksum and .8 without; else as its
    row says, and nothing when it is glued to more (a path, a decimal, a longer code).
    """
    shapes = by_shape()
    for start, end in spans:
        rows = shapes.get(reading.shape[start:end])
        if rows is not None:
            best = _best(reading, start, end, rows)
            if best is not None:
                yield best


def _best(
    reading: Reading, start: int, end: int, rows: list[tuple[IdFormat, bool]]
) -> Entity | None:
    value = _NOT_ALNUM.sub("", reading.text[start:end].upper())
    is_glued = is_part_of_more(reading.text, start, end)
    best: Entity | None = None
    for row, is_distinct in rows:
        score = _score(reading, start, end, row, is_distinct=is_distinct, is_glued=is_glued)
        if score > (best.score if best else 0.0) and row.check(value):
            best = Entity(row.type, start, end, score, "ids", validated=row.has_checksum)
    return best


def _score(
    reading: Reading, start: int, end: int, row: IdFormat, *, is_distinct: bool, is_glued: bool
) -> float:
    gap = reading.context.gap(row.type, start, end)
    if gap is not None:
        # The nearer word wins: "SSN or tax file number 123456782".
        return (0.95 if row.has_checksum else 0.8) - gap / 1000
    if is_glued:
        return 0.0
    alone = row.alone if is_distinct else row.alone_plain
    if reading.context.gap(ANY_ID, start, end) is not None:
        return max(alone, 0.65 if row.has_checksum or is_distinct else 0.0)
    return alone / 2 if reading.context.is_named_otherwise(start) else alone
