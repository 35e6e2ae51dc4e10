"""The program in processes of its own: started, watched through its own pages, always ended."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from prometheus_client.parser import text_string_to_metric_families

PROCESS = "/api/v1/guards/process"
MAIN = "from aiguardian.cli import main; raise SystemExit(main())"
PATIENCE_S = 20.0
"""How long anything may take on a machine that is busy with other things."""
UNIFIED_KEY = "unified-canary-5c1f0e6b7a9d42f3"
SECRET_KEY = "secret-canary-" + "0123456789abcdef" * 4


@dataclass(frozen=True)
class Reply:
    """An answer, and how long it took."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    def json(self) -> Any:
        return json.loads(self.body)

    def error(self) -> dict[str, Any]:
        """The error of an envelope, whose shape is checked."""
        answer = self.json()
        assert answer.keys() == ENVELOPE
        assert answer["success"] is False
        assert answer["data"] is None
        error: dict[str, Any] = answer["error"]
        assert {"code", "message"} <= error.keys()
        return error


ENVELOPE = {
    "request_id",
    "service_type",
    "success",
    "data",
    "error",
    "processing_time",
    "service_used",
    "degraded",
}


def wait_until(
    holds: Callable[[], Any], *, within_s: float = PATIENCE_S, every_s: float = 0.02
) -> Any:
    """Return what is true at last; fail when it is not in time."""
    deadline = time.monotonic() + within_s
    while not (value := holds()):
        assert time.monotonic() < deadline, f"not within {within_s:g} s"
        time.sleep(every_s)
    return value


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(home: Path, **given: str) -> dict[str, str]:
    """Nothing of whoever runs the tests but the path, and what is given."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"AIGUARDIAN_HOME": str(home)} | given


def run(*arguments: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """A command that should end by itself."""
    return subprocess.run(
        [sys.executable, "-c", MAIN, *arguments],
        env=dict(env),
        text=True,
        capture_output=True,
        timeout=PATIENCE_S,
    )


class Running:
    """One process of the program: a gateway or a guard by itself."""

    def __init__(self, *arguments: str, home: Path, port: int | None = None, **env: str) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.key = env.get("UNIFIED_API_KEY")
        self._command = [sys.executable, "-c", MAIN, *arguments, "--port", str(self.port)]
        self._environment = environment(home, **env)
        self._log = home / f"{'-'.join(arguments)}-{self.port}.log"
        self.start()

    def start(self) -> None:
        """Start it, once more on the same port after it has ended."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command, env=self._environment, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            wait_until(self._is_ready)
        except BaseException:
            self.end()
            raise

    def _is_ready(self) -> bool:
        assert self.process.poll() is None, self.log()
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.ask("GET", "/health").status == 200
        return False

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self) -> None:
        """Kill it, stopped or not, and wait."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE_S)

    def rss_mb(self) -> float:
        return psutil.Process(self.process.pid).memory_info().rss / 1e6

    def log(self) -> str:
        return self._log.read_text("utf-8", "replace")

    def log_lines(self, dataset: str = "aiguardian.app") -> list[dict[str, Any]]:
        """The lines so far that are JSON (the greeting is for people) and of this kind."""
        lines = [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event.dataset"] == dataset]

    def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        *,
        timeout_s: float = 60.0,
    ) -> Reply:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        key = {"X-API-Key": self.key} if self.key else {}
        began = time.perf_counter()
        try:
            connection.request(method, path, body, {**key, **(headers or {})})
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            read = answer.read()
            return Reply(answer.status, told, read, time.perf_counter() - began)
        finally:
            connection.close()

    def judge(
        self,
        text: str,
        *,
        headers: Mapping[str, str] | None = None,
        path: str = PROCESS,
        **more: Any,
    ) -> Reply:
        """One text for TokenGuard; `payload` adds to the payload, the rest to the envelope."""
        payload = {"text": text, **more.pop("payload", {})}
        body = {"service_type": "tokenguard", "payload": payload, **more}
        return self.ask(
            "POST",
            path,
            json.dumps(body).encode(),
            {"Content-Type": "application/json", **(headers or {})},
        )

    def metric(self, name: str, **labels: str) -> float:
        """The sum of the samples that have these labels, 0.0 when there is none."""
        # a gateway that falls behind refuses even this, unread
        told = wait_until(lambda: (one := self.ask("GET", "/metrics")).status != 503 and one)
        text = told.body.decode()
        return sum(
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )


@contextlib.contextmanager
def running(*arguments: str, home: Path, port: int | None = None, **env: str) -> Iterator[Running]:
    """Start one process, wait until it answers, and end it."""
    one = Running(*arguments, home=home, port=port, **env)
    try:
        yield one
    finally:
        one.end()


def sentences(size_bytes: int) -> str:
    """Plain text, no two sentences alike: the dearest kind for lossy compression."""
    pieces, length, number = [], 0, 0
    while length < size_bytes:
        number += 1
        place = f"The delivery {number} left the harbour of town {number % 97} "
        piece = place + f"with {number % 13} crates of apples and {number % 7} letters. "
        pieces.append(piece)
        length += len(piece)
    return "".join(pieces)[:size_bytes]
