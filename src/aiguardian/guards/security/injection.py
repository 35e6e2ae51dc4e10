"""Attacks on the model in all readings of a text, as the sentences that carry them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from aiguardian.guards.security.hits import Hit
from aiguardian.guards.security.readings import Reading, Readings
from aiguardian.processor import Deadline, Unjudged

Origin = Literal["user", "document"]
"""Who wrote a text: an instruction is what a user sends and what a document should not hold."""

MESSAGES: dict[Origin, tuple[str, str]] = {
    "user": ("direct", "An attempt to take over the model or its instructions"),
    "document": ("indirect", "Data that instructs the model"),
}
UNREAD = "The time was up before this part had been judged for attacks."


class Judgement(Protocol):
    """What the model says of one text; offsets into that text."""

    @property
    def risk(self) -> float:
        """A calibrated probability."""
        ...

    @property
    def is_attack(self) -> bool:
        """Whether the risk reaches the threshold of the calibration."""
        ...

    @property
    def sentences(self) -> Sequence[tuple[int, int, float]]:
        """Start, end and risk of each sentence without which the text would pass."""
        ...

    @property
    def stage(self) -> str:
        """Which model decided."""
        ...

    @property
    def unjudged(self) -> tuple[int, int] | None:
        """The span that was not looked at."""
        ...


class InjectionModel(Protocol):
    """Judges one text: `aiguardian.ml.injection.judge`."""

    def __call__(self, text: str, *, origin: Origin, deadline: Deadline | None = None) -> Judgement:
        """The risk that the text attacks the model that will read it."""
        ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """The risk over all readings, what carries it, and what was not judged."""

    risk: float
    hits: tuple[Hit, ...]
    unjudged: tuple[Unjudged, ...]


def judge_injection(
    readings: Readings, model: InjectionModel, *, origin: Origin, deadline: Deadline
) -> Verdict:
    """The verdict on a text and all that is encoded in it."""
    risk, hits, unjudged = 0.0, list[Hit](), list[Unjudged]()
    for reading in readings.without_spelled_out():
        judgement = model(reading.text, origin=origin, deadline=deadline)
        risk = max(risk, judgement.risk)
        if judgement.unjudged is not None:
            start, end = reading.span(*judgement.unjudged)
            unjudged.append(Unjudged(start=start, end=end, reason=UNREAD))
        if judgement.is_attack:
            hits += _hits(reading, judgement, origin)
    return Verdict(risk, tuple(hits), tuple(unjudged))


def _hits(reading: Reading, judgement: Judgement, origin: Origin) -> Iterator[Hit]:
    kind, what = MESSAGES[origin]
    whole = ((0, len(reading.text), judgement.risk),)
    for first, last, risk in judgement.sentences or whole:
        start, end = reading.span(first, last)
        yield Hit(
            check="injection",
            type=kind,
            start=start,
            end=end,
            # A sentence may be weak by itself and still carry the attack together with others.
            score=round(max(risk, judgement.risk), 4),
            detector=f"injection.{judgement.stage}",
            message=f"{what}{reading.told()}.",
            blocks=True,
            value=reading.text[first:last],
        )
