"""One upstream as the operator described it: whose API, where, with which key and patience."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from aiguardian.settings.upstreams import Upstream as UpstreamSettings
from aiguardian.settings.variable import Secret

Kind = Literal["openai", "anthropic", "azure", "bedrock", "ollama"]
KINDS: tuple[Kind, ...] = get_args(Kind)

SPOKEN: Mapping[Kind, frozenset[str]] = {
    "openai": frozenset({"chat", "responses", "completions", "embeddings", "models"}),
    "ollama": frozenset({"chat", "responses", "completions", "embeddings", "models"}),
    "azure": frozenset({"chat", "responses", "completions", "embeddings"}),
    "anthropic": frozenset({"messages", "models"}),
    "bedrock": frozenset({"chat"}),
}
"""The endpoints that each kind of upstream has."""

ONLY = "upstream"
"""The name of the one that `UPSTREAM_BASE_URL` sets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Where answers are asked for, and how."""

    name: str
    kind: Kind = "openai"
    base_url: str = ""
    api_key: Secret | None = None
    takes_callers_key: bool = False
    """Whether the caller's own key is passed on. Never where a key is set."""
    api_version: str = "2024-10-21"
    region: str = "us-east-1"
    """The AWS region, for bedrock."""
    asks_usage: bool = True
    """Whether streams are asked for their count of tokens."""
    timeout_s: float = 120.0
    connect_s: float = 10.0
    silence_s: float = 60.0
    retries: int = 2

    def equals(self, other: Account) -> bool:
        """Whether the other says the same, key included."""
        keys = [one.api_key.reveal() if one.api_key else None for one in (self, other)]
        return keys[0] == keys[1] and replace(self, api_key=other.api_key) == other


def only_account(settings: UpstreamSettings, *, region: str) -> Account | None:
    """The one upstream that environment variables describe; None when they name none."""
    if not settings.base_url and settings.kind != "bedrock":
        return None
    return Account(
        name=ONLY,
        kind=settings.kind,
        base_url=settings.base_url or "",
        api_key=settings.api_key,
        takes_callers_key=settings.api_key is None,
        api_version=settings.api_version,
        region=region,
        asks_usage=settings.asks_usage,
        timeout_s=settings.timeout_s,
        connect_s=settings.connect_s,
        silence_s=settings.silence_s,
        retries=settings.retries,
    )
