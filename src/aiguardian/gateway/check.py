"""What a check of a vendor's request or answer takes and gives; `proxy/checking.py` makes it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from aiguardian.gateway.envelope import Identifier, TimeoutS
from aiguardian.gateway.screened import ScreenReport
from aiguardian.policy.rules import Direction
from aiguardian.processor import Action, Decision

Api = Literal["chat", "responses", "completions", "embeddings", "messages"]
"""Whose shape a body has: the end of the proxy's path, `chat` for `/v1/chat/completions`."""


class CheckRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request to a model, its answer, or both, as the vendor's API has them."""

    api: Annotated[Api, Meta(description="Whose shape they have: the end of the proxy's path.")]
    request: Annotated[
        dict[str, Any] | None, Meta(description="With an answer alone: what it answers, if known.")
    ] = None
    response: dict[str, Any] | None = None
    judge: Annotated[
        Literal["request", "response"] | None,
        Meta(description="Only one of the two. Default: whatever was sent."),
    ] = None
    policy: Annotated[
        Annotated[str, Meta(max_length=64)] | None,
        Meta(description="Default: the one that the proxy would judge by."),
    ] = None
    session_id: Annotated[
        Identifier | None,
        Meta(description="Under which placeholders are kept. Default: the id of this request."),
    ] = None
    restore: Annotated[
        bool, Meta(description="Put the session's values back for placeholders in the response.")
    ] = False
    user_id: Identifier | None = None
    timeout: TimeoutS = 60.0


class CheckedText(Struct, frozen=True, kw_only=True):
    """One text that was found, and what was said of it."""

    of: Literal["request", "response"]
    path: Annotated[str, Meta(description="Its place: `messages[0].content`.")]
    role: str
    direction: Direction
    known: Annotated[bool, Meta(description="False: in a field that the vendor does not document.")]
    report: Annotated[
        ScreenReport | None,
        Meta(description="As `screen` answers; null: the policy has no rules for its direction."),
    ]


class CheckReport(Struct, frozen=True, kw_only=True):
    """What `check` answers in `data`."""

    decision: Decision
    recommendation: Action
    policy: str
    session_id: Annotated[str, Meta(description="Restores what became placeholders.")]
    request: Annotated[
        dict[str, Any] | UnsetType,
        Meta(description="The request as it may be sent; only where it was changed."),
    ] = UNSET
    response: Annotated[
        dict[str, Any] | UnsetType,
        Meta(description="The answer as it may be shown, or the vendor's refusal for a blocked "
        "one; only where it was changed."),
    ] = UNSET  # fmt: skip
    texts: list[CheckedText]
    unjudged: Annotated[list[str], Meta(description="Path and reason of what was not judged.")]
    processing_time_ms: float
