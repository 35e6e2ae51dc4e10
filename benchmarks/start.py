"""How long from the command to the first answer, and how much memory an idle gateway holds?

The gateway as it is served, all guards loaded, bytecode compiled beforehand.
Usage: python -m benchmarks.start [--starts 5]
"""

from __future__ import annotations

import argparse
import compileall
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

import aiguardian
from benchmarks import store

MAIN = "from aiguardian.cli import main; raise SystemExit(main())"
PATH = "/api/v1/guards/process"
BODY = json.dumps({"service_type": "tokenguard", "text": "How many tokens is this?"}).encode()
IDLE_S = 3.0
GOALS: tuple[tuple[str, str, float, float], ...] = (
    ("start to the first 200 of /health/live, s", "first_live_s", 3, 1.5),
    ("start to the first verdict of TokenGuard, s", "first_verdict_s", 3, 1.5),
    ("memory of one idle process, MB", "idle_mb", 300, 200),
)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _status(port: int, method: str, path: str, body: bytes = b"") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def one_start(folder: Path) -> dict[str, float]:
    """Seconds to the first answers, megabytes when idle."""
    port = _free_port()
    environment = {"PATH": os.environ["PATH"], "AIGUARDIAN_HOME": str(folder)}
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", MAIN, "serve", "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
    )

    def seconds_to(method: str, path: str, body: bytes = b"") -> float:
        while _status(port, method, path, body) != 200:
            if process.poll() is not None or time.perf_counter() - began > 60:
                raise SystemExit("the gateway did not start")
            time.sleep(0.005)
        return round(time.perf_counter() - began, 3)

    try:
        figures = {
            "first_live_s": seconds_to("GET", "/health/live"),
            "first_verdict_s": seconds_to("POST", PATH, BODY),
            "first_ready_s": seconds_to("GET", "/health/ready"),
        }
        time.sleep(IDLE_S)
        memory = psutil.Process(process.pid).memory_full_info()
        return figures | {
            "idle_mb": round(memory.rss / 1e6, 1),
            "idle_unshared_mb": round(memory.uss / 1e6, 1),
        }
    finally:
        process.terminate()
        process.wait(30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=5)
    given = parser.parse_args()
    compileall.compile_dir(Path(aiguardian.__file__).parent, quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        one_start(Path(folder))  # what the system caches of files is the same for all then
        rows = [one_start(Path(folder)) for _ in range(given.starts)]
    medians = {name: round(statistics.median(row[name] for row in rows), 3) for name in rows[0]}
    worst = {name: max(row[name] for row in rows) for name in rows[0]}
    goals = []
    for about, key, must, aim in GOALS:
        value = medians[key]
        word = "aim" if value <= aim else "must" if value <= must else "MISSED"
        goals.append({"goal": about, "value": value, "must": must, "aim": aim, "reached": word})
        print(f"{about:48} {value:8.3f}  must {must:g}  aim {aim:g}  {word}")
    path = store.save(
        "start",
        {
            "parameters": {"starts": given.starts, "idle_s": IDLE_S, "bytecode": "compiled"},
            "goals": goals,
            "median": medians,
            "worst": worst,
            "starts": rows,
        },
        packages=("uvicorn", "uvloop", "starlette"),
    )
    print(f"stored in {path.name}")


if __name__ == "__main__":
    main()
