"""A gateway in a process of its own, outside of development, for those who throw things at it."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

KEY = "a-key-for-tests-only-0123456789abcdef"
START_S = 30.0


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Gateway:
    """A running gateway and one connection to it, opened again when it was closed."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Reply:
        """One request; its length is announced as it is."""
        sent = {"X-API-Key": KEY, **(headers or {})}
        try:
            return self._ask(method, path, body, sent)
        except ConnectionError:  # the gateway closed it after its last answer
            return self._ask(method, path, body, sent)

    def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        try:
            self._connection.request(method, path, body, dict(headers))
            answer = self._connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, told, answer.read())
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        self._connection.close()


@contextlib.contextmanager
def started(home: Path) -> Iterator[Gateway]:
    """Start a gateway, wait until it is ready, and stop it."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("AIGUARDIAN_")
    }
    environment |= {
        "ENVIRONMENT": "test",
        "UNIFIED_API_KEY": KEY,
        "SECRET_KEY": "5" * 32 + "0123456789abcdef" * 4,
        "AIGUARDIAN_HOME": str(home),
        "LOG_LEVEL": "WARNING",
    }
    port = _free_port()
    with (home / "gateway.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, "serve", "--port", str(port)],
            env=environment,
            stdout=log,
            stderr=log,
        )
        gateway = Gateway(port)
        try:
            _wait(gateway, process, home / "gateway.log")
            yield gateway
        finally:
            gateway.close()
            process.terminate()
            process.wait(30)


_SERVE = """
import sys
from aiguardian.cli import main
from aiguardian.identity import guessing

guessing.BURST = 10**9  # schemathesis sends thousands of wrong keys and expects a 401 for each
sys.exit(main())
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(gateway: Gateway, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError):
            if gateway.ask("GET", "/health/ready").status == 200:
                return
        time.sleep(0.05)
    raise RuntimeError(f"The gateway did not start:\n{log.read_text('utf-8', 'replace')}")
