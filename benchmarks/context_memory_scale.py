"""How long a recall takes, and how much memory, when one user has a million turns.

The turns are written to the tables in bulk, by a process of its own (`context_memory_filling`);
the last hundreds are added as the guard adds them. A question takes six words from the same
vocabulary, common ones and rare ones.

Times are of the whole recall: embedding the question, the search, opening, ranking, counting.
Beside the clock's time stands the processor's, of this process alone: PostgreSQL's is not in it.
The first hundreds of questions are not counted: a server that has just started reads every page
anew (then PostgreSQL took about twice as long, 2026-11).
A database in `--folder` is kept there, and used again.

    python -m benchmarks.context_memory_scale [--turns N] [--database KIND] [--folder FOLDER]
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from aiguardian.guards.context.memories import Scope, Turn
from aiguardian.guards.context.memory.remembering import StoredMemories
from aiguardian.ml.encoder import load_encoder
from aiguardian.processor import Deadline
from aiguardian.storage.address import Address, SqliteAddress, read_address
from aiguardian.storage.engine import Database
from aiguardian.storage.turn_table import TurnTable
from aiguardian.storage.turns import Owner
from benchmarks.context_memory_filling import SECRET, TENANT, USER, WORDS, fill, vocabulary
from benchmarks.store import save

ADDED, RECALLS, WARM = 200, 550, 300
YEAR_S = 3.2e7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=1_000_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        address = stack.enter_context(_address(folder, options.database))
        database = Database(address)
        table = TurnTable(database, SECRET, YEAR_S)
        if not table.last(Owner(TENANT, USER, ""), 1, deadline=Deadline(600.0))[0]:
            _filled(address, options.turns)
        result = {"turns": options.turns, "mb_on_disk": _size_mb(folder)}
        result |= measure(table)
        database.close()
    print(result)
    name = "context_memory_scale" + ("_postgresql" if options.database == "postgresql" else "")
    print("written:", save(name, result, packages=("sqlalchemy", "aiosqlite", "asyncpg")))


@contextlib.contextmanager
def _address(folder: Path, kind: str) -> Iterator[Address]:
    """The address of a database below the folder; a server runs as long as it is used."""
    if kind == "sqlite":
        yield SqliteAddress(folder / "kept.db")
        return
    import pgserver

    folder.mkdir(exist_ok=True)
    server = pgserver.get_server(folder / "postgres", cleanup_mode="stop")
    try:
        yield read_address(server.get_uri())
    finally:
        server.cleanup()


def _filled(address: Address, turns: int) -> None:
    """Fill the tables, which are there, in a process of its own: its memory is not measured."""
    writer = multiprocessing.get_context("spawn").Process(target=fill, args=(address, turns))
    writer.start()
    writer.join()
    if writer.exitcode:
        raise SystemExit("The database could not be filled.")


def _size_mb(folder: Path) -> int:
    return round(sum(one.stat().st_size for one in folder.rglob("*") if one.is_file()) / 1e6)


def measure(table: TurnTable) -> dict[str, Any]:
    """Times of recalling, adding and forgetting, and the largest memory of the process."""
    draw, said = random.Random(2), vocabulary()
    memories = StoredMemories(table, load_encoder)
    before_mb = _memory_mb()
    scopes = {"user": Scope(TENANT, USER), "session": Scope(TENANT, USER, "s1")}
    recalls = {
        name: _percentiles([_recall(memories, scope, draw, said) for _ in range(RECALLS)][WARM:])
        for name, scope in scopes.items()
    }
    largest_mb = _memory_mb()
    added = [_add(memories, draw, said) for _ in range(ADDED)][ADDED // 4 :]
    session = next(one for one in _sessions() if table.last(one, 1, deadline=Deadline(600.0))[0])
    started = time.perf_counter()
    gone = table.forget(session, ids=None, before=None, deadline=Deadline(600.0))
    return {
        "load_of_other_programs": round(os.getloadavg()[0], 1),
        "recall_ms": recalls,
        "add_one_ms": _percentiles(added),
        "memory_mb": {"before": before_mb, "largest": largest_mb},
        "forget_a_session": {"turns": gone.turns, "s": round(time.perf_counter() - started, 2)},
    }


def _sessions() -> Iterator[Owner]:
    """Those to forget: an earlier run on the same database has forgotten some."""
    return (Owner(TENANT, USER, f"s{number}") for number in count(2))


def _percentiles(times: list[tuple[float, float]]) -> dict[str, dict[str, float]]:
    figures = {}
    for n, clock in enumerate(("wall", "processor")):
        parts = statistics.quantiles([one[n] for one in times], n=100, method="inclusive")
        figures[clock] = {f"p{p}": round(parts[p - 1], 1) for p in (50, 95, 99)}
    return figures


def _recall(
    memories: StoredMemories, scope: Scope, draw: random.Random, said: list[str]
) -> tuple[float, float]:
    ranks = [min(WORDS - 1, int(draw.paretovariate(0.5))) for _ in range(6)]
    query = "What did I say about " + " ".join(said[rank] for rank in ranks) + "?"
    started = time.perf_counter(), time.process_time()
    memories.recall(scope, query, max_tokens=1_000, deadline=Deadline(60.0))
    return tuple((now - then) * 1e3 for now, then in zip(_clocks(), started, strict=True))  # type: ignore[return-value] # two


def _add(memories: StoredMemories, draw: random.Random, said: list[str]) -> tuple[float, float]:
    text = " ".join(draw.choices(said, k=15)) + "."
    started = time.perf_counter(), time.process_time()
    memories.remember(Scope(TENANT, USER, "today"), [Turn("user", text)], deadline=Deadline(60.0))
    return tuple((now - then) * 1e3 for now, then in zip(_clocks(), started, strict=True))  # type: ignore[return-value] # two


def _clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _memory_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
