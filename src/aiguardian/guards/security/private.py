"""Secrets and personal data in all readings of a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from aiguardian.guards.security.hits import Hit
from aiguardian.guards.security.pii.entity import TAGGER
from aiguardian.guards.security.pii.find import Tagged, find_pii
from aiguardian.guards.security.readings import Reading, Readings
from aiguardian.guards.security.secrets.scan import find_secrets
from aiguardian.text.offsets import Mapped

NOBODYS = frozenset({"LOCATION", "ORGANIZATION"})
"""Reported and redacted like personal data, but no reason to flag a text."""

Tagger = Callable[[str], Sequence[Tagged]]
"""Names, places and addresses in a text: `aiguardian.ml.tagger.tag`."""


def secret_hits(readings: Readings, check: Callable[[], None]) -> Iterator[Hit]:
    """Credentials in the text as sent and in its readings. A credential is exact, so the text as
    sent goes first: normalising it may change one."""
    for reading in _with_original(readings):
        for secret in find_secrets(reading.text, check=check):
            start, end = reading.span(secret.start, secret.end)
            issuer = f", issued by {secret.issuer}" if secret.issuer else ""
            yield Hit(
                check="secrets",
                type=secret.type,
                start=start,
                end=end,
                score=secret.score,
                detector=f"secrets.{secret.detector}",
                message=f"A credential: {secret.type.replace('_', ' ')}{issuer}{reading.told()}.",
                suggestion="Take it out, and revoke it if it has been sent before.",
                validated=secret.validated,
                value=reading.text[secret.start : secret.end],
            )


def pii_hits(
    readings: Readings,
    *,
    region: str | None,
    tagger: Tagger | None,
    check: Callable[[], None],
) -> Iterator[Hit]:
    """Personal data in the plain reading, and in what is encoded (there without the tagger:
    a decoded run is seldom a sentence)."""
    for reading in readings:
        names = tagger if reading is readings.plain else None
        for entity in find_pii(reading.text, region=region, tagger=names, check=check):
            start, end = reading.span(entity.start, entity.end)
            held = ", valid by its own rules" if entity.validated else ""
            yield Hit(
                check="pii",
                type=entity.type,
                start=start,
                end=end,
                score=entity.score,
                detector=f"pii.{entity.detector}",
                message=f"Personal data: {entity.type}{held}{reading.told()}.",
                validated=entity.validated,
                flags=entity.type not in NOBODYS,
                yields=entity.detector == TAGGER,
                value=reading.text[entity.start : entity.end],
            )


def outside_secrets(hits: Sequence[Hit]) -> list[Hit]:
    """Without the personal data that is only a part of a credential (a host in its URL, say)."""
    secrets = [(hit.start, hit.end) for hit in hits if hit.check == "secrets"]
    return [
        hit
        for hit in hits
        if hit.check != "pii"
        or not any(start <= hit.start and hit.end <= end for start, end in secrets)
    ]


def _with_original(readings: Readings) -> Iterator[Reading]:
    if readings.plain.text != readings.original:
        yield Reading(Mapped(readings.original))
    yield from readings
