"""A postal address in its parts: street and number, postal code, town and country.

Whoever redacts one of them only (keep the country, say) needs them apart; together they cover
what the whole covered. The order of the parts follows ISO 19160-4: what is most local comes first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from aiguardian.guards.security.pii.entity import Entity

ADDRESS, POSTAL_CODE, LOCATION = "ADDRESS", "POSTAL_CODE", "LOCATION"

_PIECE = re.compile(r"[^,;\n]+")
_CODE = (
    r"\d{4} ?(?-i:[A-Z]{2})"  # 1012 AB
    r"|(?:[A-Z]{1,2}-)?\d{4,6}(?:-\d{3,4})?"  # most countries, ZIP+4, D-10115
    r"|\d{2,3}[- ]\d{2,4}"  # 53-320, 114 55
    r"|[A-Z]\d[A-Z] ?\d[A-Z]\d"  # K1A 0B1
    r"|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}"  # SW1A 1AA
    r"|〒?\d{3}-\d{4}"
)
_MILITARY = re.compile(r"[AFD]PO\b", re.IGNORECASE)
"""A post office of an armed force: its line is the address itself, not a town's."""
_CODE_FIRST = re.compile(rf"(?:{_CODE})(?=\s|\Z)", re.IGNORECASE)
_CODE_LAST = re.compile(rf"(?:(?<=\s)|\A)(?:{_CODE})\Z", re.IGNORECASE)


def parted(text: str, entity: Entity) -> Iterator[Entity]:
    """The address's parts in order; the address itself when it is a street's alone.

    Everything up to the last piece with a number that is no postal code is ADDRESS; of what
    follows, codes are POSTAL_CODE and words LOCATION. Linear.
    """
    pieces = [
        (entity.start + piece.start(), entity.start + piece.end())
        for piece in _PIECE.finditer(text[entity.start : entity.end])
        if piece.group().strip(" \t>")
    ]
    streets = [at for at, (start, end) in enumerate(pieces) if _is_street(text[start:end], at)]
    if not streets or streets[-1] == len(pieces) - 1:
        yield entity
        return
    last = streets[-1]
    yield replace(entity, end=pieces[last][1])
    place: Entity | None = None
    for start, end in pieces[last + 1 :]:
        for kind, first, stop in _town(text, start, end):
            part = replace(entity, type=kind, start=first, end=stop)
            if place is not None and kind == LOCATION and place.type == LOCATION:
                part = replace(part, start=place.start)  # "Springfield, IL" is one place
            elif place is not None:
                yield place
            place = part
    if place is not None:
        yield place


def _is_street(piece: str, at: int) -> bool:
    """A piece with a number that is not a town's code. The first is read as a street in doubt."""
    bare = piece.strip(" \t>")
    if _MILITARY.match(bare):
        return True
    rest = _CODE_LAST.sub("", _CODE_FIRST.sub("", bare, count=1), count=1) if at else bare
    return any(map(str.isdigit, rest))


def _town(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Code and name in a piece without a street, each with its half-open span."""
    while start < end and text[start] in " \t>":
        start += 1
    while end > start and text[end - 1] in " \t>":
        end -= 1
    first = _CODE_FIRST.match(text, start, end)
    if first is not None:
        yield POSTAL_CODE, first.start(), first.end()
        start = first.end()
    last = _CODE_LAST.search(text[start:end]) if first is None else None
    name_end = start + last.start() if last is not None else end
    name = text[start:name_end]
    if any(map(str.isalpha, name)):
        lead = len(name) - len(name.lstrip(" -"))
        yield LOCATION, start + lead, start + len(name.rstrip(" -"))
    if last is not None:
        yield POSTAL_CODE, start + last.start(), end
