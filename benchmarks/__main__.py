"""Run every benchmark that this machine has the data for: python -m benchmarks [NAME ...]."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TOOLS = {"__init__", "__main__", "bare", "trivial", "load", "store", "hostile"}
FOLDER = Path(__file__).parent


def main() -> int:
    names = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in TOOLS)
    if unknown := set(sys.argv[1:]) - set(names):
        print(f"no such benchmark: {', '.join(sorted(unknown))}. There are: {', '.join(names)}")
        return 2
    failed = []
    for name in sys.argv[1:] or names:
        print(f"\n=== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode:
            failed.append(name)
    print(f"\n{'All ran.' if not failed else 'Did not run: ' + ', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
