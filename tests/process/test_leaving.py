"""SIGTERM with AIGUARDIAN_LEAVE_S: readiness ends at once, requests are served for a while more."""

from __future__ import annotations

import signal
import socket
import threading
import time
from pathlib import Path

import pytest
from processes import Running, running, wait_until

pytestmark = pytest.mark.process


def is_refused(gateway: Running) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", gateway.port), timeout=1):
            return False
    except OSError:
        return True


def alive(connection: socket.socket) -> bytes:
    """The whole answer to a probe on this connection."""
    connection.sendall(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n")
    answer = b""
    while not answer.endswith(b"}"):
        piece = connection.recv(65536)
        assert piece, answer
        answer += piece
    assert answer.startswith(b"HTTP/1.1 200")
    return answer


def test_readiness_ends_first_and_each_answer_ends_its_connection(tmp_path: Path) -> None:
    with running("guard", "tokenguard", home=tmp_path, AIGUARDIAN_LEAVE_S="1.5") as guard:
        with socket.create_connection(("127.0.0.1", guard.port)) as kept:
            assert b"connection: close" not in alive(kept)
            guard.signal(signal.SIGTERM)
            wait_until(lambda: guard.ask("GET", "/health/ready").status == 503)
            assert guard.ask("GET", "/health/live").status == 200
            assert guard.judge("a", path="/process").status == 200
            assert b"connection: close" in alive(kept)
        wait_until(lambda: is_refused(guard))
        assert guard.process.wait(10) == 0


@pytest.mark.parametrize("numbers", [(signal.SIGINT,), (signal.SIGTERM, signal.SIGTERM)])
def test_ctrl_c_and_a_second_sigterm_do_not_wait(
    tmp_path: Path, numbers: tuple[signal.Signals, ...]
) -> None:
    with running("guard", "tokenguard", home=tmp_path, AIGUARDIAN_LEAVE_S="300") as guard:
        for number in numbers:
            guard.signal(number)
            time.sleep(0.1)  # two signals at once are one
        assert guard.process.wait(10) == 0


def test_nothing_fails_while_one_of_two_leaves_under_load(tmp_path: Path) -> None:
    """The caller does what a balancer does: it asks for readiness and changes over."""
    statuses: list[int] = []
    is_over = threading.Event()
    with (
        running("guard", "tokenguard", home=tmp_path, AIGUARDIAN_LEAVE_S="1") as first,
        running("guard", "tokenguard", home=tmp_path) as second,
    ):
        serving = [first]

        def balance() -> None:
            while not is_over.is_set():
                if serving[0] is first and first.ask("GET", "/health/ready").status != 200:
                    serving[0] = second
                time.sleep(0.02)

        def call() -> None:
            while not is_over.is_set():
                statuses.append(serving[0].judge("a", path="/process").status)

        threads = [threading.Thread(target=balance), *(threading.Thread(target=call) for _ in "ab")]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(statuses) > 20)
        first.signal(signal.SIGTERM)
        assert first.process.wait(15) == 0
        before = len(statuses)
        wait_until(lambda: len(statuses) > before + 20)
        is_over.set()
        for thread in threads:
            thread.join(10)
    assert set(statuses) == {200}
