"""What is known of one HTTP request: filled on its way, read by log, metrics and traces.

Nothing here holds payload text, a key, an address or a name: only ids, enumerated words and
numbers; `user_id` alone is the caller's word, and no sink shows it as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import copy
from random import Random
from typing import Any, Literal, Self

from msgspec import Struct, field

_random = Random()  # seeded by the system; ids need be unique, not secret, and this is no syscall

_UUID = re.compile(rb"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\Z")
# W3C Trace Context, section 3.2: version 00 is 55 bytes long; later versions may append fields.
_TRACEPARENT = re.compile(
    rb"(?!ff|00.{54})[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?\Z"
)


class Decided(Struct, frozen=True, kw_only=True):
    """One decision on a text, as far as it may be kept: no word of the text itself."""

    guard: str
    """The guard; `screen` or `proxy` where several were merged."""
    action: str
    """`keep`, `flag`, `rewrite` or `block`; `unjudged` when there was no verdict."""
    versions: tuple[tuple[str, str], ...] = ()
    """Each guard that was heard, with its version."""
    policy: str = ""
    direction: str = ""
    """`input`, `output` or `tool`, where it is known."""
    categories: tuple[str, ...] = ()
    """What was found, by the names that policies use."""
    unjudged: tuple[str, ...] = ()
    """Which parts or guards gave no verdict: codes and phrases of ours."""
    degraded: bool = False
    status: int = 200
    """The HTTP status that the caller gets, or would, had it not begun to get an answer."""


class Acted(Struct, frozen=True, kw_only=True):
    """One act of administration: what was done to which thing, never a secret or a payload."""

    act: str
    """`keys.create`, `policies.put`, `privacy.erase`: a noun of ours, a dot, a verb."""
    target: str = ""
    """The id of the thing."""
    detail: tuple[tuple[str, str | int], ...] = ()
    """More that may be kept for years: counts, digests, names of ours."""


class Spent(Struct, frozen=True, kw_only=True):
    """One use of a model: how much, at what price, and who says so."""

    model: str
    upstream: str
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    """Of the input: read from the provider's cache."""
    reasoning_tokens: int = 0
    """Of the output: not shown to the caller."""
    audio_tokens: int = 0
    cost_usd: float = 0.0
    source: Literal["reported", "estimated", "cache"]
    """`reported` by the provider, `estimated` by us, or answered from our own cache."""


class Exchange(Struct, eq=False, kw_only=True):
    """One request and its response, as far as it may be told."""

    method: str
    request_id: str
    trace_id: str
    span_id: str
    started_s: float
    started_ns: int
    parent_id: str = ""
    is_sampled: bool = False
    route: str = "other"
    guard: str = ""
    key_id: str = ""
    tenant: str = ""
    user_id: str = ""
    """Whom the caller asks for. Personal: only what is sealed or digested may keep it."""
    decisions: list[Decided] = field(default_factory=list)
    spent: list[Spent] = field(default_factory=list)
    on_decided: Callable[[Exchange, Decided], None] | None = None
    on_acted: Callable[[Exchange, Acted], None] | None = None
    on_judged: Callable[[Exchange, Any], None] | None = None
    """Takes each `gateway.recording.Judgement`, whose text is not kept here."""
    on_finished: Callable[[Exchange, float], None] | None = None
    """Called when it has been answered, with the seconds that took."""
    is_unrecorded: bool = False
    """Whether the audit could not take a decision on this request, and the answer says so."""
    action: str = ""
    client_type: str = "api"
    error_code: str = ""
    degraded: bool = False
    body_bytes: int = 0
    status: int = 0
    guard_s: float = 0.0

    @classmethod
    def begin(
        cls,
        *,
        method: str,
        request_id: bytes | None,
        traceparent: bytes | None,
        sample_ratio: float,
        started_s: float,
        started_ns: int,
    ) -> Self:
        """One that has just come in, with the ids that the caller gave it or new ones."""
        noise = _random.randbytes(24).hex()
        trace_id, parent_id, is_sampled = noise[:32], "", False
        if parent := traceparent and _TRACEPARENT.match(traceparent):
            trace_id, parent_id = parent[1].decode(), parent[2].decode()
            is_sampled = bool(int(parent[3], 16) & 1)
        elif sample_ratio:
            is_sampled = _random.random() < sample_ratio
        return cls(
            method=method,
            request_id=_request_id(request_id, noise),
            trace_id=trace_id,
            span_id=noise[32:],
            started_s=started_s,
            started_ns=started_ns,
            parent_id=parent_id,
            is_sampled=is_sampled,
        )

    def decide(self, decided: Decided) -> None:
        """Note a decision, before the caller learns of it."""
        self.decisions.append(decided)
        if self.on_decided is not None:
            self.on_decided(self, decided)

    def act(self, acted: Acted) -> None:
        """Note an act of administration, before the caller learns that it is done."""
        if self.on_acted is not None:
            self.on_acted(self, acted)

    def spend(self, spent: Spent) -> None:
        """Note the use of a model."""
        self.spent.append(spent)

    def finish(self, seconds: float) -> None:
        """It has been answered."""
        if self.on_finished is not None:
            self.on_finished(self, seconds)

    def line(self, request_id: str) -> Exchange:
        """A request within this one, on a line of its own: told of by itself."""
        line = copy(self)
        line.request_id = request_id
        line.decisions, line.spent = [], []
        return line

    def traceparent(self) -> str:
        """The W3C header that names this request as the parent of what it causes."""
        flags = "01" if self.is_sampled else "00"
        return f"00-{self.trace_id}-{self.span_id}-{flags}"


def _request_id(given: bytes | None, noise: str) -> str:
    """The caller's id when it is a UUID, else a new random one (RFC 9562, version 4)."""
    if given and _UUID.match(given):
        return given.decode()
    return f"{noise[:8]}-{noise[8:12]}-4{noise[13:16]}-a{noise[17:20]}-{noise[20:32]}"
