"""Pairs of latitude and longitude, decimal or in degrees, minutes and seconds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aiguardian.guards.security.pii.entity import Entity
from aiguardian.guards.security.pii.reading import Reading

# Nearest: rows of a matrix, embeddings, prices. So both need decimals and nothing beside.
_BEGIN = re.compile(rb"9\.999")
_WHOLE_PART = re.compile(r"(?<![\w.,-])(?<![\d\]], )[-+]?\d{0,2}\Z")
_PAIR = re.compile(
    r"[-+]?(\d{1,2}\.\d{3,15})(°? ?[NS])?[,;/ ]{1,3}"
    r"(?:(?:lon|lng|long)(?:gitude)?[:= ]{1,3})?"
    r"[-+]?(\d{1,3}\.\d{3,15})(°? ?[EWO])?(?![\w]|[.,] ?-?\d)",
    re.IGNORECASE,
)
_MINUTES = r"(?:\d{1,2}(?:\.\d{1,6})?['′’] ?)?(?:\d{1,2}(?:\.\d{1,6})?(?:\"|″|”|'') ?)?"
_DEGREES = re.compile(
    rf"\d{{1,2}}° ?{_MINUTES}[NS][,; ]{{1,3}}\d{{1,3}}° ?{_MINUTES}[EWO]", re.IGNORECASE
)
# Behind `lat` or `latitude`, as programs write it: `"lat": 52.5, "lng": 13.4`.
_NAMED = re.compile(
    r"[\"']?[:= ]{1,3}(-?\d{1,2}\.\d{3,15})[,;\s\"'&]{1,12}"
    r"(?:lon|lng|long|longitude)[\"']?[:= ]{1,3}(-?\d{1,3}\.\d{3,15})",
    re.IGNORECASE,
)


def find_coordinates(reading: Reading) -> Iterator[Entity]:
    """Pairs within 90 and 180 degrees; linear in the text."""
    text = reading.text
    for begin in _BEGIN.finditer(reading.shape):
        whole = _WHOLE_PART.search(text, max(0, begin.start() - 6), begin.start())
        match = _PAIR.match(text, whole.start()) if whole else None
        if match is not None and float(match[1]) <= 90 and float(match[3]) <= 180:
            score = _score(reading, match)
            yield Entity("COORDINATES", *match.span(), score, "coordinates", validated=False)
    for place in reading.context.behind("latitude"):
        match = _NAMED.match(text, place)
        if match is not None:
            yield Entity(
                "COORDINATES", match.start(1), match.end(), 0.9, "coordinates", validated=False
            )
    if "°" in text:
        for match in _DEGREES.finditer(text):
            yield Entity("COORDINATES", *match.span(), 0.85, "coordinates", validated=False)


def _score(reading: Reading, match: re.Match[str]) -> float:
    if match[2] and match[4]:
        return 0.9
    if reading.context.gap("coordinates", *match.span()) is not None:
        return 0.85
    decimals = min(len(match[1].partition(".")[2]), len(match[3].partition(".")[2]))
    return 0.5 if decimals >= 4 and float(match[1]) > 2 and "," in match[0] else 0.3
