"""How much insecure code is found, by source and language, and what that costs.

Data: `security_code.jsonl.gz` (sources and licences in its README). Its positives are lines that
another tool's rules matched: most are weak whatever reaches them (`md5`, `eval` of a constant),
and bandit is scored on its own examples. Its negatives are functions of three maintained
libraries and HumanEval solutions: Python only, so the other languages have a recall and nothing
else. Files of Python's standard library, which nobody labelled, show how often long code is
flagged.

bandit is run on the same Python rows when its program is found (it is no dependency).

    python -m benchmarks.security_code [--data FOLDER] [--bandit PROGRAM]
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import subprocess
import sysconfig
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from aiguardian.guards.security.code.find import THRESHOLD, code_hits
from benchmarks.data import folder
from benchmarks.security_secrets import wilson
from benchmarks.store import save, sha256

Row = dict[str, Any]
FILE = "security_code.jsonl.gz"
SIZES = (16_384, 65_536, 262_144)
HOSTILE = {
    "calls in calls": "f(",
    "open brackets": "[{(",
    "strings that never end": "f('x' \"",
    "a chain of attributes": "a.b",
    "one long sum": "a + ",
    "branches": "if a:\n    b = c\nelse:\n    b = d\n",
    "loops in functions": "def f(a):\n    for b in a:\n        for c in b:\n            a += c\n",
    "a call after another": "x = f(x, x)\n",
    "assignments to one list": "x.append(y)\n",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bandit", default="bandit", help="the program of the peer")
    path = folder(parser, [FILE]) / FILE
    bandit = shutil.which(parser.parse_args().bandit)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    start = time.process_time()
    ours = {row["id"] for row in rows if is_flagged(row["text"])}
    spent = time.process_time() - start
    size = sum(len(row["text"]) for row in rows)
    result: dict[str, Any] = {
        "data_sha256": sha256(path),
        "threshold": THRESHOLD,
        "aiguardian": tables(rows, ours),
        "aiguardian_ms_per_kb": round(spent * 1e3 / (size / 1_024), 3),
        "hostile_ms_by_size": hostile(),
        "standard_library": standard_library(),
        "bandit": None,
    }
    if bandit is None:
        print("bandit is not installed: run without the peer")
    else:
        python = [row for row in rows if row["language"] == "python"]
        result["bandit"] = tables(python, run_bandit(bandit, python))
    for name in ("aiguardian", "bandit"):
        for split, table in (result[name] or {}).items():
            print_table(f"{name}, {split}", table)
    for key in ("aiguardian_ms_per_kb", "hostile_ms_by_size", "standard_library"):
        print(key, result[key])
    print("written:", save("security_code", result, packages=("tree-sitter",)))


def is_flagged(text: str) -> bool:
    return any(True for _ in code_hits(text, is_code=True, check=lambda: None))


def tables(rows: list[Row], flagged: set[str]) -> dict[str, Any]:
    return {
        split: by_source([row for row in rows if row["split"] == split], flagged)
        for split in ("train", "dev")
    }


def by_source(rows: Iterable[Row], flagged: set[str]) -> dict[str, Any]:
    """Recall, false-positive rate, precision (95 % Wilson intervals) and F1."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in rows:
        source = row["source"].split(":")[0].split("/")[1]
        names = [f"{row['language']}: {source}"]
        names += ["python: all"] if row["language"] == "python" else []
        for name in names:
            place = 0 if row["label"] else 2
            counts[name][place] += 1
            counts[name][place + 1] += row["id"] in flagged
    return {name: rates(*count) for name, count in sorted(counts.items())}


def rates(positives: int, hits: int, negatives: int, alarms: int) -> dict[str, Any]:
    return {
        "positives": positives,
        "negatives": negatives,
        "recall": wilson(hits, positives),
        "fpr": wilson(alarms, negatives),
        "precision": wilson(hits, hits + alarms),
        "f1": round(2 * hits / (positives + hits + alarms), 3) if positives else None,
    }


def run_bandit(program: str, rows: list[Row]) -> set[str]:
    """The rows in which bandit, as it ships, reports anything."""
    with tempfile.TemporaryDirectory() as name:
        for row in rows:
            text = row["text"].encode("utf-8", "replace")
            (Path(name) / f"{row['id']}.py").write_bytes(text)
        command = [program, "-q", "-r", name, "-f", "json"]
        output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return {Path(one["filename"]).stem for one in json.loads(output)["results"]}


def hostile() -> dict[str, list[float]]:
    """Milliseconds for each size: fourfold text must not take much more than fourfold time."""
    times: dict[str, list[float]] = {}
    for name, unit in HOSTILE.items():
        times[name] = []
        for size in SIZES:
            text = "import os\n" + unit * (size // len(unit))
            start = time.process_time()
            is_flagged(text)
            times[name].append(round((time.process_time() - start) * 1e3, 1))
    return times


def standard_library() -> dict[str, Any]:
    """Python's own modules without their tests: findings per thousand lines."""
    files = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))
    texts = [path.read_text(errors="replace") for path in files]
    hits = [list(code_hits(text, is_code=True, check=lambda: None)) for text in texts]
    lines = sum(text.count("\n") for text in texts)
    kinds: dict[str, int] = defaultdict(int)
    for found in hits:
        for hit in found:
            kinds[hit.type] += 1
    total = sum(map(len, hits))
    per_1000_lines = round(total * 1_000 / lines, 3)
    return {"files": len(files), "hits_per_1000_lines": per_1000_lines, "by_type": dict(kinds)}


def print_table(title: str, table: dict[str, Any]) -> None:
    print(f"\n{title}\n{'source':<28}{'recall':>24}{'FPR':>24}{'F1':>8}")
    for name, rates in table.items():
        cells = "".join(f"{_cell(rates[key]):>24}" for key in ("recall", "fpr"))
        print(f"{name:<28}{cells}{rates['f1'] if rates['f1'] is not None else '-':>8}")


def _cell(interval: list[float] | None) -> str:
    if interval is None:
        return "-"
    return f"{interval[0]:.3f} ({interval[1]:.2f}-{interval[2]:.2f})"


if __name__ == "__main__":
    main()
