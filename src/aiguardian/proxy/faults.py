"""What goes wrong between the proxy and whoever answers behind it."""

from __future__ import annotations

from typing import Literal

FaultCode = Literal["upstream_timeout", "upstream_error", "upstream_malformed"]
How = Literal["timeout", "unreachable", "malformed", "broken", "refused"]


class UpstreamFault(Exception):
    """No answer, or none that can be used. The message never holds text of the exchange."""

    def __init__(
        self,
        code: FaultCode,
        message: str,
        *,
        status: int,
        retry_after_s: int | None = None,
        outcome: How = "malformed",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.retry_after_s = retry_after_s
        self.outcome = outcome
        """The same, as the figures count it."""


def timed_out(what: str) -> UpstreamFault:
    """It was silent for too long."""
    return UpstreamFault("upstream_timeout", f"The upstream {what}.", status=504, outcome="timeout")


def unreachable() -> UpstreamFault:
    """No connection, or one that broke before an answer began."""
    return UpstreamFault(
        "upstream_error", "The upstream cannot be reached.", status=502, outcome="unreachable"
    )


def refused_for_now(retry_after_s: int) -> UpstreamFault:
    """It failed so often lately that it is left alone for a while."""
    return UpstreamFault(
        "upstream_error",
        "The upstream failed several times in a row and is not asked for a moment.",
        status=503,
        retry_after_s=retry_after_s,
        outcome="refused",
    )


def broke_off() -> UpstreamFault:
    """The answer ended before it was whole."""
    return UpstreamFault(
        "upstream_error", "The upstream's answer broke off.", status=502, outcome="broken"
    )


def malformed(what: str) -> UpstreamFault:
    """An answer that is not what its API promises; what cannot be read cannot be judged."""
    return UpstreamFault("upstream_malformed", f"The upstream's answer {what}.", status=502)
