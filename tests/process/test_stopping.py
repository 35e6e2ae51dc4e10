"""SIGTERM and SIGINT: what is in flight ends well, the process exits with 0, the port is free."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fake_instance import FakeInstance, fake_instance
from processes import Running, running, sentences, wait_until

pytestmark = pytest.mark.process

HEAVY = {"optimize": "lossy", "target_ratio": 0.5}


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeInstance]:
    with fake_instance() as one:
        yield one


def assert_port_is_free(port: int) -> None:
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))


def is_refused(gateway: Running) -> bool:
    try:
        gateway.ask("GET", "/health/live", timeout_s=1).json()
    except OSError:
        return True
    return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_requests_that_wait_for_an_instance_are_answered(
    tmp_path: Path, fake: FakeInstance, number: signal.Signals
) -> None:
    fake.behave()
    with running("serve", home=tmp_path, TOKENGUARD_URL=fake.url) as gateway:
        wait_until(lambda: gateway.ask("GET", "/health/ready").status in (200, 503))
        fake.behave(wait_s=1.5)
        asked = len(fake.asked)
        with ThreadPoolExecutor(4) as callers:
            replies = [callers.submit(gateway.judge, "a") for _ in range(4)]
            wait_until(lambda: len(fake.asked) >= asked + 4)
            gateway.signal(number)
            wait_until(lambda: is_refused(gateway))
            assert {reply.result().status for reply in replies} == {200}
        assert gateway.process.wait(10) == 0
        assert_port_is_free(gateway.port)
        assert "Traceback" not in gateway.log()
        assert len(gateway.log_lines("aiguardian.request")) >= 4  # the last lines are written


def test_work_on_threads_and_in_the_queue_is_finished(tmp_path: Path) -> None:
    text = sentences(600_000)
    with running("guard", "tokenguard", home=tmp_path, AIGUARDIAN_WORKERS="1") as guard:
        with ThreadPoolExecutor(3) as callers:
            replies = [
                callers.submit(guard.judge, text, path="/process", payload=HEAVY) for _ in range(3)
            ]
            wait_until(lambda: guard.metric("aiguardian_queue_depth") >= 1, every_s=0.005)
            guard.signal(signal.SIGTERM)
            assert {reply.result().status for reply in replies} == {200}
        assert guard.process.wait(10) == 0


def test_an_idle_connection_does_not_hold_up_the_end(tmp_path: Path) -> None:
    with (
        running("serve", home=tmp_path) as gateway,
        socket.create_connection(("127.0.0.1", gateway.port)) as idle,
    ):
        idle.sendall(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert idle.recv(65536).startswith(b"HTTP/1.1 200")
        gateway.signal(signal.SIGTERM)
        assert gateway.process.wait(5) == 0
