"""Long lists in pages: `limit` and an opaque `cursor` that names where the page before ended."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec

from aiguardian.errors import InvalidField
from aiguardian.gateway.wire import Scope

MOST, USUAL = 200, 50
"""Items of a page."""
LONGEST_QUERY = 4_096

PlaceT = TypeVar("PlaceT")


def read_query(scope: Scope, allowed: Collection[str]) -> dict[str, str]:
    """Return the parameters in the URL. Raises `InvalidField` for another than those, one that
    stands twice, or what is no UTF-8."""
    raw: bytes = scope.get("query_string", b"")
    if len(raw) > LONGEST_QUERY:
        raise InvalidField(f"The query is longer than {LONGEST_QUERY:,} characters.")
    try:
        pairs = parse_qsl(
            raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=32
        )
    except ValueError:
        raise InvalidField("The query is not percent-encoded UTF-8.") from None
    given = dict(pairs)
    if len(given) != len(pairs):
        raise InvalidField("A parameter stands twice in the query.")
    if not given.keys() <= set(allowed):
        raise InvalidField(f"The query has no such parameter. Allowed: {', '.join(allowed)}.")
    return given


def read_limit(query: dict[str, str]) -> int:
    """Return how many items are wanted; raises `InvalidField`."""
    given = query.get("limit", str(USUAL))
    if not (given.isascii() and given.isdigit() and len(given) < 6 and 1 <= int(given) <= MOST):
        raise InvalidField(f"limit must be a whole number from 1 to {MOST}.", field="limit")
    return int(given)


def cursor(place: Any) -> str:
    """The cursor that stands for a place: a tuple of strings and numbers."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def read_cursor(query: dict[str, str], kind: type[PlaceT]) -> PlaceT | None:
    """Return the place that the cursor names, None without one; raises `InvalidField`.

    Anyone can write a cursor: it may say where to begin, never whose list it is.
    """
    given = query.get("cursor")
    if given is None:
        return None
    try:
        raw = base64.b64decode(given + "=" * (-len(given) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(raw, type=kind)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise InvalidField(
            "cursor must be the next_cursor of the page before.", field="cursor"
        ) from None
