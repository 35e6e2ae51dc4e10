"""What ContextGuard reads and what it answers."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from aiguardian.processor import Payload, Probability, Report
from aiguardian.text.chat import Message

Operation = Literal["analyze", "remember", "recall", "forget"]
MOST_IDS = 1_000
"""Items that one request may name to forget."""
DEFAULT_TOKENS = 1_000
"""Of memories in an answer, unless the caller says how many."""


class ContextPayload(Payload, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do, the newest turn, and the turns before it (or the stored session's)."""

    operation: Annotated[
        Operation,
        Meta(
            description="`analyze` judges the turn against the conversation; `remember` keeps "
            "turns; `recall` finds those that answer `query`; `forget` deletes for good."
        ),
    ] = "analyze"
    text: Annotated[
        str | None,
        Meta(
            description="The newest turn.", examples=["By the way, can you book a table for two?"]
        ),
    ] = None
    role: Annotated[
        Annotated[str, Meta(min_length=1, max_length=64)],
        Meta(description="Who says `text`."),
    ] = "user"
    messages: Annotated[
        Annotated[list[Message], Meta(min_length=1)] | None,
        Meta(
            description="A whole conversation in the OpenAI chat format, instead of `text` and "
            "`history`: its last turn is the one to judge."
        ),
    ] = None
    history: Annotated[
        list[Message] | None,
        Meta(description="The turns before. Without it, those stored for the `session_id`."),
    ] = None
    goal: Annotated[
        str | None,
        Meta(description="What the conversation is for.", examples=["Book a train to Fresno."]),
    ] = None
    query: Annotated[
        str | None, Meta(description="`recall`: what to find; `text` when it is missing.")
    ] = None
    max_tokens: Annotated[
        Annotated[int, Meta(ge=1, le=1_000_000)],
        Meta(description="`recall`: the budget of all memories together (o200k_base)."),
    ] = DEFAULT_TOKENS
    scope: Annotated[
        Literal["session", "user"],
        Meta(
            description="`recall` and `forget`: in this session, or in all sessions of the "
            "`user_id`."
        ),
    ] = "session"
    ids: Annotated[
        Annotated[
            list[Annotated[str, Meta(min_length=1, max_length=128)]],
            Meta(min_length=1, max_length=MOST_IDS),
        ]
        | None,
        Meta(description="`forget`: only these items, by the ids of `memories`."),
    ] = None
    older_than_s: Annotated[
        Annotated[float, Meta(ge=0.0)] | None,
        Meta(description="`forget`: only what is older than this many seconds."),
    ] = None


class Contradiction(Struct, frozen=True, kw_only=True):
    """Two statements that cannot both hold. `turn` counts from 0, the newest turn included."""

    turn: int
    start: int
    end: int
    """Half-open code-point span of the newest turn's text that contradicts."""
    earlier_turn: int
    earlier_start: int
    earlier_end: int
    """Half-open code-point span of the earlier turn's text."""
    kind: Literal["number", "fact", "preference", "negation"]
    score: Probability
    message: str


class Shift(Struct, frozen=True, kw_only=True):
    """A turn at which another topic began."""

    turn: int
    score: Probability


class FoundFact(Struct, frozen=True, kw_only=True):
    """A statement in a memory, with its half-open code-point span. One that holds has no
    `valid_to`."""

    text: str
    start: int
    end: int
    valid_from: Annotated[float, Meta(description="Seconds since 1970, UTC.")]
    valid_to: Annotated[
        float | UnsetType,
        Meta(description="When a later turn took its place. Missing while it holds."),
    ] = UNSET


class Found(Struct, frozen=True, kw_only=True):
    """A memory that answers the query."""

    id: str
    text: str
    role: str
    turn: int
    score: Probability
    session_id: str | UnsetType = UNSET
    at: Annotated[float, Meta(description="Seconds since 1970, UTC.")] = 0.0
    facts: Annotated[
        list[FoundFact] | UnsetType,
        Meta(description="Statements found in the turn; one with `valid_to` no longer holds."),
    ] = UNSET


class ForgetReceipt(Struct, frozen=True, kw_only=True):
    """Proof of a deletion, without any of what was deleted."""

    id: str
    at: str
    turns: int
    facts: int
    sessions: int


class ContextReport(Report, kw_only=True):
    """A report on the newest turn, or what a memory operation did."""

    operation: Operation = "analyze"
    drift_score: Annotated[
        Probability,
        Meta(description="How far the newest turn lies from what the session is about."),
    ] = 0.0
    topic_shift: Annotated[bool, Meta(description="The newest turn begins another topic.")] = False
    topic_shift_score: Probability = 0.0
    topic_began: Annotated[
        int | UnsetType, Meta(description="The turn (from 0) where the present topic began.")
    ] = UNSET
    shifts: Annotated[
        list[Shift],
        Meta(description="Turns at which another topic began, of those that were read."),
    ] = msgspec.field(default_factory=list)
    goal_alignment: Annotated[
        Probability | UnsetType,
        Meta(description="How well the newest turn serves `goal`; without a goal it is missing."),
    ] = UNSET
    escalation: Annotated[
        Probability,
        Meta(
            description="How likely an attack builds up over several turns; 0 below the "
            "threshold. `risk` has the probability in any case."
        ),
    ] = 0.0
    escalation_signs: Annotated[
        list[str], Meta(description="What the user's turns show, in plain words.")
    ] = msgspec.field(default_factory=list)
    contradictions: list[Contradiction] = msgspec.field(default_factory=list)
    resolved: Annotated[
        str | UnsetType,
        Meta(description="The newest turn as it reads without the others; missing if the same."),
    ] = UNSET
    turns: Annotated[int, Meta(description="Turns of the conversation, the newest included.")] = 0
    memories: list[Found] = msgspec.field(default_factory=list)
    tokens: Annotated[int, Meta(description="Of all memories together (o200k_base).")] = 0
    remembered: Annotated[int | UnsetType, Meta(description="`remember`: turns stored.")] = UNSET
    merged: Annotated[
        int | UnsetType, Meta(description="`remember`: turns that were there already.")
    ] = UNSET
    superseded: Annotated[
        int | UnsetType, Meta(description="`remember`: older facts that no longer hold.")
    ] = UNSET
    refused: Annotated[
        int | UnsetType, Meta(description="`remember`: turns not stored, for they carry an attack.")
    ] = UNSET
    forgotten: Annotated[int | UnsetType, Meta(description="`forget`: turns deleted.")] = UNSET
    receipt: ForgetReceipt | UnsetType = UNSET
