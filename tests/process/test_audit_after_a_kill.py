"""A process that is killed takes no entry of the audit with it; the rest at most a second of it."""

from __future__ import annotations

import http.client
import json
import signal
import sqlite3
import threading
import time
from pathlib import Path

import pytest
from processes import Running, running, wait_until

from aiguardian.audit.signing import PURPOSE, PublicKeys
from aiguardian.audit.verify import Verified, verify
from aiguardian.gateway.keeping import KEEP_S
from aiguardian.storage.address import SqliteAddress
from aiguardian.storage.audit_table import AuditTable
from aiguardian.storage.engine import Database
from aiguardian.storage.sealing import derived_key

pytestmark = pytest.mark.process

SECRET = "k" * 64
JSON = {"Content-Type": "application/json"}
CALLERS = 4


class Calling:
    """Callers that ask without a pause, and remember what was answered, and when."""

    def __init__(self, gateway: Running) -> None:
        self._gateway = gateway
        self.answered: dict[str, float] = {}
        self._threads = [threading.Thread(target=self._call) for _ in range(CALLERS)]
        for thread in self._threads:
            thread.start()

    def _call(self) -> None:
        body = {"service_type": "tokenguard", "payload": {"text": "hello"}, "user_id": "u"}
        while True:
            try:
                reply = self._gateway.ask(
                    "POST", "/api/v1/guards/process", json.dumps(body).encode(), JSON
                )
            except (OSError, http.client.HTTPException):  # an answer that broke off was none
                return
            if reply.status == 200:
                self.answered[reply.headers["x-request-id"]] = time.time()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(20)


def recorded(home: Path, table: str, column: str) -> list[str]:
    with sqlite3.connect(home / "aiguardian.db") as file:
        rows = file.execute(f"SELECT {column} FROM {table}").fetchall()  # noqa: S608 - our words
    file.close()
    return [row[0] for row in rows]


def requests_in_audit(home: Path) -> list[str]:
    entries = [json.loads(entry) for entry in recorded(home, "audit", "entry")]
    return [entry["request"] for entry in entries if entry["kind"] == "decision"]


def verified(home: Path) -> Verified:
    database = Database(SqliteAddress(home / "aiguardian.db"))
    try:
        keys = PublicKeys.of([derived_key(SECRET.encode(), PURPOSE)])
        return verify(AuditTable(database), keys)
    finally:
        database.close()


def test_every_decision_that_was_answered_is_in_the_audit(tmp_path: Path) -> None:
    answered: dict[str, float] = {}
    with running("serve", home=tmp_path, SECRET_KEY=SECRET) as gateway:
        for _ in range(2):
            calling = Calling(gateway)
            wait_until(lambda: len(recorded_or_none(tmp_path)) > 5)
            before = len(calling.answered)
            wait_until(lambda seen=before, now=calling: len(now.answered) > seen + 20)  # type: ignore[misc]  # bound now
            gateway.signal(signal.SIGKILL)
            killed_at = time.time()
            gateway.process.wait(20)
            calling.join()
            answered |= calling.answered
            gateway.start()
            wait_until(lambda: not list((tmp_path / "audit").glob("*.journal")))
            found = requests_in_audit(tmp_path)
            assert set(answered) <= set(found)
            assert len(found) == len(set(found))
            kept = set(recorded(tmp_path, "requests", "request_id"))
            window = killed_at - 3 * KEEP_S  # the machine may be busy with other things
            assert {one for one, at in calling.answered.items() if at < window} <= kept
        gateway.signal(signal.SIGTERM)
        assert gateway.process.wait(20) == 0
    whole = verified(tmp_path)
    assert whole.faults == []
    assert whole.entries >= len(answered)
    assert not list((tmp_path / "audit").glob("*.journal"))


def recorded_or_none(home: Path) -> list[str]:
    """What the database has so far; nothing while it is being made."""
    try:
        return recorded(home, "audit", "entry")
    except sqlite3.Error:
        return []


def test_a_stop_loses_nothing_at_all(tmp_path: Path) -> None:
    with running("serve", home=tmp_path, SECRET_KEY=SECRET) as gateway:
        asked = [gateway.judge("hello", user_id="u").headers["x-request-id"] for _ in range(20)]
        gateway.signal(signal.SIGTERM)
        assert gateway.process.wait(20) == 0
    assert set(requests_in_audit(tmp_path)) == set(asked)
    assert set(recorded(tmp_path, "requests", "request_id")) == set(asked)
    assert sum(int(one) for one in recorded(tmp_path, "usage", "requests")) == len(asked)
    assert verified(tmp_path).faults == []
