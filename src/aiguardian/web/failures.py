"""The failures that a path can answer with, as the document shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiguardian.web.components import ref


@dataclass(frozen=True, slots=True)
class Failure:
    """One status: what leads to it, and an example of its error."""

    name: str
    about: str
    error: dict[str, Any]
    headers: tuple[str, ...] = ()


FAILURES = {
    400: Failure(
        "BadRequest",
        "The body is not JSON, or not JSON that any two parsers read alike (the same key twice, "
        "NaN, a lone surrogate, deeper than 200 levels); or the host name is not served here.",
        {
            "code": "invalid_json",
            "message": "The body is not JSON: expected value (line 1, column 10).",
        },
    ),
    401: Failure(
        "Unauthenticated",
        "No key, or one that is not known.",
        {
            "code": "unauthenticated",
            "message": "A key is needed: send it in the header X-API-Key.",
        },
        headers=("WWW-Authenticate",),
    ),
    403: Failure(
        "Forbidden",
        "The credential is known and lacks the right to this, or may not act for this user.",
        {"code": "forbidden", "message": "This credential lacks the right `admin`."},
    ),
    404: Failure(
        "NotFound",
        "There is no such thing.",
        {"code": "not_found", "message": "There is no such guard."},
    ),
    408: Failure(
        "TooSlow",
        "The body did not arrive in time.",
        {"code": "request_timeout", "message": "The body did not arrive within 20 seconds."},
    ),
    409: Failure(
        "Conflict",
        "What is asked contradicts what is there; or the Idempotency-Key stood for another "
        "request, or for one that still runs.",
        {"code": "conflict", "message": "This Idempotency-Key stood for another request."},
    ),
    412: Failure(
        "PreconditionFailed",
        "It was changed since: read it again. If-Match names another version.",
        {
            "code": "precondition_failed",
            "message": "It was changed since: read it again, and send its ETag as If-Match.",
            "field": "If-Match",
        },
    ),
    413: Failure(
        "TooLarge",
        "The body is past its limit (8 MiB unless set otherwise), or the text past 1 MiB.",
        {
            "code": "too_large",
            "message": "The text is longer than 1,048,576 bytes in UTF-8, the most that is judged.",
            "field": "text",
        },
    ),
    415: Failure(
        "UnsupportedMediaType",
        "Another content type or charset, or a compressed body.",
        {
            "code": "unsupported_media_type",
            "message": "Content-Type must be application/json.",
            "field": "Content-Type",
        },
    ),
    422: Failure(
        "InvalidField",
        "A field is missing, unknown, of the wrong type or out of range. The message names it "
        "and says what is allowed.",
        {
            "code": "invalid_field",
            "message": "priority is wrong: expected int <= 10.",
            "field": "priority",
        },
    ),
    428: Failure(
        "PreconditionRequired",
        "A change needs If-Match with the ETag of the version that it is made to.",
        {
            "code": "precondition_required",
            "message": "Send the ETag of the version that you change as If-Match.",
            "field": "If-Match",
        },
    ),
    429: Failure(
        "RateLimited",
        "Too much in too short a time: of requests, tokens or money, or of wrong keys.",
        {
            "code": "rate_limited",
            "message": "Too many wrong keys came from this address. Try again later.",
            "retry_after": 6,
        },
        headers=(
            "Retry-After",
            "RateLimit-Limit",
            "RateLimit-Remaining",
            "RateLimit-Reset",
            "RateLimit-Policy",
        ),
    ),
    500: Failure(
        "InternalError",
        "A fault of the gateway's own. Please report it with the request id.",
        {"code": "internal_error", "message": "The request failed through a fault of ours."},
    ),
    503: Failure(
        "Unavailable",
        "There is no verdict: the guard is not part of this version or no instance of it answers "
        "(`not_available`), it failed (`guard_failed`), or too much waits already (`overloaded`).",
        {
            "code": "overloaded",
            "message": "All 2 workers are busy and 64 requests wait already. "
            "Try again later, or send a higher priority.",
            "retry_after": 1,
        },
        headers=("Retry-After",),
    ),
    504: Failure(
        "DeadlineExceeded",
        "The request's `timeout` passed before there was a verdict.",
        {
            "code": "deadline_exceeded",
            "message": "The deadline passed before the guard had finished.",
        },
    ),
}
"""By status."""


def failing(*statuses: int) -> dict[str, Any]:
    """The failures of a path, for its `responses`. Whatever asks for a credential may also find
    that it lacks a right, or that too many wrong ones came from there."""
    more = {403, 429} if 401 in statuses else set()
    return {
        str(status): {"$ref": f"#/components/responses/{FAILURES[status].name}"}
        for status in sorted({*statuses, *more})
    }


def responses() -> dict[str, Any]:
    """Every failure, as the paths refer to them."""
    return {
        failure.name: {
            "description": failure.about,
            "headers": headers(*failure.headers),
            "content": {
                "application/json": {"schema": ref("Failure"), "example": _envelope(failure.error)}
            },
        }
        for failure in FAILURES.values()
    }


def headers(*more: str) -> dict[str, Any]:
    """The headers of a response: those that each has, and more."""
    return {
        name: {"$ref": f"#/components/headers/{name}"}
        for name in ("X-Request-ID", "traceparent", *more)
    }


def _envelope(error: dict[str, Any]) -> dict[str, Any]:
    return {
        "request_id": "0b8f3a52-6c0e-4a51-a8f4-3e6f0a7d9c21",
        "service_type": None,
        "success": False,
        "data": None,
        "error": error,
        "processing_time": 0.0002,
        "service_used": None,
        "degraded": False,
    }
