"""How fast and how exactly tokens are counted.

python -m benchmarks.token_counting [--data ../shared/data]
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiguardian.guards.token.guard import TokenGuard
from aiguardian.guards.token.schemas import TokenPayload
from aiguardian.processor import Caller, Deadline
from aiguardian.text.bpe import ENCODINGS, count_tokens
from benchmarks.data import checksums, folder
from benchmarks.store import save

FILES = ("tokenizer_reference.jsonl.gz", "token_contexts.jsonl.gz")
SAMPLE = "This is a test message for token optimization"


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def seconds(work: Callable[[], object], *, times: int, rounds: int = 7) -> float:
    """The median of rounds, per call."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        for _ in range(times):
            work()
        taken.append((time.perf_counter() - began) / times)
    return statistics.median(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    data = folder(parser, list(FILES))
    reference = [r for r in read(data / FILES[0]) if r["encoding"] in ENCODINGS]
    text = "\n".join(row["context"] for row in read(data / FILES[1])[:10])
    size_mb = len(text.encode()) / 1e6
    guard, caller = TokenGuard(), Caller(Deadline(3600))
    payload = TokenPayload(text=SAMPLE)
    megabyte = TokenPayload(text=text[:1_000_000])
    result = {
        "data_sha256": checksums(data, list(FILES)),
        "reference_strings": len(reference),
        "counted_exactly": sum(
            count_tokens(r["text"], r["encoding"]) == len(r["tokens"]) for r in reference
        ),
        "megabytes_per_second": {
            e: round(size_mb / seconds(lambda e=e: count_tokens(text, e), times=1), 1)
            for e in ENCODINGS
        },
        "process_45_characters_us": round(
            seconds(lambda: guard.process(payload, caller), times=2000) * 1e6, 1
        ),
        "process_1_megabyte_ms": round(
            seconds(lambda: guard.process(megabyte, caller), times=1, rounds=3) * 1e3, 1
        ),
    }  # fmt: skip
    print(json.dumps(result, indent=1))
    print("stored in", save("token_counting", result, packages=("rs-bpe",)))


if __name__ == "__main__":
    main()
