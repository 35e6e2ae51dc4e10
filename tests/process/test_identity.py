"""Keys across processes: made and revoked elsewhere, kept over a new SECRET_KEY."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from processes import (
    PROCESS,
    SECRET_KEY,
    UNIFIED_KEY,
    Running,
    environment,
    run,
    running,
    wait_until,
)

pytestmark = pytest.mark.process

NEW_SECRET = "another-canary-" + "fedcba9876543210" * 4
TEXT = json.dumps({"service_type": "tokenguard", "text": "hello"}).encode()
SOON_S = 15.0
"""Three seconds, on a machine that may be busy."""


def given(**more: str) -> dict[str, str]:
    return {"ENVIRONMENT": "staging", "SECRET_KEY": SECRET_KEY, **more}


def keys(home: Path, *arguments: str, env: Mapping[str, str]) -> str:
    told = run("keys", *arguments, env=environment(home, **env))
    assert told.returncode == 0, told.stderr
    return told.stdout.strip()


def status(gateway: Running, key: str, body: bytes = TEXT) -> int:
    headers = {"Content-Type": "application/json", "X-API-Key": key}
    return gateway.ask("POST", PROCESS, body, headers).status


def test_a_key_of_the_command_line_works_until_another_process_revokes_it(tmp_path: Path) -> None:
    env = given()
    with running("serve", home=tmp_path, **env) as gateway:
        key = keys(tmp_path, "create", "CI", "--scope", "guards", env=env)
        assert status(gateway, key) == 200
        assert status(gateway, key + "x") == 401
        assert gateway.ask("GET", "/metrics", headers={"X-API-Key": key}).status == 403
        shown = keys(tmp_path, "list", env=env)
        assert key[:15] in shown
        assert key not in shown
        keys(tmp_path, "revoke", key[:15], env=env)
        wait_until(lambda: status(gateway, key) == 401, within_s=SOON_S)
        for secret in (key, key[16:], SECRET_KEY):
            assert secret not in gateway.log()


def test_a_new_secret_key_loses_nothing(tmp_path: Path) -> None:
    old = given(UNIFIED_API_KEY=UNIFIED_KEY)
    text = "write to jane.doe@example.org"
    payload = {"text": text, "redact": "pseudonymize", "checks": ["pii"]}
    call = {"service_type": "securityguard", "session_id": "s", "payload": payload}
    hide = json.dumps(call).encode()
    json_type = {"Content-Type": "application/json"}
    with running("serve", home=tmp_path, **old) as gateway:
        key = keys(tmp_path, "create", "CI", "--scope", "guards", env=old)
        assert status(gateway, key) == 200
        hidden = gateway.ask("POST", PROCESS, hide, json_type).json()["data"]["output"]
    new = old | {"SECRET_KEY": NEW_SECRET, "SECRET_KEY_PREVIOUS": SECRET_KEY}
    new |= {"SECRET_KEY_OVERLAP_S": "0"}  # no other gateway is left that knows the former one only
    assert "needs SECRET_KEY_PREVIOUS" in keys(tmp_path, "list", env=new)
    with running("serve", home=tmp_path, **new) as gateway:
        assert status(gateway, key) == 200
        asked = json.dumps({"session_id": "s", "text": hidden}).encode()
        restored = gateway.ask("POST", "/api/v1/guards/restore", asked, json_type)
        assert "jane.doe@example.org" in restored.json()["data"]["output"]
        gateway.process.terminate()
        gateway.process.wait(20)
    assert "needs SECRET_KEY_PREVIOUS" not in keys(tmp_path, "list", env=new)


def test_without_a_secret_key_the_command_line_says_what_to_do(tmp_path: Path) -> None:
    told = run("keys", "create", "CI", "--scope", "guards", env=environment(tmp_path))
    assert told.returncode == 2
    assert told.stdout == ""
    assert "export SECRET_KEY=" in told.stderr


def test_a_guesser_is_slowed_and_the_operator_is_not(tmp_path: Path) -> None:
    with running("serve", home=tmp_path, **given(UNIFIED_API_KEY=UNIFIED_KEY)) as gateway:
        assert status(gateway, UNIFIED_KEY) == 200
        began = time.monotonic()
        seen = [status(gateway, f"guess {number}") for number in range(150)]
        assert set(seen) <= {401, 429}
        if time.monotonic() - began < 30:
            assert 429 in seen
        assert status(gateway, UNIFIED_KEY) == 200
        assert gateway.metric("aiguardian_authentication_failures_total", reason="wrong") >= 100
