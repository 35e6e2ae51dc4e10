"""Errors in the shape of Google's APIs (google.rpc.Status as JSON)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from aiguardian.errors import GatewayError, InvalidField

_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
_DETAIL = "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"


class Refused(InvalidField):
    """A request that the vendor would refuse, with the kind of error that its clients know."""

    def __init__(
        self,
        message: str,
        *,
        kind: str = "INVALID_REQUEST",
        field: str | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, field=field)
        self.kind = kind
        self.more = more or {}


def status_of(error: GatewayError) -> int:
    """The HTTP status: what is wrong with a request is a 400 there."""
    return 400 if error.status in {413, 415, 422} else error.status


def error_body(error: GatewayError) -> bytes:
    """The error as Google's clients read it."""
    return body_of(status_of(error), error.message, details=_details(error))


def body_of(status: int, message: str, *, details: list[dict[str, Any]] | None = None) -> bytes:
    """The body of an error answer."""
    told: dict[str, Any] = {
        "code": status,
        "message": message,
        "status": _STATUS.get(status, "UNKNOWN"),
    }
    if details:
        told["details"] = details
    return msgspec.json.encode({"error": told})


def _details(error: GatewayError) -> list[dict[str, Any]]:
    if isinstance(error, Refused):
        return [{"@type": _DETAIL, "errorType": error.kind, **error.more}]
    if error.status == 413:
        return [{"@type": _DETAIL, "errorType": "COMMENT_TOO_LONG"}]
    return []
