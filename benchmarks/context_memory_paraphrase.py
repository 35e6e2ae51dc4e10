"""Whether a memory of many turns finds one that says the same in other words.

The memory: what was said in public dialogues, chit-chat and meetings (`context_segments.jsonl.gz`),
one user's, in SQLite. Hidden among it: premises of entailment pairs (`trust_entailment.jsonl.gz`:
e-SNLI and MNLI, sources and licences in the README beside them), a session each hundred. Asked for
with their hypotheses, of which only those count that share no word, and no root of one, with the
premise. A hypothesis may fit several premises, so even a look at every turn finds few; what counts
is how many of those a search that opens some hundreds of turns finds, too.

    python -m benchmarks.context_memory_paraphrase [--data FOLDER]
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from aiguardian.guards.context.memories import Scope, Turn
from aiguardian.guards.context.memory import remembering
from aiguardian.guards.context.memory.remembering import StoredMemories
from aiguardian.guards.context.memory.words import asked, terms
from aiguardian.ml.encoder import load_encoder
from aiguardian.processor import Deadline
from aiguardian.storage import turns as bounds
from aiguardian.storage.address import SqliteAddress
from aiguardian.storage.engine import Database
from aiguardian.storage.sealing import Secrets
from aiguardian.storage.turn_table import TurnTable
from benchmarks.data import checksums, folder
from benchmarks.security_secrets import wilson
from benchmarks.store import save

FILES = ["context_segments.jsonl.gz", "trust_entailment.jsonl.gz"]
SOURCES = ("e-SNLI", "#mnli")
RECALLED = 10
SESSION = 100
LATER = Deadline(36_000.0)
USER = Scope("tenant", "user")


def main() -> None:
    data = folder(argparse.ArgumentParser(description=__doc__), FILES)
    hidden = list(dict.fromkeys(pairs(data)))
    with tempfile.TemporaryDirectory() as where:
        database = Database(SqliteAddress(Path(where) / "kept.db"))
        store = TurnTable(database, Secrets((b"k" * 64,)), 1e9)
        memories = StoredMemories(store, load_encoder)
        said = list(dict.fromkeys([*dialogues(data), *(premise for premise, _ in hidden)]))
        for start in range(0, len(said), SESSION):
            session = Scope(USER.tenant, USER.user, f"s{start}")
            turns = [Turn("user", text) for text in said[start : start + SESSION]]
            memories.remember(session, turns, deadline=LATER)
        result: dict[str, Any] = {
            "data_sha256": checksums(data, FILES),
            "turns": len(said),
            "measure": f"the premise among {RECALLED} recalled",
        }
        result |= ways(memories, hidden)
        database.close()
    print(json.dumps(result, indent=1))
    print("written:", save("context_memory_paraphrase", result))


def ways(memories: StoredMemories, hidden: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """What is found by a look at every turn, by words alone, and as shipped."""
    most, looked_into = bounds.MOST_SCANNED, remembering.LOOKED_INTO
    bounds.MOST_SCANNED = 10**9
    every = found(memories, hidden)
    bounds.MOST_SCANNED, remembering.LOOKED_INTO = most, 0
    words = found(memories, hidden)
    remembering.LOOKED_INTO = looked_into
    ours = found(memories, hidden)
    return {
        "every turn looked at": wilson(sum(every), len(every)),
        "candidates by words only": wilson(sum(words), len(words)),
        "aiguardian": wilson(sum(ours), len(ours)),
        "aiguardian, of those found by a look at every turn": wilson(
            sum(one and both for one, both in zip(ours, every, strict=True)), sum(every)
        ),
    }


def found(memories: StoredMemories, hidden: Sequence[tuple[str, str]]) -> list[bool]:
    """Of each pair whether the premise is recalled."""
    told = []
    for premise, hypothesis in hidden:
        recalled = memories.recall(USER, hypothesis, max_tokens=10**6, deadline=LATER)
        told.append(premise in [one.text for one in recalled.memories[:RECALLED]])
    return told


def pairs(data: Path) -> Iterator[tuple[str, str]]:
    """Premises and hypotheses that follow from them without a word or a root in common."""
    for row in _rows(data / FILES[1]):
        is_meant = row["label"] == 1 and any(name in row["source"] for name in SOURCES)
        premise, hypothesis = row["premise"], row["hypothesis"]
        if is_meant and not set(terms(premise)) & set(asked(hypothesis)):
            yield premise, hypothesis


def dialogues(data: Path) -> Iterator[str]:
    """What was said in dialogues and meetings."""
    for row in _rows(data / FILES[0]):
        yield from row["turns"]


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


if __name__ == "__main__":
    main()
