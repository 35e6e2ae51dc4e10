"""Each format says what the entry says, in its own words, on one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from audit_parts import Parts

from aiguardian.audit import chain as links
from aiguardian.audit.entry import Told
from aiguardian.audit.export import FORMATS, exported
from aiguardian.storage.audit_rows import AuditRow


@pytest.fixture
def rows(tmp_path: Path) -> list[AuditRow]:
    parts = Parts(tmp_path)
    parts.trail.record(
        Told(
            kind="decision",
            request="0af7651916cd43dd8448eb211c80319c",
            tenant="a|b=c\\d\ne",
            key="unified",
            user="ab" * 16,
            guard="securityguard",
            versions={"securityguard": "1.0"},
            policy="default",
            direction="input",
            action="block",
            categories=("injection", "pii"),
            unjudged=("too long",),
            status=200,
        )
    )
    parts.trail.record(
        Told(kind="act", tenant="t", act="keys.revoke", target="agk_1", detail={"n": 1})
    )
    parts.trail.record(Told(kind="refused", detail={"unauthenticated": 7}))
    parts.mover.move()
    parts.journal.close()
    return parts.rows()


@pytest.mark.parametrize("kind", FORMATS)
def test_a_row_is_one_line(rows: list[AuditRow], kind: Any) -> None:
    for row in rows:
        line = exported(row, kind)
        assert line.endswith(b"\n")
        assert line.count(b"\n") == 1
        assert b"\r" not in line


def test_the_chain_can_be_verified_from_json_lines(rows: list[AuditRow]) -> None:
    last = links.START
    for row in rows:
        line = exported(row, "jsonl")
        entry = line[line.index(b'"entry":') + 8 : -2]
        last = links.linked(last, entry)
        assert json.loads(line)["hash"] == last.hex()
        assert json.loads(line)["entry"]["number"] == row.number


def fields(line: str) -> dict[str, str]:
    """As a reader of CEF takes an extension apart: a key begins behind a space, ends with =."""
    found: dict[str, str] = {}
    for piece in line.split(" "):
        name, separator, value = piece.partition("=")
        if separator and name.isalnum() and not name.endswith("\\"):
            found[name] = value
            last = name
        else:
            found[last] += " " + piece
    return found


def test_cef_escapes_what_would_end_a_field(rows: list[AuditRow]) -> None:
    line = exported(rows[1], "cef").decode().rstrip("\n")
    head, extension = line.split("|securityguard block|8|")
    assert head.startswith("CEF:0|AIGuardian|AIGuardian|")
    found = fields(extension)
    assert found["cs1"] == "a|b\\=c\\\\d e"
    assert (found["act"], found["outcome"], found["cs3"]) == ("block", "200", "injection,pii")
    assert found["externalId"] == f"{rows[1].chain}/2"
    assert found["suid"] == "ab" * 16


def test_cef_has_no_label_without_a_value(rows: list[AuditRow]) -> None:
    found = fields(exported(rows[3], "cef").decode().rstrip("\n").split("|")[-1])
    assert "cs1Label" not in found
    assert found["msg"] == "unauthenticated\\=7"


def test_ocsf_has_what_its_classes_require(rows: list[AuditRow]) -> None:
    events = [json.loads(exported(row, "ocsf")) for row in rows]
    for event in events:
        assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
        assert event["class_uid"] // 1000 == event["category_uid"]
        assert event["metadata"]["version"] == "1.5.0"
        assert event["metadata"]["product"]["vendor_name"]
        assert isinstance(event["time"], int)
        assert isinstance(event["severity_id"], int)
    finding, act, refused = events[1:]
    assert finding["class_uid"] == 2004
    assert finding["finding_info"]["types"] == ["injection", "pii"]
    assert (finding["action_id"], finding["disposition_id"]) == (2, 2)
    assert finding["actor"]["user"] == {"uid": "ab" * 16, "credential_uid": "unified"}
    assert (act["class_uid"], act["activity_id"]) == (6003, 3)
    assert act["api"]["operation"] == "keys.revoke"
    assert act["resources"] == [{"uid": "agk_1"}]
    assert (refused["status_id"], refused["unmapped"]["detail"]) == (2, {"unauthenticated": 7})
