"""What the C library's allocator holds is given back when all is loaded."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

PROGRAM = """
from pathlib import Path
from aiguardian.gateway.allocator import give_back

def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1])

pieces = [bytearray(2_000) for _ in range(30_000)]
held = pieces[::1_000]  # between what is freed and the end of the heap
full = resident()
del pieces
before = resident()
give_back()
print(full, before, resident(), len(held))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="it is about glibc's allocator")
def test_freed_memory_is_given_back_although_some_is_still_held() -> None:
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    full, before, after, _ = map(int, told.split())
    assert full - before < (full - after) / 4, "by itself the allocator keeps it"
    assert full - after > 10_000  # pages: 40 of 60 MB
