"""All checks on one text, whoever sent it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from aiguardian.guards.security.canary import canary_hits
from aiguardian.guards.security.code.find import code_hits
from aiguardian.guards.security.hidden import hidden_hits
from aiguardian.guards.security.hits import Hit
from aiguardian.guards.security.injection import InjectionModel, Origin, judge_injection
from aiguardian.guards.security.links.find import link_hits
from aiguardian.guards.security.private import Tagger, pii_hits, secret_hits
from aiguardian.guards.security.readings import Readings, read
from aiguardian.guards.security.schemas import Check, SecurityPayload
from aiguardian.guards.security.segments import Segment
from aiguardian.guards.security.unread import unread_language
from aiguardian.processor import Deadline, Unjudged


@dataclass(frozen=True, slots=True)
class Detectors:
    """The trained parts, and what they need to know."""

    injection: InjectionModel
    tagger: Tagger
    canary_key: bytes


def trained_detectors(canary_key: bytes) -> Detectors:
    """The models that ship with the package, loaded when first asked."""
    from aiguardian.ml.encoder import load_encoder
    from aiguardian.ml.injection import judge as judge_text
    from aiguardian.ml.tagger import tag

    return Detectors(partial(judge_text, encoder=load_encoder), tag, canary_key)


@dataclass(slots=True)
class Judged:
    """What the checks say; offsets into the whole text."""

    hits: list[Hit] = field(default_factory=list)
    unjudged: list[Unjudged] = field(default_factory=list)
    injection_risk: float = 0.0

    def add(self, other: Judged, offset: int) -> None:
        """Take in what was found in a part that begins at `offset`."""
        self.hits += [
            replace(hit, start=hit.start + offset, end=hit.end + offset) for hit in other.hits
        ]
        self.unjudged += [
            Unjudged(start=one.start + offset, end=one.end + offset, reason=one.reason)
            for one in other.unjudged
        ]
        self.injection_risk = max(self.injection_risk, other.injection_risk)


def judge(
    segment: Segment,
    checks: Sequence[Check],
    payload: SecurityPayload,
    detectors: Detectors,
    deadline: Deadline,
) -> Judged:
    """All the checks asked for, on one part. Raises `DeadlineExceeded`."""
    readings = read(segment.text, deadline)
    judged = Judged(unjudged=list(readings.unread))
    if "injection" in checks:
        _judge_injection(judged, readings, segment, payload, detectors, deadline)
    unread: list[tuple[int, int]] = []
    for hits in _hits(readings, segment, checks, payload, detectors, deadline.check, unread):
        judged.hits += hits
    judged.unjudged += [
        Unjudged(start=start, end=end, reason="The code nests too deep to be followed.")
        for start, end in apart(unread)
    ]
    return judged


def apart(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in order, those that overlap as one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _judge_injection(
    judged: Judged,
    readings: Readings,
    segment: Segment,
    payload: SecurityPayload,
    detectors: Detectors,
    deadline: Deadline,
) -> None:
    if segment.direction != "input":
        judged.hits += canary_hits(readings, detectors.canary_key, payload.canaries)
    if segment.is_trusted:
        return
    # A model's answer is full of instructions to its reader: only an attempt to take a model over
    # is an attack there, as in what a user writes.
    is_data = segment.direction == "tool" or payload.content_type == "document"
    origin: Origin = "document" if is_data else "user"
    verdict = judge_injection(
        readings,
        detectors.injection,
        origin=origin,
        deadline=deadline,
    )
    judged.hits += verdict.hits
    judged.unjudged += verdict.unjudged
    if not verdict.hits:
        judged.unjudged += unread_language(segment.text)
    judged.injection_risk = verdict.risk


def _hits(
    readings: Readings,
    segment: Segment,
    checks: Sequence[Check],
    payload: SecurityPayload,
    detectors: Detectors,
    check: Callable[[], None],
    unread: list[tuple[int, int]],
) -> Iterator[Iterator[Hit]]:
    """What each of the other checks finds, in the order of the contract."""
    if "secrets" in checks:
        yield secret_hits(readings, check)
    if "pii" in checks:
        region = _region(payload.language)
        tagger = None if payload.content_type == "code" else detectors.tagger
        yield pii_hits(readings, region=region, tagger=tagger, check=check)
    if "code" in checks:
        is_code = payload.content_type == "code"
        yield code_hits(segment.text, is_code=is_code, check=check, unread=unread)
    if "links" in checks:
        yield link_hits(readings, direction=segment.direction, check=check)
    if "hidden" in checks:
        yield hidden_hits(readings, check=check)


def _region(language: str | None) -> str | None:
    """The country of a language tag (`en-US`), which tells how telephone numbers are written."""
    parts = (language or "").split("-")[1:]
    return next((part.upper() for part in parts if len(part) == 2), None)
