"""Does a caller notice that the gateways are restarted, one after the other, under load?

Gateways stand behind nginx as docs/reverse-proxy.md sets it up. Callers send texts and streamed
chat completions all the time; meanwhile each gateway gets a SIGTERM, ends, and is started again.
What counts as failed: any other status than 200, a broken connection, a stream without its end.
All stays on 127.0.0.1. Usage: python -m benchmarks.rolling_restart [--gateways 3] [--rounds 2]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks import store
from benchmarks.data import SKIPPED
from benchmarks.faults import Server, _free_port, until
from benchmarks.reverse_proxy import find_nginx, nginx, site

ROOT = Path(__file__).parent.parent
TEXT = {"service_type": "tokenguard", "payload": {"text": "How many tokens is this, at what cost?"}}
KEY = secrets.token_hex(32)
FOUND_AGAIN_S = 1.5
"""Before the next one is restarted: nginx asks who was away again after a second
(`fail_timeout`), and with the other one gone by then nobody would be there."""
PAUSE_S = 0.02
"""Between a caller's requests: the load is there all the time, and is not what fails."""
LEAVE_S, IDLE = 6.0, "5s"
"""A gateway serves on for longer than the proxy keeps an idle connection to it."""


@dataclass
class Tally:
    """What callers saw."""

    good: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    longest_s: float = 0.0

    def count(self, kind: str, fault: str, seconds: float) -> None:
        if fault:
            self.failed[f"{kind}: {fault}"] += 1
            return
        self.good[kind] += 1
        if kind == "text":
            self.longest_s = max(self.longest_s, seconds)


async def text(session: aiohttp.ClientSession, url: str) -> str:
    """Send a text for a verdict; what was wrong with the answer, or nothing."""
    async with session.post(f"{url}/api/v1/guards/process", json=TEXT) as answer:
        body = await answer.read()
    if answer.status == 200:
        return "" if b'"success":true' in body else "no success"
    return f"status {answer.status} {_code(body)}"


def _code(body: bytes) -> str:
    """The error's code of an envelope, if it is one of ours."""
    try:
        return str(json.loads(body)["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return "of the proxy"


def streams(pace: int) -> Callable[[aiohttp.ClientSession, str], Any]:
    """What asks for a chat completion, streamed at so many tokens a second."""

    async def stream(session: aiohttp.ClientSession, url: str) -> str:
        body = {
            "model": f"paced-{pace}",
            "stream": True,
            "messages": [{"role": "user", "content": "When does the ferry leave?"}],
        }
        async with session.post(f"{url}/v1/chat/completions", json=body) as answer:
            said = await answer.read()
        if answer.status != 200:
            return f"status {answer.status}"
        return "" if said.rstrip().endswith(b"data: [DONE]") else "no end"

    return stream


async def call(url: str, kind: str, ask: Any, tally: Tally, *, over: asyncio.Event) -> None:
    """One caller: asks again soon after it was answered, on a connection that it keeps."""
    async with aiohttp.ClientSession(headers={"X-API-Key": KEY}) as session:
        while not over.is_set():
            began = time.perf_counter()
            try:
                fault = await ask(session, url)
            except aiohttp.ClientError as error:
                fault = type(error).__name__
            tally.count(kind, fault, time.perf_counter() - began)
            await asyncio.sleep(PAUSE_S)


async def restart(gateway: Server) -> float:
    """End it by SIGTERM and start it again on its port; the seconds that it took to end."""
    began = time.perf_counter()
    gateway.process.send_signal(signal.SIGTERM)
    status = await asyncio.to_thread(gateway.process.wait, 60)
    took = time.perf_counter() - began
    if status:
        raise SystemExit(f"a gateway ended with the status {status}")
    await asyncio.to_thread(gateway.start)
    await asyncio.sleep(FOUND_AGAIN_S)
    return took


async def roll(
    url: str,
    gateways: Sequence[Server],
    *,
    callers: int,
    streaming: int,
    pace: int,
    rounds: int = 1,
) -> tuple[Tally, list[float]]:
    """Restart each gateway so many times under load; what callers saw, and each end's seconds."""
    tally, over = Tally(), asyncio.Event()
    tasks = [asyncio.create_task(call(url, "text", text, tally, over=over)) for _ in range(callers)]
    tasks += [
        asyncio.create_task(call(url, "stream", streams(pace), tally, over=over))
        for _ in range(streaming)
    ]
    await asyncio.sleep(0.5)
    ends = [await restart(one) for _ in range(rounds) for one in gateways]
    await asyncio.sleep(0.5)
    over.set()
    await asyncio.gather(*tasks)
    return tally, ends


@contextlib.contextmanager
def stack(
    folder: Path, *, count: int, leave_s: float, idle: str
) -> Iterator[tuple[str, list[Server]]]:
    """A vendor, so many gateways and nginx before them: nginx's address, and the gateways."""
    vendor_port, port = _free_port(), _free_port()
    env = {
        "UPSTREAM_BASE_URL": f"http://127.0.0.1:{vendor_port}",
        "UPSTREAM_API_KEY": "sk-of-nobody",
        "UPSTREAM_KIND": "openai",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECRET_KEY": secrets.token_hex(48),
        "UNIFIED_API_KEY": KEY,
        "AIGUARDIAN_LEAVE_S": f"{leave_s:g}",
        "AIGUARDIAN_WORKERS": "1",
    }
    with contextlib.ExitStack() as ending:
        command = [sys.executable, "-m", "benchmarks.proxy_vendor", str(vendor_port)]
        vendor = ending.enter_context(subprocess.Popen(command, cwd=ROOT))
        ending.callback(vendor.kill)

        def start(number: int) -> Server:
            home = folder / str(number)
            home.mkdir()
            one = Server("serve", folder=home, core=number % 2, **env)
            ending.callback(one.end)
            return one

        with ThreadPoolExecutor(count) as starting:
            gateways = list(starting.map(start, range(count)))
        ending.enter_context(nginx(folder, site(port, [one.port for one in gateways], idle=idle)))
        until(lambda: _listens(port))
        yield f"http://127.0.0.1:{port}", gateways


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def measure(gateways: int, rounds: int) -> dict[str, Any]:
    """The whole of it."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with stack(folder, count=gateways, leave_s=LEAVE_S, idle=IDLE) as (url, running):
            tally, ends = asyncio.run(
                roll(url, running, callers=8, streaming=4, pace=100, rounds=rounds)
            )
            log = (folder / "nginx.log").read_text("utf-8", "replace")
    return {
        "gateways": gateways,
        "restarts": len(ends),
        "leave_s": LEAVE_S,
        "seconds": round(time.perf_counter() - began, 1),
        "texts": tally.good["text"],
        "streams": tally.good["stream"],
        "failed": dict(tally.failed),
        "longest_text_s": round(tally.longest_s, 3),
        "from_signal_to_end_s": {"least": round(min(ends), 1), "most": round(max(ends), 1)},
        "refused_and_passed_on": log.count("Connection refused"),
        "other_errors_of_nginx": [
            line for line in log.splitlines() if "[error]" in line and "refused" not in line
        ][:5],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gateways", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args()
    if find_nginx() is None:
        print("nginx is not installed here: skipped")
        return SKIPPED
    result = measure(given.gateways, given.rounds)
    print(result)
    store.save("rolling_restart", result)
    return 1 if result["failed"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
