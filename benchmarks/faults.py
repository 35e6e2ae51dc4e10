"""What do callers see when things break? A minute of ten times too much, and each way that a
guard's instance fails, with real processes and what it took until the right answer was there.

The gateway runs on one core, the load on another; all traffic stays on 127.0.0.1.
Usage: python -m benchmarks.faults [--seconds 60] [--only overload|instances]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import http.server
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks import load, store

PATH = "/api/v1/guards/process"
MAIN = "from aiguardian.cli import main; raise SystemExit(main())"
WORKERS, QUEUE = 2, 64
"""The program's defaults on two cores."""
CONNECTIONS = 10 * (WORKERS + QUEUE)
HEAVY_BYTES = 100_000
PROBE_EVERY_S = 0.05
SLOW_S = 2.0
PRIORITIES = (1, 5, 10)
GOALS: tuple[tuple[str, str, float], ...] = (
    ("p95 of /health/live under load, ms", "live_p95_ms", 100),
    ("p95 of a 503 under load, ms", "refused_p95_ms", 50),
    ("growth of memory in the second half of the load, MB", "memory_growth_mb", 10),
    ("first short answer after the load, s", "recovery_s", 1),
    ("longest that a call took past its deadline, ms", "past_deadline_ms", 100),
)
TEXT = "How many tokens is this, at what cost?"


def pin(core: int) -> Callable[[], None] | None:
    """What puts a process on one core, where that can be done."""
    if not hasattr(os, "sched_setaffinity") or (os.cpu_count() or 1) < 2:
        return None
    return lambda: os.sched_setaffinity(0, {core})


def quantile_ms(seconds: list[float], q: float) -> float | None:
    if not seconds:
        return None
    ordered = sorted(seconds)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * q))] * 1000, 2)


def spread_ms(seconds: list[float]) -> dict[str, float | None]:
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {name: quantile_ms(seconds, q) for name, q in shares.items()}


class Server:
    """One process of the program."""

    def __init__(
        self, *arguments: str, folder: Path, port: int | None = None, core: int = 0, **env: str
    ) -> None:
        self.port = port or _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._arguments, self._core = arguments, core
        self._env = {"PATH": os.environ["PATH"], "AIGUARDIAN_HOME": str(folder)} | env
        self._log = folder / f"{arguments[0]}-{self.port}.log"
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", MAIN, *self._arguments, "--port", str(self.port)],
                env=self._env,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=pin(self._core),
            )
        until(lambda: self.get("/health/ready")[0] == 200)

    def get(self, path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except OSError:
            return 0, b""
        finally:
            connection.close()

    def judge(self, **more: Any) -> tuple[int, dict[str, Any], float]:
        """Status, answer and seconds of one short call on a connection of its own."""
        body = json.dumps({"service_type": "tokenguard", "payload": {"text": TEXT}, **more})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        began = time.perf_counter()
        try:
            connection.request("POST", PATH, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            value = json.loads(answer.read())
            return answer.status, value, time.perf_counter() - began
        finally:
            connection.close()

    def metric(self, name: str, label: str = "") -> float:
        lines = self.get("/metrics")[1].decode().splitlines()
        return sum(
            float(line.rpartition(" ")[2])
            for line in lines
            if line.startswith((name + "{", name + " ")) and label in line
        )

    def rss_mb(self) -> float:
        return round(psutil.Process(self.process.pid).memory_info().rss / 1e6, 1)

    def fds(self) -> int:
        return psutil.Process(self.process.pid).num_fds()

    def log_lines(self) -> list[dict[str, Any]]:
        text = self._log.read_text("utf-8", "replace")
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)


@contextlib.contextmanager
def server(*arguments: str, folder: Path, **more: Any) -> Iterator[Server]:
    one = Server(*arguments, folder=folder, **more)
    try:
        yield one
    finally:
        one.end()


def until(holds: Callable[[], Any], *, within_s: float = 60.0) -> float:
    """Seconds until it held."""
    began = time.perf_counter()
    while not holds():
        if time.perf_counter() - began > within_s:
            raise SystemExit(f"did not come about within {within_s:g} s")
        time.sleep(0.01)
    return round(time.perf_counter() - began, 3)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# --- overload -----------------------------------------------------------------------------


def heavy_request(priority: int) -> bytes:
    """Lossy compression of 100 kB of sentences, no two alike."""
    rng = random.Random(priority)
    pieces, size = [], 0
    while size < HEAVY_BYTES:
        piece = (
            f"The delivery {rng.randrange(10**6)} left the harbour of town {rng.randrange(97)} "
            f"with {rng.randrange(13)} crates of apples and {rng.randrange(7)} letters. "
        )
        pieces.append(piece)
        size += len(piece)
    payload = {"text": "".join(pieces), "optimize": "lossy", "target_ratio": 0.5}
    body = {"service_type": "tokenguard", "payload": payload, "priority": priority}
    return load.post(PATH, json.dumps(body).encode(), host="localhost")


@dataclass
class Offered:
    """What came of requests that were sent at a fixed rate, whatever became of earlier ones."""

    sent: int = 0
    unsent: int = 0
    """Due while every connection was still waiting: what an open loop must not hide."""
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: dict[int, list[float]] = field(default_factory=dict)
    by_priority: dict[int, Counter[int]] = field(
        default_factory=lambda: {one: Counter() for one in PRIORITIES}
    )
    refused_highest_s: list[float] = field(default_factory=list)
    """Of the highest priority: refused on arrival, never queued and put out for a better one."""
    retry_after: Counter[str] = field(default_factory=Counter)

    def told(self, seconds: float) -> dict[str, Any]:
        return {
            "sent": self.sent,
            "unsent": self.unsent,
            "statuses": dict(sorted(self.statuses.items())),
            "served_per_s": round(self.statuses[200] / seconds, 1),
            "latency_ms": {code: spread_ms(took) for code, took in sorted(self.seconds.items())},
            "refused_of_highest_priority_ms": spread_ms(self.refused_highest_s),
            "retry_after_s": dict(sorted(self.retry_after.items())),
            "served_by_priority": {
                one: f"{counts[200]} of {counts.total()}"
                for one, counts in self.by_priority.items()
            },
        }


Free = asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]]


async def offer(port: int, per_second: float, seconds: float) -> Offered:
    """Send so many a second, each on a free connection of a pool, priorities in turn.

    With a rate of 0 the loop is closed: every connection sends again when it has its answer.
    """
    requests = {one: heavy_request(one) for one in PRIORITIES}
    result, free, number = Offered(), Free(), 0
    for _ in range(CONNECTIONS):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", port, limit=2**20))
    tasks: set[asyncio.Task[None]] = set()
    began = time.perf_counter()
    while (now := time.perf_counter()) - began < seconds:
        due = int((now - began) * per_second) if per_second else number + free.qsize()
        for number in range(number + 1, due + 1):  # noqa: B020 - counts on
            if free.empty():
                result.unsent += 1
                continue
            priority = PRIORITIES[number % len(PRIORITIES)]
            tasks.add(task := asyncio.create_task(_one(free, requests[priority], priority, result)))
            task.add_done_callback(tasks.discard)
        await asyncio.sleep(0.002)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    while not free.empty():
        free.get_nowait()[1].close()
    return result


async def _one(free: Free, request: bytes, priority: int, result: Offered) -> None:
    reader, writer = free.get_nowait()
    result.sent += 1
    began = time.perf_counter()
    try:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
    except BaseException:
        writer.close()
        raise
    status = int(head[9:12])
    result.statuses[status] += 1
    result.by_priority[priority][status] += 1
    took = time.perf_counter() - began
    result.seconds.setdefault(status, []).append(took)
    if status == 503:
        if priority == PRIORITIES[-1]:
            result.refused_highest_s.append(took)
        wait = head.partition(b"retry-after: ")[2].partition(b"\r\n")[0].decode()
        result.retry_after[wait or "none"] += 1
    free.put_nowait((reader, writer))


class Watch:
    """A process that asks /health/live every 50 ms, each time on a new connection, and looks at
    the server's memory."""

    def __init__(self, target: Server, seconds: float) -> None:
        given = [str(target.port), str(target.process.pid), str(seconds)]
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from benchmarks import faults; faults.watch()", *given],
            cwd=store.RESULTS.parent.parent,
            stdout=subprocess.PIPE,
            preexec_fn=pin(1),
        )

    def result(self) -> tuple[list[float], int, list[float]]:
        """Seconds of the answers, how many failed, megabytes in the course of time."""
        took, failed, memory = json.loads(self._process.communicate()[0])
        return took, failed, memory


def watch() -> None:
    """What the process of `Watch` does."""
    port, process, seconds = int(sys.argv[1]), psutil.Process(int(sys.argv[2])), float(sys.argv[3])
    request = load.post("/health/live", b"", "localhost").replace(b"POST", b"GET", 1)
    took, failed, memory, began = [], 0, [], time.perf_counter()
    while (start := time.perf_counter()) - began < seconds:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=30) as one:
                one.sendall(request)
                is_good = one.recv(65536).startswith(b"HTTP/1.1 200")
        except OSError:
            is_good = False
        if is_good:
            took.append(time.perf_counter() - start)
        else:
            failed += 1
        memory.append(process.memory_info().rss / 1e6)
        time.sleep(max(0.0, PROBE_EVERY_S - (time.perf_counter() - start)))
    print(json.dumps([took, failed, memory]))


def overload(folder: Path, seconds: float) -> dict[str, Any]:
    """A gateway with its guard in process, offered ten times what it can do."""
    env = {"AIGUARDIAN_WORKERS": str(WORKERS), "AIGUARDIAN_QUEUE": str(QUEUE)}
    with server("serve", folder=folder, AIGUARDIAN_SELF_TEST_INTERVAL_S="5", **env) as gateway:
        address = ("127.0.0.1", gateway.port)
        load.burst(address, heavy_request(1), connections=WORKERS, seconds=1)
        alone = load.burst(address, heavy_request(1), connections=WORKERS + 2, seconds=5)
        capacity = alone.statuses[200] / alone.seconds
        print(f"capacity {capacity:.1f} requests/s", file=sys.stderr)
        told: dict[str, Any] = {
            "request": f"tokenguard, lossy to 0.5, {HEAVY_BYTES} bytes of text",
            "capacity_per_s": round(capacity, 1),
            "idle_memory_mb": gateway.rss_mb(),
            "idle_file_descriptors": gateway.fds(),
        }
        for name, rate, span_s in (
            ("ten_times_the_rate", capacity * 10, seconds),
            ("ten_times_the_connections_closed_loop", 0.0, max(5.0, seconds / 4)),
        ):
            told[name] = _burden(gateway, rate, span_s)
            print(name, json.dumps(told[name], indent=1), file=sys.stderr)
        told["file_descriptors_after"] = gateway.fds()
        told["self_tests_failed"] = sum(
            "self-test" in line.get("message", "") for line in gateway.log_lines()
        )
        told["log_lines_dropped"] = gateway.metric("aiguardian_log_lines_dropped_total")
    return told


def _burden(gateway: Server, rate: float, seconds: float) -> dict[str, Any]:
    watching = Watch(gateway, seconds)
    offered = asyncio.run(offer(gateway.port, rate, seconds))
    ended = time.monotonic()
    while gateway.judge()[0] != 200:
        if time.monotonic() - ended > 10:
            raise SystemExit("no short call was answered within 10 s after the load")
    recovery_s = time.monotonic() - ended
    idle_s = until(lambda: gateway.metric("aiguardian_workers_busy") == 0)
    probes, failed, memory = watching.result()
    half = len(memory) // 2
    return {
        "offered_per_s": round(rate, 1) if rate else "closed loop",
        "connections": CONNECTIONS,
        "seconds": seconds,
        **offered.told(seconds),
        "live_ms": spread_ms(probes),
        "live_probes": len(probes),
        "live_failed": failed,
        "memory_mb": {
            "start": round(memory[0], 1),
            "first_half_max": round(max(memory[:half]), 1),
            "second_half_max": round(max(memory[half:]), 1),
            "end": gateway.rss_mb(),
        },
        "first_short_answer_after_s": round(recovery_s, 3),
        "idle_again_after_s": idle_s,
    }


# --- instances ----------------------------------------------------------------------------


class Callers(threading.Thread):
    """One caller who asks again and again; what it was told, and when."""

    def __init__(self, gateway: Server, **more: Any) -> None:
        super().__init__(daemon=True)
        self.answers: list[tuple[float, int, bool, float]] = []
        """When, status, degraded, seconds."""
        self._gateway, self._more, self._is_over = gateway, more, threading.Event()

    def run(self) -> None:
        while not self._is_over.is_set():
            began = time.perf_counter()
            status, answer, took = self._gateway.judge(**self._more)
            self.answers.append((began, status, answer["degraded"], took))
            self._is_over.wait(0.005)

    def stop(self) -> None:
        self._is_over.set()
        self.join()


def observed(
    gateway: Server, fault: Callable[[], Any], ended: Callable[[], Any], **more: Any
) -> dict[str, Any]:
    """What four callers saw from a fault until `ended` returned."""
    callers = [Callers(gateway, **more) for _ in range(4)]
    for one in callers:
        one.start()
    time.sleep(0.5)
    at = time.perf_counter()
    fault()
    ended()
    for one in callers:
        one.stop()
    answers = [row for one in callers for row in one.answers if row[0] + row[3] >= at]
    slow = [row for row in answers if row[3] > 0.25]
    return {
        "calls": len(answers),
        "statuses": dict(sorted(Counter(row[1] for row in answers).items())),
        "degraded": sum(row[2] for row in answers),
        "latency_ms": spread_ms([row[3] for row in answers]),
        "calls_over_250_ms": len(slow),
        "last_slow_call_ended_after_s": round(max((r[0] + r[3] for r in slow), default=at) - at, 3),
    }


def instances(folder: Path) -> dict[str, Any]:
    """A gateway and two instances: killed, stopped, both gone; then one that answers badly."""
    told: dict[str, Any] = {}
    with contextlib.ExitStack() as stack:
        pair = [
            stack.enter_context(server("guard", "tokenguard", folder=folder, core=1))
            for _ in range(2)
        ]
        urls = ",".join(one.url for one in pair)
        gateway = stack.enter_context(server("serve", folder=folder, TOKENGUARD_URL=urls))
        one = pair[0]

        def is_up(instance: Server = one) -> bool:
            return gateway.metric("aiguardian_instance_up", instance.url) == 1

        def is_used(instance: Server = one) -> bool:
            before = instance.metric("aiguardian_requests_total", "/process")
            statuses = {gateway.judge()[0] for _ in range(4)}
            now = instance.metric("aiguardian_requests_total", "/process")
            return statuses == {200} and now > before

        def wait_out() -> None:
            out_s.append(until(lambda: not is_up()))
            time.sleep(1)

        out_s: list[float] = []
        told["killed"] = observed(gateway, one.end, wait_out)
        one.start()
        told["killed"] |= {"known_after_s": out_s.pop(), "rejoins_after_s": until(is_used)}
        told["stopped"] = observed(
            gateway, lambda: one.process.send_signal(signal.SIGSTOP), wait_out
        )
        one.process.send_signal(signal.SIGCONT)
        told["stopped"] |= {"known_after_s": out_s.pop(), "rejoins_after_s": until(is_used)}

        def end_both() -> None:
            for instance in pair:
                instance.end()

        told["both_gone"] = observed(gateway, end_both, wait_out)
        status, answer, took = gateway.judge(fallback_enabled=False)
        told["both_gone"] |= {
            "known_after_s": out_s.pop(),
            "without_fallback": {
                "status": status,
                "code": answer["error"]["code"],
                "retry_after_s": answer["error"].get("retry_after"),
                "ms": round(took * 1000, 1),
            },
        }
        for instance in pair:
            instance.start()
        told["both_gone"]["rejoin_after_s"] = until(lambda: is_used(pair[0]) and is_used(pair[1]))
        told["log"] = _log_of(gateway)
        told["gateway_file_descriptors"] = gateway.fds()
    told["slow"] = deadlines(folder)
    return told


def _log_of(gateway: Server) -> list[str]:
    """The lines on instances, their addresses left out."""
    time.sleep(0.5)
    return [
        " ".join(word for word in line["message"].split() if "://" not in word)
        for line in gateway.log_lines()
        if "tokenguard at" in line.get("message", "")
    ]


class SlowInstance(http.server.BaseHTTPRequestHandler):
    """A guard that is well, and takes two seconds for an answer that is none."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(b'{"service":"tokenguard"}')

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        time.sleep(SLOW_S)
        self._answer(b"{}")

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # the gateway does not wait so long
            super().handle()


def deadlines(folder: Path) -> dict[str, Any]:
    """An instance that is slow: how far past its deadline a call comes back."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), SlowInstance) as slow:
        threading.Thread(target=slow.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{slow.server_address[1]}"
        with server("serve", folder=folder, TOKENGUARD_URL=url) as gateway:
            # The self-tests met it too: wait until the breaker has closed or tries again.
            until(lambda: gateway.judge(timeout=0.3, fallback_enabled=False)[0] == 504)
            late, degraded = [], []
            for _ in range(20):
                status, _, took = gateway.judge(timeout=0.3, fallback_enabled=False)
                if status == 504:
                    late.append(took - 0.3)
                status, answer, took = gateway.judge(timeout=0.3)
                if (status, answer["degraded"]) != (200, True):
                    raise SystemExit(f"a call with fallback got {status}")
                degraded.append(took)
        slow.shutdown()
    return {
        "timeout_s": 0.3,
        "calls": len(late),
        "past_deadline_ms_of_504": spread_ms(late),
        "degraded_answer_ms": spread_ms(degraded),
    }


def goals(told: dict[str, Any]) -> list[dict[str, Any]]:
    values: dict[str, float] = {}
    if "overload" in told:
        burden = told["overload"]["ten_times_the_rate"]
        memory = burden["memory_mb"]
        values = {
            "live_p95_ms": burden["live_ms"]["p95"],
            "refused_p95_ms": burden["latency_ms"][503]["p95"],
            "memory_growth_mb": round(memory["second_half_max"] - memory["first_half_max"], 1),
            "recovery_s": burden["first_short_answer_after_s"],
        }
    if "instances" in told:
        values["past_deadline_ms"] = told["instances"]["slow"]["past_deadline_ms_of_504"]["max"]
    return [
        {"goal": about, "value": values[key], "limit": limit, "reached": values[key] <= limit}
        for about, key, limit in GOALS
        if key in values
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--only", choices=("overload", "instances"))
    given = parser.parse_args()
    if pin_to := pin(1):
        pin_to()
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        if given.only != "instances":
            told["overload"] = overload(Path(name), given.seconds)
        if given.only != "overload":
            told["instances"] = instances(Path(name))
    reached = goals(told)
    for row in reached:
        word = "reached" if row["reached"] else "MISSED"
        print(f"{row['goal']:56} {row['value']:9.2f}  goal {row['limit']:g}  {word}")
    parameters = {"seconds": given.seconds, "workers": WORKERS, "queue": QUEUE}
    if given.only:
        print(json.dumps(told, indent=1))
        return
    path = store.save(
        "faults",
        {"parameters": parameters, "goals": reached, **told},
        packages=("uvicorn", "uvloop", "aiohttp"),
    )
    print(f"stored in {path}")


if __name__ == "__main__":
    main()
