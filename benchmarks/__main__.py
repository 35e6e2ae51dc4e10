"""Run every benchmark that this machine has the data for: python -m benchmarks [NAME ...]."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.data import SKIPPED

TOOLS = {"__init__", "__main__", "bare", "curves", "data", "hostile", "load", "pii_numbers"}
TOOLS |= {"proxy_same_guard", "proxy_vendor", "reverse_proxy", "store", "trivial"}
FOLDER = Path(__file__).parent


def main() -> int:
    names = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in TOOLS)
    if unknown := set(sys.argv[1:]) - set(names):
        print(f"no such benchmark: {', '.join(sorted(unknown))}. There are: {', '.join(names)}")
        return 2
    ended: dict[int, list[str]] = {}
    for name in sys.argv[1:] or names:
        print(f"\n=== {name}", flush=True)
        status = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}"], check=False
        ).returncode
        ended.setdefault(min(abs(status), SKIPPED + 1), []).append(name)
    ran, skipped = ended.pop(0, []), ended.pop(SKIPPED, [])
    failed = [name for names in ended.values() for name in names]
    print(
        f"\n{len(ran)} ran, {len(skipped)} skipped for want of data, {len(failed)} failed", *failed
    )
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
