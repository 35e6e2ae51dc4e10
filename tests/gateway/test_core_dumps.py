"""A crash leaves no image of the memory behind."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

CRASH = """
import os, resource
from aiguardian.gateway.core_dumps import forbid_core_dumps
{limits}
forbid_core_dumps()
forbid_core_dumps()
assert max(resource.getrlimit(resource.RLIMIT_CORE)) <= 1
canary = "canary-in-memory" * 1000
os.abort()
"""


@pytest.mark.parametrize(
    "limits", ["", "resource.setrlimit(resource.RLIMIT_CORE, (0, 0))"], ids=["as it is", "none"]
)
def test_a_crash_writes_no_dump(tmp_path: Path, limits: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CRASH.format(limits=limits)],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGABRT, done.stderr
    assert list(tmp_path.iterdir()) == []
