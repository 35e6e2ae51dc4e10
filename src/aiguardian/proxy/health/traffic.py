"""What live traffic tells of each upstream: how calls end, and what answers look like.

In memory, of this process, and without a word of any text: outcomes, seconds, lengths, a
language's code, a risk. Bounded: a thousand calls and answers an upstream.
"""

from __future__ import annotations

import math
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from aiguardian.guards.health.refusal import find_refusal
from aiguardian.guards.health.vitals import AnswerLook, CanaryVitals, LooksVitals, UpstreamVitals
from aiguardian.proxy.answers import Outcome
from aiguardian.text.language import language_probabilities

WINDOW_S = 900.0
"""How far back calls count."""
CALLS = 1_000
BASELINE = 1_000
"""The first answers of an upstream since the start: what later ones are compared with."""
RECENT = 500
OPENING = 600
"""Code points of an answer that are looked at: a refusal and a language show there."""
FEWEST_LETTERS = 40
"""Below it a language is a guess."""
LOOK_EVERY_S = 0.1
"""At most ten answers a second and upstream are looked at: a look takes half a millisecond."""
NOT_PROSE = ("tool_call", "function_call", "arguments", "input", "reasoning", "thinking", "code")
"""In the path of what is not said to a reader."""


@dataclass(slots=True)
class _Record:
    """One upstream's."""

    calls: deque[tuple[float, Outcome, float]] = field(default_factory=lambda: deque(maxlen=CALLS))
    """When, how it ended, and the seconds until its answer began."""
    baseline: list[AnswerLook] = field(default_factory=list)
    recent: deque[AnswerLook] = field(default_factory=lambda: deque(maxlen=RECENT))
    canaries: dict[str, tuple[float, str]] = field(default_factory=dict)
    """When each was last asked, and what was wrong; empty when nothing was."""
    looked_at: float = -math.inf


class Known(Protocol):
    """The upstreams that there are."""

    def names(self) -> list[str]:
        """Their names."""
        ...

    def state(self, name: str) -> str:
        """The state of one's breaker."""
        ...


class Traffic:
    """The figures of all upstreams. Used from the event loop only."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._records: dict[str, _Record] = {}
        self._known: Known | None = None

    def watch(self, known: Known) -> None:
        """Say which upstreams there are."""
        self._known = known

    def called(self, name: str, outcome: Outcome, seconds: float) -> None:
        """A call ended."""
        self._record(name).calls.append((self._clock(), outcome, seconds))

    def wants_look(self, name: str) -> bool:
        """Whether an answer that ended now is to be looked at; asking counts as looking."""
        record, now = self._record(name), self._clock()
        if now - record.looked_at < LOOK_EVERY_S:
            return False
        record.looked_at = now
        return True

    def answered(self, name: str, look: AnswerLook) -> None:
        """An answer that ended as it should was looked at."""
        record = self._record(name)
        if len(record.baseline) < BASELINE:
            record.baseline.append(look)
        else:
            record.recent.append(look)

    def canary(self, name: str, key: str, fault: str) -> None:
        """A canary was asked; `key` tells it from the upstream's others."""
        self._record(name).canaries[key] = (self._clock(), fault)

    def _record(self, name: str) -> _Record:
        record = self._records.get(name)
        if record is None:
            record = self._records[name] = _Record()
        return record

    def upstreams(self) -> dict[str, UpstreamVitals]:
        """Each upstream as of now."""
        return {name: self._vitals(name) for name in self._names()}

    def _names(self) -> list[str]:
        return self._known.names() if self._known else []

    def _vitals(self, name: str) -> UpstreamVitals:
        record, now = self._record(name), self._clock()
        calls = [call for call in record.calls if now - call[0] <= WINDOW_S]
        outcomes = Counter(outcome for _, outcome, _ in calls)
        waits = sorted(seconds for _, outcome, seconds in calls if outcome == "answered")
        looks = [*record.baseline[-RECENT:], *record.recent][-RECENT:]
        return UpstreamVitals(
            name=name,
            state=self._known.state(name) if self._known else "closed",
            calls=sum(outcomes.values()) - outcomes["broken"],
            outcomes={str(kind): count for kind, count in outcomes.items()},
            p50_ms=waits[len(waits) // 2] * 1000 if waits else None,
            p95_ms=waits[len(waits) * 19 // 20] * 1000 if waits else None,
            answers=len(looks),
            refusals=sum(look.is_refusal for look in looks),
            empty=sum(look.is_empty for look in looks),
            canaries=tuple(
                CanaryVitals(name=key, fault=fault, asked_s_ago=now - at)
                for key, (at, fault) in record.canaries.items()
            ),
        )

    def looks(self) -> dict[str, LooksVitals]:
        """Each upstream's first answers and its latest. May be called from any thread: copying a
        row is one step of the interpreter's."""
        return {
            name: LooksVitals(
                name=name,
                baseline=tuple(self._record(name).baseline),
                recent=tuple(self._record(name).recent),
            )
            for name in self._names()
        }


def look_of(said: Sequence[tuple[str, str]], *, risk: float) -> AnswerLook:
    """What an answer looks like. `said` are its texts with their paths."""
    opening = _opening(text for path, text in said if not any(one in path for one in NOT_PROSE))
    return AnswerLook(
        length=sum(len(text) for _, text in said),
        is_empty=not any(text.strip() for _, text in said),
        is_refusal=bool(find_refusal(opening, content_type="text")) if opening else False,
        language=_language(opening),
        risk=risk,
    )


def _language(opening: str) -> str:
    if sum(map(str.isalpha, opening)) < FEWEST_LETTERS:
        return ""
    return next(iter(language_probabilities(opening)))


def _opening(texts: Iterable[str]) -> str:
    return "".join(islice((text[:OPENING] for text in texts), 4))[:OPENING]
