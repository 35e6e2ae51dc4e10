"""What does the gateway cost? Beside a bare Starlette app, in one run, burst by burst in turn.

One server process on one core, the generator on another. Ratios travel between machines,
absolute figures do not; `cpu_us` (processor time of the server a request) is the firmest.
Usage: python -m benchmarks.gateway [--seconds 2] [--rounds 7]
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from benchmarks import load, store
from benchmarks.recorded import KEY

ROOT = Path(__file__).parent.parent
TEXT = "This is a test message for token optimization"
BODY = json.dumps(
    {
        "service_type": "tokenguard",
        "payload": {"text": TEXT},
        "user_id": "test-user",
        "session_id": "test-session",
    }
).encode()
SERVERS: dict[str, tuple[list[str], str]] = {
    "bare": ([sys.executable, "-m", "benchmarks.bare", "{port}"], "/process"),
    "trivial": ([sys.executable, "-m", "benchmarks.trivial", "{port}"], "/api/v1/guards/process"),
    "audited": (
        [sys.executable, "-m", "benchmarks.recorded", "{port}", "none"],
        "/api/v1/guards/process",
    ),
    "recorded": (
        [sys.executable, "-m", "benchmarks.recorded", "{port}", "redacted"],
        "/api/v1/guards/process",
    ),
    "tokenguard": (
        [
            sys.executable,
            "-c",
            "from aiguardian.cli import main; main(['serve', '--port', '{port}'])",
        ],
        "/api/v1/guards/process",
    ),
}
HEADERS = {name: {"x_api_key": KEY} for name in ("audited", "recorded")}
GOALS: list[tuple[str, str, float, float, bool]] = [
    # name, how it is computed below, must, aim, larger is better
    (
        "guards/process, all duties, trivial guard: req/s against bare",
        "trivial_ratio",
        0.40,
        0.85,
        True,
    ),
    ("the same with key, limit, audit and usage", "audited_ratio", 0.40, 0.60, True),
    ("and every request recorded", "recorded_ratio", 0.30, 0.50, True),
    ("with the real TokenGuard", "tokenguard_ratio", 0.20, 0.35, True),
    ("p50 at c=1 against bare, without the guard", "p50_ratio", 3.0, 1.5, False),
    ("p99 at c=1, ms, TokenGuard", "p99_ms", 2.0, 0.75, False),
]


class Server:
    """One server process on its core."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        command, self.path = SERVERS[name]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address: tuple[str, int] = probe.getsockname()
        self.log = (folder / f"{name}.log").open("wb")
        self.process = subprocess.Popen(
            [part.format(port=self.address[1]) for part in command],
            cwd=ROOT,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            preexec_fn=_pin_to(0),
        )
        self.figures: dict[int, list[dict[str, float]]] = {1: [], 32: []}

    def wait(self) -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                socket.create_connection(self.address).close()
                break
            except OSError:
                time.sleep(0.02)
        time.sleep(1)  # self-tests and the first loading are over

    def measure(self, connections: int, seconds: float) -> None:
        request = load.post(self.path, BODY, **HEADERS.get(self.name, {}))
        load.burst(self.address, request, connections=connections, seconds=0.2)
        before = self._cpu_s()
        result = load.burst(self.address, request, connections=connections, seconds=seconds)
        if set(result.statuses) != {200}:
            raise SystemExit(f"not all answers were 200: {result.statuses}")
        self.figures[connections].append(
            {
                "per_second": result.per_second,
                "p50_ms": result.quantile_ms(0.5),
                "p99_ms": result.quantile_ms(0.99),
                "cpu_us": (self._cpu_s() - before) / result.requests * 1e6,
            }
        )

    def _cpu_s(self) -> float:
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system

    def median(self, connections: int) -> dict[str, float]:
        rows = self.figures[connections]
        return {key: round(statistics.median(row[key] for row in rows), 4) for key in rows[0]}

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)
        self.log.close()


def _pin_to(core: int) -> Any:
    if not hasattr(os, "sched_setaffinity") or (os.cpu_count() or 1) < 2:
        return None
    return lambda: os.sched_setaffinity(0, {core})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    if pin := _pin_to(1):
        pin()
    with tempfile.TemporaryDirectory() as folder:
        servers = {name: Server(name, Path(folder)) for name in SERVERS}
        try:
            for server in servers.values():
                server.wait()
            for turn in range(given.rounds):
                for connections in (1, 32):
                    for server in servers.values():
                        server.measure(connections, given.seconds)
                print(f"round {turn + 1} of {given.rounds}", file=sys.stderr)
            memory = {
                name: round(psutil.Process(server.process.pid).memory_info().rss / 1e6, 1)
                for name, server in servers.items()
            }
        finally:
            for server in servers.values():
                server.stop()
    report(servers, memory, given)


def _ratio(servers: dict[str, Server], name: str, connections: int, key: str) -> float:
    """The median of the ratios round by round: the machine's drift cancels out."""
    pairs = zip(
        servers[name].figures[connections], servers["bare"].figures[connections], strict=True
    )
    return round(statistics.median(one[key] / bare[key] for one, bare in pairs), 3)


def report(servers: dict[str, Server], memory: dict[str, float], given: argparse.Namespace) -> None:
    values = {
        "trivial_ratio": _ratio(servers, "trivial", 32, "per_second"),
        "audited_ratio": _ratio(servers, "audited", 32, "per_second"),
        "recorded_ratio": _ratio(servers, "recorded", 32, "per_second"),
        "tokenguard_ratio": _ratio(servers, "tokenguard", 32, "per_second"),
        "p50_ratio": _ratio(servers, "trivial", 1, "p50_ms"),
        "p99_ms": servers["tokenguard"].median(1)["p99_ms"],
    }
    figures = {
        name: {f"c={connections}": server.median(connections) for connections in (1, 32)}
        for name, server in servers.items()
    }
    for name, rows in figures.items():
        for row, row_figures in rows.items():
            print(
                f"{name:12} {row:5} " + "  ".join(f"{k} {v:10.3f}" for k, v in row_figures.items())
            )
    goals = []
    for about, key, must, aim, larger in GOALS:
        value = values[key]
        reached = [value >= bound if larger else value <= bound for bound in (must, aim)]
        word = "aim" if reached[1] else "must" if reached[0] else "MISSED"
        goals.append({"goal": about, "value": value, "must": must, "aim": aim, "reached": word})
        print(f"{about:64} {value:8.3f}  must {must:g}  aim {aim:g}  {word}")
    path = store.save(
        "gateway",
        {
            "parameters": {"seconds": given.seconds, "rounds": given.rounds},
            "cpu_ratio": {
                name: _ratio(servers, name, 32, "cpu_us")
                for name in ("trivial", "audited", "recorded", "tokenguard")
            },
            "goals": goals,
            "figures": figures,
            "memory_mb_after_load": memory,
        },
        packages=("uvicorn", "uvloop", "httptools", "starlette", "msgspec", "jiter"),
    )
    print(f"stored in {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
