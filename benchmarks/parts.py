"""What do the small parts cost on which docs/decisions.md decides? Nothing but this machine needed.

Usage: python -m benchmarks.parts
"""

from __future__ import annotations

import asyncio
import json
import statistics
import time
import timeit
from collections.abc import Awaitable, Callable
from typing import Any

import jiter
import msgspec
import psutil
import uvloop
from prometheus_client import CollectorRegistry, Counter, Histogram

from aiguardian.telemetry.metrics import REQUEST_BUCKETS_S, Timings
from aiguardian.text.language import language_probabilities
from benchmarks.gateway import BODY
from benchmarks.store import save

TIMES, ROUNDS = 20_000, 7


def microseconds(call: Callable[[], Any]) -> float:
    """The median of several rounds."""
    rounds = timeit.repeat(call, number=TIMES, repeat=ROUNDS)
    return round(statistics.median(rounds) / TIMES * 1e6, 2)


def readers() -> dict[str, float]:
    """A short request's body, read as JSON."""
    checked = json.JSONDecoder(object_pairs_hook=dict)
    decode = msgspec.json.Decoder().decode
    return {
        "jiter, duplicate keys refused": microseconds(
            lambda: jiter.from_json(BODY, catch_duplicate_keys=True, cache_mode="keys")
        ),
        "msgspec, the last of them wins": microseconds(lambda: decode(BODY)),
        "json with a hook that could see them": microseconds(lambda: checked.decode(BODY.decode())),
    }


def counters() -> dict[str, float]:
    """One event counted and timed."""
    registry = CollectorRegistry()
    counter = Counter("a", "a", registry=registry)
    histogram = Histogram("b", "b", registry=registry, buckets=REQUEST_BUCKETS_S)
    timings = Timings(REQUEST_BUCKETS_S)
    labels = ("/api/v1/guards/process", "200", "api")
    return {
        "prometheus_client counter": microseconds(counter.inc),
        "prometheus_client histogram": microseconds(lambda: histogram.observe(0.0004)),
        "Timings, both at once": microseconds(lambda: timings.add(labels, 0.0004)),
    }


async def _each(call: Callable[[], Awaitable[Any]]) -> float:
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(TIMES):
            await call()
        taken.append((time.perf_counter() - began) / TIMES * 1e6)
    return statistics.median(taken)


async def timers() -> dict[str, float]:
    """A bound in time around an await that does not wait, and the current task."""

    async def nothing() -> None:
        return None

    async def bounded() -> None:
        async with asyncio.timeout(5):
            await nothing()

    async def task() -> None:
        asyncio.current_task()

    empty = await _each(nothing)
    return {
        "asyncio.timeout": round(await _each(bounded) - empty, 2),
        "asyncio.current_task": round(await _each(task) - empty, 2),
    }


def language_model() -> dict[str, float]:
    """Its first use, and each one after."""
    process = psutil.Process()
    before, began = process.memory_info().rss, time.perf_counter()
    text = "The committee met on Tuesday and did not agree on the new plan."
    language_probabilities(text)
    first_s, grown = time.perf_counter() - began, process.memory_info().rss - before
    began = time.perf_counter()
    for number in range(200):
        language_probabilities(f"{text} {number}")
    return {
        "first_use_s": round(first_s, 2),
        "memory_mb": round(grown / 1e6, 1),
        "each_ms": round((time.perf_counter() - began) / 200 * 1e3, 3),
    }


def main() -> None:
    result = {
        "language_model": language_model(),
        "microseconds": {
            "read_json": readers(),
            "count_and_time": counters(),
            "bound_in_time_uvloop": uvloop.run(timers()),
        },
    }
    print(json.dumps(result, indent=1))
    packages = ("jiter", "msgspec", "prometheus-client", "py3langid", "uvloop")
    print("stored in", save("parts", result, packages=packages))


if __name__ == "__main__":
    main()
