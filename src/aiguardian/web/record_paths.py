"""The paths of what is recorded: audit, usage, retention, privacy."""

from __future__ import annotations

from typing import Any, get_args

from aiguardian.audit.entry import Kind
from aiguardian.audit.export import FORMATS
from aiguardian.storage.usage_rows import Part
from aiguardian.web.admin_paths import PAGING, admin_operation
from aiguardian.web.failures import headers

_AUDIT = "/api/v1/admin/audit"
_RETENTION = "/api/v1/admin/retention"
_PRIVACY = "/api/v1/admin/privacy"


def record_paths() -> dict[str, Any]:
    """All of them by address."""
    return _audit() | _usage() | _retention() | _privacy()


def _query(name: str, about: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "description": about,
        "schema": schema or {"type": "string"},
    }


_TIMES = [
    _query("since", "Seconds since 1970; from then on.", {"type": "number", "minimum": 0}),
    _query("until", "Seconds since 1970; before then.", {"type": "number", "minimum": 0}),
]
_USER = _query("user_id", "Only of this user.")
_FILTERS = [
    *_TIMES,
    _query("kind", "Only of this kind.", {"type": "string", "enum": list(get_args(Kind))}),
    _query("key_id", "Only by this key."),
    _USER,
    _query("guard", "Only by this guard; `screen`, `check` or `proxy` where several decided."),
    _query("action", "Only of this action; for acts of administration, of this act."),
]


def _audit() -> dict[str, Any]:
    export = admin_operation(
        "exportAudit",
        "All entries that are wanted, a line each",
        "Needs `admin`. Newest first. `jsonl` holds the entry with its hash, `cef` is ArcSight's "
        "Common Event Format, `ocsf` the Open Cybersecurity Schema Framework. An answer that "
        "breaks off is not whole.",
        answer="AuditPage",
        parameters=[
            _query("format", "Default: jsonl.", {"type": "string", "enum": list(FORMATS)}),
            *_FILTERS,
        ],
    )
    lines = {"schema": {"type": "string"}}
    _answer_with(export, {"application/x-ndjson": lines, "text/plain": lines})
    return {
        _AUDIT: {
            "get": admin_operation(
                "listAudit",
                "The organisation's entries, newest first",
                "Needs `read`. An entry holds ids, words of ours and numbers: no text, no name.",
                answer="AuditPage",
                parameters=[*PAGING, *_FILTERS],
            )
        },
        f"{_AUDIT}/export": {"get": export},
        f"{_AUDIT}/verify": {
            "get": admin_operation(
                "verifyAudit",
                "Whether all of the audit is whole",
                "Needs `read`, and the operator's key. Names the first wrong entry of each chain. "
                "Reads every entry there is: some 50,000 a second.",
                answer="AuditVerified",
            )
        },
        f"{_AUDIT}/checkpoints": {
            "get": admin_operation(
                "listAuditCheckpoints",
                "Signed checkpoints, and the key that checks them",
                "Needs `read`, and the operator's key. Kept elsewhere, they find out who deletes "
                "the newest entries together with their checkpoints. `limit` counts chains.",
                answer="AuditCheckpoints",
                parameters=PAGING,
            )
        },
    }


def _usage() -> dict[str, Any]:
    parts = ", ".join(f"`{part}`" for part in get_args(Part))
    return {
        "/api/v1/admin/usage": {
            "get": admin_operation(
                "sumUsage",
                "What the organisation used",
                "Needs `read`. Up to date to the second or so.",
                answer="UsagePage",
                parameters=[
                    _query("by", f"Comma-separated, of {parts}; default `day`; empty: one sum."),
                    *_TIMES,
                    _USER,
                    *PAGING,
                ],
            )
        }
    }


def _retention() -> dict[str, Any]:
    return {
        _RETENTION: {
            "get": admin_operation(
                "readRetention", "For how long what is kept", "Needs `read`.",
                answer="RetentionTold",
            )
        },
        f"{_RETENTION}/runs": {
            "post": admin_operation(
                "runRetention",
                "Delete what is too old, now",
                "Needs `admin`, and the operator's key. The audit keeps how many rows went, and a "
                "digest that only they give.",
                answer="Swept",
            )
        },
    }  # fmt: skip


def _privacy() -> dict[str, Any]:
    export = admin_operation(
        "exportPerson",
        "All that is known of a user, a line each",
        "Needs `admin`. Each line has the `place` and the `data`; the last one's place is `end`, "
        "and without it the answer is not whole.",
        answer="Receipt",
        asked="PersonRequest",
    )
    _answer_with(export, {"application/x-ndjson": {"schema": {"type": "string"}}})
    return {
        f"{_PRIVACY}/export": {"post": export},
        f"{_PRIVACY}/erase": {
            "post": admin_operation(
                "erasePerson",
                "Forget a user everywhere",
                "Needs `admin`. Answers with a signed receipt: what was erased by place, and what "
                "stays and why. Asking again is harmless.",
                answer="Receipt",
                asked="PersonRequest",
            )
        },
    }


def _answer_with(operation: dict[str, Any], content: dict[str, Any]) -> None:
    """Its answer is no envelope."""
    operation["responses"]["200"] = {
        "description": operation["responses"]["200"]["description"],
        "headers": headers(),
        "content": content,
    }
