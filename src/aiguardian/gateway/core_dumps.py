"""No image of this process's memory is written when it crashes: texts and keys are in it."""

from __future__ import annotations

import contextlib
import resource


def forbid_core_dumps() -> None:
    """For this process and those it starts.

    A limit of one byte: no file is that short, and Linux hands nothing to a program that collects
    dumps (core(5)); a limit of zero does not keep it from that.
    """
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    limit = 1 if most == resource.RLIM_INFINITY else min(1, most)
    with contextlib.suppress(OSError, ValueError):  # a sandbox that lets nobody set limits
        resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))
