"""How long an idle connection is kept, which a balancer's own patience must not exceed."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from processes import PATIENCE_S, running

pytestmark = pytest.mark.process


def test_an_idle_connection_is_kept_as_long_as_the_setting_says(tmp_path: Path) -> None:
    with (
        running("guard", "tokenguard", home=tmp_path, AIGUARDIAN_KEEP_ALIVE_S="1") as guard,
        socket.create_connection(("127.0.0.1", guard.port), timeout=PATIENCE_S) as kept,
    ):
        for _ in range(2):  # the second request comes in time
            kept.sendall(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n")
            answer = b""
            while not answer.endswith(b"}"):
                piece = kept.recv(65536)
                assert piece, answer
                answer += piece
            assert answer.startswith(b"HTTP/1.1 200")
            assert b"connection: close" not in answer
        assert kept.recv(1) == b""  # else this waits in vain: the default is far longer
