"""SECRET_KEY changed in its file, while the gateway runs: nobody is logged out, nothing is lost."""

from __future__ import annotations

import json
import sqlite3
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from processes import PROCESS, SECRET_KEY, UNIFIED_KEY, Running, running, wait_until

pytestmark = pytest.mark.process

NEW_SECRET = "another-canary-" + "fedcba9876543210" * 4
JSON = {"Content-Type": "application/json"}
ROTATED = "aiguardian_secrets_rotated_total"


def post(gateway: Running, path: str, body: Any, key: str = UNIFIED_KEY) -> Any:
    reply = gateway.ask("POST", path, json.dumps(body).encode(), {**JSON, "X-API-Key": key})
    assert reply.status in {200, 201}, reply.body
    return reply.json()["data"]


def hidden(gateway: Running, key: str, session: str) -> str:
    payload = {"text": f"{session}@example.org", "redact": "pseudonymize", "checks": ["pii"]}
    call = {"service_type": "securityguard", "session_id": session, "payload": payload}
    output: str = post(gateway, PROCESS, call, key)["output"]
    assert "@" not in output
    return output


def restored(gateway: Running, key: str, session: str, text: str) -> str:
    asked = {"session_id": session, "text": text}
    output: str = post(gateway, "/api/v1/guards/restore", asked, key)["output"]
    return output


def remember(gateway: Running, operation: str, **payload: Any) -> Any:
    call = {"service_type": "contextguard", "user_id": "jane", "session_id": "s"}
    return post(gateway, PROCESS, {**call, "payload": {"operation": operation, **payload}})


def sealed_by(home: Path) -> set[bytes]:
    """The ids of the keys that placeholders are sealed with."""
    with sqlite3.connect(f"file:{home / 'aiguardian.db'}?mode=ro", uri=True) as file:
        found = {row[0][:4] for row in file.execute("SELECT sealed FROM pseudonyms")}
    file.close()
    return found


def test_a_new_secret_key_is_taken_up_without_a_restart(tmp_path: Path) -> None:
    home, newest, former = (tmp_path / name for name in ("home", "newest", "former"))
    home.mkdir()
    newest.write_text(SECRET_KEY)
    former.write_text("")
    env = {
        "ENVIRONMENT": "staging",
        "UNIFIED_API_KEY": UNIFIED_KEY,
        "SECRET_KEY_FILE": str(newest),
        "SECRET_KEY_PREVIOUS_FILE": str(former),
        "SECRET_KEY_OVERLAP_S": "1",
        "AIGUARDIAN_SECRETS_POLL_S": "0.1",
    }
    with running("serve", home=home, **env) as gateway:
        asked = {"name": "CI", "scopes": ["guards"]}
        key = post(gateway, "/api/v1/admin/keys", asked)["key"]
        old = hidden(gateway, key, "before")
        remember(gateway, "remember", text="My favourite colour is violet.")
        (former_key,) = sealed_by(home)

        newest.write_text(NEW_SECRET)  # alone: what is kept would be lost at the next start
        wait_until(lambda: gateway.metric(ROTATED, outcome="refused") == 1)
        wait_until(lambda: "SECRET_KEY_PREVIOUS must" in gateway.log())
        assert restored(gateway, key, "before", old) == "before@example.org"

        former.write_text(SECRET_KEY)
        wait_until(lambda: gateway.metric(ROTATED, outcome="applied") == 1)

        sessions = (f"after-{number}" for number in count())

        def closes_anew() -> str:
            session = next(sessions)
            text = hidden(gateway, key, session)
            return f"{session} {text}" if len(sealed_by(home)) == 2 else ""

        session, _, new = wait_until(closes_anew, every_s=0.1).partition(" ")
        assert former_key in sealed_by(home)
        assert restored(gateway, key, "before", old) == "before@example.org"
        assert restored(gateway, key, session, new) == f"{session}@example.org"
        assert "violet" in json.dumps(remember(gateway, "recall", query="favourite colour"))
        assert gateway.metric(ROTATED, outcome="restart_needed") == 0
        for secret in (SECRET_KEY, NEW_SECRET):
            assert secret not in gateway.log()
        gateway.process.terminate()
        gateway.process.wait(20)
        gateway.start()
        assert restored(gateway, key, session, new) == f"{session}@example.org"
        assert restored(gateway, key, "before", old) == "before@example.org"
        verified = gateway.ask("GET", "/api/v1/admin/audit/verify").json()["data"]
        assert verified["is_whole"], verified
