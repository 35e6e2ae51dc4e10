"""Hits that the allow-list names are no hits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aiguardian.guards.security.hits import Hit
from aiguardian.storage.allow_list import digest


def without_allowed(
    hits: Sequence[Hit], text: str, *, listed: frozenset[bytes], exact: Iterable[str], key: bytes
) -> list[Hit]:
    """The hits whose span is not allowed, neither as it was sent nor as it reads decoded."""
    allowed = listed | {digest(value, key) for value in exact}
    if not allowed:
        return list(hits)
    return [hit for hit in hits if not _is_allowed(hit, text, allowed, key)]


def _is_allowed(hit: Hit, text: str, allowed: frozenset[bytes], key: bytes) -> bool:
    values = {text[hit.start : hit.end], hit.value} - {""}
    return any(digest(value, key) in allowed for value in values)
