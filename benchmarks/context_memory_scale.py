"""How long a recall takes, and how much memory, when one user has a million turns in SQLite.

The turns are made of words drawn as language draws them (Zipf) from 50,000, with numbers that few
turns share; their embeddings are random, for what they say changes no time. They are written to
the tables directly, in bulk, by a process of its own; the last thousands are added as the guard
adds them. A question takes six words from some turn, common ones and rare ones.

Times are of the whole recall: embedding the question, the search, opening, ranking, counting.
Beside the clock's time stands the processor's, which does not depend on what else runs.

    python -m benchmarks.context_memory_scale [--turns N]
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import resource
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from aiguardian.guards.context.memories import Scope, Turn
from aiguardian.guards.context.memory.marks import marks
from aiguardian.guards.context.memory.remembering import StoredMemories
from aiguardian.guards.context.memory.words import terms
from aiguardian.ml.encoder import load_encoder
from aiguardian.processor import Deadline
from aiguardian.storage.address import SqliteAddress
from aiguardian.storage.engine import Database
from aiguardian.storage.sealing import Secrets
from aiguardian.storage.turn_keys import TurnKeys, packed
from aiguardian.storage.turn_table import TurnTable
from aiguardian.storage.turns import MEANING_BYTES, Owner
from benchmarks.store import save

SECRET = Secrets((b"k" * 64,))
TENANT, USER = "tenant", "user"
WORDS = 50_000
SESSION = 500
BLOCK = 20_000
ADDED, RECALLS, WARM = 200, 300, 10
YEAR_S = 3.2e7
SYLLABLES = ["ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=1_000_000)
    count = parser.parse_args().turns
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kept.db"
        database = Database(SqliteAddress(path))
        table = TurnTable(database, SECRET, YEAR_S)
        database.scrub()  # makes the tables
        database.close()
        writer = multiprocessing.get_context("spawn").Process(target=fill, args=(path, count))
        writer.start()
        writer.join()
        result = {"turns": count, "file_mb": round(path.stat().st_size / 1e6)}
        result |= measure(table, count)
        database.close()
    print(result)
    print("written:", save("context_memory_scale", result, packages=("sqlalchemy", "aiosqlite")))


def measure(table: TurnTable, count: int) -> dict[str, Any]:
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
    added = [_add(memories, draw, said) for _ in range(ADDED)][WARM:]
    started = time.perf_counter()
    gone = table.forget(Owner(TENANT, USER, "s0"), ids=None, before=None, deadline=Deadline(600.0))
    return {
        "load_of_other_programs": round(os.getloadavg()[0], 1),
        "recall_ms": recalls,
        "add_one_ms": _percentiles(added),
        "memory_mb": {"before": before_mb, "largest": largest_mb},
        "forget_a_session": {"turns": gone.turns, "s": round(time.perf_counter() - started, 2)},
    }


def _percentiles(times: list[tuple[float, float]]) -> dict[str, dict[str, float]]:
    return {
        clock: {
            f"p{p}": round(float(np.percentile([one[n] for one in times], p)), 1)
            for p in (50, 95, 99)
        }
        for n, clock in enumerate(("wall", "processor"))
    }


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


def vocabulary() -> list[str]:
    """Different words, the most common first."""
    draw = random.Random(1)
    found: dict[str, None] = {}
    while len(found) < WORDS:
        found["".join(draw.choices(SYLLABLES, k=draw.randint(2, 5)))] = None
    return list(found)


def fill(path: Path, count: int) -> None:
    """Write turns into the tables as `TurnTable` would, with the index sorted beforehand."""
    keys, draw = TurnKeys(SECRET), np.random.default_rng(1)
    said = vocabulary()
    owner = keys.owner(Owner(TENANT, USER, ""))
    of_word = [keys.terms(owner, terms(word)) for word in said]
    known = keys.terms(owner, marks("user", "one two three four five six seven eight 1"))
    shares = 1.0 / np.arange(1, WORDS + 1)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        found: list[Any] = []
        for start in range(0, count, BLOCK):
            block = min(BLOCK, count - start)
            drawn = draw.choice(WORDS, size=(block, 20), p=shares / shares.sum())
            sizes = draw.integers(4, 21, block)
            rows = [[of_word[word] for word in drawn[n, : sizes[n]]] for n in range(block)]
            texts = [" ".join(said[word] for word in drawn[n, : sizes[n]]) for n in range(block)]
            _write_turns(connection, keys, start, texts, rows, known)
            found.append(_postings(rows, start + 1))
        _write_terms(connection, np.concatenate(found))
        _write_sessions(connection, keys, count)
    connection.close()


def _write_turns(
    connection: sqlite3.Connection,
    keys: TurnKeys,
    start: int,
    texts: list[str],
    rows: list[list[Any]],
    known: Any,
) -> None:
    owner, now = keys.owner(Owner(TENANT, USER, "")), time.time()
    meaning = np.random.default_rng(start).integers(-127, 128, MEANING_BYTES, dtype=np.int8)
    values = []
    for n, (text, own) in enumerate(zip(texts, rows, strict=True), start=start):
        public_id = n.to_bytes(16, "big")
        number = n % SESSION
        values.append(
            (
                n + 1, public_id, n // SESSION + 1, owner, number, now, now, 1, None,
                keys.digest(owner, text, str(n)), keys.close_text(public_id, "user", text),
                keys.close_meaning(public_id, meaning.tobytes()),
                packed(np.concatenate([*own, known])),
            )
        )  # fmt: skip
    connection.executemany(f"INSERT INTO memory_turns VALUES ({','.join('?' * 13)})", values)  # noqa: S608 - thirteen question marks


def _postings(rows: list[list[Any]], first: int) -> Any:
    """Term and turn of each, (n, 2)."""
    parts = [np.unique(np.concatenate(own)) for own in rows]
    turns = np.repeat(np.arange(first, first + len(rows)), [len(part) for part in parts])
    return np.stack([np.concatenate(parts), turns], axis=1)


def _write_terms(connection: sqlite3.Connection, postings: Any) -> None:
    ordered = postings[np.lexsort((postings[:, 1], postings[:, 0]))]
    for start in range(0, len(ordered), 10 * BLOCK):
        block = ordered[start : start + 10 * BLOCK].tolist()
        connection.executemany("INSERT INTO memory_terms VALUES (?, ?)", block)


def _write_sessions(connection: sqlite3.Connection, keys: TurnKeys, count: int) -> None:
    for number in range(-(-count // SESSION)):
        owner = Owner(TENANT, USER, f"s{number}")
        session = keys.session(owner)
        connection.execute(
            "INSERT INTO memory_sessions VALUES (?, ?, ?, ?, ?)",
            (
                number + 1, keys.owner(owner), session,
                keys.close_name(session, owner.session), min(SESSION, count - number * SESSION),
            ),
        )  # fmt: skip


if __name__ == "__main__":
    main()
