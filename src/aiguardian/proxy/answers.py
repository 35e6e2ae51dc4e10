"""An answer that an upstream has begun: its head, and its body as it comes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Mapping
from typing import Literal

from msgspec import Struct

from aiguardian.proxy.faults import malformed

ANSWER_BYTES = 32 * 1024 * 1024
"""The largest answer that is read whole."""


class Origin(Struct, frozen=True):
    """Who answers, and as what."""

    upstream: str = ""
    """The name that the operator gave it."""
    kind: str = "openai"
    provider: str = ""
    """The price table's name of who answers; empty where nobody can tell."""
    model: str = ""
    """The model that it was asked for, under its own name there."""
    priced_as: str = ""
    """The model of the price table that the operator named; empty: the model's own."""
    is_kept: bool = False
    """Whether the answer was kept from an earlier call."""
    hides_usage: bool = False
    """Whether the count of tokens in the stream was asked for by us and not by the caller."""


class Answer(ABC):
    """What has begun. `close` it, whatever comes of it."""

    status: int
    headers: Mapping[str, str]
    origin: Origin
    found: str = ""
    """What the cache of answers had; empty where it was not asked."""

    @property
    def content_type(self) -> str:
        """The type without its parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @abstractmethod
    def chunks(self) -> AsyncGenerator[bytes]:
        """The body as it comes. Raises `UpstreamFault` when it stops before its end."""

    async def body(self) -> bytes:
        """The whole body. Raises `UpstreamFault`."""
        pieces, size = [], 0
        async for chunk in self.chunks():
            size += len(chunk)
            self._refuse_endless(size)
            pieces.append(chunk)
        return b"".join(pieces)

    def _refuse_endless(self, size: int) -> None:
        """Raises `UpstreamFault` for more bytes than are read."""
        if size > ANSWER_BYTES:
            self.close()
            raise malformed(f"is larger than {ANSWER_BYTES:,} bytes")

    def keep(self) -> None:  # noqa: B027 - most answers are kept nowhere
        """Keep it for the next who asks the same, where that is wanted and it came whole."""

    @abstractmethod
    def close(self) -> None:
        """Let go of it; what the upstream still does for it is cancelled."""


Outcome = Literal[
    "answered", "refused", "rate_limited", "failed", "timeout", "unreachable", "malformed", "broken"
]
"""How a call ended: `refused` is a 4xx, `failed` a 5xx, `broken` an answer without its end."""


def outcome_of(status: int) -> Outcome:
    """What a status tells of the upstream."""
    if status < 400:
        return "answered"
    if status == 429:
        return "rate_limited"
    return "failed" if status >= 500 else "refused"
