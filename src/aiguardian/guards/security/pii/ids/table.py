"""All identity numbers in one table, and the index from a written shape to them."""

from __future__ import annotations

from functools import cache

from aiguardian.guards.security.pii.ids.americas import AMERICAS
from aiguardian.guards.security.pii.ids.asia_pacific_africa import ASIA_PACIFIC_AFRICA
from aiguardian.guards.security.pii.ids.eastern_europe import EASTERN_EUROPE
from aiguardian.guards.security.pii.ids.id_format import IdFormat, written_shapes
from aiguardian.guards.security.pii.ids.international import INTERNATIONAL
from aiguardian.guards.security.pii.ids.vat import VAT
from aiguardian.guards.security.pii.ids.western_europe import WESTERN_EUROPE

ID_FORMATS = (
    *AMERICAS,
    *WESTERN_EUROPE,
    *EASTERN_EUROPE,
    *ASIA_PACIFIC_AFRICA,
    *VAT,
    *INTERNATIONAL,
)
"""Of two rows that score the same for a number the earlier one gives it its type."""


@cache
def by_shape() -> dict[bytes, list[tuple[IdFormat, bool]]]:
    """For each written shape the rows that have it, and whether it is a distinct one of theirs."""
    index: dict[bytes, list[tuple[IdFormat, bool]]] = {}
    for row in ID_FORMATS:
        for is_distinct, shapes in ((True, row.distinct), (False, row.plain)):
            for shape in (written for raw in shapes for written in written_shapes(raw)):
                index.setdefault(shape.encode(), []).append((row, is_distinct))
    return index


def as_markdown() -> str:
    """The types for docs/guards/security-pii.md, each once, with a mark for a checksum."""
    checked = {row.type: row.has_checksum for row in reversed(ID_FORMATS)}
    types = (f"{name} ✓" if checked[name] else name for name in sorted(checked))
    return ", ".join(types)
