"""The paths of the admin API: what administrators of an organisation see and change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiguardian.web.components import ref
from aiguardian.web.failures import failing, headers

Operation = dict[str, Any]

_IDS = [
    {"$ref": "#/components/parameters/X-Request-ID"},
    {"$ref": "#/components/parameters/traceparent"},
]
IF_MATCH = {"$ref": "#/components/parameters/If-Match"}
IDEMPOTENCY = {"$ref": "#/components/parameters/Idempotency-Key"}
PAGING = [
    {"$ref": "#/components/parameters/limit"},
    {"$ref": "#/components/parameters/cursor"},
]
_TENANT = {
    "name": "tenant",
    "in": "query",
    "description": "Another organisation: for the operator only, who sees all without it.",
    "schema": {"type": "string"},
}


def admin_paths() -> dict[str, Any]:
    """The paths of keys by address."""
    key = path_parameter("id", "The key's id: how the key begins, `agk_` and eleven characters.")
    return {
        "/api/v1/admin/keys": {
            "get": admin_operation(
                "listKeys",
                "The organisation's keys, newest first",
                "Needs `read`.",
                answer="KeyPage",
                parameters=[*PAGING, _TENANT],
            ),
            "post": admin_operation(
                "createKey",
                "Make a key",
                "Needs `admin`. The key is told this once; send an Idempotency-Key so that a "
                "request which is sent again makes no second one.",
                answer="MadeKey",
                asked="NewKey",
                status=201,
                parameters=[IDEMPOTENCY],
                failures=(409,),
            ),
        },
        "/api/v1/admin/keys/{id}": {
            "get": admin_operation(
                "readKey", "One key", "Needs `read`.",
                answer="KeyTold", parameters=[key], failures=(404,), tagged=True,
            ),
            "patch": admin_operation(
                "changeKey",
                "Another name, other rights or limits, another policy or end",
                "Needs `admin`. In force at once here, within seconds in other processes.",
                answer="KeyTold",
                asked="KeyChange",
                parameters=[key, IF_MATCH],
                failures=(404, 409, 412, 428),
                tagged=True,
            ),
            "delete": admin_operation(
                "deleteKey",
                "Delete a key that was revoked or has expired",
                "Needs `admin`.",
                answer="KeyTold",
                parameters=[key, IF_MATCH],
                failures=(404, 409, 412, 428),
            ),
        },
        "/api/v1/admin/keys/{id}/rotate": {
            "post": admin_operation(
                "rotateKey",
                "A new key with the same rights",
                "Needs `admin`. The old key works for `overlap_s` longer.",
                answer="MadeKey",
                asked="KeyRotation",
                status=201,
                parameters=[key, IDEMPOTENCY],
                failures=(404, 409),
            )
        },
        "/api/v1/admin/keys/{id}/revoke": {
            "post": admin_operation(
                "revokeKey",
                "End a key now",
                "Needs `admin`. At once here, within seconds in other processes.",
                answer="KeyTold",
                parameters=[key],
                failures=(404, 409),
                tagged=True,
            )
        },
        "/api/v1/webhooks/clerk": {"post": _clerks_webhook()},
    }  # fmt: skip


def _clerks_webhook() -> Operation:
    operation = admin_operation(
        "clerkWebhook",
        "A message of Clerk's",
        "For Clerk: believed by its signature (Svix), taken once, in whatever order messages come. "
        "503 says why where Clerk is not set up.",
        answer="Received",
    )
    for status in ("401", "403"):  # no key is asked for
        del operation["responses"][status]
    operation["security"] = []
    operation["parameters"] = [
        *(_svix_header(part) for part in ("id", "timestamp", "signature")),
        *operation["parameters"],
    ]
    operation["requestBody"] = {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
    return operation


def _svix_header(part: str) -> dict[str, Any]:
    return {
        "name": f"svix-{part}",
        "in": "header",
        "required": True,
        "description": f"The message's {part}, as Svix sends it.",
        "schema": {"type": "string"},
    }


def path_parameter(name: str, about: str) -> dict[str, Any]:
    """A part of the path."""
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": about,
        "schema": {"type": "string"},
    }


def admin_operation(
    name: str,
    summary: str,
    about: str,
    *,
    answer: str,
    asked: str = "",
    status: int = 200,
    parameters: Iterable[dict[str, Any]] = (),
    failures: Iterable[int] = (),
    tagged: bool = False,
) -> Operation:
    """One operation of the admin API. `answer` and `asked` name structs; `tagged`: with an ETag."""
    body = (408, 413, 415) if asked else ()
    statuses = sorted({400, 401, 403, 422, 429, 500, 503, *body, *failures})
    told: dict[str, Any] = {
        "description": f"{summary}.",
        "headers": headers("ETag") if tagged else headers(),
        "content": {"application/json": {"schema": ref(f"{answer}Answer")}},
    }
    operation: Operation = {
        "operationId": name,
        "tags": ["Administer"],
        "summary": summary,
        "description": about,
        "parameters": [*parameters, *_IDS],
        "responses": {str(status): told, **failing(*statuses)},
    }
    if asked:
        content = {"application/json": {"schema": ref(asked)}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation
