"""The audit in formats that others read: JSON lines with hashes, CEF, and OCSF.

JSON lines hold all there is, so that the chain can be verified from them. CEF is ArcSight's Common
Event Format (version 0). OCSF is the Open Cybersecurity Schema Framework, 1.5.0: decisions are
Detection Findings (2004) with the security control profile, all else API Activity (6003).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, get_args

import msgspec

from aiguardian import __version__
from aiguardian.audit.entry import Entry, decode
from aiguardian.storage.audit_rows import AuditRow

Format = Literal["jsonl", "cef", "ocsf"]
FORMATS: tuple[Format, ...] = get_args(Format)

VENDOR, PRODUCT = "AIGuardian", "AIGuardian"
OCSF_VERSION = "1.5.0"
_DETECTION_FINDING, _API_ACTIVITY = 2004, 6003
_CREATE, _UPDATE, _DELETE, _OTHER = 1, 3, 4, 99

_CEF_SEVERITY = {"block": 8, "rewrite": 6, "flag": 5, "unjudged": 5, "keep": 1}
"""Of 0 to 10: ours to say; ArcSight calls 7 and more high."""
_OCSF_SEVERITY = {"block": 4, "rewrite": 3, "flag": 3, "unjudged": 3, "keep": 1}
"""4 high, 3 medium, 1 informational."""
_OCSF_ACTION = {"block": 2, "rewrite": 4, "flag": 3, "unjudged": 0, "keep": 1}
"""1 allowed, 2 denied, 3 observed, 4 modified, 0 unknown."""
_OCSF_DISPOSITION = {"block": 2, "rewrite": 11, "flag": 15, "unjudged": 0, "keep": 1}
"""1 allowed, 2 blocked, 11 corrected, 15 detected, 0 unknown."""
_API_VERBS = {
    "create": _CREATE,
    "add": _CREATE,
    "put": _UPDATE,
    "update": _UPDATE,
    "patch": _UPDATE,
    "rotate": _UPDATE,
    "revoke": _UPDATE,
    "delete": _DELETE,
    "erase": _DELETE,
    "retention": _DELETE,
}
"""OCSF's activity by the verb of an act, where there is one for it."""


def exported(row: AuditRow, kind: Format) -> bytes:
    """The row as a line, with its line feed."""
    return _WRITERS[kind](row)


def _json_line(row: AuditRow) -> bytes:
    return b'{"hash":"%b","entry":%b}\n' % (row.hash.hex().encode(), row.entry)


def _cef_line(row: AuditRow) -> bytes:
    entry = decode(row.entry)
    what = entry.act or entry.kind
    name = f"{entry.guard} {entry.action}" if entry.kind == "decision" else what
    severity = _CEF_SEVERITY.get(entry.action, 3)
    head = "|".join(
        _in_head(part)
        for part in ("CEF:0", VENDOR, PRODUCT, __version__, what, name.strip(), str(severity))
    )
    fields = {
        "rt": str(_milliseconds(entry)),
        "externalId": f"{entry.chain}/{entry.number}",
        "cat": entry.kind,
        "act": entry.action or entry.act,
        "outcome": str(entry.status) if entry.status else "",
        "request": entry.route,
        "suid": entry.user,
        "cs1Label": "tenant",
        "cs1": entry.tenant,
        "cs2Label": "policy",
        "cs2": entry.policy,
        "cs3Label": "categories",
        "cs3": ",".join(entry.categories),
        "cs4Label": "unjudged",
        "cs4": ",".join(entry.unjudged),
        "cs5Label": "requestId",
        "cs5": entry.request,
        "cs6Label": "keyId",
        "cs6": entry.key,
        "msg": " ".join(f"{name}={value}" for name, value in entry.detail.items()),
    }
    told = " ".join(
        f"{name}={_in_value(value)}"
        for name, value in fields.items()
        if fields[name.removesuffix("Label")] and value  # no label without its value
    )
    return f"{head}|{told}\n".encode()


def _in_head(text: str) -> str:
    return _one_line(text).replace("\\", "\\\\").replace("|", "\\|")


def _in_value(text: str) -> str:
    return _one_line(text.replace("\\", "\\\\").replace("=", "\\="))


def _one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")


def _ocsf_line(row: AuditRow) -> bytes:
    entry = decode(row.entry)
    event = _finding(entry) if entry.kind == "decision" else _api_activity(entry)
    return msgspec.json.encode(event | _common(entry, row)) + b"\n"


def _common(entry: Entry, row: AuditRow) -> dict[str, Any]:
    return {
        "time": _milliseconds(entry),
        "metadata": {
            "version": OCSF_VERSION,
            "product": {"name": PRODUCT, "vendor_name": VENDOR, "version": __version__},
            "uid": f"{entry.chain}/{entry.number}",
            "correlation_uid": entry.request,
            "tenant_uid": entry.tenant,
            "profiles": ["security_control"] if entry.kind == "decision" else [],
        },
        "unmapped": {
            "hash": row.hash.hex(),
            "trace_id": entry.trace,
            "versions": entry.versions,
            "detail": entry.detail,
        },
    }


def _finding(entry: Entry) -> dict[str, Any]:
    return {
        "class_uid": _DETECTION_FINDING,
        "category_uid": 2,
        "activity_id": _CREATE,
        "type_uid": _DETECTION_FINDING * 100 + _CREATE,
        "severity_id": _OCSF_SEVERITY.get(entry.action, 0),
        "status_id": 1,
        "action_id": _OCSF_ACTION.get(entry.action, 0),
        "disposition_id": _OCSF_DISPOSITION.get(entry.action, 0),
        "finding_info": {
            "uid": f"{entry.chain}/{entry.number}",
            "title": f"{entry.guard}: {entry.action}",
            "types": list(entry.categories),
            "analytic": {"name": entry.policy or entry.guard, "type_id": 1},
        },
        "status_code": str(entry.status),
        "status_detail": "; ".join(entry.unjudged),
        "resources": [{"uid": entry.route, "type": entry.direction}],
        "actor": _actor(entry),
    }


def _api_activity(entry: Entry) -> dict[str, Any]:
    activity = _API_VERBS.get(entry.act.rpartition(".")[2], _OTHER)
    return {
        "class_uid": _API_ACTIVITY,
        "category_uid": 6,
        "activity_id": activity,
        "type_uid": _API_ACTIVITY * 100 + activity,
        "severity_id": 3 if entry.kind in ("refused", "gap") else 1,
        "status_id": 2 if entry.kind in ("refused", "gap") else 1,
        "api": {"operation": entry.act or f"audit.{entry.kind}", "request": {"uid": entry.request}},
        "actor": _actor(entry),
        "src_endpoint": {"name": "not recorded"},
        "resources": [{"uid": entry.target}] if entry.target else [],
    }


def _actor(entry: Entry) -> dict[str, Any]:
    return {"user": {"uid": entry.user, "credential_uid": entry.key}}


def _milliseconds(entry: Entry) -> int:
    return int(entry.at * 1000)


_WRITERS: dict[Format, Callable[[AuditRow], bytes]] = {
    "jsonl": _json_line,
    "cef": _cef_line,
    "ocsf": _ocsf_line,
}
