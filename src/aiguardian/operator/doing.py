"""Steps that are told before they are done, or told only."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@dataclass(frozen=True, slots=True)
class Doing:
    """How a verb goes about its work. Reading is always done; only changes are steps."""

    dry_run: bool = False
    say: Callable[[str], None] = _print
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep

    def step(self, told: str, act: Callable[[], T]) -> T | None:
        """Say the step and take it; with `dry_run`, say it only and return None."""
        if self.dry_run:
            self.say(f"would {told}")
            return None
        self.say(told)
        return act()

    def until(self, holds: Callable[[], bool], *, within_s: float, every_s: float = 5.0) -> bool:
        """Whether it held in time; asked at once, and then again and again."""
        deadline = self.clock() + within_s
        while not holds():
            if self.clock() >= deadline:
                return False
            self.pause(every_s)
        return True
