"""`python -m aiguardian`: the command line, with a short way to the probe of a container."""

from __future__ import annotations

import os
import signal
import sys


def main() -> int:
    """Run the command that `sys.argv` names and return its exit status."""
    # The first process of a container gets no default handler from the kernel: without this one
    # a SIGTERM during the two seconds of the start would be lost.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if sys.argv[1:2] == ["healthcheck"]:
        from aiguardian import healthcheck  # the rest of the command line takes ten times as long

        return healthcheck.main(sys.argv[2:], os.environ)
    from aiguardian import cli

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
