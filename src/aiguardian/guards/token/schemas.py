"""What TokenGuard reads and what it answers."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from aiguardian.processor import Payload, Report
from aiguardian.text.chat import Message

Tokens = Annotated[int, Meta(ge=0, le=100_000_000)]
Usd = Annotated[float, Meta(ge=0.0)]


class TokenPayload(Payload, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either `text` or `messages`, and what is to be done with it."""

    text: Annotated[
        str | None,
        Meta(
            description="The text to count; or send `messages`.",
            examples=["This is a test message for token optimization"],
        ),
    ] = None
    messages: Annotated[
        list[Message] | None,
        Meta(description="A conversation in the OpenAI chat format; or send `text`."),
    ] = None
    model: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=256,
            description="The model that will read it, with or without a provider prefix.",
            examples=["gpt-4o", "anthropic/claude-sonnet-4-5", "gemini-2.5-flash"],
        ),
    ] = "gpt-4o"
    expected_output_tokens: Annotated[
        Tokens | None,
        Meta(description="How long the answer will be, at most; 256 are assumed otherwise."),
    ] = None
    reasoning_tokens: Annotated[
        Tokens, Meta(description="Thinking tokens expected on top of the answer; they are billed.")
    ] = 0
    cached_tokens: Annotated[
        Tokens, Meta(description="How many of the input tokens the provider has in its cache.")
    ] = 0
    optimize: Annotated[
        Literal["none", "lossless", "lossy"],
        Meta(
            description="`lossless` never changes what the text says; `lossy` drops sentences "
            "down to `target_ratio` or `target_tokens`."
        ),
    ] = "lossless"
    target_ratio: Annotated[
        Annotated[float, Meta(ge=0.0, le=1.0)] | None,
        Meta(description="Lossy: keep this share of the tokens; 0.5 unless given."),
    ] = None
    target_tokens: Annotated[
        Tokens | None, Meta(description="Lossy: keep this many tokens at most.")
    ] = None
    query: Annotated[
        Annotated[str, Meta(max_length=100_000)] | None,
        Meta(description="Lossy: what the reader will ask. What answers it is kept."),
    ] = None
    budget_usd: Annotated[
        Usd | None, Meta(description="Flag the request when it costs more than this.")
    ] = None


class TokenCounts(Struct, kw_only=True):
    """How long the input is for the model, and whether it fits."""

    model: Annotated[str, Meta(description="As sent.")]
    encoding: Annotated[str, Meta(description="The vocabulary that was counted with.")]
    exact: Annotated[bool, Meta(description="False when the model's own vocabulary is not known.")]
    input: Tokens
    output_estimate: Annotated[
        int,
        Meta(
            ge=0, description="`expected_output_tokens` and `reasoning_tokens`, or an assumption."
        ),
    ]
    context_window: Annotated[
        Tokens | None, Meta(description="Tokens that the model can take; null when not known.")
    ]
    fits: Annotated[
        bool | None,
        Meta(description="Whether input and output fit the window; null when it is not known."),
    ]
    error_p90: Annotated[
        float | UnsetType,
        Meta(description="Estimates only: nine in ten lie within this share of the true count."),
    ] = UNSET
    note: Annotated[str | UnsetType, Meta(description="What the count does not cover.")] = UNSET


class PerMillion(Struct, kw_only=True):
    """US dollars per million tokens; null where the provider names no price."""

    input: Usd
    cached_input: Usd | None
    cache_write: Usd | None
    output: Usd | None
    reasoning: Annotated[Usd | None, Meta(description="Billed as output unless priced apart.")]


class Cost(Struct, kw_only=True):
    """What the request costs. Amounts are null when no price is known for the model."""

    currency: Literal["USD"] = "USD"
    input: Usd | None = None
    output: Usd | None = None
    total: Usd | None = None
    priced_on: Annotated[str, Meta(description="The day on which the prices were collected.")]
    priced_as: Annotated[
        str | UnsetType, Meta(description="Provider and model that the price belongs to.")
    ] = UNSET
    per_million: PerMillion | UnsetType = UNSET
    did_you_mean: Annotated[
        list[str] | UnsetType, Meta(description="Known names close to an unknown model's.")
    ] = UNSET


class Step(Struct, kw_only=True):
    """One change and what it saved."""

    name: str
    saved_tokens: Tokens


class Kept(Struct, kw_only=True):
    """A stretch of the text sent: half-open code-point offsets."""

    start: int
    end: int


class Optimized(Struct, kw_only=True):
    """The shorter text, or the same text when nothing could be saved."""

    text: str
    tokens: Tokens
    saved_tokens: Tokens
    saved_ratio: Annotated[float, Meta(ge=0.0, le=1.0)]
    steps: list[Step]
    saved_usd: Annotated[Usd | None, Meta(description="Input cost saved per call.")] = None
    messages: Annotated[
        list[Message] | UnsetType, Meta(description="The conversation with the shorter texts.")
    ] = UNSET
    kept: Annotated[list[Kept] | UnsetType, Meta(description="Lossy: what was kept.")] = UNSET
    dropped: Annotated[list[Kept] | UnsetType, Meta(description="Lossy: what was left out.")] = (
        UNSET
    )
    declined: Annotated[
        str | UnsetType, Meta(description="Why the text was not shortened although asked.")
    ] = UNSET


class Alternative(Struct, frozen=True, kw_only=True):
    """A cheaper model whose window is large enough. Its ability is not judged."""

    model: str
    provider: str
    context_window: Tokens
    input: Usd
    output: Usd
    total: Usd
    saved_usd: Usd
    priced_on: str


class TokenReport(Report, kw_only=True):
    """The report of TokenGuard."""

    tokens: TokenCounts
    cost: Cost
    optimized: Optimized
    alternatives: list[Alternative]
