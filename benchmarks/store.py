"""Where results go, and what every result says of the machine and the program."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from aiguardian import __version__

RESULTS = Path(__file__).parent / "results"


def save(name: str, result: dict[str, Any], *, packages: tuple[str, ...] = ()) -> Path:
    """Write benchmarks/results/<name>.json and return its path."""
    whole = {
        "benchmark": name,
        "command": f"python -m benchmarks.{name}",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": {"cores": os.cpu_count(), "processor": _processor()},
        "python": platform.python_version(),
        "versions": {"aiguardian": __version__} | {name: version(name) for name in packages},
        **result,
    }
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n")
    return path


def sha256(path: Path) -> str:
    """The checksum of a data file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next(
        (line.split(":")[1].strip() for line in lines if "model name" in line), sys.platform
    )
