"""The paths of policies: kept by API, false positives, and the check of a vendor's body."""

from __future__ import annotations

from typing import Any

from aiguardian.web.admin_paths import (
    IDEMPOTENCY,
    IF_MATCH,
    PAGING,
    admin_operation,
    path_parameter,
)
from aiguardian.web.components import ref
from aiguardian.web.failures import failing, headers

_IDS = [
    {"$ref": "#/components/parameters/X-Request-ID"},
    {"$ref": "#/components/parameters/traceparent"},
]
_WHERE_STORED = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag of the version that is changed; needed where one is stored.",
    "schema": {"type": "string"},
}
_POLICIES = "/api/v1/admin/policies"
_FALSE = "/api/v1/admin/false-positives"


def policy_paths() -> dict[str, Any]:
    """All of them by address."""
    return {"/api/v1/guards/check": {"post": _check()}} | _policies() | _versions() | _marks()


def _check() -> dict[str, Any]:
    told = {
        "description": "A verdict on each text that was found, and what may go on.",
        "headers": headers(),
        "content": {"application/json": {"schema": ref("CheckReportAnswer")}},
    }
    return {
        "operationId": "check",
        "tags": ["Judge"],
        "summary": "A vendor's request or answer, judged and not sent",
        "description": "For who keeps a client of their own: the same places of the same bodies "
        "are judged as by the proxy, under the same policy unless another is named.",
        "parameters": _IDS,
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": ref("CheckRequest")}},
        },
        "responses": {"200": told, **failing(400, 401, 408, 413, 415, 422, 500, 503, 504)},
    }


def _policies() -> dict[str, Any]:
    name = _name()
    return {
        _POLICIES: {
            "get": admin_operation(
                "listPolicies",
                "The policies that there are for the organisation",
                "Needs `read`. Files of the operator's and built-in ones stand among them.",
                answer="PolicyPage",
                parameters=PAGING,
            )
        },
        f"{_POLICIES}/validate": {
            "post": admin_operation(
                "validatePolicy",
                "Whether a text is a policy",
                "Needs `read`. Nothing is kept.",
                answer="CheckedPolicy",
                asked="PolicyCheck",
            )
        },
        f"{_POLICIES}/{{name}}": {
            "get": admin_operation(
                "readPolicy",
                "One policy, as it is in force",
                "Needs `read`.",
                answer="KeptPolicy",
                parameters=[name],
                failures=(404,),
                tagged=True,
            ),
            "put": _put(),
            "delete": admin_operation(
                "deletePolicy",
                "Keep a policy no longer",
                "Needs `admin`. A built-in one of that name is in force again. Its versions stay. "
                "Answers with the policies that are left.",
                answer="PolicyPage",
                parameters=[name, IF_MATCH],
                failures=(404, 409, 412, 428),
            ),
        },
    }


def _put() -> dict[str, Any]:
    made = admin_operation(
        "writePolicy",
        "Keep a policy",
        "Needs `admin`. In force at once here, within seconds in other processes. 422 names the "
        "line of a fault. If-Match is needed to change one that is stored. 409 for a file's name.",
        answer="KeptPolicy",
        asked="PolicyWrite",
        parameters=[_name(), _WHERE_STORED],
        failures=(409, 412, 428),
        tagged=True,
    )
    made["responses"]["201"] = {**made["responses"]["200"], "description": "It is a new one."}
    return made


def _versions() -> dict[str, Any]:
    return {
        f"{_POLICIES}/{{name}}/versions": {
            "get": admin_operation(
                "listPolicyVersions",
                "What a stored policy was before",
                "Needs `read`. Newest first; a deletion is a version without text.",
                answer="VersionPage",
                parameters=[_name(), *PAGING],
                failures=(404,),
            )
        },
        f"{_POLICIES}/{{name}}/rollback": {
            "post": admin_operation(
                "rollBackPolicy",
                "Bring an older version into force again",
                "Needs `admin`. It becomes the newest version.",
                answer="KeptPolicy",
                asked="RollbackRequest",
                parameters=[_name(), IF_MATCH],
                failures=(404, 409, 412, 428),
                tagged=True,
            )
        },
    }


def _marks() -> dict[str, Any]:
    mark = path_parameter("id", "The mark's id.")
    return {
        _FALSE: {
            "get": admin_operation(
                "listFalsePositives",
                "The findings that were marked as false",
                "Needs `read`. Newest first.",
                answer="MarkPage",
                parameters=PAGING,
            ),
            "post": admin_operation(
                "markFalsePositive",
                "Mark a finding as false",
                "Needs `admin`. Proposes a threshold, or with `value` an allowed string, and "
                "tells what else of the recorded traffic that would change. Nothing is changed.",
                answer="MarkTold",
                asked="MarkRequest",
                status=201,
                parameters=[IDEMPOTENCY],
                failures=(404, 409),
            ),
        },
        f"{_FALSE}/{{id}}": {
            "get": admin_operation(
                "readFalsePositive",
                "One marked finding",
                "Needs `read`.",
                answer="MarkTold",
                parameters=[mark],
                failures=(404,),
            )
        },
        f"{_FALSE}/{{id}}/apply": {
            "post": admin_operation(
                "applyFalsePositive",
                "Change the policy, or the allow-list, as proposed",
                "Needs `admin`. 409 where the policy was changed since, or is a file.",
                answer="MarkTold",
                asked="ApplyRequest",
                parameters=[mark],
                failures=(404, 409),
            )
        },
    }


def _name() -> dict[str, Any]:
    return path_parameter("name", "The policy's name.")
