"""How many credentials are found, by source, and what false alarms and time that costs.

Data: `security_secrets.jsonl.gz` (sources and licences in its README). Its labels come from the
test lines of five scanners and are not clean: some positives are a vendor's name or a regular
expression, some negatives are the near misses of one scanner's rule and credentials by any
other reading. So the figures stand by source, and lock files for themselves.

detect-secrets is run on the same rows when it can be imported (it is no dependency).

    python -m benchmarks.security_secrets [--data FOLDER]
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import sysconfig
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from aiguardian.guards.security.secrets.scan import THRESHOLD, find_secrets
from benchmarks.data import folder
from benchmarks.store import save, sha256

Row = dict[str, Any]
Judge = Callable[[str], bool]
FILE = "security_secrets.jsonl.gz"
KILOBYTES_8 = 8_192


def main() -> None:
    path = folder(argparse.ArgumentParser(description=__doc__), [FILE]) / FILE
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    result: dict[str, Any] = {"data_sha256": sha256(path), "threshold": THRESHOLD}
    for name, judge in _judges().items():
        result[name] = {
            split: by_source([row for row in rows if row["split"] == split], judge)
            for split in ("train", "dev")
        }
        for split, table in result[name].items():
            print_table(f"{name}, {split}", table)
    result["benign_code"] = benign_code()
    result["speed_us_8kb"] = speeds(rows)
    print("files of the standard library with a finding:", result["benign_code"])
    print("microseconds for 8 kB:", result["speed_us_8kb"])
    print("written:", save("security_secrets", result, packages=("ahocorasick-rs",)))


def _judges() -> dict[str, Judge]:
    judges: dict[str, Judge] = {"aiguardian": lambda text: bool(find_secrets(text))}
    try:
        judges["detect-secrets"] = detect_secrets()
    except ImportError:
        print("detect-secrets is not installed: run without the peer")
    return judges


def detect_secrets() -> Judge:
    """detect-secrets with every plugin and its default filters, on a file as its CLI reads it."""
    from detect_secrets import SecretsCollection
    from detect_secrets.settings import default_settings

    folder = Path(tempfile.mkdtemp())

    def judge(text: str) -> bool:
        path = folder / "text.txt"
        path.write_text(text, encoding="utf-8", errors="replace")
        with default_settings():
            collection = SecretsCollection()
            collection.scan_file(str(path))
        return bool(collection)

    return judge


def by_source(rows: Iterable[Row], judge: Judge) -> dict[str, Any]:
    """Recall, false-positive rate and precision with 95 % Wilson intervals, per project."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in rows:
        found = judge(row["text"])
        lock = row["category"] == "lockfile_hash"
        source = "lock files" if lock else row["source"].split(":")[0].split("/")[1]
        for name in (source, "all"):
            place = 0 if row["label"] else 2
            counts[name][place] += 1
            counts[name][place + 1] += found
    return {name: _rates(*count) for name, count in sorted(counts.items())}


def _rates(positives: int, hits: int, negatives: int, alarms: int) -> dict[str, Any]:
    return {
        "positives": positives,
        "negatives": negatives,
        "recall": wilson(hits, positives),
        "fpr": wilson(alarms, negatives),
        "precision": wilson(hits, hits + alarms),
    }


def wilson(hits: int, of: int, z: float = 1.96) -> list[float] | None:
    """Rate, lower and upper end of the 95 % Wilson score interval; None of nothing."""
    if not of:
        return None
    rate = hits / of
    middle = (rate + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(rate * (1 - rate) / of + z * z / (4 * of * of))
    return [round(value, 3) for value in (rate, max(0.0, middle - half), min(1.0, middle + half))]


def benign_code() -> dict[str, Any]:
    """Python's own standard library with its tests: code that nobody tuned or labelled."""
    files = sorted(Path(sysconfig.get_paths()["stdlib"]).rglob("*.py"))
    files = [path for path in files if "site-packages" not in path.parts]
    flagged = sum(bool(find_secrets(path.read_text(errors="replace"))) for path in files)
    return {"files": len(files), "flagged": flagged, "rate": wilson(flagged, len(files))}


def speeds(rows: list[Row]) -> dict[str, float]:
    """Best of 9 runs of 60 scans, in microseconds of processor time."""
    here = Path(__file__).parent.parent
    lock = "\n".join(row["text"] for row in rows if row["category"] == "lockfile_hash")
    texts = {
        "code": (here / "src/aiguardian/gateway/dispatch.py").read_text() * 4,
        "prose": (here / "docs/operations.md").read_text() * 4,
        "key handling code": "".join(
            path.read_text() for path in sorted((here / "src/aiguardian/identity").glob("*.py"))
        )
        * 4,
        "lock file": lock * 4,
        "a password in every line": "password = hunter2\nuser = bob\n" * 400,  # aiguardian: allow
    }
    return {name: round(_fastest(text[:KILOBYTES_8]), 1) for name, text in texts.items()}


def _fastest(text: str, repeat: int = 60) -> float:
    best = math.inf
    for _ in range(9):
        start = time.process_time()
        for _ in range(repeat):
            find_secrets(text)
        best = min(best, (time.process_time() - start) / repeat)
    return best * 1e6


def print_table(title: str, table: dict[str, Any]) -> None:
    print(f"\n{title}\n{'source':<16}{'recall':>24}{'FPR':>24}{'precision':>24}")
    for name, rates in table.items():
        cells = "".join(f"{_cell(rates[key]):>24}" for key in ("recall", "fpr", "precision"))
        print(f"{name:<16}{cells}")


def _cell(interval: list[float] | None) -> str:
    if interval is None:
        return "-"
    return f"{interval[0]:.3f} ({interval[1]:.2f}-{interval[2]:.2f})"


if __name__ == "__main__":
    main()
