"""Personal data in a text: every finder of this folder over one reading, and the tagger's names.

The finders of numbers look only where digits stand, so that prose costs little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from aiguardian.guards.security.pii.address_parts import ADDRESS, parted
from aiguardian.guards.security.pii.bank import BANK_VALUES, find_ibans
from aiguardian.guards.security.pii.birth import NAMED_AGES, find_ages, find_births
from aiguardian.guards.security.pii.cards import find_cards
from aiguardian.guards.security.pii.coordinates import find_coordinates
from aiguardian.guards.security.pii.crypto_addresses import find_crypto_addresses
from aiguardian.guards.security.pii.documents import (
    NAMED_DOCUMENTS,
    find_machine_readable,
    find_vins,
)
from aiguardian.guards.security.pii.email import find_emails
from aiguardian.guards.security.pii.entity import TAGGER, Entity, without_overlaps
from aiguardian.guards.security.pii.ids.scan import find_ids
from aiguardian.guards.security.pii.named_values import find_named_values
from aiguardian.guards.security.pii.network import find_network_addresses
from aiguardian.guards.security.pii.number_spans import candidate_spans, number_words
from aiguardian.guards.security.pii.phone import find_phones
from aiguardian.guards.security.pii.postal_addresses import find_addresses, joined
from aiguardian.guards.security.pii.reading import Reading, read
from aiguardian.guards.security.pii.usernames import find_usernames

THRESHOLD = 0.5
"""Findings below it are left out; chosen on the generated and the shared set, 2026-11-21:
benchmarks/security_pii.py."""

_PART = 16_384
"""Code points read at a time, so that `check` is called every few milliseconds of work."""
_MARGIN = 256
"""Code points read before and behind a part; longer than any value with its words."""

_NAMED = (*BANK_VALUES, *NAMED_DOCUMENTS, *NAMED_AGES)


class Tagged(Protocol):
    """A name that a tagger found: `aiguardian.ml.tagger.Tagged`."""

    @property
    def type(self) -> str:
        """PERSON, LOCATION, ADDRESS or ORGANIZATION."""

    @property
    def start(self) -> int:
        """First code point."""

    @property
    def end(self) -> int:
        """One past the last code point."""

    @property
    def score(self) -> float:
        """0 to 1."""


def find_pii(
    text: str,
    *,
    threshold: float = THRESHOLD,
    region: str | None = None,
    tagger: Callable[[str], Sequence[Tagged]] | None = None,
    check: Callable[[], None] | None = None,
) -> list[Entity]:
    """The personal data of the text in order, without overlaps; linear in its length.

    Offsets are code points. Of two that overlap the better scored stays. `region` (ISO 3166, two
    letters) is where numbers without a country are dialled. `tagger` adds names, places,
    addresses and organisations. `check` is called between parts and may raise.
    """
    found: list[Entity] = []
    for first in range(0, len(text), _PART):
        if check is not None:
            check()
        found.extend(_find_in_part(text, first, region))
    if tagger is not None:
        found.extend(
            Entity(one.type, one.start, one.end, one.score, TAGGER, validated=False)
            for one in tagger(text)
        )
    likely = [entity for entity in found if entity.score >= threshold]
    return [
        part
        for entity in without_overlaps(joined(text, likely))
        for part in (parted(text, entity) if entity.type == ADDRESS else (entity,))
    ]


def _find_in_part(text: str, first: int, region: str | None) -> Iterator[Entity]:
    """What begins in the part from `first` on, found with a margin of text on both sides."""
    begin = max(0, first - _MARGIN)
    for entity in _find(read(text[begin : first + _PART + _MARGIN]), region):
        if first <= begin + entity.start < first + _PART:
            yield replace(entity, start=entity.start + begin, end=entity.end + begin)


def _find(reading: Reading, region: str | None) -> Iterator[Entity]:
    if "@" in reading.text:
        yield from find_emails(reading)
    yield from find_usernames(reading)
    if b"9" in reading.shape:
        words = number_words(reading)
        spans = list(candidate_spans(reading, words))
        yield from find_ids(reading, spans)
        yield from find_cards(reading, spans)
        yield from find_ibans(reading, words)
        yield from find_phones(reading, region)
        yield from find_network_addresses(reading)
        yield from find_coordinates(reading)
        yield from find_addresses(reading)
        yield from find_births(reading)
        yield from find_ages(reading)
        yield from find_vins(reading, words)
        yield from find_crypto_addresses(reading, words)
        yield from find_machine_readable(reading)
    yield from find_named_values(reading, _NAMED)
