"""How near a follow-up question, written out, comes to what a person wrote: token F1.

Data: `context_rewrite.jsonl.gz` (TREC CAsT 2019; source and licence in its README). The rules were
written with all its topics at hand, so the figures flatter. Before the last seven topics (71
questions) were looked at, the rules had .848 on them, a copy .824; on the others .912 and .816.

    python -m benchmarks.context_rewrite [--data FOLDER]
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter
from typing import Any

from aiguardian.guards.context.follow_up import resolve
from benchmarks.context_segments import interval
from benchmarks.data import checksums, folder
from benchmarks.store import save

FILE = "context_rewrite.jsonl.gz"
WORD = re.compile(r"\w+")


def main() -> None:
    data = folder(argparse.ArgumentParser(description=__doc__), [FILE])
    with gzip.open(data / FILE, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    result: dict[str, Any] = {
        "data_sha256": checksums(data, [FILE]),
        "all": figures(rows),
        "not the same by itself": figures([row for row in rows if _needs(row)]),
    }
    print(result)
    print("written:", save("context_rewrite", result))


def figures(rows: list[Any]) -> dict[str, Any]:
    """Mean token F1 with a 95 % interval, of our text and of the question as it was asked."""
    ours = [token_f1(resolve(row["history"], row["query"]), row["rewrite"]) for row in rows]
    copies = [token_f1(row["query"], row["rewrite"]) for row in rows]
    return {
        "questions": len(rows),
        "f1": interval(_mean, ours),
        "f1_copy": interval(_mean, copies),
        "worse_than_copy": round(_mean([a < b for a, b in zip(ours, copies, strict=True)]), 3),
    }


def token_f1(text: str, wanted: str) -> float:
    """F1 of the words, each as often as it stands."""
    a, b = Counter(WORD.findall(text.lower())), Counter(WORD.findall(wanted.lower()))
    return 2 * sum((a & b).values()) / max(a.total() + b.total(), 1)


def _needs(row: Any) -> bool:
    return bool(row["query"].strip() != row["rewrite"].strip())


def _mean(values: Any) -> float:
    return sum(values) / max(len(values), 1)


if __name__ == "__main__":
    main()
