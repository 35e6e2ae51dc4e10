"""Canary strings: planted in a system prompt, recognised when a model gives the prompt away.

A canary proves itself: half of it is random, half is a keyed digest of the first half (HMAC,
RFC 2104), so every process with the same key knows one when it sees it, and none is stored.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Sequence

from aiguardian.guards.security.hits import Hit
from aiguardian.guards.security.readings import Readings

PREFIX = "agc"
_HALF = 12  # hexadecimal digits: 48 bits, one guess in 280 billion is right
_SHAPE = re.compile(
    rf"{PREFIX}[-_ ]?([0-9a-f]{{{_HALF}}})[-_ ]?([0-9a-f]{{{_HALF}}})", re.IGNORECASE
)


def canary(key: bytes, noise: bytes) -> str:
    """A canary from at least six random bytes: `agc-4f1d09a3b2c7-9e8d7c6b5a40`."""
    random_half = noise[: _HALF // 2].hex()
    return f"{PREFIX}-{random_half}-{_digest(key, random_half)}"


def canary_hits(readings: Readings, key: bytes, planted: Sequence[str]) -> Iterator[Hit]:
    """Leaked canaries, our own and those named in the request, in every reading. Linear."""
    for reading in readings:
        spans = [
            match.span()
            for match in _SHAPE.finditer(reading.text)
            if hmac.compare_digest(_digest(key, match[1].lower()), match[2].lower())
        ]
        spans += [span for one in planted for span in _occurrences(reading.text, one)]
        for span in spans:
            start, end = reading.span(*span)
            yield Hit(
                check="injection",
                type="canary_leak",
                start=start,
                end=end,
                score=1.0,
                detector="canary",
                message=f"A canary planted in a system prompt has leaked{reading.told()}.",
                suggestion="The model gave its system prompt away: withhold the answer.",
                validated=True,
                blocks=True,
            )


def _digest(key: bytes, random_half: str) -> str:
    return hmac.new(key, random_half.encode(), hashlib.sha256).hexdigest()[:_HALF]


def _occurrences(text: str, wanted: str) -> Iterator[tuple[int, int]]:
    start = text.find(wanted)
    while start >= 0:
        yield start, start + len(wanted)
        start = text.find(wanted, start + len(wanted))
