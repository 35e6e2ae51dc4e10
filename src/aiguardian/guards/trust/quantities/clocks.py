"""Times of day and durations in minutes and seconds: "2:01", "17:30:05", "5 pm"."""

from __future__ import annotations

import re

from aiguardian.guards.trust.quantities.quantity import Quantity

_CLOCK = re.compile(
    r"(?P<h>\d(?<![\d:.]\d)\d{0,2}):(?P<m>\d{2})(?::(?P<s>\d{2}))?(?P<f>\.\d{1,3})?(?![\d:])"
    r"(?:[ ]?(?P<half>[ap])\.?m\b)?",
    re.IGNORECASE,
)
_HOUR = re.compile(r"(?P<h>\d(?<![\d:.,]\d)\d?)[ ]?(?P<half>[ap])\.?m\b", re.IGNORECASE)


def find_clocks(text: str) -> list[Quantity]:
    """The times in a text: those with a colon first, then hours alone ("5 pm")."""
    matches: list[re.Match[str]] = []
    if ":" in text:
        matches += _CLOCK.finditer(text)
    low = text.lower()
    if any(half in low for half in ("am", "pm", "a.m", "p.m")):
        matches += _HOUR.finditer(text)
    return [clock for clock in map(_clock, matches) if clock is not None]


def _clock(match: re.Match[str]) -> Quantity | None:
    """A time of day or a duration of minutes and seconds: both in the units as written, since
    nothing but the words around tells "2:01" of a race from two o'clock."""
    group = match.groupdict()
    hour, minute = int(group["h"]), int(group.get("m") or 0)
    if minute > 59:
        return None
    half = (group.get("half") or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    value = hour * 3600 + minute * 60 + int(group.get("s") or 0) + float(group.get("f") or 0)
    return Quantity(match.start(), match.end(), value, value, "clock", 0.0, "equal", value)
