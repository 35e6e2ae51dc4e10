"""Categories `too_short` and `too_long`: what `expect.min_length` and `max_length` ask for."""

from __future__ import annotations

from aiguardian.errors import InvalidField
from aiguardian.guards.health.schemas import Expect, found
from aiguardian.processor import Finding


def find_wrong_length(text: str, *, expect: Expect) -> list[Finding]:
    """At most one finding; white space at the ends is not counted."""
    if None not in (expect.min_length, expect.max_length) and (
        (expect.min_length or 0) > (expect.max_length or 0)
    ):
        raise InvalidField(
            "expect.min_length is greater than expect.max_length.", field="expect.min_length"
        )
    length = len(text.strip())
    if expect.min_length is not None and length < expect.min_length:
        message = f"{length} code points, at least {expect.min_length} were expected."
        return [found("too_short", 0, len(text), score=1.0, message=message)]
    if expect.max_length is not None and length > expect.max_length:
        start = len(text) - len(text.lstrip()) + expect.max_length
        message = f"{length} code points, at most {expect.max_length} were expected."
        return [
            found("too_long", start, start + length - expect.max_length, score=1.0, message=message)
        ]
    return []
