"""Where the data of a benchmark lies: --data, else AIGUARDIAN_DATA, else ../shared/data."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from benchmarks.store import sha256

SKIPPED = 3
"""The exit status of a benchmark that lacks what it measures on."""


def folder(parser: argparse.ArgumentParser, names: list[str]) -> Path:
    """Parse the command line and return the folder that holds these files; end the program with
    `SKIPPED` and a sentence when one of them is not there."""
    default = Path(os.environ.get("AIGUARDIAN_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path, default=default, help="the folder with the data files")
    data: Path = parser.parse_args().data
    missing = [name for name in names if not (data / name).is_file()]
    if missing:
        skip(f"{', '.join(missing)} not in {data}. Say where: --data FOLDER or AIGUARDIAN_DATA.")
    return data


def skip(reason: str) -> None:
    """End the program: there is nothing to measure on."""
    print(f"skipped: {reason}", file=sys.stderr)
    raise SystemExit(SKIPPED)


def checksums(data: Path, names: list[str]) -> dict[str, str]:
    """SHA-256 of each file, for the stored result."""
    return {name: sha256(data / name) for name in names}
