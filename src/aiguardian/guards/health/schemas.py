"""What HealthGuard accepts and answers."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from aiguardian.processor import Finding, Payload, Report

Check = Literal["response", "system", "service", "provider", "drift"]
CHECKS: tuple[Check, ...] = get_args(Check)
Status = Literal["healthy", "degraded", "unhealthy"]
STATUSES: tuple[Status, ...] = ("healthy", "degraded", "unhealthy")
"""From best to worst: a report's status is the worst of its checks."""


class Expect(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the answer was meant to be. Each field left out is not checked."""

    language: Annotated[
        str | None,
        Meta(description="ISO 639-1 code the answer should be written in.", examples=["en"]),
    ] = None
    json_schema: Annotated[
        dict[str, Any] | bool | None,
        Meta(
            description="JSON Schema that the JSON in the answer must satisfy. References stay "
            "inside the schema; patterns have no look-around and no back-references.",
            examples=[{"type": "object", "required": ["city"]}],
        ),
    ] = None
    min_length: Annotated[
        Annotated[int, Meta(ge=0)] | None,
        Meta(description="Fewest code points, white space at the ends not counted."),
    ] = None
    max_length: Annotated[
        Annotated[int, Meta(ge=0)] | None,
        Meta(description="Most code points, white space at the ends not counted."),
    ] = None


class HealthPayload(Payload, frozen=True, kw_only=True):
    """Whose health: an answer's, this process's, or the guards'."""

    text: Annotated[
        str | None, Meta(description="The AI's answer.", examples=["The capital is Paris."])
    ] = None
    check: Annotated[
        Check | None,
        Meta(
            description="`response` judges `text`; `system` this process and its machine; "
            "`service` the guards; `provider` who answers behind the proxy; `drift` whether those "
            "answers changed. Without it: `response` with a text, else `system`.",
            examples=["response"],
        ),
    ] = None
    target: Annotated[
        Annotated[str, Meta(max_length=64)] | None,
        Meta(
            description="The one guard (`service`) or upstream (`provider`, `drift`) asked about; "
            "all without it.",
            examples=["tokenguard"],
        ),
    ] = None
    expect: Annotated[Expect, Meta(description="What the answer was meant to be.")] = Expect()


class HealthCheck(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing looked at, and one line on it for whoever is on call."""

    name: str
    status: Status
    detail: str
    latency_ms: Annotated[float | None, Meta(description="Where time is what was looked at.")] = (
        None
    )
    figures: Annotated[
        dict[str, float], Meta(description="With `drift`: `psi`, and `ks` for numbers.")
    ] = msgspec.field(default_factory=dict)


class HealthReport(Report, kw_only=True):
    """A report with the status of each thing looked at."""

    status: Annotated[Status, Meta(description="The worst status among `checks`.")] = "healthy"
    checks: Annotated[list[HealthCheck], Meta(description="One row for each thing looked at.")] = (
        msgspec.field(default_factory=list)
    )


def worst(checks: list[HealthCheck]) -> Status:
    """The worst status of all; no checks at all is `degraded`, for nothing was seen."""
    return max((check.status for check in checks), key=STATUSES.index, default="degraded")


def found(category: str, start: int, end: int, *, score: float, message: str) -> Finding:
    """A finding of this guard; the detector's name is the category's own."""
    return Finding(
        category=category,
        start=start,
        end=end,
        score=round(score, 4),
        detector=f"health.{category}",
        message=message,
    )
