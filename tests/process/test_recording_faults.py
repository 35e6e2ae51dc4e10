"""What is recorded when the journal or the database cannot be used, and afterwards."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from processes import Running, running, wait_until

pytestmark = pytest.mark.process

SECRET = "k" * 64


def entries(home: Path) -> list[dict[str, Any]]:
    """What the database has of the audit; nothing while there is none."""
    try:
        with sqlite3.connect(f"file:{home / 'aiguardian.db'}?mode=ro", uri=True) as file:
            rows = file.execute("SELECT entry FROM audit ORDER BY number").fetchall()
        file.close()
    except sqlite3.Error:
        return []
    return [json.loads(row[0]) for row in rows]


def is_unrecorded(gateway: Running) -> bool:
    reply = gateway.judge("hello")
    assert reply.status == 200
    return reply.headers.get("x-aiguardian-audit") == "unrecorded"


def told_by(gateway: Running) -> list[dict[str, Any]]:
    return [line for line in gateway.log_lines() if "cannot be kept yet" in line["message"]]


def test_a_journal_that_cannot_be_written_is_told_of_and_recovers(tmp_path: Path) -> None:
    (tmp_path / "audit").write_text("in the way")
    with running("serve", home=tmp_path, SECRET_KEY=SECRET) as gateway:
        assert [is_unrecorded(gateway) for _ in range(3)] == [True] * 3
        assert gateway.metric("aiguardian_audit_lost_total") == 3
        (tmp_path / "audit").unlink()
        assert not is_unrecorded(gateway)
        wait_until(lambda: len(entries(tmp_path)) == 3)
        opened, gap, decision = entries(tmp_path)
        assert (opened["kind"], gap["kind"], decision["kind"]) == ("opened", "gap", "decision")
        assert gap["detail"]["lost"] == 3
        assert gateway.metric("aiguardian_audit_lost_total") == 3


def test_where_the_audit_is_required_there_is_no_answer_without_it(tmp_path: Path) -> None:
    (tmp_path / "audit").write_text("in the way")
    required = {"SECRET_KEY": SECRET, "AIGUARDIAN_AUDIT_REQUIRED": "true"}
    with running("serve", home=tmp_path, **required) as gateway:
        reply = gateway.judge("hello")
        assert (reply.status, reply.headers["retry-after"]) == (503, "1")
        assert reply.error()["code"] == "not_available"
        (tmp_path / "audit").unlink()
        assert not is_unrecorded(gateway)
        wait_until(lambda: [one["kind"] for one in entries(tmp_path)] == ["opened", "decision"])


def test_what_a_missing_database_cannot_take_waits_and_is_moved_later(tmp_path: Path) -> None:
    (tmp_path / "aiguardian.db").mkdir()  # not even a file
    with running("serve", home=tmp_path, SECRET_KEY=SECRET) as gateway:
        asked = [gateway.judge("hello").headers["x-request-id"] for _ in range(5)]
        wait_until(lambda: gateway.metric("aiguardian_keeping_failures_total") >= 1)
        assert entries(tmp_path) == []
        told = wait_until(lambda: told_by(gateway))
        wait_until(lambda: gateway.metric("aiguardian_keeping_failures_total") >= 3)
        assert told_by(gateway) == told, "once, not at each try"
        (tmp_path / "aiguardian.db").rmdir()
        wait_until(lambda: len(entries(tmp_path)) == 6)
        assert [one["request"] for one in entries(tmp_path)[1:]] == asked
        with sqlite3.connect(tmp_path / "aiguardian.db") as file:
            count = "SELECT count(*) FROM requests"
            wait_until(lambda: file.execute(count).fetchone()[0] == 5)
        file.close()
