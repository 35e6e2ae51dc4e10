"""Where finished requests go as traces: nowhere, unless a collector is configured."""

from __future__ import annotations

from typing import Protocol

from aiguardian.telemetry.exchange import Exchange


class Tracer(Protocol):
    """Takes finished requests that were sampled."""

    sample_ratio: float

    def record(self, exchange: Exchange, seconds: float) -> None:
        """Send the spans of one finished request."""

    def stop(self) -> None:
        """Send what is waiting."""


class NullTracer:
    """No collector: nothing is recorded; the caller's sampling decision is passed on."""

    sample_ratio = 0.0

    def record(self, exchange: Exchange, seconds: float) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""
