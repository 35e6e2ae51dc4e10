"""Traffic as it was recorded: what guards said of each text, without the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Protocol
from unicodedata import normalize

import msgspec
from msgspec import Struct

from aiguardian.policy.decide import Heard
from aiguardian.policy.rules import DIRECTIONS, Direction
from aiguardian.processor import ACTIONS, Action, Decision, Unjudged
from aiguardian.storage.request_rows import (
    RecordedText,
    RecordedVerdict,
    RequestQuery,
    RequestRow,
    RequestStore,
)

MOST_LINE_BYTES = 1_048_576
PAGE = 100
"""Requests that are read at once: with each come its texts, if they are kept."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One text that was judged."""

    id: str
    """Of the request; several texts may have come with it."""
    at: float
    """Seconds since 1970."""
    direction: Direction
    action: Action
    """What was decided."""
    policy: str
    """By which policy; empty: by the severest guard."""
    guards: dict[str, RecordedVerdict]
    """What those said that gave a verdict."""
    missing: dict[str, str]
    """Why the others did not: an error's code."""
    holds: bool | None = None
    """Whether the text holds the string that is looked for; None: it is not kept, or none is."""


class RecordedTraffic(Protocol):
    """Where recorded texts come from."""

    def texts(self, since: float) -> Iterator[Recorded]:
        """Those of one tenant from that time on (seconds since 1970), newest request first."""
        ...

    def request(self, request_id: str) -> list[Recorded]:
        """The texts that came with one request of the tenant's; none when it is not known."""
        ...


@dataclass(frozen=True, slots=True)
class StoredTraffic:
    """The requests that were recorded for a tenant."""

    store: RequestStore
    tenant: str
    value: str = ""
    """A string that is looked for in the texts, as far as they are kept."""

    def texts(self, since: float) -> Iterator[Recorded]:
        """As the protocol says. Raises `NotAvailable`."""
        after = None
        while rows := self.store.page(
            RequestQuery(self.tenant, since=since), after=after, limit=PAGE
        ):
            for row in rows:
                yield from self._of_row(row)
            after = rows[-1].id

    def request(self, request_id: str) -> list[Recorded]:
        """As the protocol says. Raises `NotAvailable`."""
        query = RequestQuery(self.tenant, request_id=request_id)
        rows = self.store.page(query, after=None, limit=PAGE)
        return [one for row in rows for one in self._of_row(row)]

    def _of_row(self, row: RequestRow) -> Iterator[Recorded]:
        wanted = normalize("NFC", self.value).strip()
        for said, text in zip_longest(row.judged, row.texts, fillvalue=""):
            if isinstance(said, RecordedText):
                is_known = bool(wanted and text)
                holds = wanted in normalize("NFC", str(text)) if is_known else None
                yield from _recorded(row.request_id, row.at, said, holds=holds)


class TrafficError(ValueError):
    """A file of recorded traffic that cannot be read; names the line."""


class _Line(Struct, frozen=True, kw_only=True):
    """One request in a file."""

    request_id: str
    at: float
    judged: list[RecordedText]


class TrafficFile:
    """Recorded requests, one JSON object a line: `request_id`, `at`, `judged`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def texts(self, since: float) -> Iterator[Recorded]:
        """As the protocol says, in the order of the file. Raises `TrafficError` and `OSError`."""
        decoder = msgspec.json.Decoder(_Line)
        with self._path.open("rb") as lines:
            number = 0
            while line := lines.readline(MOST_LINE_BYTES + 1):
                number += 1
                if not line.strip():
                    continue
                request = self._read(decoder, line, number)
                if request.at >= since:
                    for text in request.judged:
                        yield from _recorded(request.request_id, request.at, text)

    def request(self, request_id: str) -> list[Recorded]:
        """As the protocol says. Raises as `texts`."""
        return [one for one in self.texts(float("-inf")) if one.id == request_id]

    def _read(self, decoder: msgspec.json.Decoder[_Line], line: bytes, number: int) -> _Line:
        if len(line) > MOST_LINE_BYTES:
            raise TrafficError(f"{self._path}, line {number}: longer than {MOST_LINE_BYTES} bytes.")
        try:
            return decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise TrafficError(f"{self._path}, line {number}: {error}.") from None


def heard(verdict: RecordedVerdict) -> Heard:
    """What a guard said, as a policy takes it in."""
    action = verdict.action if verdict.action in ACTIONS else "keep"
    return Heard(
        decision=Decision(action, verdict.confidence, "As recorded."),
        flagged=verdict.flagged,
        risk=verdict.risk,
        alarms=verdict.alarms,
        categories=verdict.categories,
        unjudged=[Unjudged(start=0, end=0, reason=reason) for reason in verdict.unjudged],
    )


def _recorded(
    request_id: str, at: float, text: RecordedText, *, holds: bool | None = None
) -> Iterator[Recorded]:
    """The text, if a policy could speak of it: one guard asked by itself has no direction."""
    direction = next((one for one in DIRECTIONS if one == text.direction), None)
    if direction is None or text.action not in ACTIONS:
        return
    yield Recorded(
        id=request_id,
        at=at,
        direction=direction,
        action=text.action,
        policy=text.policy,
        guards={name: one for name, one in text.guards.items() if not one.missing},
        missing={name: one.missing for name, one in text.guards.items() if one.missing},
        holds=holds,
    )
