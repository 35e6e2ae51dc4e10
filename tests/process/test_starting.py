"""A start that cannot be says why in a line and exits with 1 or, for wrong settings, with 2."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from processes import environment, run

pytestmark = pytest.mark.process


@pytest.mark.parametrize("command", [("serve",), ("guard", "tokenguard")])
def test_a_port_in_use_is_named_with_the_remedy(tmp_path: Path, command: tuple[str, ...]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        told = run(*command, "--port", port, env=environment(tmp_path))
    assert told.returncode == 1
    (line,) = told.stderr.splitlines()
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in line
    assert "Set another PORT" in line
    assert told.stdout == ""


def test_all_wrong_settings_are_told_at_once_and_no_secret(tmp_path: Path) -> None:
    wrong = {
        "ENVIRONMENT": "production",
        "SECRET_KEY": "short-canary",
        "PORT": "eighty",
        "AIGUARDIAN_QUEUE": "-1",
        "AIGUARDIAN_QUEU": "4",
    }
    told = run("serve", env=environment(tmp_path, **wrong))
    assert told.returncode == 2
    assert "nothing was started" in told.stderr
    for name in ("SECRET_KEY", "PORT", "AIGUARDIAN_QUEUE", "AIGUARDIAN_QUEU:"):
        assert f"- {name}" in told.stderr
    assert "canary" not in told.stderr + told.stdout
    assert "Traceback" not in told.stderr


def test_a_guard_that_nobody_knows_is_wrong_usage(tmp_path: Path) -> None:
    told = run("guard", "toastguard", env=environment(tmp_path))
    assert told.returncode == 2
    assert "toastguard" in told.stderr
    assert "tokenguard" in told.stderr
