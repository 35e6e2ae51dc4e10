"""What long windows used, as it outlives a process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Used:
    """What one step of one window used."""

    window: bytes
    """Digest of whose it is and which limit."""
    step: int
    amount: int
    expires_at: float
    """Seconds since 1970."""


class CounterStore(Protocol):
    """Where counters outlive the process, see `LimitCounterTable`. Both raise `NotAvailable`."""

    async def load(self, now_s: float) -> list[Used]:
        """Every step that still counts."""

    async def add(self, used: Sequence[Used], now_s: float) -> None:
        """Add to what is there."""
