"""The one contract between the dispatcher and whatever judges: `Processor`.

A processor is handed a validated payload and a caller, and answers with a `Report`. It knows
no HTTP, no SQL and no other processor; the clock it may look at is the caller's deadline.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from aiguardian.errors import DeadlineExceeded

Action = Literal["keep", "flag", "rewrite", "block"]
ACTIONS: tuple[Action, ...] = ("keep", "flag", "rewrite", "block")
"""In order of severity: a merged verdict takes the last that any guard gave."""
_SEVERITY = {action: place for place, action in enumerate(ACTIONS)}


def severer(one: Action, other: Action) -> Action:
    """The severer of two actions."""
    return one if _SEVERITY[one] >= _SEVERITY[other] else other


OnFailure = Literal["open", "closed", "degrade"]
Probability = Annotated[float, Meta(ge=0.0, le=1.0)]

MAX_TEXT_BYTES = 1_048_576
"""UTF-8 bytes of text that every guard handles in one request; more is a 413."""


class Deadline:
    """When the caller stops waiting, and whether it already has. Shared between threads.

    Long loops call `check()` every few milliseconds of work: that is what frees the worker
    when the client goes away or the time is up.
    """

    __slots__ = ("_at", "_cancelled", "_clock")

    def __init__(self, timeout_s: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at = clock() + timeout_s
        self._cancelled = False

    def remaining_s(self) -> float:
        """Seconds left, 0.0 when past or cancelled."""
        if self._cancelled:
            return 0.0
        return max(0.0, self._at - self._clock())

    def cancel(self) -> None:
        """Nobody waits any more: the next `check()` raises."""
        self._cancelled = True

    def check(self) -> None:
        """Return while somebody waits, else raise `DeadlineExceeded`."""
        if self._cancelled or self._clock() >= self._at:
            raise DeadlineExceeded("The deadline passed before the guard had finished.")


class Caller(Struct, frozen=True):
    """What travels with a request: who asks, in which conversation, until when."""

    deadline: Deadline
    user_id: str | None = None
    session_id: str | None = None
    client_type: str = "api"
    request_id: str = ""
    tenant: str = ""
    """The organisation whose caller this is: what is kept for one is never another's."""


class Payload(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields that every guard accepts. A guard's own payload is a frozen subclass.

    `text` may arrive as `content` too: `gateway.decode` renames it before validation.
    """

    content_type: Annotated[
        Literal["text", "code", "document"], Meta(description="What the text is.")
    ] = "text"
    scan_level: Annotated[
        Literal["standard", "comprehensive"],
        Meta(description="How thorough: `comprehensive` may take longer."),
    ] = "standard"


class Decision(Struct, frozen=True):
    """What to do with the text, and one sentence a person understands, with the evidence."""

    action: Action
    confidence: Probability
    reason: str


class Finding(Struct, frozen=True, kw_only=True):
    """One thing found: half-open code-point offsets into the text sent."""

    category: str
    start: int
    end: int
    score: Probability
    detector: str
    message: str
    suggestion: str | UnsetType = UNSET


class Unjudged(Struct, frozen=True, kw_only=True):
    """A part of the text that was not looked at, and why. Not judged is not passed."""

    start: int
    end: int
    reason: str


class Report(Struct, kw_only=True):
    """What every guard answers in `data`; a guard adds its own fields in a subclass."""

    text_length: Annotated[int, Meta(ge=0, description="Code points of the text looked at.")]
    risk: Probability
    flagged: bool
    confidence_score: Probability
    decision: Decision
    recommendation: Annotated[Action, Meta(description="Equals `decision.action`.")] = "keep"
    findings: list[Finding] = msgspec.field(default_factory=list)
    alarms: Annotated[
        list[str],
        Meta(description="Categories at or over the guard's own threshold: what policies act on."),
    ] = msgspec.field(default_factory=list)
    output: Annotated[
        str | UnsetType, Meta(description="The changed text, present when the action is rewrite.")
    ] = UNSET
    unjudged: Annotated[
        list[Unjudged] | UnsetType, Meta(description="Parts that were not judged, if any.")
    ] = UNSET
    processing_time_ms: Annotated[float, Meta(description="Set by the dispatcher.")] = 0.0

    def __post_init__(self) -> None:
        self.recommendation = self.decision.action
        if self.flagged and not self.alarms:
            self.alarms = sorted({finding.category for finding in self.findings})


@dataclass(frozen=True, slots=True)
class SelfTest:
    """A known input and the decision it must lead to; run at the start and every few minutes."""

    name: str
    payload: dict[str, Any]
    expect_action: Action
    expect: dict[str, Any] = field(default_factory=dict)
    """Top-level fields of the report and the values they must have."""


PayloadT = TypeVar("PayloadT", bound=Payload)


class Processor(ABC, Generic[PayloadT]):
    """Judges payloads of one type. Stateless, or safe to call from several threads at once."""

    name: ClassVar[str]
    version: ClassVar[str]
    """Goes up whenever the same input may lead to another verdict."""
    capabilities: ClassVar[tuple[str, ...]]
    categories: ClassVar[tuple[str, ...]] = ()
    """What a finding or an alarm may be called; a policy has a rule for each, or one for all."""
    rewritable: ClassVar[tuple[str, ...]] = ()
    """The categories that `output` can be rid of."""
    payload: type[PayloadT]
    report: type[Report]
    """The subclass of `Report` that `process` returns; OpenAPI is written from it."""
    on_failure: OnFailure = "open"
    """What a missing verdict means to who merges verdicts: let pass, stop, or a lesser check."""

    @abstractmethod
    def process(self, payload: PayloadT, caller: Caller) -> Report | Awaitable[Report]:
        """Return the report. `def` when it computes (it runs on a bounded worker pool),
        `async def` when it waits.

        Raises `GatewayError` subclasses for what the caller can mend; anything else is a
        fault of the guard and reaches the caller as `guard_failed`.
        """

    @abstractmethod
    def self_tests(self) -> Sequence[SelfTest]:
        """Known inputs with expected decisions: a positive, a near miss, an edge."""

    def is_quick(self, payload: PayloadT) -> bool:  # noqa: ARG002 - subclasses look at it
        """True when `process` surely takes under a millisecond: it then runs on the event
        loop and saves the hand-over to a worker."""
        return False

    def runs_here(self, payload: PayloadT) -> bool:  # noqa: ARG002 - subclasses look at it
        """True when only the gateway's own process can answer, though the guard has
        instances elsewhere (live figures of this very process, say)."""
        return False
