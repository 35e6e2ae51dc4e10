"""Memory that the C library's allocator holds back, given back to the system.

It concerns glibc only (malloc_trim(3)); another library has its own ways.
"""

from __future__ import annotations

import ctypes


def give_back() -> None:
    """Return what was freed: loading the models leaves 14 MB (benchmarks/start.py). Takes some
    milliseconds, without the interpreter's lock."""
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)
