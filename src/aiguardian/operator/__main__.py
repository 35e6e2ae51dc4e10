"""Entry of `python -m aiguardian.operator`."""

from __future__ import annotations

import sys

from aiguardian.operator.command_line import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
