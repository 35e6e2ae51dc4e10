"""Values that only the word before them makes personal: `username: x`, `MRN 12345`, `zip 2200`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from aiguardian.guards.security.pii.entity import Entity
from aiguardian.guards.security.pii.reading import Reading

_LINKING = (
    "number", "numbers", "num", "no", "nr", "n", "nummer", "numéro", "numero", "número", "numer",
    "номер", "номера", "is", "was", "are", "code", "id", "of", "the", "my", "name", "be", "as",
    "ist", "lautet", "est", "es", "é", "è", "to", "on", "date", "details", "reads", "like", "with",
    "называется", "是", "为", "は", "card", "sim", "и",
)  # fmt: skip
# What stands between the word and its value: marks, and up to four of the words above.
_MARKS = r"""[\s"'`:=#>\[(|/*.,°ºª№：？?-]"""
_LINK = re.compile(
    rf"(?:{_MARKS}{{0,4}}(?:{'|'.join(sorted(_LINKING, key=len, reverse=True))})(?![^\W\d_]))"
    rf"{{0,4}}{_MARKS}{{0,6}}",
    re.IGNORECASE,
)
_NOT_ALNUM = re.compile(r"[^0-9A-Z]")


@dataclass(frozen=True, slots=True)
class NamedValue:
    """A kind of value and the label of the words that announce it."""

    type: str
    label: str
    """Words of this label in `context_words` stand before the value."""
    pattern: str
    """The value as a regular expression without case; nothing alphanumeric may follow it."""
    score: float
    accepts: Callable[[str], bool] | None = None
    """Judges the letters and digits of the value, in capitals."""
    has_checksum: bool = False
    """`accepts` is a checksum."""
    is_upper: bool = False
    """Small letters mean something else."""
    reach: int = 0
    """How far behind the word, on its line, the value may stand with other words between."""


def find_named_values(reading: Reading, rows: Iterable[NamedValue]) -> Iterator[Entity]:
    """The value behind each word that announces one; linear in the text."""
    for row in rows:
        for place in reading.context.behind(row.label):
            entity = _read(reading.text, place, row)
            if entity is not None:
                yield entity


def _read(text: str, place: int, row: NamedValue) -> Entity | None:
    link = _LINK.match(text, place)
    match = _compiled(row).match(text, link.end() if link else place)
    score = row.score
    if match is None and row.reach:
        line_end = text.find("\n", place, place + row.reach)
        stop = place + row.reach if line_end < 0 else line_end
        match = _compiled(row, is_apart=True).search(text, place, stop)
        score -= 0.1
    if match is None:
        return None
    if row.accepts is not None and not row.accepts(_NOT_ALNUM.sub("", match[0].upper())):
        return None
    return Entity(row.type, *match.span(), score, "named_values", validated=row.has_checksum)


@cache
def _compiled(row: NamedValue, *, is_apart: bool = False) -> re.Pattern[str]:
    """The pattern between boundaries; `is_apart`: no mark of a path or of base64 beside it."""
    flags = re.RegexFlag(0) if row.is_upper else re.IGNORECASE
    if is_apart:
        return re.compile(rf"(?<![\w/+=\\.-])(?:{row.pattern})(?![\w/+=\\-])", flags)
    return re.compile(rf"(?<![^\W_])(?:{row.pattern})(?![^\W_])", flags)
